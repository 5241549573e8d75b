"""The specification of normal forms in words: what each kind becomes, step by step, and why it is refused.

The code in `signals.canonical` follows it, the vectors in `data/vectors.json` pin it, and the page and the interface
publish it. Whoever changes what a step does raises `VERSION`.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from signals.canonical import forms, hashes, text, urls
from signals.kinds import Kind
from signals.refusals import Reason

VERSION = str(forms.VERSION)
UNICODE = unicodedata.unidata_version
"""The version of Unicode that this hub folds by. Characters that are newer stay as they are."""

Sentence = str | Promise

_DATA = Path(__file__).parent / "data"
_UNSEEN = re.compile(r"[^\S ]|[\u200b-\u200f\u2060\ufeff]")
VECTORS: bytes = (_DATA / "vectors.json").read_bytes()


EXAMPLES = 4
"""How many vectors of each kind the page shows."""


@dataclass(frozen=True)
class Rule:
    """How one kind is normalised. `refusals` are the codes that belong to this kind alone."""

    kind: Kind
    result: Sentence
    steps: tuple[Sentence, ...]
    refusals: tuple[Reason, ...] = ()


FOR_ALL: tuple[Sentence, ...] = (
    _("Take away white space at both ends, and a byte order mark at the beginning or end."),
    _("Refuse what is empty, what holds control characters or halves of surrogate pairs, and what is too long."),
)

DIGEST: tuple[Sentence, ...] = (
    _("Write the normal form in UTF-8."),
    _("Put before it the text lantern/v1/, the code of the kind and one zero byte."),
    _("The public digest is the SHA-256 of these bytes, in lower-case hexadecimal."),
)

_HEX_STEP = _("Lower case.")
_ONLY_HEX = _("Refuse other characters than 0 to 9 and a to f, and every other length.")

_HASH = (Reason.HASH_DIGITS, Reason.HASH_LENGTH, Reason.HASH_PATTERN)
_ON_A_SERVICE = (Reason.SERVICE_MISSING, Reason.NAME_IS_ADDRESS, Reason.NAME_FORM)


def _hash(kind: Kind, *refusals: Reason) -> Rule:
    return Rule(kind, _("The hash in lower-case hexadecimal."), (_HEX_STEP, _ONLY_HEX), (*_HASH, *refusals))


RULES: tuple[Rule, ...] = (
    Rule(
        Kind.EMAIL,
        _("One address: local part and domain in lower case, an internationalised domain in A-labels."),
        (
            _("Apply NFKC and lower case, again and again until nothing changes. Never fold case: ß stays ß."),
            _("Refuse an address with brackets, commas, semicolons or white space: one address only."),
            _(
                "Refuse what is no address by RFC 5321, 5322 and 6531, quoted local parts and IP addresses "
                "included. A local part may be longer than 64 characters."
            ),
            _("Write the domain in A-labels (UTS 46, not transitional; IDNA 2008)."),
            _(
                "Where the provider is on the list, also make the alias: cut the local part at its first +, take "
                "away the dots if the provider ignores them, write the first domain of the provider. The alias is"
                " digested under the kind email_alias; a match on it is a possible alias, never an exact one."
            ),
        ),
        (
            Reason.EMAIL_NO_AT,
            Reason.EMAIL_SEVERAL,
            Reason.EMAIL_FORM,
            Reason.EMAIL_NO_SINGLE_FORM,
            Reason.ROLE_MAILBOX,
        ),
    ),
    Rule(
        Kind.USERNAME,
        _("The code of the service, a colon, and the name as the service treats it."),
        (
            _("Take the service from the code before the first colon, or from the service that is given beside it."),
            _("Refuse the address of a page."),
            _("Apply NFKC and take away one @ at the beginning."),
            _(
                "Where the service makes no difference between upper and lower case: NFKC and lower case until "
                "nothing changes."
            ),
            _("Refuse what does not match the pattern of the service."),
        ),
        _ON_A_SERVICE,
    ),
    Rule(
        Kind.ACCOUNT_ID,
        _("The code of the service, a colon, and the stable id, its case unchanged."),
        (
            _("Take the service from the code before the first colon, or from the service that is given beside it."),
            _("Refuse the address of a page."),
            _("Apply NFKC. Refuse what does not match the pattern of the service."),
        ),
        _ON_A_SERVICE,
    ),
    Rule(
        Kind.URL,
        _("The URL as browsers read it, without fragment, default port and tracking parameters."),
        (
            _("Refuse another scheme than http and https. The two stay different."),
            _(
                "Parse by the URL Standard of the WHATWG: host in lower case and A-labels, IPv4 and IPv6 "
                "addresses in their usual spelling, dots in the path resolved, other characters percent-encoded."
            ),
            _(
                "Refuse a user name or password. Take away the dots at the end of the host, the default port and "
                "the fragment."
            ),
            _(
                "Refuse a host that only exists inside a network: no dot, a private ending, an address that is "
                "not global, also wrapped in IPv6."
            ),
            _(
                "In path and query, write percent-encoding in upper case; letters, digits, hyphen, dot, "
                "underscore and tilde without it, what RFC 3986 does not allow there with it. A percent sign that"
                " begins no escape becomes %25."
            ),
            _(
                "Take away empty and listed tracking parameters. The others keep their order and spelling; an "
                "empty query goes."
            ),
        ),
        (
            Reason.URL_SCHEME,
            Reason.URL_FORM,
            Reason.URL_USERINFO,
            Reason.URL_PRIVATE_HOST,
            Reason.URL_TOO_LONG,
            Reason.POPULAR_HOME_PAGE,
        ),
    ),
    Rule(
        Kind.KEYWORD,
        _("The phrase, folded: without case, unseen characters and look-alikes, words separated by one space."),
        (
            _("Apply NFKC and full case folding: ß becomes ss."),
            _("Take away the listed unseen characters and replace the listed look-alikes by their ASCII letter."),
            _("Repeat the first two steps until nothing changes."),
            _("Make every run of white space one space; none stays at the ends."),
        ),
        (
            Reason.KEYWORD_UNSEEN,
            Reason.KEYWORD_TOO_LONG,
            Reason.KEYWORD_TOO_SHORT,
            Reason.COMMON_WORD,
            Reason.POPULAR_NAME,
        ),
    ),
    Rule(
        Kind.PAYMENT,
        _("The scheme, a colon, and the account, address or tag in the one spelling of its scheme."),
        (
            _(
                "Apply NFKC and take away the listed unseen characters. Take the scheme from the word before the "
                "first colon; without one, recognise it by its form. What follows a ? is dropped."
            ),
            _(
                "iban: take away spaces and hyphens, upper case; the length of its country, then the check digits"
                " (ISO 13616, ISO 7064 MOD 97-10)."
            ),
            _(
                "bitcoin, litecoin: Base58Check as it is, or Bech32 and Bech32m in lower case (BIP 173, BIP 350);"
                " main networks only. The older 3… addresses of Litecoin become M…."
            ),
            _(
                "bitcoincash: CashAddr in lower case, without its prefix; an older address in Base58Check becomes"
                " one. dogecoin, tron, xrp: Base58Check as it is, each in its alphabet."
            ),
            _(
                "ethereum: 0x and 40 hexadecimal digits in lower case; where both cases occur they must be the "
                "checksum of EIP-55. It stands for every network with such addresses."
            ),
            _(
                "monero: Base58 in blocks, the checksum of Keccak-256 verified. solana: 32 bytes in Base58, "
                "without a checksum, only with its scheme."
            ),
            _("cashtag: $ and the tag in lower case."),
        ),
        (
            Reason.PAYMENT_SCHEME,
            Reason.IBAN_FORM,
            Reason.IBAN_COUNTRY,
            Reason.IBAN_LENGTH,
            Reason.IBAN_CHECKSUM,
            Reason.WALLET_FORM,
            Reason.WALLET_CASE,
            Reason.WALLET_CHECKSUM,
            Reason.WALLET_NETWORK,
            Reason.CASHTAG_FORM,
            Reason.WALLET_OF_NOBODY,
        ),
    ),
    Rule(
        Kind.PHONE,
        _("The number by ITU-T E.164: + and digits. This kind is off unless the programme switches it on."),
        (
            _("Apply NFKC, take away the listed unseen characters and tel: at the beginning."),
            _("Refuse what does not begin with + and the code of a country, letters and extensions."),
            _(
                "Take away spaces, hyphens, dots, slashes and brackets, and a trunk 0 where the country has none "
                "inside +."
            ),
            _("Refuse a number that is not valid in the numbering plan of its country (libphonenumber)."),
        ),
        (Reason.PHONE_COUNTRY, Reason.PHONE_FORM, Reason.PHONE_UNKNOWN, Reason.PHONE_OF_SERVICE),
    ),
    _hash(Kind.MD5, Reason.EMPTY_FILE),
    _hash(Kind.SHA1, Reason.EMPTY_FILE),
    _hash(Kind.SHA256, Reason.EMPTY_FILE),
    Rule(
        Kind.PDQ,
        _("The hash in lower-case hexadecimal; its quality is not part of it."),
        (
            _HEX_STEP,
            _ONLY_HEX,
            _("The quality stands behind a comma or beside the hash; refuse less than 50 and more than 100."),
        ),
        (
            *_HASH,
            Reason.QUALITY_FORM,
            Reason.QUALITY_TWICE,
            Reason.QUALITY_OUT_OF_RANGE,
            Reason.QUALITY_MISSING,
            Reason.BLANK_IMAGE,
        ),
    ),
    _hash(Kind.PHASH, Reason.BLANK_IMAGE),
    _hash(Kind.VIDEO_MD5, Reason.EMPTY_FILE),
    Rule(
        Kind.VPDQ,
        _("The frames of sufficient quality in order of time, each as hash,quality,seconds, joined by semicolons."),
        (
            _(
                "Read frames as hash,quality,seconds, separated by semicolons or lines, or as a JSON list of such"
                " strings."
            ),
            _(
                "Write each hash in lower case, the quality without leading zeros, the time with three decimals "
                "(half to even)."
            ),
            _(
                "Drop frames with a quality below 50 and those that are there twice; order by time, then hash, "
                "then quality."
            ),
        ),
        (
            Reason.FRAME_FORM,
            Reason.HASH_DIGITS,
            Reason.HASH_LENGTH,
            Reason.QUALITY_FORM,
            Reason.FRAMES_TOO_POOR,
            Reason.FRAMES_TOO_MANY,
            Reason.BLANK_VIDEO,
        ),
    ),
)

AT_INTAKE = frozenset(
    {
        Reason.ROLE_MAILBOX,
        Reason.POPULAR_HOME_PAGE,
        Reason.KEYWORD_TOO_SHORT,
        Reason.COMMON_WORD,
        Reason.POPULAR_NAME,
        Reason.WALLET_OF_NOBODY,
        Reason.PHONE_OF_SERVICE,
        Reason.HASH_PATTERN,
        Reason.EMPTY_FILE,
        Reason.QUALITY_MISSING,
        Reason.BLANK_IMAGE,
        Reason.BLANK_VIDEO,
    }
)
"""Refusals of values that have a normal form, and may be looked up, but must not be shared."""

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "longest_input": text.LONGEST_INPUT,
        "longest_url": urls.LONGEST_URL,
        "longest_keyword": text.LONGEST_KEYWORD,
        "longest_video": hashes.LONGEST_VIDEO,
        "most_frames": hashes.MOST_FRAMES,
        "least_quality": hashes.LEAST_QUALITY,
    }
)

_NAMES = ("addresses", "folding", "payments", "services")
LISTS: Mapping[str, Any] = MappingProxyType(
    {name: json.loads((_DATA / f"{name}.json").read_bytes()) for name in _NAMES}
)
"""The lists that the steps speak of, each with its version, date and source."""


def sentence(reason: Reason) -> str:
    """The sentence of a refusal with the names of what is filled in: `has {count} characters`."""
    return re.sub(r"%\((\w+)\)[sd]", r"{\1}", str(reason.label))


def document() -> dict[str, Any]:
    """The specification as the interface gives it, its sentences in the language of the request."""
    return {
        "version": VERSION,
        "unicode": UNICODE,
        "for_all": [str(step) for step in FOR_ALL],
        "digest": [str(step) for step in DIGEST],
        "kinds": [
            {
                "kind": rule.kind.value,
                "name": str(rule.kind.label),
                "normal_form": str(rule.result),
                "steps": [str(step) for step in rule.steps],
                "refusals": [reason.value for reason in rule.refusals],
            }
            for rule in RULES
        ],
        "refusals": [
            {"code": reason.value, "sentence": sentence(reason), "has_normal_form": reason in AT_INTAKE}
            for reason in Reason
        ],
        "limits": dict(LIMITS),
        "lists": dict(LISTS),
    }


@cache
def vectors() -> tuple[dict[str, Any], ...]:
    """The pinned vectors, in their order."""
    return tuple(json.loads(VECTORS)["vectors"])


def examples(kind: Kind) -> list[dict[str, Any]]:
    """The first vectors of a kind, for the page: what cannot be seen in an input is written as JSON writes it."""
    first = [vector for vector in vectors() if vector["kind"] == kind.value][:EXAMPLES]
    return [vector | {"input": _UNSEEN.sub(_written, vector["input"])} for vector in first]


def _written(unseen: re.Match[str]) -> str:
    return json.dumps(unseen[0])[1:-1]
