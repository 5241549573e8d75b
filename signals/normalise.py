"""What was typed becomes one normal form per kind, so that two members who mean the same thing write the same bytes.

Members run the same rules at home (see `public_digest()`), so a change here is a new `NORMALISATION_VERSION`.
The lists stand in `data/`, with their versions and dates.
"""

import hashlib
import ipaddress
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import unquote_plus

import ada_url
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from lantern_site.errors import Invalid
from signals import folding
from signals.kinds import PDQ_QUALITY, SERVICE_BOUND, SERVICES, Kind, Service

NORMALISATION_VERSION = 1

LONGEST_INPUT = 4_096
LONGEST_URL = 2_048
LONGEST_KEYWORD = 100

_ADDRESSES = json.loads((Path(__file__).parent / "data" / "addresses.json").read_text(encoding="utf-8"))
_TRACKING = frozenset(_ADDRESSES["tracking"])
_TRACKING_PREFIXES = tuple(_ADDRESSES["tracking_prefixes"])
_PRIVATE_SUFFIXES = tuple(_ADDRESSES["private_suffixes"])
_HEX_LENGTH: Mapping[Kind, int] = MappingProxyType(
    {Kind.MD5: 32, Kind.SHA1: 40, Kind.SHA256: 64, Kind.PDQ: 64, Kind.PHASH: 16, Kind.VIDEO_MD5: 32}
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Normal:
    """One value in normal form.

    `value` is what is encrypted, digested and compared. A profile name or account id carries its service:
    `harbourline:some.name`. `alias` is the looser form of an e-mail address at a provider whose rules are known.
    `shown` is what a form shows back to the person who typed it. `quality` is there for PDQ, where it was given.
    """

    kind: Kind
    value: str
    service: str | None = None
    alias: str | None = None
    shown: str = ""
    quality: int | None = None


def normal_form(kind: Kind, raw: str, *, service: str | None = None, quality: int | None = None) -> Normal:
    """The normal form of `raw`, or `Invalid` with a sentence that says what to do. Nothing else is ever raised.

    `service` is the code of a service, for a profile name or account id that does not carry one itself.
    `quality` (0 to 100) belongs to a PDQ hash, which may also be given as `hash,quality`.
    The result does not change when it is normalised again. No sentence repeats the value: it may be a person's.
    """
    text = _text(raw)
    if kind in SERVICE_BOUND:
        return _on_service(kind, text, service)
    if kind is Kind.PDQ:
        return _pdq(text, quality)
    if kind in _HEX_LENGTH:
        value = _hex(kind, text)
        return Normal(kind, value, shown=value)
    if kind in _FORMS:
        return _FORMS[kind](text)
    raise Invalid(_("This kind cannot be shared or looked up yet."), "kind")


def public_digest(normal: Normal) -> bytes:
    """The 32 bytes that a member computes at home: `SHA-256("lantern/v1/" ‖ kind ‖ 0x00 ‖ normal form)`."""
    return _digest(normal.kind, normal.value)


def alias_digest(normal: Normal) -> bytes | None:
    """The same for the looser form of an e-mail address, under the kind `email_alias` so that the two never meet."""
    return None if normal.alias is None else _digest("email_alias", normal.alias)


def _digest(kind: str, value: str) -> bytes:
    return hashlib.sha256(b"lantern/v1/" + kind.encode() + b"\x00" + value.encode()).digest()


def _refuse(sentence: str, field: str = "value") -> NoReturn:
    raise Invalid(sentence, field)


def _text(raw: str) -> str:
    """`raw` without space at the ends, if it is text at all and not endless."""
    if len(raw) > LONGEST_INPUT:
        _refuse(_("This is too long to be one value. Enter one value only."))
    text = raw.strip().strip("\N{ZERO WIDTH NO-BREAK SPACE}").strip()
    if not text:
        _refuse(_("Nothing was entered. Enter a value."))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text if character not in "\t\r\n"):
        _refuse(_("This contains characters that are not text. Type the value instead of pasting it."))
    return text


def _lowered(text: str) -> str:
    """NFKC and lower case (never case folding, which would merge different addresses), until nothing changes."""
    while (lowered := unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())) != text:
        text = lowered
    return text


# E-mail addresses


@dataclass(frozen=True)
class _Provider:
    """A provider that delivers `name+anything` to `name`. `domain` is the one that its domains have in common."""

    domain: str
    dots_ignored: bool


def _providers() -> dict[str, _Provider]:
    return {
        domain: _Provider(entry["domains"][0] if entry["same_mailbox"] else domain, entry["dots_ignored"])
        for entry in _ADDRESSES["providers"]
        for domain in entry["domains"]
    }


_PROVIDERS: Mapping[str, _Provider] = MappingProxyType(_providers())


def _email(text: str) -> Normal:
    value, domain = _address(text)
    again, _domain = _address(value)
    if again != value:
        _refuse(_("This e-mail address has no single written form. Check it for unusual characters."))
    local = value.rpartition("@")[0]
    return Normal(Kind.EMAIL, value, alias=_alias(value), shown=f"{local}@{domain}")


def _address(text: str) -> tuple[str, str]:
    """The normal form of an e-mail address, and its domain as people read it."""
    text = _lowered(text)  # first, because a wide ＠ is an @ sign
    if "@" not in text:
        _refuse(_("An e-mail address has an @ sign between the name and the domain. This has none."))
    if any(mark in text for mark in "<>,; \t\r\n"):
        _refuse(_("Enter one e-mail address only, without a name or brackets around it."))
    try:
        parts = validate_email(text, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        _refuse(_("This is not an e-mail address. Check the part before and after the @ sign."))
    domain = (parts.ascii_domain or parts.domain).lower()
    return f"{_lowered(parts.local_part)}@{domain}", parts.domain


def _alias(value: str) -> str | None:
    local, _at, domain = value.rpartition("@")
    provider = _PROVIDERS.get(domain)
    if provider is None:
        return None
    name = local.partition("+")[0] or local
    return f"{name.replace('.', '') if provider.dots_ignored else name}@{provider.domain}"


# URLs


def _url(text: str) -> Normal:
    if not re.match(r"https?://", text, re.IGNORECASE):
        _refuse(_("A URL begins with http:// or https://. Enter it in full."))
    parsed = _parsed(text)
    if parsed.username or parsed.password:
        _refuse(_("Leave out the user name and the password in this URL."))
    _public_host(parsed.hostname)
    query = _without_tracking(parsed.search)
    value = f"{parsed.protocol}//{parsed.host}{parsed.pathname}{query}"
    if len(value) > LONGEST_URL:
        _refuse(_("This URL is longer than %(most)d characters. Share its beginning.") % {"most": LONGEST_URL})
    return Normal(Kind.URL, value, shown=value)


def _parsed(text: str) -> ada_url.URL:
    """The URL as browsers read it (WHATWG), its host without the dot of the root."""
    try:
        parsed = ada_url.URL(text)
        while parsed.hostname.endswith("."):
            parsed = ada_url.URL(f"{parsed.protocol}//{_without_root_dot(parsed.host)}{parsed.pathname}{parsed.search}")
    except (ValueError, UnicodeError):
        _refuse(_("This is not a URL. Check the part after http:// or https://."))
    return parsed


def _without_root_dot(host: str) -> str:
    name, colon, port = host.partition(":")
    return name.rstrip(".") + colon + port


def _public_host(host: str) -> None:
    """Refuse a host that only exists inside somebody's own network."""
    bare = host.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        private = "." not in bare or any(bare == name or bare.endswith(f".{name}") for name in _PRIVATE_SUFFIXES)
    else:
        private = not _is_public(address)
    if private:
        _refuse(_("This host is private: nobody else can reach it. Share the public address."))


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the address, and the one it may wrap, can be reached from everywhere."""
    inner: ipaddress.IPv4Address | None = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast


def _without_tracking(search: str) -> str:
    """The query without the parameters that only follow people around; the others keep order and spelling."""
    kept = [part for part in search.removeprefix("?").split("&") if part and not _follows(part)]
    return "?" + "&".join(kept) if kept else ""


def _follows(parameter: str) -> bool:
    name = unquote_plus(parameter.partition("=")[0]).lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


# Keywords


def _keyword(text: str) -> Normal:
    value = folding.fold(text)
    if not value:
        _refuse(_("This keyword consists of characters that are not seen. Enter a word or a phrase."))
    if len(value) > LONGEST_KEYWORD:
        _refuse(
            _("A keyword has at most %(most)d characters; this has %(count)d. Share a shorter phrase.")
            % {"most": LONGEST_KEYWORD, "count": len(value)}
        )
    return Normal(Kind.KEYWORD, value, shown=value)


# Profile names and account ids


def _on_service(kind: Kind, text: str, code: str | None) -> Normal:
    place, name = _placed(text, code)
    if "://" in name:
        _refuse(_("Enter the name or id only, not the address of its page."))
    if kind is Kind.ACCOUNT_ID:
        handle, pattern = unicodedata.normalize("NFKC", name), place.account
    else:
        handle, pattern = _handle(name, place), place.handle
    if not pattern.fullmatch(handle):
        _refuse(_("This does not look like a name or id on %(service)s. Check it there.") % {"service": place.name})
    return Normal(kind, f"{place.code}:{handle}", service=place.code, shown=f"{handle} ({place.name})")


def _placed(text: str, code: str | None) -> tuple[Service, str]:
    """The service, and the text without its code in front."""
    prefix, colon, rest = text.partition(":")
    if code:
        place = SERVICES.get(code)
        name = rest if colon and prefix == code else text
    else:
        place = SERVICES.get(prefix) if colon else None
        name = rest
    if place is None:
        _refuse(_("Say on which service this is: %(services)s.") % {"services": ", ".join(SERVICES)}, "service")
    return place, name.strip()


def _handle(name: str, place: Service) -> str:
    handle = unicodedata.normalize("NFKC", name).removeprefix("@")
    return _lowered(handle) if place.folds_case else handle


# Hashes


def _hex(kind: Kind, text: str) -> str:
    value, length = text.lower(), _HEX_LENGTH[kind]
    if not re.fullmatch(r"[0-9a-f]+", value):
        _refuse(_("A hash consists of the digits 0 to 9 and the letters a to f. Paste the hash only."))
    if len(value) != length:
        _refuse(
            _("%(kind)s: a hash of this kind has %(length)d characters; this has %(count)d.")
            % {"kind": kind.label, "length": length, "count": len(value)}
        )
    return value


def _pdq(text: str, quality: int | None) -> Normal:
    digits, comma, tail = text.partition(",")
    value = _hex(Kind.PDQ, digits.strip())
    if comma:
        given = _quality(tail.strip())
        if quality is not None and quality != given:
            _refuse(_("Two different qualities were given for this hash. Give one."), "quality")
        quality = given
    if quality is not None and not PDQ_QUALITY <= quality <= 100:
        _refuse(
            _("The quality of this PDQ hash is %(quality)d. Only %(least)d to 100 can be compared reliably.")
            % {"quality": quality, "least": PDQ_QUALITY},
            "quality",
        )
    return Normal(Kind.PDQ, value, shown=value, quality=quality)


def _quality(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        _refuse(_("The quality after the comma is a whole number from 0 to 100."), "quality")
    return int(text)


_FORMS: Mapping[Kind, Callable[[str], Normal]] = MappingProxyType(
    {Kind.EMAIL: _email, Kind.URL: _url, Kind.KEYWORD: _keyword}
)
