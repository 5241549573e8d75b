"""Figures as people read them: numbers in their language, tables, charts, and titles that say what was found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lantern_site import charts
from lantern_site.charts import Bar, Chart, Series, Spread
from transparency import metrics, statements
from transparency.comparison import Change
from transparency.dimensions import MARKS, TOTAL, Band, Dimension, Mark, Statistic, Value, label_of
from transparency.figures import Document, PublishedTable
from transparency.metrics import Metric, Source, Unit
from transparency.protecting import Suppression
from transparency.statements import Correction, Section

MOST_SERIES = 5
LONGEST_LABEL = 45
HOURS = (0, 1, 4, 12, 24, 48, 96)


@dataclass(frozen=True)
class Table:
    """Context of components/table.html."""

    caption: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Figure:
    """Context of components/figure.html."""

    id: str
    title: str
    unit: str
    source: str
    table: Table
    chart: Chart | None = None
    legend: tuple[str, ...] = ()
    note: str = ""


class Reading:
    """A document opened at its ids."""

    def __init__(self, document: Document) -> None:
        self.year = document["year"]
        self._values = {figure["id"]: figure["value"] for figure in document["key_figures"]}
        self._tables = {table["id"]: table for table in document["tables"]}

    def has(self, name: str) -> bool:
        return name in self._values or name in self._tables

    def value(self, figure: str) -> Value:
        """A figure that the dictionary did not have yet when the document was made does not apply to it."""
        return self._values.get(figure, Mark.NOT_APPLICABLE.value)

    def number(self, figure: str) -> float:
        """The value for arithmetic; a mark is nought."""
        value = self.value(figure)
        return 0 if isinstance(value, str) else value

    def shown(self, figure: str) -> str:
        return shown(self.value(figure), metrics.DICTIONARY[figure].unit)

    def table(self, name: str) -> PublishedTable:
        return self._tables[name]

    def column(self, name: str, column: str | None = None) -> dict[str, Value]:
        """The values of a column by row (of the only one without a name), totals left out."""
        table = self._tables[name]
        across = table["columns"].index(column) if column else 0
        pairs = zip(table["rows"], table["cells"], strict=True)
        return {row: cells[across] for row, cells in pairs if row != TOTAL}

    def row(self, name: str, row: str) -> dict[str, Value]:
        """The values of a row by column, its total left out."""
        table = self._tables[name]
        pairs = zip(table["columns"], table["cells"][table["rows"].index(row)], strict=True)
        return {column: value for column, value in pairs if column != TOTAL}


# Values, labels and tables


def shown(value: Value, unit: Unit) -> str:
    """A value as people read it. Marks stay as they are."""
    if isinstance(value, str):
        return str(Band(value).label) if unit is Unit.BAND and value in Band else value
    number = number_format(value, decimal_pos=1 if isinstance(value, float) else None, force_grouping=True)
    if unit is Unit.HOURS:
        return _("%(number)s h") % {"number": number}
    return _("%(number)s %%") % {"number": number} if unit is Unit.PERCENT else number


def label(dimension: Dimension, code: str) -> str:
    if dimension is Dimension.MONTH and code != TOTAL:
        return date_format(date.fromisoformat(f"{code}-01"), "F")
    return str(label_of(dimension, code))


def table_of(metric: Metric, published: PublishedTable) -> Table:
    first, *second = metric.dimensions
    if second:
        columns = [label(second[0], code) for code in published["columns"]]
    else:
        columns = [str(metric.unit.label).capitalize()]
    rows = [
        [label(first, row), *(shown(value, Unit.SIGNALS) for value in cells)]
        for row, cells in zip(published["rows"], published["cells"], strict=True)
    ]
    return Table(caption=str(metric.title), head=[str(first.label), *columns], rows=rows)


def change(metric: str, one: Change) -> str:
    """What a figure was and what it is, in one line."""
    known = metrics.DICTIONARY.get(metric)
    unit = known.unit if known and not known.is_table else Unit.SIGNALS
    named = zip(known.dimensions if known else (), (one["row"], one["column"]), strict=False)
    where = " · ".join(label(dimension, code) for dimension, code in named if code)
    old, new = ("–" if value is None else shown(value, unit) for value in (one["old"], one["new"]))
    return f"{where}: {old} → {new}" if where else f"{old} → {new}"


def differences(found: Mapping[str, Sequence[Change]]) -> Table:
    """Every change, for those who make the report."""
    rows = [
        [str(metrics.DICTIONARY[metric].title) if metric in metrics.DICTIONARY else metric, change(metric, one)]
        for metric, some in found.items()
        for one in some
    ]
    return Table(caption=_("What differs from the draft before"), head=[_("Figure"), _("Change")], rows=rows)


def title_of(metric: str) -> str:
    """Of a figure, or of a sum that members state."""
    return str(statements.SUMS.get(metric) or metrics.DICTIONARY[metric].title)


def cell_name(metric: str, row: str, column: str) -> str:
    """A cell by the words of its row and column; a figure without cells by its title."""
    dimensions = metrics.DICTIONARY[metric].dimensions if row else ()
    named = [label(dimension, code) for dimension, code in zip(dimensions, (row, column), strict=False)]
    return " · ".join(named) or title_of(metric)


def count(value: int) -> str:
    return shown(value, Unit.ITEMS)


def correction(one: Correction) -> str:
    """What a member states, and what the ledger has."""
    name = cell_name(one["metric"], one["row"], one["column"])
    return f"{name}: {count(one['before'])} → {count(one['after'])}"


def coverage(reading: "Reading", section: Section) -> str:
    """How many of the members that were asked stand behind what is stated; nothing where nobody was asked."""
    asked, reported = reading.value("members_asked"), reading.value(f"members_reporting_{section}")
    if isinstance(asked, str) or isinstance(reported, str):
        return ""
    return _("reported by %(n)s of %(m)s participants") % {"n": reported, "m": asked}


def source_of(reading: "Reading", metric: Metric) -> str:
    """Who says so, and for what members state how many of them."""
    section = statements.section_of(metric)
    parts = (str(metric.source.label), coverage(reading, section) if section else "")
    return " · ".join(filter(None, parts))


def suppressed(log: Sequence[Suppression]) -> Table:
    """The hidden cells with their reasons, for those who make and audit the report."""
    why = {
        "sensitive": _("Too few behind it, or too small"),
        "complement": _("So that another cannot be computed"),
        "earlier": _("An earlier edition hid it"),
    }
    return Table(
        caption=_("What is hidden, and why"),
        head=[_("Table"), _("Cell"), _("Reason"), _("Bounds"), _("Closest member")],
        rows=[
            [
                str(metrics.DICTIONARY[one["table"]].title),
                _cell_name(one),
                why[one["why"]],
                _between(one["least"], one["most"]),
                "–" if one["closest_member_width"] is None else str(one["closest_member_width"]),
            ]
            for one in log
        ],
    )


def _cell_name(one: Suppression) -> str:
    dimensions = metrics.DICTIONARY[one["table"]].dimensions
    named = [label(dimension, code) for dimension, code in zip(dimensions, (one["row"], one["column"]), strict=False)]
    return " · ".join(named)


def _between(least: int, most: int | None) -> str:
    return _("%(least)s or more") % {"least": least} if most is None else f"{least}–{most}"


def key_figures(document: Document, source: Source) -> Figure:
    """The key figures of one source as a table: the two sources are never mixed."""
    rows = [
        [str(metrics.DICTIONARY[figure["id"]].title), shown(figure["value"], metrics.DICTIONARY[figure["id"]].unit)]
        for figure in document["key_figures"]
        if figure["source"] == source
    ]
    return Figure(
        id=f"key-figures-{source.value}",
        title=str(source.label),
        unit=str(document["year"]),
        source=coverage(Reading(document), Section.FINDINGS) if source is Source.MEMBERS else "",
        table=Table(caption=str(source.label), head=[_("Figure"), _("Value")], rows=rows),
        note=_meaning(figure["value"] for figure in document["key_figures"] if figure["source"] == source),
    )


def _meaning(values: Iterable[Value]) -> str:
    """What the marks among some values mean, in one line; nothing when there is none."""
    found = set(values)
    return "; ".join(
        _("%(mark)s: %(words)s") % {"mark": mark.value, "words": words}
        for mark, words in MARKS.items()
        if mark.value in found
    )


def _numbers(values: Mapping[str, Value]) -> dict[str, float]:
    return {code: value for code, value in values.items() if not isinstance(value, str)}


def _is_complete(values: Mapping[str, Value]) -> bool:
    return len(_numbers(values)) == len(values)


def _largest(values: Mapping[str, Value]) -> str | None:
    """The category with the most, if that can be known: nothing is hidden and something is there."""
    numbers = _numbers(values)
    if not numbers or not max(numbers.values()) or not _is_complete(values):
        return None
    return max(numbers, key=lambda code: numbers[code])


# Figures


def figure(
    reading: Reading, name: str, *, title: str = "", chart: Chart | None = None, legend: tuple[str, ...] = ()
) -> Figure:
    metric = metrics.DICTIONARY[name]
    published = reading.table(name)
    return Figure(
        id=name.replace("_", "-"),
        title=title or str(metric.title),
        unit=f"{metric.title}, {reading.year}" if title else str(reading.year),
        source=source_of(reading, metric),
        table=table_of(metric, published),
        chart=chart,
        note=_meaning(value for cells in published["cells"] for value in cells),
        legend=legend,
    )


def by_month(reading: Reading) -> Figure:
    name = "shared_by_month_and_kind"
    months = reading.column(name, TOTAL)
    most = _largest(months)
    series = _series_by_kind(reading) or [Series(_("All kinds"), list(_filled(months)))]
    labels = [
        date_format(date.fromisoformat(f"{month}-01"), pgettext("a month under a chart", "M")) for month in months
    ]
    return figure(
        reading,
        name,
        title=_("Most signals were shared in %(month)s") % {"month": label(Dimension.MONTH, most)} if most else "",
        chart=charts.columns(labels, series) if _numbers(months) else None,
        legend=tuple(one.label for one in series) if len(series) > 1 else (),
    )


def _filled(values: Mapping[str, Value]) -> Iterator[float]:
    """For drawing: what cannot be shown has no height; the note under the figure says so."""
    return (0 if isinstance(value, str) else value for value in values.values())


def _series_by_kind(reading: Reading) -> list[Series]:
    """The largest kinds and the rest, month by month; nothing when a single cell is hidden."""
    name = "shared_by_month_and_kind"
    kinds = {code: reading.column(name, code) for code in reading.table(name)["columns"] if code != TOTAL}
    if not all(_is_complete(months) for months in kinds.values()):
        return []
    found = {code: list(_filled(months)) for code, months in kinds.items() if any(_filled(months))}
    ranked = sorted(found, key=lambda code: -sum(found[code]))
    named = ranked if len(ranked) <= MOST_SERIES else ranked[: MOST_SERIES - 1]
    series = [Series(label(Dimension.KIND, code), found[code]) for code in named]
    if rest := ranked[len(named) :]:
        series.append(
            Series(_("Other kinds"), [sum(month) for month in zip(*(found[code] for code in rest), strict=True)])
        )
    return series


def by_kind(reading: Reading) -> Figure:
    """The last row of the table by month, drawn: how much was shared of each kind."""
    metric = metrics.DICTIONARY["shared_by_month_and_kind"]
    values = reading.row(metric.id, TOTAL)
    rows = [[label(Dimension.KIND, code), shown(value, metric.unit)] for code, value in values.items()]
    most = _largest(values)
    caption = _("Signals shared by kind")
    return Figure(
        id="shared-by-kind",
        title=_("Shared most often: %(kind)s") % {"kind": label(Dimension.KIND, most)} if most else caption,
        unit=f"{caption}, {reading.year}" if most else str(reading.year),
        source=str(metric.source.label),
        table=Table(caption=caption, head=[str(Dimension.KIND.label), str(metric.unit.label).capitalize()], rows=rows),
        chart=_bars(Dimension.KIND, values),
        note=_meaning(values.values()),
    )


def ranking(reading: Reading, name: str, sentence: str = "") -> Figure:
    """Bars for a table of one dimension. `sentence` may have a place for its largest category: %(what)s."""
    metric = metrics.DICTIONARY[name]
    values = reading.column(name)
    most = _largest(values)
    title = sentence % {"what": _short(label(metric.dimensions[0], most))} if most else ""
    return figure(reading, name, title=title, chart=_bars(metric.dimensions[0], values))


def _bars(dimension: Dimension, values: Mapping[str, Value]) -> Chart | None:
    """What is there and may be shown, the largest first."""
    numbers = {code: number for code, number in _numbers(values).items() if number}
    if not numbers:
        return None
    codes = sorted(numbers, key=lambda code: -numbers[code])
    return charts.ranked_bars(
        [Bar(_short(label(dimension, code)), numbers[code], shown(numbers[code], Unit.SIGNALS)) for code in codes]
    )


def _short(words: str) -> str:
    """A label that fits beside a bar: without its brackets, cut where a word ends. The table has it whole."""
    plain = words.partition(" (")[0]
    return plain if len(plain) <= LONGEST_LABEL else f"{plain[:LONGEST_LABEL].rpartition(' ')[0]} …"


def reviews(reading: Reading) -> Figure:
    """Quartiles of the time to first review against the target of each severity."""
    name = "first_review_by_severity"
    rows: list[Spread] = []
    for severity in reading.table(name)["rows"]:
        numbers = _numbers(reading.row(name, severity))
        if Statistic.MEDIAN in numbers:
            lower, median, upper, target = (numbers[part] for part in tuple(Statistic)[:4])
            rows.append(Spread(label(Dimension.SEVERITY, severity), lower, median, upper, target))
    return figure(
        reading,
        name,
        title=_on_target(rows),
        chart=charts.ranges(rows, ticks=HOURS, unit="h", target_label=_("target")) if rows else None,
    )


def _on_target(rows: list[Spread]) -> str:
    late = [row for row in rows if row.target is not None and row.median > row.target]
    if not rows:
        return ""
    if not late:
        return _("Every severity that can be shown met its target at the median")
    return _("%(late)s of %(all)s severities missed their target at the median") % {"late": len(late), "all": len(rows)}
