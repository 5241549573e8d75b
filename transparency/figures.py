"""The figures of a year: a Tally made fit for publication, as one document.

`document()` gives the same bytes for the same year, position and root, always: `canonical()` is RFC 8785. Cells that
must not be shown are already marks in it (see transparency.dimensions.Mark); the counts behind them are kept nowhere.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple, TypedDict

import rfc8785

from reviews.agreement import LEAST_ESTIMATED, wilson
from reviews.workflow import LooksWrong, Outcome
from signals.kinds import FIRST_REVIEW_HOURS, Severity
from transparency import counting, dimensions, disclosure, layouts, metrics, periods, protecting, statements
from transparency.counting import Breakdown, Cut, Tally
from transparency.dimensions import TOTAL, Band, Dimension, Estimate, Lane, Mark, Statistic, Value
from transparency.disclosure import Rules
from transparency.layouts import Layout, Place
from transparency.metrics import Metric
from transparency.protecting import Printed, Suppression
from transparency.statements import Section, Statements

SCHEMA = "lantern-report/1"


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
    nobody. `earlier` are the editions that everybody has read, of all years: they are counted again, and all are
    protected together. Raises disclosure.Unprotectable when a table cannot be published under the rules, or no longer
    after what these have shown.
    """
    tally, *tallies = counting.count(cuts(year, position, earlier))
    before = [(one, _as_stated(one, counted)) for one, counted in zip(earlier, tallies, strict=True)]
    return protected(year, position, root, tally, before, rules, stated)


def _as_stated(earlier: Document, tally: Tally) -> Tally:
    """What an earlier edition was made of: with what members said of it, if they were asked."""
    stated = statements.of_frozen(earlier["year"], earlier["position"]) if earlier.get("attested") else None
    return statements.applied(tally, stated) if stated else tally


def cuts(year: int, position: int, earlier: Sequence[Document]) -> list[Cut]:
    """What has to be counted for an edition: its own year, and the years of those before it as they counted them."""
    asked = [(year, position), *((one["year"], one["position"]) for one in earlier)]
    return [Cut(periods.of_year(counted), upto) for counted, upto in asked]


def protected(
    year: int,
    position: int,
    root: bytes,
    tally: Tally,
    earlier: Sequence[tuple[Document, Tally]],
    rules: Rules = disclosure.DEFAULT,
    stated: Statements | None = None,
) -> Computed:
    """The document of a year whose tally is known, as are those of the earlier editions."""
    if stated:
        tally = statements.applied(tally, stated)
    layout = list(layouts.of(tally, year))
    printed = [Printed(one["year"], values_of(one), list(layouts.of(counted, one["year"]))) for one, counted in earlier]
    found = protecting.protect(year, layout, rules, printed)
    tables = _tables(tally, layout, found.places, [one for one in printed if one.year == year], rules, stated)
    period = periods.of_year(year)
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
        key_figures=_key_figures(tally, tables, stated),
        tables=tables,
    )
    return Computed(published, found.log)


def canonical(published: Document) -> bytes:
    """The bytes of data.json."""
    return rfc8785.dumps(dict(published))  # type: ignore[arg-type]


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# Key figures


def _key_figures(tally: Tally, tables: Sequence[PublishedTable], stated: Statements | None) -> list[KeyFigure]:
    values = _counted(tally) | _computed(tally, tables) | _coverage(stated)
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


def _computed(tally: Tally, tables: Sequence[PublishedTable]) -> dict[str, Value]:
    """A figure that rests on a cell shows no more than the cell does."""
    counts = tally.counts
    violations = _shown(tables, "findings_by_outcome", Outcome.VIOLATION)
    in_danger = _shown(tables, "shared_by_lane", Lane.DANGER)
    waited = in_danger if isinstance(in_danger, str) else quantile(tally.waits["review/danger"], Fraction(1, 2))
    return {
        "largest_member_share": _band(tally.tables["shared_by_harm"]),
        "median_hours_to_first_review": quantile(tally.waits["review"], Fraction(1, 2)),
        "median_hours_to_first_review_in_danger": waited,
        "median_hours_to_acknowledgement": quantile(tally.waits["acknowledgement"], Fraction(1, 2)),
        "violation_share": _percent(violations, counts["findings_examined"]),
        "looks_wrong_share": _percent(counts["looks_wrong"], counts["findings_examined"]),
        "reinstated_share": _percent(counts["findings_reinstated"], violations),
        "retracted_share": _percent(counts["shared_and_retracted"], counts["signals_shared"]),
    }


def _shown(tables: Iterable[PublishedTable], metric: str, row: str) -> Value:
    table = next(one for one in tables if one["id"] == metric)
    return table["cells"][table["rows"].index(row)][0]


def _band(shared: Breakdown) -> str:
    """How concentrated sharing is, without saying how much anybody shared."""
    sizes = shared.of(None).values()
    if not sizes:
        return Mark.NOT_APPLICABLE.value
    share = Fraction(100 * max(sizes), sum(sizes))
    return next((band.value for limit, band in dimensions.BANDS if share <= limit), Band.ABOVE_75.value)


def _percent(part: Value, whole: Value) -> Value:
    """A mark stays the mark that it is."""
    if isinstance(part, str) or isinstance(whole, str):
        return part if isinstance(part, str) else whole
    return round(Fraction(part) * 1000 / Fraction(whole)) / 10 if whole else Mark.NOT_APPLICABLE.value


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


def _tables(
    tally: Tally,
    layout: Iterable[Layout],
    hidden: Collection[Place],
    before: Sequence[Printed],
    rules: Rules,
    stated: Statements | None,
) -> list[PublishedTable]:
    counted = {one.metric.id: one for one in layout}
    made = []
    for metric in metrics.TABLES:
        if metric.id in counted:
            one = counted[metric.id]
            rows, columns, cells = one.rows, one.columns, _marked(one, hidden)
        elif Dimension.ESTIMATE in metric.dimensions:
            looks = counted["looks_wrong_by_kind"]
            rows, columns, cells = _precision(looks, _marked(looks, hidden))
        else:
            rows, columns, cells = _first_reviews(tally, before, rules)
        if _is_silence(metric, tally, stated):
            cells = [[Mark.NOT_REPORTED.value for _value in row] for row in cells]
        made.append(_published(metric, rows, columns, cells))
    return made


def _published(metric: Metric, rows: list[str], columns: list[str], cells: list[list[Value]]) -> PublishedTable:
    return PublishedTable(
        id=metric.id,
        unit=metric.unit.value,
        source=metric.source.value,
        dimensions=[dimension.value for dimension in metric.dimensions],
        rows=rows,
        columns=columns,
        cells=cells,
    )


def _marked(layout: Layout, hidden: Collection[Place]) -> list[list[Value]]:
    """The cells with marks in place of what is hidden."""
    marked: list[Value] = [
        Mark.SUPPRESSED.value if place in hidden else members.total()
        for place, members in zip(layout.places, layout.counts, strict=True)
    ]
    width = len(layout.columns)
    return [marked[start : start + width] for start in range(0, len(marked), width)]


Shape = tuple[list[str], list[str], list[list[Value]]]


def _first_reviews(tally: Tally, before: Sequence[Printed], rules: Rules) -> Shape:
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
        place = metric.id, row, Statistic.MEDIAN.value
        was_hidden = any(one.hides(place) for one in before)
        if was_hidden or layouts.cell(place, tally.tables[metric.id].of(row), rules).sensitive:
            shown = dict.fromkeys(shown, Mark.SUPPRESSED.value)
        shown[Statistic.TARGET] = target
        cells.append([shown[statistic] for statistic in Statistic])
    return rows, [statistic.value for statistic in Statistic], cells


def _precision(looks: Layout, cells: list[list[Value]]) -> Shape:
    """What the table of whether signals looked wrong gives away, and no more, for kinds that were looked at enough."""
    rows = [row for row in looks.rows if row != TOTAL]
    no, yes = (looks.columns.index(word.value) for word in (LooksWrong.NO, LooksWrong.YES))
    return rows, list(Estimate.values), [_estimate(shown[no], shown[yes]) for shown in cells[: len(rows)]]


def _estimate(right: Value, wrong: Value) -> list[Value]:
    if isinstance(right, str) or isinstance(wrong, str):
        return [Mark.SUPPRESSED.value] * len(Estimate)
    count = int(right + wrong)
    if count < LEAST_ESTIMATED:
        return [count, *[Mark.NOT_APPLICABLE.value] * (len(Estimate) - 1)]
    likely = wilson(int(right), count)
    assert likely is not None
    return [count, _percent(int(right), count), round(1000 * likely.low) / 10, round(1000 * likely.high) / 10]
