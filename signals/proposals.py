"""What a row of a file proposes to share: a value, and the statement about it, out of its cells."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from lantern_site.errors import Invalid
from lantern_site.members.lifecycle import Region
from signals import kinds
from signals.intake import Item, Statement
from signals.kinds import Kind
from signals.records import Names

YES, NO = "yes", "no"


def _word(words: type[TextChoices]) -> Callable[[str, str], str]:
    def read(column: str, cell: str) -> str:
        found = cell.strip().lower()
        if found not in words.values:
            raise _not_read(column, _("write one of these words: %(words)s.") % {"words": ", ".join(words.values)})
        return words(found)

    return read


def _words(words: type[TextChoices]) -> Callable[[str, str], tuple[str, ...]]:
    one = _word(words)

    def read(column: str, cell: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one(column, each) for each in re.split(r"[;,]", cell) if each.strip()))

    return read


def _up_to(longest: int) -> Callable[[str, str], str]:
    def read(column: str, cell: str) -> str:
        if len(cell.strip()) > longest:
            raise _not_read(column, _("this is longer than %(most)d characters.") % {"most": longest})
        return cell.strip()

    return read


def _day(column: str, cell: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell.strip(), re.ASCII):
            return date.fromisoformat(cell.strip())
    except ValueError:
        pass
    raise _not_read(column, _("write a day that exists, as in 2026-03-02."))


def _claim(column: str, cell: str) -> bool:
    if cell.strip().lower() not in (YES, NO):
        raise _not_read(column, _("write yes or no."))
    return cell.strip().lower() == YES


def _not_read(column: str, sentence: str) -> Invalid:
    return Invalid(f"{column}: {sentence}", column)


_SAID: Mapping[str, Callable[[str, str], Any]] = MappingProxyType(
    {
        "harm": _word(kinds.HarmTerm),
        "clause": _up_to(120),
        "evidence_seen_by": _up_to(80),
        "review_method": _word(kinds.ReviewMethod),
        "origin": _word(kinds.Origin),
        "confidence": _word(kinds.Confidence),
        "first_seen_on": _day,
        "last_seen_on": _day,
        "behaviours": _words(kinds.Behaviour),
        "ai": _word(kinds.AiIndication),
        "real_child": _word(kinds.RealChild),
        "account_holder": _word(kinds.AccountHolder),
        "not_to_regions": _words(Region),
        "owner_named": _claim,
        "meaning": _up_to(280),
        "outward_note": _up_to(280),
        "inward_note": _up_to(500),
        "expires_on": _day,
        "danger": _claim,
    }
)
_MUST_BE_SAID = ("harm", "clause", "evidence_seen_by", "review_method", "origin", "confidence")
VALUE = ("kind", "value", "service", "quality")
REFERENCE = "reference"
LONGEST_REFERENCE = 200
OF_AN_EXPORT = ("signal", "status", "severity", "community", "incident", "submitted_at", "activated_at", "ended_at")
"""What an export says about its signals beside what was stated. It is read over."""

COLUMNS = (*VALUE, REFERENCE, *_SAID)
NAMES = Names(read=COLUMNS, read_over=OF_AN_EXPORT, needed="value")


def item(given: Mapping[str, str]) -> Item:
    """The value. Raises Invalid when it does not say of which kind it is."""
    kind = re.sub(r"[\s-]+", "_", given.get("kind", "").strip().lower())
    if not kind:
        raise _missing("kind")
    if kind not in kinds.OFFERED:
        raise _not_read("kind", _("write one of these words: %(words)s.") % {"words": ", ".join(sorted(kinds.OFFERED))})
    if not given.get("value", "").strip():
        raise Invalid(_("This row has no value."), "value")
    quality = given.get("quality", "").strip()
    if quality and not re.fullmatch(r"[0-9]{1,3}", quality, re.ASCII):
        raise _not_read("quality", _("write a whole number from 0 to 100."))
    service = given.get("service", "").strip().lower() if kind in kinds.SERVICE_BOUND else ""
    return Item(Kind(kind), given["value"], service=service or None, quality=int(quality) if quality else None)


def statement(given: Mapping[str, str], *, no_authority_asked: bool) -> Statement:
    """What the row says of the value. Raises Invalid for a cell that cannot be read, or that is missing."""
    for column in _MUST_BE_SAID:
        if not given.get(column, "").strip():
            raise _missing(column)
    said = {column: read(column, given[column]) for column, read in _SAID.items() if given.get(column, "").strip()}
    if said.get("danger"):
        raise Invalid(
            _("A child in danger now does not wait for an import. Share this signal on the page “Share a signal”."),
            "danger",
        )
    return Statement(no_authority_asked=no_authority_asked, **said)


def reference(given: Mapping[str, str]) -> str:
    """The member's own name for the row. Raises Invalid when it is too long."""
    return _up_to(LONGEST_REFERENCE)(REFERENCE, given.get(REFERENCE, ""))


def _missing(column: str) -> Invalid:
    return _not_read(column, _("the row does not say it, and nothing was chosen for such rows."))
