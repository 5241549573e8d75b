"""Disclosure control: which cells of a table are hidden so that no member and no person can be read out of it.

Pure. Two steps, after the usual doctrine (Hundepool et al., *Statistical Disclosure Control*, 2012, chapter 4):

- *primary*: a cell is sensitive when too few members stand behind it, when one or two of them dominate it, or when it
  counts too little. `is_sensitive()`.
- *complementary*: further cells are hidden until nobody can compute a sensitive one from the totals. `hidden_cells()`.

For a table with row and column totals the second step is a question about a graph (Gusfield, *A Graph Theoretic
Approach to Statistical Data Security*, SIAM J. Comput. 17(3), 1988): lines of the table are nodes, hidden cells are
arcs, and a hidden count can be computed exactly when no cycle passes through it along which counts could be shifted
without any total or any sign changing. The cheapest such cycle is what we hide.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import itemgetter

Place = tuple[int, int]
Line = tuple[str, int]


@dataclass(frozen=True)
class Rules:
    """When a cell is sensitive. An edition states the rules it was made with."""

    contributors: int = 3
    """Fewer members than this behind a cell are too few."""
    dominance_percent: int = 70
    """One member must not hold more than this share of a cell."""
    p_percent: int = 10
    """The second largest member must not be able to estimate the largest more closely than this."""
    count: int = 5
    """Smaller counts are hidden."""
    count_of_persons: int = 10
    """The same for counts of accounts, persons and the severest harms."""


DEFAULT = Rules()


class Unprotectable(ValueError):
    """Totals that must be exact give a sensitive cell away: the table cannot be published in this form."""


def is_sensitive(contributions: Iterable[int], *, rules: Rules = DEFAULT, about_persons: bool = False) -> bool:
    """Whether a cell must be hidden. `contributions` holds what each member adds to it; a cell of nothing is harmless.

    The p % rule: with the largest contribution x₁ and the second x₂ of a total T, T − x₁ − x₂ < p/100 · x₁.
    """
    sizes = sorted((size for size in contributions if size), reverse=True)
    total = sum(sizes)
    if not total:
        return False
    second = sizes[1] if len(sizes) > 1 else 0
    return (
        len(sizes) < rules.contributors
        or total < (rules.count_of_persons if about_persons else rules.count)
        or 100 * sizes[0] > rules.dominance_percent * total
        or 100 * (total - sizes[0] - second) < rules.p_percent * sizes[0]
    )


@dataclass(frozen=True)
class Table:
    """Counts with their totals, which stand last: in each row, and (unless there is one row only) in a last row.

    `sensitive` and `exact` are places (row, column), totals included. What is exact is never hidden, sensitive or not.
    """

    counts: tuple[tuple[int, ...], ...]
    sensitive: frozenset[Place] = frozenset()
    exact: frozenset[Place] = frozenset()
    _arcs: dict[Place, tuple[Line, Line]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_arcs", {place: self._arc(place) for place in self.places()})

    def places(self) -> Iterator[Place]:
        return ((row, column) for row in range(len(self.counts)) for column in range(len(self.counts[0])))

    def value(self, place: Place) -> int:
        return self.counts[place[0]][place[1]]

    def is_total(self, place: Place) -> bool:
        return place[1] == len(self.counts[0]) - 1 or (len(self.counts) > 1 and place[0] == len(self.counts) - 1)

    def raising(self, place: Place) -> tuple[Line, Line]:
        """The arc along which the count at `place` grows; it shrinks against it."""
        return self._arcs[place]

    def _arc(self, place: Place) -> tuple[Line, Line]:
        """A total enters the equation of its line with the opposite sign, so its arc points the other way. In a table
        of one row only that row is an equation; all cells share the other end of their arcs."""
        row, column = place
        two_ways = len(self.counts) > 1
        line, across = ("row", row), ("column", column if two_ways else 0)
        turned = (column == len(self.counts[0]) - 1) != (two_ways and row == len(self.counts) - 1)
        return (across, line) if turned else (line, across)


def hidden_cells(table: Table) -> frozenset[Place]:
    """The places to hide: the sensitive ones, and others so that none of them all can be computed.

    The attacker knows every other cell, every total that is shown, and that counts are whole and not negative.
    Raises Unprotectable when exact totals leave no way.
    """
    first = sorted(table.sensitive - table.exact, key=lambda place: (-table.value(place), place))
    hidden = set(first)
    for place in first:
        if not is_open(table, place, hidden):
            hidden |= _cheapest_cover(table, place, hidden)
    return frozenset(hidden)  # what covers a cell lies on its cycle and is open like it


def is_open(table: Table, place: Place, hidden: Collection[Place]) -> bool:
    """Whether more than one count is possible at a hidden place, for somebody who sees the rest of the table."""
    return _cover(table, place, dict.fromkeys(hidden, 0)) is not None


def _cheapest_cover(table: Table, place: Place, hidden: Collection[Place]) -> frozenset[Place]:
    may_be_hidden = (other for other in table.places() if other not in table.exact)
    costs = {other: 0 if other in hidden else _cost(table, other) for other in may_be_hidden}
    cover = _cover(table, place, costs)
    if cover is None:
        raise Unprotectable(f"the cell in row {place[0]}, column {place[1]} follows from totals that are exact")
    return cover


def _cost(table: Table, place: Place) -> int:
    """Few cells before small cells, and totals last: they are what readers look for. A nought protects little."""
    scale = max(max(row) for row in table.counts) + 1
    cost = 2 * scale + table.value(place) if table.value(place) else 4 * scale
    return cost * 10 if table.is_total(place) else cost


def _cover(table: Table, place: Place, costs: dict[Place, int]) -> frozenset[Place] | None:
    """The cheapest places, out of those with a cost, by which the count at `place` can move up or down; or None."""
    tail, head = table.raising(place)
    usable = {other: cost for other, cost in costs.items() if other != place}
    ways = [_path(table, head, tail, usable)]
    if table.value(place):
        ways.append(_path(table, tail, head, usable))
    found = [way for way in ways if way is not None]
    return min(found, key=itemgetter(0))[1] if found else None


def _path(table: Table, start: Line, goal: Line, costs: dict[Place, int]) -> tuple[int, frozenset[Place]] | None:
    """Dijkstra's shortest path over the arcs of `costs`; a count of nought can only be raised."""
    leaving: dict[Line, list[tuple[Line, Place]]] = defaultdict(list)
    for place in costs:
        tail, head = table.raising(place)
        leaving[tail].append((head, place))
        if table.value(place):
            leaving[head].append((tail, place))
    queue: list[tuple[int, Line, tuple[Place, ...]]] = [(0, start, ())]
    settled: set[Line] = set()
    while queue:
        cost, line, way = heappop(queue)
        if line == goal:
            return cost, frozenset(way)
        if line in settled:
            continue
        settled.add(line)
        for target, place in leaving[line]:
            if target not in settled:
                heappush(queue, (cost + costs[place], target, (*way, place)))
    return None
