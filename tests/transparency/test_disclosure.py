"""The attacker here is independent of what it attacks: it solves linear programmes over the published table."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from transparency import disclosure
from transparency.disclosure import Place, Rules, Table, Unprotectable, hidden_cells, is_open, is_sensitive

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


# Whether a hidden cell can be computed


@st.composite
def tables(draw: st.DrawFn, exact_columns: bool = False) -> Table:
    """Grids with their totals; any cell or total may be sensitive, the grand total is exact."""
    size = st.integers(min_value=2, max_value=5)
    height, width = draw(size), draw(size)
    counts = st.one_of(st.just(0), st.integers(min_value=1, max_value=12))
    inner = [[draw(counts) for _ in range(width)] for _ in range(height)]
    rows = [(*row, sum(row)) for row in inner]
    rows.append(tuple(sum(column) for column in zip(*rows, strict=True)))
    places = [place for place in product(range(height + 1), range(width + 1)) if rows[place[0]][place[1]]]
    exact = {(height, column) for column in range(width + 1) if exact_columns or column == width}
    sensitive = draw(st.sets(st.sampled_from(places), max_size=8)) if places else set()
    return Table(tuple(rows), sensitive=frozenset(sensitive), exact=frozenset(exact))


@st.composite
def lines(draw: st.DrawFn) -> Table:
    values = draw(st.lists(st.integers(min_value=0, max_value=9), min_size=2, max_size=8))
    row = (*values, sum(values))
    places = [(0, column) for column, value in enumerate(row) if value]
    sensitive = draw(st.sets(st.sampled_from(places), max_size=4)) if places else set()
    exact = draw(st.sets(st.just((0, len(values)))))
    return Table((row,), sensitive=frozenset(sensitive), exact=frozenset(exact))


@settings(max_examples=60, deadline=None)
@given(st.one_of(tables(), tables(exact_columns=True), lines()))
def test_no_hidden_cell_can_be_computed(table: Table) -> None:
    hidden = hidden_cells(table)

    assert table.sensitive - table.exact <= hidden
    assert not hidden & table.exact
    bounds = {place: attacked(table, hidden, place) for place in hidden}
    assert all(high - low >= 1 - 1e-6 for low, high in bounds.values()), bounds


@settings(max_examples=60, deadline=None)
@given(tables(), st.data())
def test_the_graph_and_the_attacker_agree_on_what_is_open(table: Table, data: st.DataObject) -> None:
    places = sorted(table.places())
    hidden = frozenset(data.draw(st.sets(st.sampled_from(places), min_size=1, max_size=10)))
    place = data.draw(st.sampled_from(sorted(hidden)))

    low, high = attacked(table, hidden, place)

    assert is_open(table, place, hidden) == (high - low > 0.5)


def attacked(table: Table, hidden: frozenset[Place], place: Place) -> tuple[float, float]:
    """The least and the largest count at a place that agree with everything that is shown."""
    number = {cell: index for index, cell in enumerate(table.places())}
    equations = np.array([[*line] for line in sums(table, number)])
    bounds = [(0, None) if cell in hidden else (table.value(cell), table.value(cell)) for cell in table.places()]
    goal = np.zeros(len(number))
    goal[number[place]] = 1
    least = linprog(goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds)
    largest = linprog(-goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds)
    assert least.status == 0
    return least.fun, -largest.fun if largest.status == 0 else float("inf")


def sums(table: Table, number: dict[Place, int]) -> list[list[int]]:
    """The equations "parts less total is nought" of every row, and of every column when there are several rows."""
    height, width = len(table.counts), len(table.counts[0])
    groups = [[(row, column) for column in range(width)] for row in range(height)]
    if height > 1:
        groups += [[(row, column) for row in range(height)] for column in range(width)]
    lines = []
    for group in groups:
        line = [0] * len(number)
        for cell in group:
            line[number[cell]] = 1
        line[number[group[-1]]] = -1
        lines.append(line)
    return lines


def test_little_is_hidden_beside_one_small_count() -> None:
    table = Table(
        ((40, 50, 2, 92), (30, 20, 60, 110), (35, 45, 30, 110), (105, 115, 92, 312)),
        sensitive=frozenset({(0, 2)}),
        exact=frozenset({(3, 3)}),
    )

    hidden = hidden_cells(table)

    assert len(hidden) == 4
    assert not any(table.is_total(place) for place in hidden)


def test_nothing_is_hidden_when_nothing_is_sensitive() -> None:
    assert hidden_cells(Table(((5, 5, 10),))) == frozenset()


def test_a_cell_that_equals_an_exact_total_cannot_be_protected() -> None:
    table = Table(((3, 3),), sensitive=frozenset({(0, 0)}), exact=frozenset({(0, 1)}))

    with pytest.raises(Unprotectable):
        hidden_cells(table)


def test_a_table_of_a_year_is_protected_in_a_moment() -> None:
    inner = [[(row * 7 + column * 5) % 11 for column in range(14)] for row in range(12)]
    rows = [(*row, sum(row)) for row in inner]
    rows.append(tuple(sum(column) for column in zip(*rows, strict=True)))
    sensitive = frozenset(
        (row, column) for row in range(12) for column in range(14) if 0 < inner[row][column] < disclosure.DEFAULT.count
    )
    table = Table(tuple(rows), sensitive=sensitive, exact=frozenset({(12, 14)}))

    hidden = hidden_cells(table)

    assert all(is_open(table, place, hidden) for place in hidden)
