"""Tables and editions that share counts. The attacker here reads only what is printed, and solves it by itself."""

from collections.abc import Mapping, Sequence
from itertools import product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from transparency.disclosure import DEFAULT, Bounds, Cell, Leak, Sum, Tables, audit, is_sensitive, margin, protect

Members = Mapping[int, int]
Rows = Sequence[Sequence[Members]]


def added(parts: Sequence[Members]) -> Members:
    names = sorted({member for part in parts for member in part})
    return {member: sum(part.get(member, 0) for part in parts) for member in names}


def joint(*tables: Rows) -> Tables:
    """Tables with the same rows, whose totals stand once: kind by month, kind by harm. The whole is exact."""
    numbers: dict[tuple[int, int, int], int] = {}
    members: list[Members] = []

    def number(table: int, row: int, column: int, one: Members) -> int:
        is_total = column == len(tables[table][0])
        key = (0, row, -1) if is_total else (table, row, column)
        if key not in numbers:
            numbers[key] = len(members)
            members.append(one)
        return numbers[key]

    sums: dict[Sum, None] = {}
    for table, inner in enumerate(tables):
        rows = [[*row, added(row)] for row in inner]
        rows.append([added(column) for column in zip(*rows, strict=True)])
        places = [[number(table, at, across, one) for across, one in enumerate(row)] for at, row in enumerate(rows)]
        for along in (*places, *zip(*places, strict=True)):
            sums[Sum(tuple(along[:-1]), along[-1])] = None
    whole = numbers[0, len(tables[0]), -1]
    cells = (Cell(one, is_sensitive(one.values()), at == whole) for at, one in enumerate(members))
    return Tables(tuple(cells), tuple(sums))


def solved(table: Tables, hidden: frozenset[int], attacker: int | None, at: int) -> tuple[float, float]:
    """The least and the largest count at a place that agree with all sums, shown counts and an attacker's own."""
    bounds: list[tuple[float, float | None]] = []
    for place, cell in enumerate(table.cells):
        alone = attacker is not None and [m for m, size in cell.contributions.items() if size] == [attacker]
        own = cell.contributions.get(attacker, 0) if attacker is not None else 0
        bounds.append((own, None) if place in hidden and not alone else (cell.value, cell.value))
    equations = np.zeros((len(table.sums), len(table.cells)))
    for equation, (parts, total) in zip(equations, table.sums, strict=True):
        equation[list(parts)], equation[total] = 1, -1
    goal = np.zeros(len(table.cells))
    goal[at] = 1
    right = np.zeros(len(equations))
    least, largest = (linprog(sign * goal, A_eq=equations, b_eq=right, bounds=bounds) for sign in (1, -1))
    assert least.status == 0
    return least.fun, -largest.fun if largest.status == 0 else float("inf")


def divided(members: Members, parts: int, dice: Random) -> list[Members]:
    """The same counts, spread over several cells."""
    cells: list[dict[int, int]] = [{} for _part in range(parts)]
    for member, size in members.items():
        for _one in range(size):
            cell = dice.choice(cells)
            cell[member] = cell.get(member, 0) + 1
    return [*cells]


@pytest.mark.parametrize("seed", range(8))
def test_tables_that_share_totals_give_nothing_of_each_other_away(seed: int) -> None:
    dice = Random(seed)
    cells = [
        [{m: dice.choice((1, 2, 5, 12)) for m in range(1, 6) if dice.random() < 0.6} for _ in "abc"] for _ in "abc"
    ]
    others = [[divided(added(row), 3, dice) for row in cells] for _table in range(1 + seed % 2)]
    table = joint(cells, *others)

    hidden = protect(table)

    assert table.sensitive
    everything = frozenset(place for place, cell in enumerate(table.cells) if not cell.exact)
    for attacker, place in product((None, 1, 2), table.sensitive):
        kept = margin(table.cells[place].contributions, member=attacker)
        if kept is not None:
            value = table.cells[place].value
            low, high = solved(table, hidden, attacker, place)
            lowest, highest = solved(table, everything, attacker, place)
            assert low <= max(value - kept.down, lowest) + 1e-6, (attacker, place)
            assert high >= min(value + kept.up, highest) - 1e-6, (attacker, place)
    assert not [one for one in audit(table, hidden, DEFAULT) if isinstance(one, Leak)]


def test_what_protects_each_table_alone_gives_a_cell_away_when_they_are_read_together() -> None:
    """One table hides a small count behind the total of its row; the other shows everything that makes that total."""
    many, few = dict.fromkeys(range(1, 6), 20), {1: 2}
    inner = [[many, few], [many, many]]
    half = dict.fromkeys(range(1, 6), 10)
    other: Rows = [[half, added([half, few])], [many, many]]
    table = joint(inner, other)
    small, total, below, total_below = 1, 2, 4, 5
    one_by_one = frozenset({small, total, below, total_below})
    alone = Tables(table.cells, tuple(one for one in table.sums if max(*one.parts, one.total) < 9))

    assert solved(alone, one_by_one, None, small)[1] > 2
    assert solved(table, one_by_one, None, small) == pytest.approx((2, 2))
    assert [one for one in audit(table, one_by_one, DEFAULT) if isinstance(one, Leak)]
    assert solved(table, protect(table), None, small)[1] > 2


@pytest.mark.parametrize("seed", range(12))
def test_a_count_in_three_sums_is_bounded_as_by_trying_every_way(seed: int) -> None:
    """Three sums over four hidden counts, no network: every way of filling them with whole numbers is tried."""
    dice = Random(seed)
    values = [dice.randrange(4) for _hidden in range(4)]
    groups = [(0, 1, 2), (0, 1, 3), (0, 2, 3)][: 3 - seed % 2]
    totals = [sum(values[at] for at in group) for group in groups]
    cells = [Cell({1: value}) for value in values] + [Cell({1: total}, exact=True) for total in totals]
    table = Tables(tuple(cells), tuple(Sum(group, 4 + at) for at, group in enumerate(groups)))

    found = [one for one in audit(table, range(4), DEFAULT) if isinstance(one, Bounds) and one.attacker is None]

    tried = [
        ways for ways in product(range(10), repeat=4) if [sum(ways[at] for at in group) for group in groups] == totals
    ]
    assert [(one.least, one.most) for one in found] == [
        (min(ways[at] for ways in tried), max(ways[at] for ways in tried)) for at in range(4)
    ]
