"""Which cells of all tables together are hidden, so that no table and no earlier edition gives away those of another.

A count stands once in this system, wherever it is printed: in two tables of an edition, or unchanged in two editions.
So what one table or edition shows of it everybody knows in all of them, and a choice is safe for all or for none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from transparency import disclosure, layouts
from transparency.dimensions import Mark, Value
from transparency.disclosure import Bounds, Cell, Leak, Rules, Sum, Tables
from transparency.layouts import Layout, Place


class Suppression(TypedDict):
    """A hidden cell, for the auditor: why, and how close one comes to it. `most` is None when there is no end.

    `closest_member_width` is the least distance of the two bounds that any member reaches by subtracting its own.
    """

    table: str
    row: str
    column: str
    why: str
    least: int
    most: int | None
    closest_member_width: int | None


@dataclass(frozen=True)
class Printed:
    """An edition that everybody has read: its year, what stood where, and the counts behind it."""

    year: int
    values: Mapping[Place, Value]
    layouts: Sequence[Layout]

    def hides(self, place: Place) -> bool:
        return self.values.get(place) == Mark.SUPPRESSED.value

    def agrees(self, layout: Layout) -> bool:
        """Whether its numbers are those that the ledger gives today: a definition may have changed since."""
        return all(
            isinstance(value := self.values.get(place), str) or value == members.total()
            for place, members in zip(layout.places, layout.counts, strict=True)
        )


class Hidden(NamedTuple):
    places: frozenset[Place]
    log: list[Suppression]


class _Count(NamedTuple):
    """What makes two counts the same one."""

    year: int
    place: Place
    contributions: frozenset[tuple[int, int]]
    apart: bool


def _count(year: int, place: Place, members: Mapping[int, int], *, apart: bool) -> _Count:
    return _Count(year, layouts.same(place), frozenset((key, size) for key, size in members.items() if size), apart)


class _System:
    """All counts of an edition and of those before it, and the sums between them.

    The tables named in `apart` are taken to have nothing to do with earlier editions.
    """

    def __init__(self, rules: Rules, apart: frozenset[str]) -> None:
        self._rules, self._apart = rules, apart
        self._numbers: dict[_Count, int] = {}
        self._cells: list[Cell] = []
        self._sums: dict[Sum, None] = {}
        self.shown: set[int] = set()
        """Numbers of the counts that everybody knows."""

    def tables(self) -> Tables:
        return Tables(tuple(self._cells), tuple(self._sums)).known(self.shown)

    def print(self, edition: Printed) -> None:
        """Add what an earlier edition shows and hides."""
        believed = [layout for layout in edition.layouts if edition.agrees(layout)]
        for place, number in self.add(edition.year, believed).items():
            if not edition.hides(place):
                self.shown.add(number)

    def forget_lost(self) -> None:
        """What the editions so far give away together everybody knows, hidden or not."""
        tables = self.tables()
        self.shown |= disclosure.lost(tables)

    def add(self, year: int, tables: Sequence[Layout], *, new: bool = False) -> dict[Place, int]:
        """The numbers of the counts in these tables of one edition, by place."""
        found: dict[Place, int] = {}
        told = {
            place: members for layout in tables for place, members in zip(layout.places, layout.counts, strict=True)
        }
        for layout in tables:
            apart = new and layout.metric.id in self._apart
            counts = ((_stands(place, told), told[place]) for place in layout.places)
            numbers = [self._number(year, place, members, apart=apart) for place, members in counts]
            found |= zip(layout.places, numbers, strict=True)
            for parts, total in layout.sums:
                self._sums[Sum(tuple(numbers[part] for part in parts), numbers[total])] = None
        self._add_to_date(year, found)
        return found

    def _add_to_date(self, year: int, found: Mapping[Place, int]) -> None:
        """What was counted before the year and what was counted in it make what was counted to date."""
        for place, whole in found.items():
            part = found.get(layouts.in_the_year(place) or place, whole)
            if part != whole:
                before = Counter(self._cells[whole].contributions)
                before.subtract(self._cells[part].contributions)
                number = self._before(year - 1, place, before)
                self._sums[Sum((number, part), whole)] = None

    def _before(self, year: int, place: Place, members: Mapping[int, int]) -> int:
        """A count to date of the year before. In the first year of all it stands as the count of that year."""
        part = layouts.in_the_year(place)
        first = part and self._numbers.get(_count(year, part, members, apart=False))
        return self._number(year, place, members, apart=False) if first is None else first

    def _number(self, year: int, place: Place, members: Mapping[int, int], *, apart: bool) -> int:
        count = _count(year, place, members, apart=apart)
        if count not in self._numbers:
            self._numbers[count] = len(self._cells)
            self._cells.append(layouts.cell(count.place, members, self._rules))
        return self._numbers[count]


def _stands(place: Place, told: Mapping[Place, Counter[int]]) -> Place:
    """A count to date is the count of the year while there is nothing from before in its table."""
    part = layouts.in_the_year(place)
    if part is None or part not in told:
        return place
    pairs = ((whole, layouts.in_the_year(whole)) for whole in told if whole[0] == place[0])
    begins = all(told[whole] == told[one] for whole, one in pairs if one is not None and one in told)
    return part if begins else place


def protect(year: int, tables: Sequence[Layout], rules: Rules, earlier: Sequence[Printed]) -> Hidden:
    """What to hide in the tables of a new edition of a year after these earlier ones, and the log of it.

    What an earlier edition of the year hid stays hidden. Where a count cannot be protected because of what was shown
    before, all of its table that need not be shown is hidden, so that nobody knows which of it has changed. Raises
    disclosure.Unprotectable when that does not help either, or when an attack comes too close to a hidden cell.
    """
    apart: set[str] = set()
    while True:
        try:
            return _protected(year, tables, rules, earlier, frozenset(apart))
        except _Given as failed:
            if not earlier or failed.tables <= apart:
                raise disclosure.Unprotectable(f"{', '.join(sorted(failed.tables))}: {failed}") from None
            apart |= failed.tables


class _Given(Exception):
    """Cells of these tables are given away."""

    def __init__(self, tables: Iterable[str], reason: str) -> None:
        super().__init__(reason)
        self.tables = frozenset(tables)


def _protected(
    year: int, tables: Sequence[Layout], rules: Rules, earlier: Sequence[Printed], apart: frozenset[str]
) -> Hidden:
    system = _System(rules, apart)
    for edition in earlier:
        system.print(edition)
    if earlier:
        system.forget_lost()
    ours = system.add(year, tables, new=True)
    before = {place for place in ours if any(one.year == year and one.hides(place) for one in earlier)}
    joint = system.tables()
    whole = {place for place, number in ours.items() if place[0] in apart and number in joint.hideable}
    names: dict[int, list[Place]] = {}
    for place, number in ours.items():
        names.setdefault(number, []).append(place)
    kept = {ours[place] for place in before | whole} | (joint.hideable - names.keys())
    hidden = {ours[place] for place in before}
    log: list[Suppression] = []
    for numbers, island in joint.islands():
        printed = [number for number in numbers if number in names and number in joint.hideable]
        if printed:
            found = _bounds(
                island,
                rules,
                frozenset(at for at, number in enumerate(numbers) if number in kept),
                {place[0] for number in printed for place in names[number]},
            )
            hidden |= {numbers[at] for at in found}
            for at, bounds in found.items():
                why = "sensitive" if island.cells[at].sensitive else "earlier" if numbers[at] in kept else "complement"
                log += (_suppression(place, bounds, why) for place in names.get(numbers[at], ()))
    return Hidden(frozenset(place for place, number in ours.items() if number in hidden), log)


def _bounds(island: Tables, rules: Rules, kept: frozenset[int], tables: set[str]) -> dict[int, list[Bounds]]:
    """What is hidden, each with the bounds that the public and the members reach. Nothing that an attack gets too close
    to leaves here."""
    try:
        hidden = disclosure.protect(island, rules, kept)
    except disclosure.Unprotectable as reason:
        raise _Given(tables, str(reason)) from None
    reached: dict[int, list[Bounds]] = {place: [] for place in sorted(hidden)}
    for found in disclosure.audit(island, hidden, rules):
        if isinstance(found, Leak):
            raise _Given(tables, "a member or the public comes too close to a hidden cell")
        reached[found.place].append(found)
    return reached


def _suppression(place: Place, bounds: list[Bounds], why: str) -> Suppression:
    public, *members = bounds
    widths = [one.most - one.least for one in members if one.most is not None]
    table, row, column = place
    return Suppression(
        table=table,
        row=row,
        column=column,
        why=why,
        least=public.least,
        most=public.most,
        closest_member_width=min(widths, default=None),
    )
