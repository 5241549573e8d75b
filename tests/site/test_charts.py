"""Charts: what they draw, in which widths, and that they never break on odd numbers."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from lantern_site import charts

MONTHS = ("Jan", "Feb", "Mar")
KINDS = (charts.Series("E-mail", (1180, 1210, 1260)), charts.Series("URL", (0, 250, 5)))


def drawings(chart: charts.Chart) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<both>{chart}</both>"))


def of_class(drawing: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [shape for shape in drawing.iter() if name in shape.get("class", "").split()]


ALL = {
    "columns": charts.columns(MONTHS, KINDS, notes=[charts.Note(1, "Two members join")]),
    "ranked bars": charts.ranked_bars([charts.Bar("Account actioned", 19870), charts.Bar("Not <known>", 0)]),
    "ranges": charts.ranges(
        [charts.Spread("Critical", 0.8, 1.6, 3.9, 8), charts.Spread("Low", 19, 41, 700)],
        ticks=(0, 1, 4, 24, 96),
        unit="h",
        target_label="target",
    ),
    "dots": charts.dots(46, 20),
}


@pytest.mark.parametrize("chart", ALL.values(), ids=ALL.keys())
def test_a_chart_is_drawn_broad_and_narrow_and_left_to_its_table(chart: charts.Chart) -> None:
    broad, narrow = drawings(chart)

    assert broad.get("class") == "chart broad"
    assert narrow.get("class") == "chart narrow"
    assert {broad.get("aria-hidden"), narrow.get("aria-hidden")} == {"true"}


@pytest.mark.parametrize("chart", ALL.values(), ids=ALL.keys())
def test_a_chart_has_classes_and_no_style(chart: charts.Chart) -> None:
    markup = str(chart)

    assert "style" not in markup
    assert "fill=" not in markup
    assert "stroke=" not in markup


@pytest.mark.parametrize("chart", ALL.values(), ids=ALL.keys())
def test_every_shape_stands_inside_its_drawing(chart: charts.Chart) -> None:
    for drawing in drawings(chart):
        width, height = float(drawing.get("width", 0)), float(drawing.get("height", 0))
        for shape in drawing:
            for name, limit in {"x": width, "cx": width, "x2": width, "y": height, "cy": height, "y2": height}.items():
                assert 0 <= float(shape.get(name, 0)) <= limit, ElementTree.tostring(shape)


@pytest.mark.parametrize("chart", ALL.values(), ids=ALL.keys())
def test_every_class_of_a_chart_has_its_colour_in_print(chart: charts.Chart) -> None:
    names = {name for shape in drawings(chart)[0].iter() for name in shape.get("class", "").split()}
    plain = {"chart", "broad"}

    assert all(f".{name}" in charts.PRINT_STYLE for name in names - plain)


def test_words_are_escaped() -> None:
    assert "Not &lt;known&gt;" in str(ALL["ranked bars"])


def test_the_printed_chart_carries_its_own_colours() -> None:
    printed = ElementTree.fromstring(ALL["columns"].printed())

    assert printed.tag == "{http://www.w3.org/2000/svg}svg"
    assert printed[0].tag.endswith("style")


def test_columns_are_as_tall_as_their_values() -> None:
    broad = drawings(ALL["columns"])[0]
    heights = [float(bar.get("height", 0)) for bar in of_class(broad, "series-1")]

    assert heights[2] / heights[0] == pytest.approx(1260 / 1180, rel=0.01)


def test_an_empty_slice_is_left_out() -> None:
    assert len(of_class(drawings(ALL["columns"])[0], "series-2")) == 2


def test_labels_of_thin_slices_do_not_overlap() -> None:
    thin = [charts.Series(name, (value,)) for name, value in zip("abcde", (1000, 1, 1, 1, 1), strict=True)]

    labels = of_class(drawings(charts.columns(["2025"], thin))[0], "label")

    heights = sorted(float(label.get("y", 0)) for label in labels)
    assert all(below - above >= 16.9 for above, below in pairwise(heights))


def test_the_first_bar_stands_out_and_the_longest_fills_its_track() -> None:
    broad = drawings(charts.ranked_bars([charts.Bar("a", 50), charts.Bar("b", 100)]))[0]
    track = float(of_class(broad, "track")[0].get("width", 0))

    assert float(of_class(broad, "series-1")[0].get("width", 0)) == pytest.approx(track / 2, abs=0.1)
    assert float(of_class(broad, "series-2")[0].get("width", 0)) == pytest.approx(track)


def test_numbers_follow_the_language() -> None:
    bars = charts.ranked_bars([charts.Bar("a", 19870)])

    assert ">19,870<" in str(bars)
    with translation.override("fr"):
        assert re.search(r">19\s870<", str(bars))


def test_what_was_suppressed_is_shown_as_it_is_written() -> None:
    assert ">c<" in str(charts.ranked_bars([charts.Bar("Other", 0, "c")]))


def test_a_target_that_is_missing_is_not_drawn() -> None:
    assert len(of_class(drawings(ALL["ranges"])[0], "target")) == 1


def test_dots_are_lit_from_the_first() -> None:
    broad = drawings(ALL["dots"])[0]

    assert len(of_class(broad, "lit")) == 20
    assert len(of_class(broad, "unlit")) == 26


@given(some.floats(min_value=0.01, max_value=1e9))
def test_grid_lines_are_round_numbers_and_cover_the_largest(largest: float) -> None:
    step = charts.step_for(largest)

    assert step * 4 >= largest * (1 - 1e-6)
    assert step * 4 <= largest * 2.51
    leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert any(math.isclose(leading, factor) for factor in (1, 2, 2.5, 5, 10))


@pytest.mark.parametrize("values", [(), (0, 0, 0)])
def test_a_chart_of_nothing_is_still_a_chart(values: tuple[float, ...]) -> None:
    labels = MONTHS[: len(values)]

    assert len(drawings(charts.columns(labels, [charts.Series("a", values)]))) == 2
    assert len(drawings(charts.ranked_bars([charts.Bar("a", value) for value in values]))) == 2
    assert len(drawings(charts.dots(0, 0))) == 2
