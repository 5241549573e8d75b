"""What counting reads of the ledger, and what it makes of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from transparency.dimensions import UNSTATED
from transparency.metrics import TABLES


class Event(NamedTuple):
    """What counting reads of an entry."""

    position: int
    subject: int
    at: datetime
    action: str
    organisation: int | None
    actor_kind: str
    facts: dict[str, Any]

    def word(self, key: str) -> str:
        """A closed word of the facts, or the word that says it is missing."""
        return str(self.facts.get(key) or UNSTATED)

    def seconds(self, key: str) -> timedelta:
        return timedelta(seconds=self.facts.get(key) or 0)


@dataclass
class Breakdown:
    """Counts by category, each with what every member adds to it."""

    _cells: defaultdict[tuple[str, ...], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, member: int | None, *categories: str, times: int = 1) -> None:
        if times:
            self._cells[categories][member or 0] += times

    def of(self, *categories: str | None) -> Counter[int]:
        """The contributions of members to a cell; None stands for all categories of its dimension."""
        if None not in categories:
            return self._cells.get(tuple(filter(None, categories)), Counter())
        sums: Counter[int] = Counter()
        for key, members in self._cells.items():
            if all(wanted in (None, found) for wanted, found in zip(categories, key, strict=True)):
                sums.update(members)
        return sums

    def items(self) -> Iterable[tuple[tuple[str, ...], Counter[int]]]:
        """Every cell that something was added to."""
        return self._cells.items()

    def members(self) -> set[int]:
        return {member for members in self._cells.values() for member in members}

    def categories(self, dimension: int) -> set[str]:
        return {key[dimension] for key in self._cells}

    def merge(self, other: "Breakdown") -> None:
        for categories, members in other._cells.items():
            self._cells[categories].update(members)


@dataclass
class Tally:
    """Everything that the figures of a year are made of."""

    counts: Counter[str] = field(default_factory=Counter)
    own: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """What every member adds to a count, where that is known."""
    members: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    tables: dict[str, Breakdown] = field(
        default_factory=lambda: {metric.id: Breakdown() for metric in TABLES if metric.is_table}
    )
    waits: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Histograms of times in whole minutes: "review", "review/high", "acknowledgement" …"""

    def count(self, name: str, member: int | None, times: int = 1) -> None:
        self.counts[name] += times
        self.own[name][member or 0] += times

    def add(self, table: str, member: int | None, *categories: str, times: int = 1) -> None:
        self.tables[table].add(member, *categories, times=times)

    def merge(self, other: "Tally") -> None:
        """Add what was counted elsewhere. In which order tallies are merged makes no difference."""
        self.counts.update(other.counts)
        for name, sizes in other.own.items():
            self.own[name].update(sizes)
        for name, found in other.members.items():
            self.members[name] |= found
        for name, table in other.tables.items():
            self.tables[name].merge(table)
        for name, histogram in other.waits.items():
            self.waits[name].update(histogram)


def first(history: Iterable[Event], *actions: str) -> Event | None:
    return next((event for event in history if event.action in actions), None)


def last(history: Sequence[Event], *actions: str) -> Event | None:
    return first(reversed(history), *actions)
