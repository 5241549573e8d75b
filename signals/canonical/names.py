"""Profile names and account ids: a service, and what it calls the account."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from signals.canonical.answers import Canonical, refuse
from signals.canonical.text import lowered

_LISTS = json.loads((Path(__file__).parents[1] / "data" / "services.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Place:
    """A service as it stands in the list. `handle` and `account` match the whole normal form."""

    code: str
    name: str
    public: str
    handle: re.Pattern[str]
    account: re.Pattern[str]
    folds_case: bool


def _places() -> dict[str, Place]:
    return {
        entry["code"]: Place(
            entry["code"],
            entry["name"],
            entry["public"],
            re.compile(entry["handle"]),
            re.compile(entry["account"]),
            entry["folds_case"],
        )
        for entry in _LISTS["services"]
    }


PLACES: Mapping[str, Place] = MappingProxyType(_places())


def username(text: str, code: str | None) -> Canonical:
    place, name = _placed(text, code)
    handle = unicodedata.normalize("NFKC", name).removeprefix("@")
    return _on(place, lowered(handle) if place.folds_case else handle, place.handle)


def account_id(text: str, code: str | None) -> Canonical:
    place, name = _placed(text, code)
    return _on(place, unicodedata.normalize("NFKC", name), place.account)


def _on(place: Place, name: str, pattern: re.Pattern[str]) -> Canonical:
    if not pattern.fullmatch(name):
        refuse("name_form", service=place.name)
    return Canonical(f"{place.code}:{name}", service=place.code, shown=f"{name} ({place.name})")


def _placed(text: str, code: str | None) -> tuple[Place, str]:
    """The service, and the text without its code in front."""
    prefix, colon, rest = text.partition(":")
    if code:
        place = PLACES.get(code)
        name = rest if colon and prefix == code else text
    else:
        place = PLACES.get(prefix) if colon else None
        name = rest
    if place is None:
        refuse("service_missing", "service", services=", ".join(PLACES))
    if "://" in name:
        refuse("name_is_address")
    return place, name.strip()
