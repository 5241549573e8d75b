"""Charts as SVG made on the server, with classes only: `static/css/charts.css` colours them, in light, dark and print.

Each chart is drawn in two widths, because text in a scaled-down drawing cannot be read on a phone. The drawing is
hidden from assistive technology: the table of its numbers, which every page puts beneath it, is the accessible form.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from xml.etree import ElementTree

from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe

BROAD, NARROW = 736, 350
_LETTER = 7.2  # about the width of a letter at 14 px; only used to leave room for labels

# The same classes for a reader of SVG that knows no CSS variables (the printed report).
PRINT_STYLE = """
text{font-family:'Source Sans Pro';font-size:14px;fill:#4d585c}
.strong,.label,.note{font-weight:600}
.strong{fill:#1c2529}
.end{text-anchor:end}
.middle{text-anchor:middle}
.grid-line{stroke:#e3ded4}
.axis{stroke:#8b8577}
.series-1,.label-1{fill:#0d5a57}
.series-2{fill:#4f9089}
.series-3{fill:#d9962b}
.series-4{fill:#a3623c}
.series-5{fill:#b9c1bd}
.label-2{fill:#3a7a73}
.label-3{fill:#96600c}
.label-4{fill:#8a4f2d}
.stacked{stroke:#fff;stroke-width:1}
.track{fill:#eeece6}
.range{stroke:#4f9089;stroke-width:8;stroke-linecap:round;opacity:.45}
.median{fill:#0d5a57;stroke:#fff;stroke-width:2}
.target{stroke:#b86e00;stroke-width:2;stroke-dasharray:4 4}
.note{fill:#7a4700}
.leader{stroke:#626b6d}
.lit{fill:#d9962b}
.unlit{fill:#cfcac0}
"""


class Drawing:
    """An SVG of a fixed size that grows shape by shape; y runs downwards."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        size = {"viewBox": f"0 0 {width:g} {height:g}", "width": f"{width:g}", "height": f"{height:g}"}
        self.root = ElementTree.Element("svg", size)

    def shape(self, tag: str, css: str, **measures: float) -> Self:
        attributes = {name: f"{round(value, 1):g}" for name, value in measures.items()}
        ElementTree.SubElement(self.root, tag, {**attributes, "class": css})
        return self

    def bar(self, css: str, *, x: float, y: float, width: float, height: float, rounded: float = 0) -> Self:
        """A rectangle; one without extent is left out."""
        if width <= 0 or height <= 0:
            return self
        return self.shape("rect", css, x=x, y=y, width=width, height=height, rx=rounded)

    def line(self, css: str, start: tuple[float, float], end: tuple[float, float]) -> Self:
        return self.shape("line", css, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def dot(self, css: str, *, x: float, y: float, radius: float) -> Self:
        return self.shape("circle", css, cx=x, cy=y, r=radius)

    def text(self, css: str, words: str, *, x: float, y: float) -> Self:
        self.shape("text", css, x=x, y=y)
        self.root[-1].text = words
        return self

    def markup(self, css: str = "", style: str = "") -> str:
        """The drawing as text: for a page with `css` as its class, for print with its own `style`."""
        self.root.set("class", f"chart {css}".strip())
        self.root.set("aria-hidden", "true")
        self.root.set("focusable", "false")
        if not style:
            return ElementTree.tostring(self.root, encoding="unicode")
        self.root.set("xmlns", "http://www.w3.org/2000/svg")
        sheet = ElementTree.Element("style")
        sheet.text = style
        self.root.insert(0, sheet)
        return ElementTree.tostring(self.root, encoding="unicode")


@dataclass(frozen=True)
class Chart:
    """What a page writes as `{{ chart }}`: both widths, of which the style sheet shows one."""

    draw: Callable[[float], Drawing]

    def __str__(self) -> SafeString:
        broad, narrow = self.draw(BROAD).markup("broad"), self.draw(NARROW).markup("narrow")
        return mark_safe(broad + narrow)  # noqa: S308  (ElementTree escaped every word)

    __html__ = __str__

    def printed(self) -> str:
        """One SVG that carries its own colours, for the printed report."""
        return self.draw(BROAD).markup(style=PRINT_STYLE)


@dataclass(frozen=True)
class Series:
    label: str
    values: Sequence[float]


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    shown: str = ""  # the number as people read it; the value itself when empty


@dataclass(frozen=True)
class Spread:
    """A middle half with its median, and the target that it is compared with (or None)."""

    label: str
    lower: float
    median: float
    upper: float
    target: float | None = None


@dataclass(frozen=True)
class Note:
    """Words above the column at `position`, joined to it by a line."""

    position: int
    words: str


def step_for(largest: float, steps: int = 4) -> float:
    """The distance between grid lines: 1, 2, 2.5 or 5 times a power of ten, so that about `steps` cover `largest`."""
    if largest <= 0:
        return 1.0
    raw = largest / steps
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor for factor in (1, 2, 2.5, 5, 10) if raw / power <= factor + 1e-9) * power


def _number(value: float) -> str:
    return number_format(f"{value:.1f}".removesuffix(".0"), force_grouping=True)


def _tick(value: float) -> str:
    return f"{number_format(f'{value / 1000:g}')}k" if value >= 1000 else number_format(f"{value:g}")


def _is_broad(width: float) -> bool:
    return width >= 500


# Stacked columns


@dataclass(frozen=True)
class _ColumnsFrame:
    """Where things stand in a chart of columns of one width."""

    left: float
    right: float
    top: float
    bottom: float
    slot: float
    bar: float
    largest: float

    def y(self, value: float) -> float:
        return self.top + (self.bottom - self.top) * (1 - value / self.largest)

    def x(self, position: int) -> float:
        return self.left + self.slot * position + (self.slot - self.bar) / 2


def _columns_frame(
    width: float, height: float, labels: int, totals: Sequence[float], names: Sequence[str]
) -> _ColumnsFrame:
    largest = max(totals, default=0)
    step = step_for(largest)
    ceiling = step * max(1, math.ceil(largest / step - 1e-9))
    margin = 20 + max((len(name) for name in names), default=0) * _LETTER if _is_broad(width) and len(names) > 1 else 0
    slot = (width - 44 - margin) / max(1, labels)
    bar = slot * (0.7 if _is_broad(width) else 0.78)
    return _ColumnsFrame(44, width - margin, 26, height - 26, slot, min(bar, 64), ceiling)


def columns(labels: Sequence[str], series: Sequence[Series], *, notes: Sequence[Note] = ()) -> Chart:
    """Stacked columns over time, at most five series, labelled directly beside the last column."""
    return Chart(lambda width: _columns(width, labels, series, notes))


def _columns(width: float, labels: Sequence[str], series: Sequence[Series], notes: Sequence[Note]) -> Drawing:
    totals = [sum(one.values[position] for one in series) for position in range(len(labels))]
    frame = _columns_frame(width, 300, len(labels), totals, [one.label for one in series])
    drawing = Drawing(width, 300)
    _draw_grid(drawing, frame)
    for position, label in enumerate(labels):
        _draw_stack(drawing, frame, position, [one.values[position] for one in series])
        if _is_broad(width) or position % max(1, math.ceil(len(labels) / 4)) == 0:
            drawing.text("middle", label, x=frame.x(position) + frame.bar / 2, y=294)
    if _is_broad(width) and len(series) > 1:
        _draw_series_labels(drawing, frame, series)
    for note in notes:
        _draw_note(drawing, frame, note, totals[note.position], last=note.position > len(labels) * 0.7)
    return drawing


def _draw_grid(drawing: Drawing, frame: _ColumnsFrame) -> None:
    step = step_for(frame.largest)
    for number in range(round(frame.largest / step) + 1):
        y = frame.y(number * step)
        drawing.line("grid-line" if number else "axis", (frame.left, y), (frame.right, y))
        drawing.text("end", _tick(number * step), x=frame.left - 8, y=y + 5)


def _draw_stack(drawing: Drawing, frame: _ColumnsFrame, position: int, values: Sequence[float]) -> None:
    base = 0.0
    for number, value in enumerate(values, start=1):
        top, height = frame.y(base + value), frame.y(base) - frame.y(base + value)
        drawing.bar(f"series-{number} stacked", x=frame.x(position), y=top, width=frame.bar, height=height)
        base += value


def _draw_series_labels(drawing: Drawing, frame: _ColumnsFrame, series: Sequence[Series]) -> None:
    """Beside the last column, nudged apart so that thin slices keep readable names."""
    base, above = 0.0, math.inf
    for number, one in enumerate(series, start=1):
        wanted = frame.y(base + one.values[-1] / 2) + 5
        above = min(wanted, above - 17)
        drawing.text(f"label label-{number}", one.label, x=frame.right + 10, y=above)
        base += one.values[-1]


def _draw_note(drawing: Drawing, frame: _ColumnsFrame, note: Note, total: float, *, last: bool) -> None:
    x = frame.x(note.position) + frame.bar / 2
    drawing.line("leader", (x, 18), (x, frame.y(total) - 5))
    drawing.text("note end" if last else "note middle", note.words, x=x, y=12)


# Ranked bars


def ranked_bars(bars: Sequence[Bar]) -> Chart:
    """Horizontal bars in the order given; the first is the finding and stands out."""
    return Chart(lambda width: _ranked_bars(width, bars))


def _ranked_bars(width: float, bars: Sequence[Bar]) -> Drawing:
    broad = _is_broad(width)
    shown = [bar.shown or _number(bar.value) for bar in bars]
    left = min(280, 16 + max((len(bar.label) for bar in bars), default=0) * _LETTER) if broad else 0
    span = width - left - 20 - max((len(words) for words in shown), default=0) * _LETTER
    pitch = 38 if broad else 56
    largest = max((bar.value for bar in bars), default=0) or 1
    drawing = Drawing(width, pitch * len(bars))
    for position, (bar, words) in enumerate(zip(bars, shown, strict=True)):
        y = position * pitch
        top = y + (7 if broad else 26)
        drawing.text("strong", bar.label, x=0, y=y + (23 if broad else 18))
        drawing.bar("track", x=left, y=top, width=span, height=22, rounded=3)
        length = max(2, span * bar.value / largest) if bar.value else 0
        drawing.bar("series-2" if position else "series-1", x=left, y=top, width=length, height=22, rounded=3)
        drawing.text("strong", words, x=left + span + 12, y=top + 16)
    return drawing


# Ranges


def ranges(rows: Sequence[Spread], *, ticks: Sequence[float], unit: str, target_label: str = "") -> Chart:
    """Middle half, median and target of each row on a square-root scale from 0 to the last tick.

    The scale gives short times room without a logarithm's missing zero. `unit` follows each number ("h").
    """
    return Chart(lambda width: _ranges(width, rows, ticks, unit, target_label))


def _ranges(width: float, rows: Sequence[Spread], ticks: Sequence[float], unit: str, target_label: str) -> Drawing:
    broad = _is_broad(width)
    left = max(60 if not broad else 90, 14 + max((len(row.label) for row in rows), default=0) * _LETTER)
    right, base = width - 22, 54 * len(rows)
    drawing = Drawing(width, base + 34)

    def x(value: float) -> float:
        return left + (right - left) * math.sqrt(min(value, ticks[-1]) / ticks[-1])

    for position, tick in enumerate(ticks):
        if broad or position % 2 == 0 or position == len(ticks) - 1:
            drawing.line("grid-line", (x(tick), 4), (x(tick), base))
            drawing.text("middle", f"{_number(tick)} {unit}" if tick else "0", x=x(tick), y=base + 20)
    for position, row in enumerate(rows):
        _draw_spread(drawing, row, position * 54 + 30, x, unit)
        if position == 0 and broad and row.target is not None:
            drawing.text("note", target_label, x=x(row.target) + 8, y=22)
    return drawing


def _draw_spread(drawing: Drawing, row: Spread, y: float, x: Callable[[float], float], unit: str) -> None:
    drawing.text("strong", row.label, x=0, y=y + 5)
    drawing.line("range", (x(row.lower), y), (x(row.upper), y))
    if row.target is not None:
        drawing.line("target", (x(row.target), y - 15), (x(row.target), y + 15))
    drawing.dot("median", x=x(row.median), y=y, radius=7)
    drawing.text("middle strong", f"{_number(row.median)} {unit}", x=x(row.median), y=y - 13)


# Dots


def dots(total: int, lit: int, *, per_row: int = 30) -> Chart:
    """A field of `total` dots of which the first `lit` shine; the page says how much one dot stands for."""
    return Chart(lambda width: _dots(total, lit, per_row if _is_broad(width) else per_row * 2 // 3))


def _dots(total: int, lit: int, per_row: int) -> Drawing:
    pitch = 15
    drawing = Drawing(per_row * pitch, math.ceil(total / per_row) * pitch)
    for number in range(total):
        row, column = divmod(number, per_row)
        css = "lit" if number < lit else "unlit"
        drawing.dot(css, x=(column + 0.5) * pitch, y=(row + 0.5) * pitch, radius=3.6)
    return drawing
