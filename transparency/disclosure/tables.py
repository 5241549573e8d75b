"""Cells and the sums that tie them together: a table of one or two dimensions, as a network.

Each line of a table is a node, each cell an arc between the two lines that it stands in (in a table of one dimension:
between its line and the ground). A cell that grows sends that much along its arc, and as every sum has to stay what it
is, the same amount must come back through other cells. A total stands in the sum of its line with the opposite sign,
so its arc points the other way (Gusfield, *A Graph Theoretic Approach to Statistical Data Security*, SIAM J. Comput.
17(3), 1988).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

Arc = tuple[int, int]
"""From node to node, along which a cell grows; it shrinks against it."""


@dataclass(frozen=True)
class Cell:
    """A count, by what each member adds to it. What is exact is never hidden, sensitive or not."""

    contributions: Mapping[int, int]
    sensitive: bool = False
    exact: bool = False
    about_persons: bool = False

    @cached_property
    def value(self) -> int:
        return sum(self.contributions.values())

    @cached_property
    def alone(self) -> int | None:
        """The member that adds everything, if there is one."""
        members = [member for member, size in self.contributions.items() if size]
        return members[0] if len(members) == 1 else None


@dataclass(frozen=True)
class Tables:
    """Cells by their places (numbers), with an arc for each; `totals` are the places of sums."""

    cells: tuple[Cell, ...]
    arcs: tuple[Arc, ...]
    totals: frozenset[int]

    def __post_init__(self) -> None:
        left = [0] * self.nodes
        for cell, (tail, head) in zip(self.cells, self.arcs, strict=True):
            left[tail] -= cell.value
            left[head] += cell.value
        if any(left[1:]):
            raise ValueError("the parts do not add up to their totals")

    def known(self, places: Iterable[int]) -> Self:
        """The same with the cells at these places exact: everybody knows them."""
        exact = frozenset(places)
        cells = (replace(cell, exact=True) if place in exact else cell for place, cell in enumerate(self.cells))
        return replace(self, cells=tuple(cells)) if exact else self

    @cached_property
    def nodes(self) -> int:
        return 1 + max(max(arc) for arc in self.arcs)

    @cached_property
    def sensitive(self) -> tuple[int, ...]:
        """Places that must be hidden."""
        return tuple(place for place, cell in enumerate(self.cells) if cell.sensitive and not cell.exact)

    @cached_property
    def members(self) -> tuple[int, ...]:
        return tuple(sorted({member for cell in self.cells for member, size in cell.contributions.items() if size}))


def line(cells: Sequence[Cell]) -> Tables:
    """A table of one dimension, its total last. Node 0 is the ground."""
    last = len(cells) - 1
    return Tables(
        tuple(cells), tuple((1, 0) if place == last else (0, 1) for place in range(last + 1)), frozenset({last})
    )


def loose(cells: Sequence[Cell]) -> Tables:
    """Cells that add up to nothing: each has a ground of its own to go to, so that none says anything of another."""
    return Tables(tuple(cells), tuple((0, 0) for _cell in cells), frozenset())


def grid(rows: Sequence[Sequence[Cell]]) -> Tables:
    """A table of two dimensions, with the totals last in each row and in a last row. Places count row by row."""
    height, width = len(rows), len(rows[0])
    arcs, totals = [], set()
    for place in range(height * width):
        row, column = divmod(place, width)
        at_end, at_foot = column == width - 1, row == height - 1
        ends = row, height + column
        arcs.append(ends if at_end == at_foot else ends[::-1])
        if at_end or at_foot:
            totals.add(place)
    return Tables(tuple(cell for row in rows for cell in row), tuple(arcs), frozenset(totals))
