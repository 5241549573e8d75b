"""The door of this library: the normal form of a value of any kind, and its public digest."""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from signals.canonical import addresses, hashes, names, payments, phones, text, urls
from signals.canonical.answers import Canonical, refuse

VERSION = 1
"""A change of any normal form is a new version."""

_BY_TEXT: Mapping[str, Callable[[str], Canonical]] = MappingProxyType(
    {
        "email": addresses.email,
        "url": urls.url,
        "keyword": text.keyword,
        "payment": payments.payment,
        "phone": phones.phone,
        "vpdq": hashes.vpdq,
    }
)
_ON_A_SERVICE: Mapping[str, Callable[[str, str | None], Canonical]] = MappingProxyType(
    {"username": names.username, "account_id": names.account_id}
)
KINDS = (*_ON_A_SERVICE, *_BY_TEXT, *hashes.LENGTHS)


def normal_form(kind: str, raw: str, *, service: str | None = None, quality: int | None = None) -> Canonical:
    """The normal form of `raw`, or `Refused`. Nothing else is ever raised.

    `service` is the code of a service, for a profile name or account id that does not carry one itself.
    `quality` (0 to 100) belongs to a PDQ hash, which may also be given as `hash,quality`.
    The result does not change when it is normalised again.
    """
    if kind not in KINDS:
        refuse("kind_unknown", "kind")
    cleaned = text.cleaned(raw, hashes.LONGEST_VIDEO if kind == "vpdq" else text.LONGEST_INPUT)
    if kind in _ON_A_SERVICE:
        return _ON_A_SERVICE[kind](cleaned, service)
    if kind in _BY_TEXT:
        return _BY_TEXT[kind](cleaned)
    return hashes.pdq(cleaned, quality) if kind == "pdq" else hashes.file_hash(kind, cleaned)


def public_digest(kind: str, value: str) -> bytes:
    """The 32 bytes that a member computes at home: `SHA-256("lantern/v1/" ‖ kind ‖ 0x00 ‖ normal form)`.

    The looser form of an e-mail address is digested under the kind `email_alias`, so that the two never meet.
    """
    return hashlib.sha256(b"lantern/v1/" + kind.encode() + b"\x00" + value.encode()).digest()
