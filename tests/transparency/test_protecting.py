"""Editions that are protected together with what everybody has read already."""

from random import Random

from transparency import layouts, protecting
from transparency.counting import Tally
from transparency.dimensions import Mark, Value
from transparency.disclosure import DEFAULT
from transparency.layouts import Layout, Place
from transparency.protecting import Hidden, Printed

KINDS = ("sha256", "email", "url", "pdq")


def tally(count: int, *before: Tally) -> Tally:
    """Signals of five members over kinds and months; the same ones first whatever the count."""
    dice, made = Random(5), Tally()
    for _signal in range(count):
        member, kind, month = dice.randrange(101, 106), dice.choice(KINDS), f"2025-{dice.randrange(1, 13):02}"
        made.add("shared_by_month_and_kind", member, month, kind)
        made.add("shared_to_date_by_kind", member, kind)
    for earlier in before:
        made.tables["shared_to_date_by_kind"].merge(earlier.tables["shared_to_date_by_kind"])
    return made


def laid_out(made: Tally, year: int = 2025) -> list[Layout]:
    kept = ("shared_by_month_and_kind", "shared_to_date_by_kind")
    return [layout for layout in layouts.of(made, year) if layout.metric.id in kept]


def values(tables: list[Layout], hidden: Hidden) -> dict[Place, Value]:
    return {
        place: Mark.SUPPRESSED.value if place in hidden.places else members.total()
        for layout in tables
        for place, members in zip(layout.places, layout.counts, strict=True)
    }


def printed(tables: list[Layout], hidden: Hidden, year: int = 2025) -> Printed:
    return Printed(year, values(tables, hidden), tables)


def test_a_restated_edition_hides_what_the_one_before_hid_and_nothing_that_was_read() -> None:
    """An unchanged count that everybody has read is no company for a hidden one: hiding it would protect nothing."""
    first, second = laid_out(tally(120)), laid_out(tally(123))
    before = protecting.protect(2025, first, DEFAULT, [])
    read, now = values(first, before), values(second, Hidden(frozenset(), []))

    after = protecting.protect(2025, second, DEFAULT, [printed(first, before)])

    assert before.places
    assert before.places <= after.places
    same = {
        place
        for layout, other in zip(first, second, strict=True)
        for place, one, two in zip(layout.places, layout.counts, other.counts, strict=True)
        if one == two and read[place] == now[place]
    }
    assert not [place for place in same & after.places if place[0] == "shared_by_month_and_kind"]


def test_a_figure_to_date_does_not_give_away_the_year_before_it() -> None:
    """What one year hid stays out of reach when the next prints its own count and the sum of both."""
    old = tally(30)
    first = laid_out(old)
    before = protecting.protect(2025, first, DEFAULT, [])
    second = laid_out(tally(400, old), 2026)

    after = protecting.protect(2026, second, DEFAULT, [printed(first, before)])

    hidden = {row for name, row, _column in before.places if name == "shared_to_date_by_kind"}
    assert hidden
    for kind in hidden:
        both = ("shared_to_date_by_kind", kind, "signals"), ("shared_by_month_and_kind", "total", kind)
        assert after.places & {*both}, kind


def test_an_edition_that_the_ledger_no_longer_agrees_with_is_not_believed() -> None:
    first = laid_out(tally(120))
    before = protecting.protect(2025, first, DEFAULT, [])
    other = printed(laid_out(tally(90)), before)

    believed = Printed(2025, values(first, before), other.layouts)

    assert not believed.agrees(other.layouts[0])
    assert protecting.protect(2025, first, DEFAULT, [believed]).places >= before.places
