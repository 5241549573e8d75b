"""The first look at what somebody wants to share: what is refused at once, and what a second person must look at.

Pure: what needs the database is asked elsewhere (tombstones and former breadth in `history`, the breadth of a match
job in `breadth`, an unusual volume by the approvals rule). The lists stand in `data/warnings.json`, under one version,
each with its date and source.
"""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from signals import folding
from signals.canonical import hashes, phones
from signals.canonical.payments import SCHEMES
from signals.kinds import BITS, FILE_HASHES, HASHES, RADIUS, SERVICE_BOUND, SERVICES, Kind
from signals.normalise import Normal
from signals.refusals import Reason, refuse

_DATA = json.loads((Path(__file__).parent / "data" / "warnings.json").read_text(encoding="utf-8"))
LISTS: Mapping[str, Mapping[str, object]] = _DATA["lists"]
"""Every list with its `date`, `source` and `entries`."""
LISTS_VERSION: int = _DATA["version"]
LISTS_DATE: str = _DATA["date"]

_LISTED = {name: _DATA["lists"][name]["entries"] for name in LISTS}
_ROLES = frozenset(_LISTED["role_mailboxes"])
_POPULAR = frozenset(_LISTED["popular_domains"])
_GENERIC = frozenset(_LISTED["generic_handles"])
NOBODYS_WALLETS = frozenset(_LISTED["wallets_of_nobody"])
_COMMON = frozenset(folding.fold(word) for words in _LISTED["common_words"].values() for word in words)
_PLAIN = {Kind(kind): [int(value, 16) for value in found.values()] for kind, found in _LISTED["plain_pictures"].items()}


@dataclass(frozen=True)
class Breadth:
    """When a value hits too much of a member's own list: in that many rows, and in more than this share of them, which
    depends on the purpose of the job: among accounts under review more is found than among everybody's."""

    least_hits: int
    most_per_thousand: Mapping[str, int]


BREADTH = Breadth(**_DATA["breadth"])

LEAST_KEYWORD = 3
"""The least weight of a keyword: a letter weighs 1; a symbol, or a character of a script without spaces, 2."""

BROAD_KEYWORD = 5
"""Below this weight a keyword is shared only after a second approval."""

SHORT_HANDLE = 3


class WarningCode(TextChoices):
    """Why a signal needs a second approval, by the programme. The first eight are seen in the value itself."""

    SHORT_KEYWORD = "short_keyword", gettext_lazy("The keyword is short: it will stand in many harmless texts.")
    SINGLE_WORD = "single_word", gettext_lazy("The keyword is a single word: a phrase is found more precisely.")
    COMMON_WORDS = "common_words", gettext_lazy("Both words are common: together they may still be harmless.")
    ROLE_LIKE = "role_like", gettext_lazy("The address looks like one that several people share.")
    GENERIC_HANDLE = "generic_handle", gettext_lazy("Many accounts bear a name like this one.")
    SHORT_HANDLE = "short_handle", gettext_lazy("The name is very short: it is easily mistyped or taken over.")
    WHOLE_HOST = "whole_host", gettext_lazy("The URL names a whole site, not a page of it.")
    POPULAR_HOST = "popular_host", gettext_lazy("The URL is an entrance of a site that very many people use.")
    RETRACTED_BEFORE = (
        "retracted_before",
        gettext_lazy("This value, or one very much like it, was shared before and retracted."),
    )
    CORRECTED_BEFORE = (
        "corrected_before",
        gettext_lazy("A signal on this value, or on one very much like it, was found wrong before."),
    )
    BROAD = "broad", gettext_lazy("The value hit an unusual share of what a member compared with it.")


_MORE_WORDS = gettext_lazy("Share a longer phrase if you can, and say in its meaning what it means in harmless texts.")
_ONE_PERSON = gettext_lazy("Make sure that one person alone uses it, and say so in the note.")
_THE_PAGE = gettext_lazy("Share the URL of the page itself unless the whole site serves the harm.")
_NEW_EVIDENCE = gettext_lazy("Share it only with evidence that is your own and new, and say in the note what it is.")
ADVICE: Mapping[str, str | Promise] = MappingProxyType(
    {
        WarningCode.SHORT_KEYWORD: _MORE_WORDS,
        WarningCode.SINGLE_WORD: _MORE_WORDS,
        WarningCode.COMMON_WORDS: _MORE_WORDS,
        WarningCode.ROLE_LIKE: _ONE_PERSON,
        WarningCode.GENERIC_HANDLE: gettext_lazy("Share the account id instead if the service has one."),
        WarningCode.SHORT_HANDLE: gettext_lazy("Check it letter by letter, or share the account id instead."),
        WarningCode.WHOLE_HOST: _THE_PAGE,
        WarningCode.POPULAR_HOST: _THE_PAGE,
        WarningCode.RETRACTED_BEFORE: _NEW_EVIDENCE,
        WarningCode.CORRECTED_BEFORE: _NEW_EVIDENCE,
        WarningCode.BROAD: gettext_lazy("Retract it and share a narrower value, or say why it must be as broad."),
    }
)


@dataclass(frozen=True)
class Explained:
    """A warning as people and machines read it: why, and what to do."""

    code: str
    why: str
    advice: str


def explained(codes: Iterable[str]) -> list[Explained]:
    return [Explained(code, str(WarningCode(code).label), str(ADVICE[code])) for code in codes]


def warnings(normal: Normal) -> tuple[WarningCode, ...]:
    """What a second person must look at before this is shared, in a stable order.

    Raises `Invalid` with the reason when it cannot be shared at all.
    """
    check = _CHECKS.get(normal.kind)
    return check(normal) if check else ()


def _email(normal: Normal) -> tuple[WarningCode, ...]:
    """Also by its looser form: `in.fo` at a provider that ignores dots is `info`."""
    spellings = {value.rpartition("@")[0].partition("+")[0] for value in (normal.value, normal.alias or normal.value)}
    if spellings & _ROLES:
        refuse(Reason.ROLE_MAILBOX)
    firsts = {re.split(r"[._\d-]+", local, maxsplit=1)[0] for local in spellings}
    return (WarningCode.ROLE_LIKE,) if firsts & _ROLES else ()


def _url(normal: Normal) -> tuple[WarningCode, ...]:
    parts = urlsplit(normal.value)
    host = (parts.hostname or "").removeprefix("www.")
    segments = [segment for segment in parts.path.split("/") if segment]
    popular = host.removeprefix("m.") in _POPULAR
    if not segments and not parts.query:
        if popular:
            refuse(Reason.POPULAR_HOME_PAGE)
        return (WarningCode.WHOLE_HOST,)
    is_entrance = len(segments) < 2 and not (segments and parts.query)
    return (WarningCode.POPULAR_HOST,) if popular and is_entrance else ()


def _keyword(normal: Normal) -> tuple[WarningCode, ...]:
    words = re.findall(r"\w+", normal.value)
    weight = sum(_weight(character) for character in normal.value)
    if weight < LEAST_KEYWORD:
        refuse(Reason.KEYWORD_TOO_SHORT)
    common = words and all(word in _COMMON or word.isdecimal() for word in words)
    if common and len(words) == 1:
        refuse(Reason.COMMON_WORD)
    if normal.value.removeprefix("www.") in _POPULAR:
        refuse(Reason.POPULAR_NAME)
    found = {
        WarningCode.SHORT_KEYWORD: weight < BROAD_KEYWORD,
        WarningCode.SINGLE_WORD: " " not in normal.value,
        WarningCode.COMMON_WORDS: common and len(words) == 2,
    }
    return tuple(code for code, applies in found.items() if applies)


def _weight(character: str) -> int:
    if character.isspace() or unicodedata.category(character)[0] in "MCZ":
        return 0
    return 2 if folding.is_spaceless(character) or unicodedata.category(character)[0] == "S" else 1


def _handle(normal: Normal) -> tuple[WarningCode, ...]:
    return _called(normal.value.partition(":")[2])


def _called(handle: str) -> tuple[WarningCode, ...]:
    if handle.rstrip("0123456789_.-") in _GENERIC:
        return (WarningCode.GENERIC_HANDLE,)
    return (WarningCode.SHORT_HANDLE,) if len(handle) <= SHORT_HANDLE else ()


def _payment(normal: Normal) -> tuple[WarningCode, ...]:
    scheme, _colon, value = normal.value.partition(":")
    if scheme == "cashtag":
        return _called(value.removeprefix("$"))
    if normal.value in NOBODYS_WALLETS:
        refuse(Reason.WALLET_OF_NOBODY)
    return ()


def _phone(normal: Normal) -> tuple[WarningCode, ...]:
    if phones.is_of_a_service(normal.value):
        refuse(Reason.PHONE_OF_SERVICE)
    return ()


def _file_hash(normal: Normal) -> tuple[WarningCode, ...]:
    _not_a_pattern(normal.value)
    if normal.value in empty_files():
        refuse(Reason.EMPTY_FILE)
    return ()


def _perceptual(normal: Normal) -> tuple[WarningCode, ...]:
    _not_a_pattern(normal.value)
    if normal.kind is Kind.PDQ and normal.quality is None:
        refuse(Reason.QUALITY_MISSING, "quality")
    if _is_blank(normal.value, BITS[normal.kind]) or _is_plain(normal.kind, normal.value):
        refuse(Reason.BLANK_IMAGE)
    return ()


def _video(normal: Normal) -> tuple[WarningCode, ...]:
    frames = [frame.pdq for frame in hashes.frames(normal.value)]
    if all(_is_blank(one, BITS[Kind.PDQ]) or _is_pattern(one) or _is_plain(Kind.PDQ, one) for one in frames):
        refuse(Reason.BLANK_VIDEO)
    return ()


def _is_plain(kind: Kind, value: str) -> bool:
    """Whether it would meet a drawn picture with nothing in it: a ramp, a frame, two halves."""
    bits = int(value, 16)
    return any((bits ^ plain).bit_count() <= RADIUS[kind] for plain in _PLAIN[kind])


def _is_blank(value: str, bits: int) -> bool:
    return not bits // 8 <= int(value, 16).bit_count() <= bits - bits // 8


def _not_a_pattern(value: str) -> None:
    """A real hash uses many digits. One of only two is a placeholder, or a picture with nothing in it."""
    if _is_pattern(value):
        refuse(Reason.HASH_PATTERN)


def _is_pattern(value: str) -> bool:
    return len(set(value)) < 3


@cache
def empty_files() -> frozenset[str]:
    """MD5, SHA-1 and SHA-256 of files without content: none, one byte, a line end, zeros, one transparent pixel."""
    files = [b"", b"\r\n", *(bytes([byte]) for byte in range(256)), *(bytes(1 << power) for power in range(1, 17))]
    files += [base64.b64decode(text) for text in _LISTED["tiny_files"]]
    hashes = (hashlib.md5, hashlib.sha1, hashlib.sha256)
    return frozenset(make(content, usedforsecurity=False).hexdigest() for content in files for make in hashes)


_CHECKS: Mapping[Kind, Callable[[Normal], tuple[WarningCode, ...]]] = MappingProxyType(
    {
        Kind.EMAIL: _email,
        Kind.URL: _url,
        Kind.KEYWORD: _keyword,
        Kind.USERNAME: _handle,
        Kind.PAYMENT: _payment,
        Kind.PHONE: _phone,
        **dict.fromkeys(FILE_HASHES, _file_hash),
        Kind.PDQ: _perceptual,
        Kind.PHASH: _perceptual,
        Kind.VPDQ: _video,
    }
)

_HIDDEN = "•••"


def mask(kind: Kind, value: str) -> str:
    """How a normal form is shown to somebody who has not revealed it: enough to tell two apart, too little to use.

    Never raises; the number of dots says nothing about the length.
    """
    if kind is Kind.VPDQ:
        return f"{_masked_hash(value.partition(',')[0])} × {value.count(';') + 1}"
    if kind in HASHES:
        return _masked_hash(value)
    if kind is Kind.EMAIL:
        local, _at, domain = value.rpartition("@")
        return f"{local[:1]}{_HIDDEN}@{_masked_host(domain)}"
    if kind is Kind.URL:
        return _masked_url(value)
    if kind is Kind.KEYWORD:
        return " ".join(word[:1] + _HIDDEN for word in value.split()[:4])
    if kind in SERVICE_BOUND:
        return _masked_handle(value)
    if kind is Kind.PAYMENT:
        return _masked_payment(value)
    return _HIDDEN + value[-2:]


def _masked_hash(value: str) -> str:
    long = len(value) >= 32
    return f"{value[:12]}…{value[-6:]}" if long else f"{value[:6]}…{value[-4:]}"


def _masked_host(host: str) -> str:
    name, dot, ending = host.rpartition(".")
    return f"{name[:1]}{_HIDDEN}{dot}{ending}" if name and not ending.strip("]").isdecimal() else _HIDDEN


def _masked_handle(value: str) -> str:
    service, _colon, handle = value.partition(":")
    place = service if service in SERVICES else _HIDDEN
    return f"{place}:{handle[:1]}{_HIDDEN}{handle[-1:] if len(handle) > SHORT_HANDLE else ''}"


def _masked_payment(value: str) -> str:
    scheme, _colon, rest = value.partition(":")
    if scheme not in SCHEMES:
        return _HIDDEN
    if scheme == "cashtag":
        return f"{scheme}:{rest[:2]}{_HIDDEN}{rest[-1:] if len(rest) > SHORT_HANDLE + 1 else ''}"
    return f"{scheme}:{rest[:2] if scheme == 'iban' else ''}{_HIDDEN}{rest[-2:]}"


def _masked_url(value: str) -> str:
    scheme, _colon, rest = value.partition("://")
    if scheme not in {"http", "https"}:
        return _HIDDEN
    host, _slash, path = rest.partition("/")
    return f"{scheme}://{_masked_host(host.partition(':')[0])}/{_HIDDEN if path else ''}"
