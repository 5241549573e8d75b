"""Where money goes: bank accounts (IBAN), wallets, cash tags, each as `scheme:normal form`."""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from signals import folding
from signals.canonical import wallets
from signals.canonical.answers import Canonical, refuse

_LISTS = json.loads((Path(__file__).parents[1] / "data" / "payments.json").read_text(encoding="utf-8"))

IBAN_LENGTHS: Mapping[str, int] = MappingProxyType(_LISTS["iban_lengths"])
"""How many characters an IBAN of each country has (ISO 13616)."""

SCHEMES = ("iban", "cashtag", *wallets.NETWORKS)
_CASH_TAG = re.compile(r"(?=.*[a-z])[a-z0-9_-]{1,20}")


def payment(text: str) -> Canonical:
    scheme, rest = _placed(unicodedata.normalize("NFKC", text).translate(folding.IGNORED).strip())
    if scheme == "iban":
        value = _iban(rest)
        shown = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
        return Canonical(f"iban:{value}", shown=f"{shown} (IBAN)")
    if scheme == "cashtag":
        return Canonical(f"cashtag:{_cash_tag(rest)}")
    return Canonical(f"{scheme}:{wallets.NETWORKS[scheme](rest)}")


def _placed(text: str) -> tuple[str, str]:
    """The scheme, said before a colon or recognised, and the rest without what a payment link carries behind it."""
    word, colon, rest = text.partition(":")
    if colon and word.strip().lower() in SCHEMES:
        return word.strip().lower(), rest.strip().partition("?")[0]
    if text.startswith("$"):
        return "cashtag", text
    account = re.sub(r"^iban\s+", "", text, flags=re.IGNORECASE)
    if account[:2].upper() in IBAN_LENGTHS and re.match(r"[0-9]{2}", account[2:]):
        return "iban", account
    found = wallets.recognised(text)
    if found is None:
        refuse("payment_scheme", schemes=", ".join(SCHEMES))
    return found, text


def _iban(text: str) -> str:
    """Upper case without spaces; the length of its country, and the remainder of 1 by 97 (ISO 13616, ISO 7064)."""
    compact = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{1,30}", compact):
        refuse("iban_form")
    value = compact.upper()
    length = IBAN_LENGTHS.get(value[:2])
    if length is None:
        refuse("iban_country")
    if len(value) != length:
        refuse("iban_length", length=length, count=len(value))
    if not "02" <= value[2:4] <= "98" or _remainder(value[4:] + value[:4]) != 1:
        refuse("iban_checksum")
    return value


def _remainder(characters: str) -> int:
    return int("".join(str(int(character, 36)) for character in characters)) % 97


def _cash_tag(text: str) -> str:
    tag = text.strip().lower().removeprefix("$")
    if not _CASH_TAG.fullmatch(tag):
        refuse("cashtag_form")
    return f"${tag}"
