"""The attacker here is independent of what it attacks: it solves linear programmes over the published table."""

from collections.abc import Mapping, Sequence
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from transparency import disclosure
from transparency.disclosure import (
    DEFAULT,
    Bounds,
    Cell,
    Leak,
    Margin,
    Rules,
    Tables,
    Unprotectable,
    audit,
    grid,
    is_sensitive,
    line,
    margin,
    protect,
)

Members = Mapping[int, int]

# Whether a cell is sensitive


@pytest.mark.parametrize(
    ("contributions", "sensitive"),
    [
        ([], False),
        ([0, 0], False),
        ([20], True),
        ([20, 20], True),
        ([20, 20, 20], False),
        ([70, 20, 10], False),
        ([71, 19, 10], True),
        ([2, 1, 1], True),
        ([2, 2, 1], False),
        ([55, 41, 4], True),  # the second largest knows the largest to within a tenth
        ([55, 39, 6], False),
    ],
)
def test_a_cell_is_sensitive_by_who_stands_behind_it(contributions: list[int], sensitive: bool) -> None:
    assert is_sensitive(contributions) is sensitive


def test_counts_of_persons_are_hidden_below_ten() -> None:
    assert is_sensitive([3, 3, 3], about_persons=True)
    assert not is_sensitive([4, 3, 3], about_persons=True)


def test_the_rules_are_data() -> None:
    assert not is_sensitive([2, 1], rules=Rules(contributors=2, dominance_percent=90, p_percent=0, count=3))


@pytest.mark.parametrize(
    ("contributions", "member", "kept"),
    [
        ({1: 2}, None, Margin(1, 3)),  # it could be large enough, or one less
        ({1: 40}, None, Margin(4, 18)),  # 40 could be a share of 70 % only
        ({1: 50, 2: 50}, None, Margin(5, 5)),
        ({1: 50, 2: 50}, 1, Margin(5, 5)),  # the other's number, to within a tenth
        ({1: 1, 2: 60, 3: 2}, 1, Margin(6, 4)),  # 2 of the third blur 6 of the largest already
        ({1: 40}, 1, None),
        ({1: 40}, 2, Margin(4, 4)),
        ({}, None, None),
    ],
)
def test_how_far_an_attacker_has_to_stay_away(contributions: Members, member: int | None, kept: Margin | None) -> None:
    assert margin(contributions, member=member) == kept


# What is hidden


def added(parts: Sequence[Members]) -> Members:
    return {
        member: sum(part.get(member, 0) for part in parts) for member in sorted({m for part in parts for m in part})
    }


def with_totals(inner: Sequence[Sequence[Members]]) -> list[list[Members]]:
    rows = [[*row, added(row)] for row in inner]
    return [*rows, [added(column) for column in zip(*rows, strict=True)]]


def table_of(inner: Sequence[Sequence[Members]], *, exact_columns: bool = False) -> Tables:
    """With its totals; the grand total is exact."""
    rows = with_totals(inner)
    last, end = len(rows) - 1, len(rows[0]) - 1
    return grid(
        [
            [
                Cell(
                    members,
                    sensitive=is_sensitive(members.values()),
                    exact=at == last and (exact_columns or across == end),
                )
                for across, members in enumerate(row)
            ]
            for at, row in enumerate(rows)
        ]
    )


MEMBERS = st.dictionaries(st.integers(min_value=1, max_value=4), st.integers(min_value=1, max_value=9), max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    height, width = draw(st.integers(min_value=2, max_value=4)), draw(st.integers(min_value=2, max_value=4))
    inner = [[draw(MEMBERS) for _ in range(width)] for _ in range(height)]
    return table_of(inner, exact_columns=draw(st.booleans()))


@st.composite
def lines(draw: st.DrawFn) -> Tables:
    parts = draw(st.lists(MEMBERS, min_size=2, max_size=7))
    total = added(parts)
    cells = [Cell(members, sensitive=is_sensitive(members.values())) for members in parts]
    return line([*cells, Cell(total, sensitive=is_sensitive(total.values()), exact=draw(st.booleans()))])


@settings(max_examples=60, deadline=None)
@given(st.one_of(tables(), lines()))
def test_no_attacker_comes_closer_than_exact_totals_let_it(table: Tables) -> None:
    try:
        hidden = protect(table)
    except Unprotectable:
        return

    assert set(table.sensitive) <= hidden
    assert not any(table.cells[place].exact for place in hidden)
    everything = [place for place, cell in enumerate(table.cells) if not cell.exact]
    for attacker, place in product((None, *table.members), table.sensitive):
        kept = margin(table.cells[place].contributions, member=attacker)
        if kept is not None:
            value = table.cells[place].value
            low, high = attacked(table, hidden, attacker, place)
            lowest, highest = attacked(table, everything, attacker, place)
            assert low <= max(value - kept.down, lowest) + 1e-6, (attacker, place)
            assert high >= min(value + kept.up, highest) - 1e-6, (attacker, place)


@settings(max_examples=40, deadline=None)
@given(tables(), st.data())
def test_the_audit_finds_the_bounds_that_the_attacker_finds(table: Tables, data: st.DataObject) -> None:
    places = range(len(table.cells))
    hidden = data.draw(st.frozensets(st.sampled_from(places), min_size=1, max_size=9))

    found = [one for one in audit(table, hidden, DEFAULT) if isinstance(one, Bounds)]

    assert len(found) == len(hidden) * (1 + len(table.members))
    for bounds in found:
        low, high = attacked(table, hidden, bounds.attacker, bounds.place)
        assert bounds.least == pytest.approx(low)
        assert (np.inf if bounds.most is None else bounds.most) == pytest.approx(high)


def attacked(
    table: Tables, hidden: Sequence[int] | frozenset[int], attacker: int | None, at: int
) -> tuple[float, float]:
    """The least and the largest count at a place that agree with everything that is shown, and that a member knows."""
    bounds: list[tuple[float, float | None]] = []
    for place, cell in enumerate(table.cells):
        own = cell.contributions.get(attacker, 0) if attacker is not None else 0
        alone = attacker is not None and [m for m, size in cell.contributions.items() if size] == [attacker]
        bounds.append((own, None) if place in hidden and not alone else (cell.value, cell.value))
    equations, right = sums(table)
    goal = np.zeros(len(table.cells))
    goal[at] = 1
    least = linprog(goal, A_eq=equations, b_eq=right, bounds=bounds)
    largest = linprog(-goal, A_eq=equations, b_eq=right, bounds=bounds)
    assert least.status == 0
    return least.fun, -largest.fun if largest.status == 0 else float("inf")


def sums(table: Tables) -> tuple[np.ndarray, np.ndarray]:
    """ "Parts less total is nought" for every row and column, by the shape alone."""
    width = next((n for n in range(2, len(table.cells)) if is_grid(table, n)), len(table.cells))
    height = len(table.cells) // width
    groups = [[row * width + column for column in range(width)] for row in range(height)]
    if height > 1:
        groups += [[row * width + column for row in range(height)] for column in range(width)]
    equations = np.zeros((len(groups), len(table.cells)))
    for equation, group in zip(equations, groups, strict=True):
        equation[group] = 1
        equation[group[-1]] = -1
    return equations, np.zeros(len(groups))


def is_grid(table: Tables, width: int) -> bool:
    height, rest = divmod(len(table.cells), width)
    feet = {row * width + width - 1 for row in range(height)} | {(height - 1) * width + n for n in range(width)}
    return not rest and height > 1 and feet == table.totals


def random_table(seed: int) -> Tables:
    """8 × 6 cells of seven members, some of which are large, and some of which are not there."""
    dice = Random(seed)
    size = {member: dice.choice((1, 3, 12)) for member in range(1, 8)}

    def cell() -> Members:
        drawn = {member: round(dice.expovariate(1 / mean)) for member, mean in size.items() if dice.random() < 0.6}
        return {member: count for member, count in drawn.items() if count}

    return table_of([[cell() for _ in range(6)] for _ in range(8)])


@pytest.mark.parametrize("seed", range(60))
def test_sixty_tables_have_no_leak_and_most_of_their_cells(seed: int) -> None:
    table = random_table(seed)

    hidden = protect(table)

    assert not [one for one in audit(table, hidden, DEFAULT) if isinstance(one, Leak)]
    assert len(hidden) <= len(table.sensitive) + len(table.cells) / 6


def test_little_is_hidden_beside_one_small_count() -> None:
    shared = dict.fromkeys(range(1, 5), 12)
    table = table_of([[shared, shared, {1: 2}], [shared, shared, shared], [shared, shared, shared]])

    hidden = protect(table)

    assert len(hidden) == 4
    assert not hidden & table.totals


def test_nothing_is_hidden_when_nothing_is_sensitive() -> None:
    assert protect(line([Cell({1: 5, 2: 5, 3: 5}), Cell({1: 5, 2: 5, 3: 5})])) == frozenset()


def test_a_cell_that_equals_an_exact_total_cannot_be_protected() -> None:
    table = line([Cell({1: 3}, sensitive=True), Cell({1: 3}, exact=True)])

    with pytest.raises(Unprotectable):
        protect(table)


def test_cells_that_add_up_to_nothing_are_hidden_alone() -> None:
    assert protect(disclosure.loose([Cell({1: 3}, sensitive=True), Cell({1: 30, 2: 30, 3: 30})])) == {0}


def test_what_does_not_add_up_is_no_table() -> None:
    with pytest.raises(ValueError, match="add up"):
        line([Cell({1: 3}), Cell({1: 4})])


def test_a_member_that_is_alone_in_a_cell_does_not_open_its_neighbour() -> None:
    """Both of a row's small cells have one member behind them: to hide these two would tell each the other's number."""
    many = dict.fromkeys(range(1, 6), 20)
    table = table_of([[{1: 3}, {2: 3}, many], [many, many, many], [many, many, many]])

    hidden = protect(table)

    assert attacked(table, hidden, 1, 1)[1] > 3
    assert attacked(table, hidden, 2, 0)[1] > 3
