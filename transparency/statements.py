"""What members say of their own figures before an edition is computed, and how that enters it.

The decision behind it: the findings in the ledger are what analysts wrote down through the year; a member answers for
their sums. After the ledger is frozen at a position P each member is shown its own sums at P and confirms or corrects
them, section by section. Nothing that was recorded changes by that. What a member says is an entry of the ledger of
its own, behind P, about the edition; the last one of a member for a section counts. When the edition is closed, by an
entry too, nothing more can be said of it. So the figures of an edition follow from the ledger alone: the facts up to P,
and of the members that spoke between the freezing and the closing their facts with the corrected sums in their place.
Whoever computes it again gets the same bytes. What a silent member stated is left out: *not reported* is not zero.

The figures of a section are stated together, because their totals are the same findings counted differently: if one
were reported without the other, the difference of two exact totals would be the number of a single member.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lantern_site.audit.models import Entry
from reviews.workflow import Outcome
from transparency import dimensions
from transparency.counting import Breakdown, Tally
from transparency.dimensions import Dimension, Words
from transparency.layouts import Place
from transparency.metrics import DICTIONARY, TABLES, Deduplication, Metric, Source

ASKED = "edition.attestation_asked"
ATTESTED = "edition.attested"
KEPT = "edition.attestation_kept"
CLOSED = "edition.attestation_closed"


class Section(TextChoices):
    """Figures that a member states together."""

    FINDINGS = "findings", _("Findings")
    ACTIONS = "actions", _("Actions taken")


SUMS: Mapping[str, Words] = {
    "leads_examined": DICTIONARY["leads_examined"].title,
    "looks_wrong": _("Findings that said the signal itself looked wrong"),
}
"""What members state besides the cells of tables; every other figure of theirs follows from those."""
EXAMINED = ("findings_by_attribution", "findings_by_delay", "looks_wrong_by_kind")
"""Tables that count the findings after examination, each in its own way."""
TO_DATE = "actions_to_date"
"""What no member states by itself: its corrections of the year change it, too."""


class OwnFigure(TypedDict):
    """What the ledger has of one member."""

    metric: str
    row: str
    column: str
    value: int


class Correction(TypedDict):
    """A figure that a member states otherwise than the ledger has it."""

    metric: str
    row: str
    column: str
    before: int
    after: int


def place_of(one: OwnFigure | Correction) -> Place:
    return one["metric"], one["row"], one["column"]


def section_of(metric: Metric) -> Section | None:
    """Where members state it; None for what the hub records itself."""
    if metric.source is not Source.MEMBERS:
        return None
    return Section.ACTIONS if Dimension.ACTION in metric.dimensions else Section.FINDINGS


def section_at(place: Place) -> Section | None:
    return Section.FINDINGS if place[0] in SUMS else section_of(DICTIONARY[place[0]])


# A member's own figures


def participants(tally: Tally) -> set[int]:
    """The members (public ids) that are asked: those that took part at the end, and those that stated something."""
    return tally.tables["members_by_kind"].members() | tally.members["findings"]


def own_figures(tally: Tally, member: int) -> list[OwnFigure]:
    """Everything that a member adds to the figures, in the order of the dictionary; what it states, noughts too."""
    figures = []
    for metric in DICTIONARY.values():
        for row, column in _cells(metric, tally, member):
            place = (metric.id, row, column)
            figures.append(OwnFigure(metric=metric.id, row=row, column=column, value=_added(tally, place, member)))
    looks_wrong = OwnFigure(
        metric="looks_wrong", row="", column="", value=_added(tally, ("looks_wrong", "", ""), member)
    )
    return [*figures, looks_wrong]


def _cells(metric: Metric, tally: Tally, member: int) -> Iterable[tuple[str, str]]:
    if not metric.is_table:
        return [("", "")] if metric.id in SUMS or (metric.source is Source.HUB and tally.own[metric.id][member]) else []
    if metric.id == TO_DATE or metric.deduplication in (Deduplication.DERIVED, Deduplication.MEMBER):
        return []
    found = {_cell(*key) for key, members in tally.tables[metric.id].items() if members[member]}
    if section_of(metric) and len(metric.dimensions) == 1:
        found |= {(code, "") for code in dimensions.CATEGORIES[metric.dimensions[0]]}
    return sorted(found, key=lambda cell: tuple(map(_rank, metric.dimensions, cell)))


def _cell(row: str, column: str = "") -> tuple[str, str]:
    return row, column


def _rank(dimension: Dimension, code: str) -> tuple[int, str]:
    known = list(dimensions.CATEGORIES.get(dimension, ()))
    return (known.index(code) if code in known else len(known), code)


def _added(tally: Tally, place: Place, member: int) -> int:
    metric, *cell = place
    if not cell[0]:
        return tally.own[metric][member]
    return tally.tables[metric].of(*filter(None, cell))[member]


def disagreement(values: Mapping[Place, int]) -> tuple[int, str, int] | None:
    """Where stated figures contradict one another: a number of findings by outcome, a table that counts the same ones,
    and what it has. None where all agree."""
    outcomes = _total(values, "findings_by_outcome")
    unexamined = values.get(("findings_by_outcome", Outcome.NOT_EXAMINED.value, ""), 0)
    if (found := _total(values, "not_examined_by_reason")) != unexamined:
        return unexamined, "not_examined_by_reason", found
    examined = outcomes - unexamined
    for table in EXAMINED:
        if (found := _total(values, table)) != examined:
            return examined, table, found
    return None


def _total(values: Mapping[Place, int], metric: str) -> int:
    return sum(value for place, value in values.items() if place[0] == metric)


# What was said, in the ledger


@dataclass(frozen=True)
class Statements:
    """What members said of an edition: by section, of each that spoke, the figures that it states otherwise."""

    position: int
    """Of the entry that closed it."""
    asked: int
    said: Mapping[Section, Mapping[int, Mapping[Place, int]]]


def facts_of(section: Section, corrections: Iterable[Correction]) -> dict[str, str | list[str] | list[int]]:
    """A statement as its entry has it."""
    made = list(corrections)
    return {
        "section": section.value,
        "corrected": ["/".join(place_of(one)) for one in made],
        "before": [one["before"] for one in made],
        "values": [one["after"] for one in made],
    }


def of_edition(edition: int) -> Statements | None:
    """What the ledger has about an edition (a public id); None until it is closed."""
    entries = Entry.objects.about("edition", edition)
    closing = entries.filter(action=CLOSED).first()
    if closing is None:
        return None
    said: dict[Section, dict[int, Mapping[Place, int]]] = {section: {} for section in Section}
    for entry in entries.filter(action__in=(ATTESTED, KEPT), position__lt=closing.position):
        said[Section(entry.facts["section"])][entry.organisation or 0] = _corrected(entry)
    return Statements(closing.position, entries.filter(action=ASKED).count(), said)


def frozen_at(year: int, position: int) -> Entry | None:
    """The entry that froze an edition of the year at this position."""
    frozen = Entry.objects.filter(action="edition.frozen", facts__year=year, facts__position=position)
    return frozen.order_by("position").first()


def of_frozen(year: int, position: int) -> Statements | None:
    """What the ledger has about the edition of the year that was frozen at this position."""
    frozen = frozen_at(year, position)
    return of_edition(frozen.subject) if frozen else None


def _corrected(entry: Entry) -> dict[Place, int]:
    corrected = {}
    for code, value in zip(entry.facts["corrected"], entry.facts["values"], strict=True):
        metric, row, column = code.split("/")
        corrected[metric, row, column] = value
    return corrected


# In the figures


def applied(tally: Tally, statements: Statements) -> Tally:
    """The tally with only what members stand by: silent ones left out, corrections in place of what they correct."""
    tables, own = dict(tally.tables), defaultdict(Counter, tally.own)
    for metric in TABLES:
        if section := section_of(metric):
            tables[metric.id] = _stated(metric.id, tally.tables[metric.id], statements.said[section])
    for member, said in statements.said[Section.ACTIONS].items():
        for (metric_id, row, _column), value in said.items():
            if metric_id == "actions_taken":
                tables[TO_DATE].add(member, row, times=value - tally.tables[metric_id].of(row)[member])
    for name in SUMS:
        spoke = statements.said[Section.FINDINGS]
        own[name] = Counter(
            {member: said.get((name, "", ""), tally.own[name][member]) for member, said in spoke.items()}
        )
    outcomes = tables["findings_by_outcome"]
    findings = outcomes.of(None).total()
    sums = {
        "findings": findings,
        "findings_examined": findings - outcomes.of(Outcome.NOT_EXAMINED.value).total(),
        "violations": outcomes.of(Outcome.VIOLATION.value).total(),
        **{name: own[name].total() for name in SUMS},
    }
    return replace(tally, counts=Counter({**tally.counts, **sums}), own=own, tables=tables)


def _stated(metric: str, recorded: Breakdown, said: Mapping[int, Mapping[Place, int]]) -> Breakdown:
    stated = Breakdown()
    for categories, members in recorded.items():
        for member, size in members.items():
            if member in said and (metric, *categories, "")[:3] not in said[member]:
                stated.add(member, *categories, times=size)
    for member, corrected in said.items():
        for (corrected_metric, *cell), value in corrected.items():
            if corrected_metric == metric:
                stated.add(member, *filter(None, cell), times=value)
    return stated
