"""The tables of the report before they are protected: rows, columns, the counts in their places, and what adds up."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviews.workflow import Outcome
from transparency import dimensions, disclosure, metrics, periods
from transparency.counting import Tally
from transparency.dimensions import ABOUT_PERSONS, TOTAL, Dimension, Ending
from transparency.disclosure import Cell, Rules, Sum
from transparency.metrics import Metric

Place = tuple[str, str, str]
"""A figure: the id of a metric, and for a cell of a table its row and column."""

EXACT_ROWS: Mapping[str, frozenset[str]] = {
    "shared_by_harm": frozenset({TOTAL}),
    "shared_by_origin": frozenset({TOTAL}),
    "shared_by_ai": frozenset({TOTAL}),
    "ended_by_way": frozenset({Ending.RETRACTED.value}),
    "retracted_by_reason": frozenset({TOTAL}),
    "findings_by_outcome": frozenset({TOTAL, Outcome.NOT_EXAMINED.value}),
    "findings_by_attribution": frozenset({TOTAL}),
    "findings_by_delay": frozenset({TOTAL}),
    "members_by_kind": frozenset({TOTAL}),
    "outcomes_by_cohort": frozenset({TOTAL}),
    "shared_by_lane": frozenset({TOTAL}),
    "shared_to_date_by_kind": frozenset({TOTAL}),
    "not_examined_by_reason": frozenset({TOTAL}),
}
"""Cells that a key figure shows too, or that follow from two of them: hiding them here would hide nothing."""
EXACT_COLUMN_TOTALS = frozenset({"disputes_by_reason_and_conclusion"})
LOOSE = frozenset({"actions_taken", "actions_to_date", "corrected_by_part"})
"""Tables whose rows do not add up."""


SHARED_WHOLES = frozenset(
    {
        "outcomes_by_cohort",
        "shared_by_ai",
        "shared_by_harm",
        "shared_by_lane",
        "shared_by_month_and_kind",
        "shared_by_origin",
    }
)
"""Tables whose whole is the number of signals shared."""


@dataclass(frozen=True)
class Layout:
    """A table with its counts, place by place along its rows. `sums` are between places."""

    metric: Metric
    rows: list[str]
    columns: list[str]
    counts: list[Counter[int]]
    sums: tuple[Sum, ...]

    @property
    def places(self) -> list[Place]:
        return [(self.metric.id, row, column) for row in self.rows for column in self.columns]


def of(tally: Tally, year: int) -> Iterator[Layout]:
    """Every table that consists of counts."""
    for metric in metrics.TABLES:
        if not {Dimension.STATISTIC, Dimension.ESTIMATE}.intersection(metric.dimensions):
            yield _grid(metric, tally, year) if len(metric.dimensions) == 2 else _line(metric, tally, year)


def _line(metric: Metric, tally: Tally, year: int) -> Layout:
    """A table of one dimension, with its total last unless its rows do not add up."""
    breakdown = tally.tables[metric.id]
    rows = categories(metric.dimensions[0], breakdown.categories(0), year)
    counts = [breakdown.of(row) for row in rows]
    if metric.id in LOOSE:
        return Layout(metric, rows, [metric.unit.value], counts, ())
    total = breakdown.of(None)
    return Layout(metric, [*rows, TOTAL], [metric.unit.value], [*counts, total], disclosure.line_sums(len(rows) + 1))


def _grid(metric: Metric, tally: Tally, year: int) -> Layout:
    breakdown = tally.tables[metric.id]
    rows = [*categories(metric.dimensions[0], breakdown.categories(0), year), TOTAL]
    columns = [*categories(metric.dimensions[1], breakdown.categories(1), year), TOTAL]
    counts = [
        breakdown.of(None if row == TOTAL else row, None if column == TOTAL else column)
        for row in rows
        for column in columns
    ]
    return Layout(metric, rows, columns, counts, disclosure.grid_sums(len(rows), len(columns)))


def same(place: Place) -> Place:
    """Where the count of a place stands first: tables share wholes."""
    metric, row, column = place
    if metric in SHARED_WHOLES and (row, column) in ((TOTAL, TOTAL), (TOTAL, metrics.Unit.SIGNALS.value)):
        return "shared_by_month_and_kind", TOTAL, TOTAL
    return place


def in_the_year(place: Place) -> Place | None:
    """The part of a count to date that belongs to the year."""
    match place:
        case "shared_to_date_by_kind", kind, _unit:
            return "shared_by_month_and_kind", TOTAL, kind
        case "actions_to_date", action, unit:
            return "actions_taken", action, unit
        case _:
            return None


def categories(dimension: Dimension, found: set[str], year: int) -> list[str]:
    """Every category of the dictionary, and after them those that the ledger has besides."""
    known = periods.months(year) if dimension is Dimension.MONTH else dimensions.CATEGORIES[dimension]
    return [*known, *sorted(found - set(known))]


def cell(place: Place, members: Mapping[int, int], rules: Rules) -> Cell:
    """A count with what must be known to protect it."""
    metric = metrics.DICTIONARY[place[0]]
    exempt = metric.protection is metrics.Protection.EXACT
    about_persons = _is_about_persons(metric, place[1:])
    sensitive = not exempt and disclosure.is_sensitive(members.values(), rules=rules, about_persons=about_persons)
    return Cell(dict(members), sensitive=sensitive, exact=_is_exact(metric, *place[1:]), about_persons=about_persons)


def _is_exact(metric: Metric, row: str, column: str) -> bool:
    if len(metric.dimensions) == 2:
        return row == TOTAL and (column == TOTAL or metric.id in EXACT_COLUMN_TOTALS)
    return row in EXACT_ROWS.get(metric.id, ())


def _is_about_persons(metric: Metric, named: tuple[str, str]) -> bool:
    pairs = zip(metric.dimensions, named, strict=False)
    return metric.protection is metrics.Protection.PERSONS or any(pair in ABOUT_PERSONS for pair in pairs)
