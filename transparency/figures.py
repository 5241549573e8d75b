"""The figures of a year: a Tally made fit for publication, as one document.

`document()` gives the same bytes for the same year, position and root, always: `canonical()` is RFC 8785. Cells that
must not be shown are already marks in it (see transparency.dimensions.Mark); the counts behind them are kept nowhere.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple, TypedDict

import rfc8785

from reviews.workflow import Outcome
from signals.kinds import FIRST_REVIEW_HOURS, Severity
from transparency import counting, dimensions, disclosure, metrics, periods, statements
from transparency.counting import Breakdown, Tally
from transparency.dimensions import ABOUT_PERSONS, TOTAL, Band, Dimension, Ending, Mark, Statistic
from transparency.disclosure import Bounds, Cell, Leak, Rules, Tables
from transparency.metrics import Metric
from transparency.statements import Place, Section, Statements

SCHEMA = "lantern-report/1"

Value = int | float | str
"""A number, or a word: a mark, or the code of a band."""


class KeyFigure(TypedDict):
    id: str
    unit: str
    source: str
    value: Value


class PublishedTable(TypedDict):
    """`cells` has a list for each of `rows`, with a value for each of `columns`. One dimension: one column."""

    id: str
    unit: str
    source: str
    dimensions: list[str]
    rows: list[str]
    columns: list[str]
    cells: list[list[Value]]


class Suppression(TypedDict):
    """A hidden cell, for the auditor: why, and how close one comes to it. `most` is None when there is no end.

    `closest_member_width` is the least distance of the two bounds that any member reaches by subtracting its own.
    """

    table: str
    row: str
    column: str
    why: str
    least: int
    most: int | None
    closest_member_width: int | None


class Document(TypedDict):
    """What is published, in the words of the metric dictionary."""

    schema: str
    dictionary: int
    year: int
    starts_at: str
    ends_before: str
    position: int
    root: str
    attested: int | None
    """The position up to which members confirmed and corrected what they state; None when nobody was asked."""
    rules: dict[str, int]
    key_figures: list[KeyFigure]
    tables: list[PublishedTable]


class Computed(NamedTuple):
    """What is published, and the log of what is not."""

    document: Document
    log: list[Suppression]


class Earlier:
    """What earlier editions of the same year showed and hid, from the first to the newest."""

    def __init__(self, documents: Sequence[Document] = ()) -> None:
        self._values = [values_of(document) for document in documents]

    def hid(self, place: Place) -> bool:
        return any(values.get(place) == Mark.SUPPRESSED.value for values in self._values)

    def shows(self, place: Place, value: int) -> bool:
        """Whether everybody has read this very number there: hiding it now would hide nothing."""
        return not self.hid(place) and any(values.get(place) == value for values in self._values)


def values_of(published: Document) -> dict[Place, Value]:
    """Every figure and cell of an edition."""
    values: dict[Place, Value] = {(figure["id"], "", ""): figure["value"] for figure in published["key_figures"]}
    for table in published["tables"]:
        for row, cells in zip(table["rows"], table["cells"], strict=True):
            values |= {(table["id"], row, column): cell for column, cell in zip(table["columns"], cells, strict=True)}
    return values


def document(year: int, position: int, root: bytes, rules: Rules = disclosure.DEFAULT) -> Document:
    """What `computed` gives to be published when no edition came before."""
    return computed(year, position, root, rules).document


def computed(
    year: int,
    position: int,
    root: bytes,
    rules: Rules = disclosure.DEFAULT,
    earlier: Sequence[Document] = (),
    stated: Statements | None = None,
) -> Computed:
    """All figures of a year, computed from the ledger up to a position whose root is given, protected and attacked.

    `stated` is what members said of their own figures; without it these are as they were recorded, confirmed by
    nobody. What `earlier` editions of the year hid stays hidden. Raises disclosure.Unprotectable when a table cannot be
    published under the rules, or no longer after what these have shown.
    """
    before = Earlier(earlier)
    period = periods.of_year(year)
    tally = counting.count(period, position)
    if stated:
        tally = statements.applied(tally, stated)
    log: list[Suppression] = []
    tables = [_table(metric, tally, year, Protecting(rules, before, log), stated) for metric in metrics.TABLES]
    published = Document(
        schema=SCHEMA,
        dictionary=metrics.VERSION,
        year=year,
        starts_at=_written(period.starts_at),
        ends_before=_written(period.ends_before),
        position=position,
        root=root.hex(),
        attested=stated.position if stated else None,
        rules=asdict(rules),
        key_figures=_key_figures(tally, _shown_violations(tables), stated),
        tables=tables,
    )
    return Computed(published, log)


def canonical(published: Document) -> bytes:
    """The bytes of data.json."""
    return rfc8785.dumps(dict(published))  # type: ignore[arg-type]


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# Key figures


def _key_figures(tally: Tally, violations: Value, stated: Statements | None) -> list[KeyFigure]:
    values = _counted(tally) | _computed(tally, violations) | _coverage(stated)
    return [
        KeyFigure(
            id=metric.id,
            unit=metric.unit.value,
            source=metric.source.value,
            value=Mark.NOT_REPORTED.value if _is_silence(metric, tally, stated) else values[metric.id],
        )
        for metric in metrics.KEY_FIGURES
    ]


def _is_silence(metric: Metric, tally: Tally, stated: Statements | None) -> bool:
    """Whether it is something that members state, and none did."""
    section = statements.section_of(metric)
    return section is not None and not (stated.said[section] if stated else tally.members["findings"])


def _coverage(stated: Statements | None) -> dict[str, Value]:
    """How many members were asked for what they state, and how many answered."""
    return {
        "members_asked": stated.asked if stated else Mark.NOT_APPLICABLE.value,
        **{
            f"members_reporting_{section}": len(stated.said[section]) if stated else Mark.NOT_APPLICABLE.value
            for section in Section
        },
    }


def _counted(tally: Tally) -> dict[str, Value]:
    values: dict[str, Value] = {metric.id: tally.counts[metric.id] for metric in metrics.KEY_FIGURES}
    values["members_sharing"] = len(tally.tables["shared_by_harm"].members())
    values["members_receiving"] = len(tally.members["receiving"])
    values["members_stating_findings"] = len(tally.members["findings"])
    return values


def _computed(tally: Tally, violations: Value) -> dict[str, Value]:
    counts = tally.counts
    return {
        "largest_member_share": _band(tally.tables["shared_by_harm"]),
        "median_hours_to_first_review": quantile(tally.waits["review"], Fraction(1, 2)),
        "median_hours_to_acknowledgement": quantile(tally.waits["acknowledgement"], Fraction(1, 2)),
        "violation_share": _percent(violations, counts["findings_examined"]),
        "looks_wrong_share": _percent(counts["looks_wrong"], counts["findings_examined"]),
        "retracted_share": _percent(counts["shared_and_retracted"], counts["signals_shared"]),
    }


def _shown_violations(tables: Iterable[PublishedTable]) -> Value:
    """The cell as its table shows it: a share must not give away what the table hides."""
    outcomes = next(table for table in tables if table["id"] == "findings_by_outcome")
    return outcomes["cells"][outcomes["rows"].index(Outcome.VIOLATION)][0]


def _band(shared: Breakdown) -> str:
    """How concentrated sharing is, without saying how much anybody shared."""
    sizes = shared.of(None).values()
    if not sizes:
        return Mark.NOT_APPLICABLE.value
    share = Fraction(100 * max(sizes), sum(sizes))
    return next((band.value for limit, band in dimensions.BANDS if share <= limit), Band.ABOVE_75.value)


def _percent(part: Value, whole: int) -> Value:
    """A mark stays the mark that it is."""
    if isinstance(part, str):
        return part
    return round(Fraction(part) * 1000 / whole) / 10 if whole else Mark.NOT_APPLICABLE.value


def quantile(minutes: Counter[int], share: Fraction) -> Value:
    """The quantile of a histogram of minutes, in hours with one decimal; between two values it is their middle."""
    count = minutes.total()
    if not count:
        return Mark.NOT_APPLICABLE.value
    rank = share * count
    lower = -(-rank.numerator // rank.denominator)  # the first rank that reaches the share
    upper = lower + 1 if rank == lower else lower
    middle = Fraction(_ranked(minutes, lower) + _ranked(minutes, min(upper, count)), 2)
    return round(middle / 6) / 10


def _ranked(minutes: Counter[int], rank: int) -> int:
    seen = 0
    for value in sorted(minutes):
        seen += minutes[value]
        if seen >= rank:
            break
    return value


# Tables


class Protecting(NamedTuple):
    """What the cells of a table are protected by, and where it is written down."""

    rules: Rules
    before: Earlier
    log: list[Suppression]


def _table(metric: Metric, tally: Tally, year: int, by: Protecting, stated: Statements | None) -> PublishedTable:
    if metric.id == "first_review_by_severity":
        rows, columns, cells = _first_reviews(tally, by)
    elif len(metric.dimensions) == 2:
        rows, columns, cells = _grid(metric, tally.tables[metric.id], year, by)
    else:
        rows, columns, cells = _line(metric, tally.tables[metric.id], year, by)
    if _is_silence(metric, tally, stated):
        cells = [[Mark.NOT_REPORTED.value for _value in row] for row in cells]
    return PublishedTable(
        id=metric.id,
        unit=metric.unit.value,
        source=metric.source.value,
        dimensions=[dimension.value for dimension in metric.dimensions],
        rows=rows,
        columns=columns,
        cells=cells,
    )


Shape = tuple[list[str], list[str], list[list[Value]]]


def _line(metric: Metric, breakdown: Breakdown, year: int, by: Protecting) -> Shape:
    """A table of one dimension, with its total last unless its rows do not add up."""
    adds_up = metric.id != "actions_taken"
    rows = _categories(metric.dimensions[0], breakdown.categories(0), year)
    keys = [*rows, TOTAL] if adds_up else rows
    exact = EXACT_ROWS.get(metric.id, frozenset())
    cells = [
        _cell(metric, breakdown.of(None if row == TOTAL else row), [row], by.rules, exact=adds_up and row in exact)
        for row in keys
    ]
    columns = [metric.unit.value]
    tables = disclosure.line(cells) if adds_up else disclosure.loose(cells)
    return keys, columns, _protected(metric, tables, keys, columns, by)


def _grid(metric: Metric, breakdown: Breakdown, year: int, by: Protecting) -> Shape:
    rows = [*_categories(metric.dimensions[0], breakdown.categories(0), year), TOTAL]
    columns = [*_categories(metric.dimensions[1], breakdown.categories(1), year), TOTAL]

    def cell(row: str, column: str) -> Cell:
        members = breakdown.of(None if row == TOTAL else row, None if column == TOTAL else column)
        exact = row == TOTAL and (column == TOTAL or metric.id in EXACT_COLUMN_TOTALS)
        return _cell(metric, members, [row, column], by.rules, exact=exact)

    tables = disclosure.grid([[cell(row, column) for column in columns] for row in rows])
    return rows, columns, _protected(metric, tables, rows, columns, by)


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
}
"""Cells that a key figure shows too, or that follow from two of them: hiding them here would hide nothing."""
EXACT_COLUMN_TOTALS = frozenset({"disputes_by_reason_and_conclusion"})


def _protected(
    metric: Metric, tables: Tables, rows: list[str], columns: list[str], by: Protecting
) -> list[list[Value]]:
    """The cells with marks in place of what is hidden. Nothing leaves here that an attack gets too close to."""
    width = len(columns)
    names = [(metric.id, rows[place // width], columns[place % width]) for place in range(len(tables.cells))]
    kept = frozenset(place for place, name in enumerate(names) if by.before.hid(name))
    known = tables.known(place for place, name in enumerate(names) if by.before.shows(name, tables.cells[place].value))
    try:
        try:
            hidden = disclosure.protect(known, by.rules, kept)
        except disclosure.Unprotectable:  # what was shown before gives it away: then nothing is shown that need not be
            whole = frozenset(place for place, cell in enumerate(tables.cells) if not cell.exact)
            hidden, known = disclosure.protect(tables, by.rules, whole), tables
    except disclosure.Unprotectable as reason:
        raise disclosure.Unprotectable(f"{metric.id}: {reason}") from None
    reached: dict[int, list[Bounds]] = {place: [] for place in sorted(hidden)}
    for found in disclosure.audit(known, hidden, by.rules):
        if isinstance(found, Leak):
            raise disclosure.Unprotectable(f"{metric.id}: a member or the public comes too close to a hidden cell")
        reached[found.place].append(found)
    for place, bounds in reached.items():
        why = "sensitive" if tables.cells[place].sensitive else "earlier" if place in kept else "complement"
        by.log.append(_suppression(*names[place], bounds, why))
    marked: list[Value] = [
        Mark.SUPPRESSED.value if place in hidden else cell.value for place, cell in enumerate(tables.cells)
    ]
    return [marked[start : start + width] for start in range(0, len(marked), width)]


def _suppression(table: str, row: str, column: str, bounds: list[Bounds], why: str) -> Suppression:
    public, *members = bounds
    widths = [one.most - one.least for one in members if one.most is not None]
    return Suppression(
        table=table,
        row=row,
        column=column,
        why=why,
        least=public.least,
        most=public.most,
        closest_member_width=min(widths, default=None),
    )


def _cell(metric: Metric, members: Counter[int], categories: Sequence[str], rules: Rules, *, exact: bool) -> Cell:
    about_persons = _is_about_persons(metric, categories)
    exempt = metric.protection is metrics.Protection.EXACT
    sensitive = not exempt and disclosure.is_sensitive(members.values(), rules=rules, about_persons=about_persons)
    return Cell(dict(members), sensitive=sensitive, exact=exact, about_persons=about_persons)


def _is_about_persons(metric: Metric, categories: Sequence[str]) -> bool:
    named = zip(metric.dimensions, categories, strict=False)
    return metric.protection is metrics.Protection.PERSONS or any(pair in ABOUT_PERSONS for pair in named)


def _categories(dimension: Dimension, found: set[str], year: int) -> list[str]:
    """Every category of the dictionary, and after them those that the ledger has besides."""
    known = periods.months(year) if dimension is Dimension.MONTH else dimensions.CATEGORIES[dimension]
    return [*known, *sorted(found - set(known))]


def _first_reviews(tally: Tally, by: Protecting) -> Shape:
    """Quartiles by severity. They do not add up, so that a hidden row needs no company."""
    metric = metrics.DICTIONARY["first_review_by_severity"]
    rows = list(dimensions.CATEGORIES[Dimension.SEVERITY])
    cells: list[list[Value]] = []
    for row in rows:
        minutes, target = tally.waits[f"review/{row}"], FIRST_REVIEW_HOURS[Severity[row.upper()]]
        shown = {
            Statistic.LOWER: quantile(minutes, Fraction(1, 4)),
            Statistic.MEDIAN: quantile(minutes, Fraction(1, 2)),
            Statistic.UPPER: quantile(minutes, Fraction(3, 4)),
            Statistic.WITHIN: _percent(
                sum(count for waited, count in minutes.items() if waited <= 60 * target), minutes.total()
            ),
        }
        was_hidden = by.before.hid((metric.id, row, Statistic.MEDIAN.value))
        if was_hidden or _cell(metric, tally.tables[metric.id].of(row), [row], by.rules, exact=False).sensitive:
            shown = dict.fromkeys(shown, Mark.SUPPRESSED.value)
        shown[Statistic.TARGET] = target
        cells.append([shown[statistic] for statistic in Statistic])
    return rows, [statistic.value for statistic in Statistic], cells
