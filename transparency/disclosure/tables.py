"""Counts and the sums that tie them together, of one table or of many that share counts.

A count stands once, in however many tables and editions it is printed: what ties tables to each other is that the same
count is part of several sums.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self


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


class Sum(NamedTuple):
    """The counts at the places `parts` add up to the one at the place `total`."""

    parts: tuple[int, ...]
    total: int

    def signs(self) -> Iterator[tuple[int, int]]:
        """Each place with the sign that it has in "parts less total is nought"."""
        yield from ((place, 1) for place in self.parts)
        yield self.total, -1


@dataclass(frozen=True)
class Tables:
    """Cells by their places (numbers), and the sums between them."""

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]

    def __post_init__(self) -> None:
        for parts, total in self.sums:
            if sum(self.cells[place].value for place in parts) != self.cells[total].value:
                raise ValueError("the parts do not add up to their totals")

    def known(self, places: Iterable[int]) -> Self:
        """The same with the cells at these places exact: everybody knows them."""
        exact = frozenset(places)
        cells = (replace(cell, exact=True) if place in exact else cell for place, cell in enumerate(self.cells))
        return replace(self, cells=tuple(cells)) if exact else self

    @cached_property
    def totals(self) -> frozenset[int]:
        return frozenset(one.total for one in self.sums)

    @cached_property
    def signs(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each place the sums that it is in, by number, each with its sign there."""
        found: list[list[tuple[int, int]]] = [[] for _cell in self.cells]
        for number, one in enumerate(self.sums):
            for place, sign in one.signs():
                found[place].append((number, sign))
        return tuple(map(tuple, found))

    @cached_property
    def sensitive(self) -> tuple[int, ...]:
        """Places that must be hidden."""
        return tuple(place for place, cell in enumerate(self.cells) if cell.sensitive and not cell.exact)

    @cached_property
    def members(self) -> tuple[int, ...]:
        return tuple(sorted({member for cell in self.cells for member, size in cell.contributions.items() if size}))

    @cached_property
    def hideable(self) -> frozenset[int]:
        return frozenset(place for place, cell in enumerate(self.cells) if not cell.exact)

    def tied(self, places: Collection[int]) -> Iterator[list[int]]:
        """Groups of these places that sums tie to each other, when all other counts are known."""
        left = set(places)
        while left:
            group, waiting, seen = [], [left.pop()], set[int]()
            while waiting:
                group.append(place := waiting.pop())
                for number, _sign in self.signs[place]:
                    if number not in seen:
                        seen.add(number)
                        near = left.intersection(other for other, _sign in self.sums[number].signs())
                        left -= near
                        waiting += sorted(near)
            yield sorted(group)

    def islands(self) -> Iterator[tuple[list[int], Self]]:
        """The parts that exact cells separate, each as tables of its own, with the places that its cells had here."""
        for group in self.tied(self.hideable):
            numbers = sorted({number for place in group for number, _sign in self.signs[place]})
            places = sorted({*group, *(place for number in numbers for place, _sign in self.sums[number].signs())})
            within = {place: number for number, place in enumerate(places)}
            sums = (
                Sum(tuple(within[place] for place in self.sums[number].parts), within[self.sums[number].total])
                for number in numbers
            )
            yield places, replace(self, cells=tuple(self.cells[place] for place in places), sums=tuple(sums))


def line(cells: Sequence[Cell]) -> Tables:
    """A table of one dimension, its total last."""
    last = len(cells) - 1
    return Tables(tuple(cells), line_sums(last + 1))


def loose(cells: Sequence[Cell]) -> Tables:
    """Cells that add up to nothing, so that none says anything of another."""
    return Tables(tuple(cells), ())


def grid(rows: Sequence[Sequence[Cell]]) -> Tables:
    """A table of two dimensions, with the totals last in each row and in a last row. Places count row by row."""
    return Tables(tuple(cell for row in rows for cell in row), grid_sums(len(rows), len(rows[0])))


def line_sums(length: int) -> tuple[Sum, ...]:
    return (Sum(tuple(range(length - 1)), length - 1),)


def grid_sums(height: int, width: int) -> tuple[Sum, ...]:
    def along(places: range) -> Sum:
        return Sum(tuple(places[:-1]), places[-1])

    rows = (along(range(row * width, (row + 1) * width)) for row in range(height))
    columns = (along(range(column, height * width, width)) for column in range(width))
    return (*rows, *columns)
