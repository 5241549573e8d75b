"""What can be computed about hidden cells, by everybody and by each member.

An attacker knows what is shown, that counts are whole and not negative, and the rules. A member knows besides what it
adds to each cell, and is taken to know a cell entirely when it is the only one behind it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from transparency.disclosure import networks, programmes
from transparency.disclosure.networks import Network, Reach
from transparency.disclosure.rules import Margin, Rules, margin
from transparency.disclosure.tables import Tables

ENDLESS = 10**9
"""More than anything that is counted: a distance that reaches this has no end."""

Attacker = int | None
"""A member by its number, or None for the public."""


@dataclass(frozen=True)
class Bounds:
    """The closest bounds that an attacker can compute for a hidden cell. `most` is None when there is none."""

    place: int
    attacker: Attacker
    least: int
    most: int | None


@dataclass(frozen=True)
class Leak:
    """A sensitive cell that an attacker comes too close to."""

    bounds: Bounds
    value: int


Asked = tuple[Attacker, int, int, int]
"""Attacker, place, direction, and how far is enough."""


class Room(NamedTuple):
    """How far each cell could lie below and above its count if all were hidden and nothing added up."""

    down: tuple[int, ...]
    up: tuple[int, ...]


class Tangle(NamedTuple):
    """Hidden cells that sums tie to each other, and their network where they are one."""

    places: tuple[int, ...]
    network: Network | None
    members: frozenset[int]


def attackers(tables: Tables) -> tuple[Attacker, ...]:
    return (None, *tables.members)


def room(tables: Tables, attacker: Attacker) -> Room:
    if attacker is None:
        return Room(tuple(cell.value for cell in tables.cells), (ENDLESS,) * len(tables.cells))
    known = [cell.alone == attacker for cell in tables.cells]
    own = [cell.contributions.get(attacker, 0) for cell in tables.cells]
    down = (0 if seen else cell.value - size for cell, seen, size in zip(tables.cells, known, own, strict=True))
    return Room(tuple(down), tuple(0 if seen else ENDLESS for seen in known))


class Attack:
    """What each attacker can compute when the cells at some places are hidden."""

    def __init__(self, tables: Tables, hidden: Collection[int]) -> None:
        self._tables, self.hidden = tables, frozenset(hidden)
        self._rooms = {attacker: room(tables, attacker) for attacker in attackers(tables)}
        self._tangles: dict[int, Tangle] = {}
        for group in tables.tied(hidden):
            members = frozenset(member for place in group for member in tables.cells[place].contributions)
            tangle = Tangle(tuple(group), networks.network(tables, group), members)
            self._tangles |= dict.fromkeys(group, tangle)
        self._known: dict[Asked, Reach] = {}

    def reach(self, attacker: Attacker, place: int, sign: int, enough: int = ENDLESS) -> Reach:
        """How far the count at `place` can lie above (`sign` 1) or below (-1) what it is; no further than `enough`."""
        (reached,) = self.reaches([(attacker, place, sign, enough)])
        return reached

    def reaches(self, asked: Sequence[Asked]) -> list[Reach]:
        """The same for many questions: they are cheaper together."""
        meant = [self._meant(*one) for one in asked]
        together: defaultdict[tuple[int, ...], list[Asked]] = defaultdict(list)
        for one in meant:
            if one not in self._known:
                tangle, most = self._tangles[one[1]], self._most(one)
                if not most or not self._tables.signs[one[1]]:
                    self._known[one] = Reach(most)
                elif tangle.network is not None:
                    self._known[one] = self._flow(tangle, tangle.network, one)
                else:
                    together[tangle.places].append(one)
        for places, some in together.items():
            unlike = list(dict.fromkeys(some))
            questions = [self._question(places, one) for one in unlike]
            self._known |= zip(unlike, programmes.farthest(self._tables, places, questions), strict=True)
        return [self._known[one] for one in meant]

    def _meant(self, attacker: Attacker, place: int, sign: int, enough: int) -> Asked:
        """With nothing of its own here a member knows what everybody knows."""
        return attacker if attacker in self._tangles[place].members else None, place, sign, enough

    def _most(self, asked: Asked) -> int:
        attacker, place, sign, enough = asked
        down, up = self._rooms[attacker]
        return min(enough, up[place] if sign > 0 else down[place])

    def _flow(self, tangle: Tangle, net: Network, asked: Asked) -> Reach:
        attacker, place, sign, _enough = asked
        down, up = self._rooms[attacker]
        here = {one: up[one] for one in tangle.places}, {one: down[one] for one in tangle.places}
        return networks.farthest(net, *here, (place, sign), self._most(asked))

    def _question(self, places: Sequence[int], asked: Asked) -> programmes.Question:
        attacker, place, sign, _enough = asked
        (down, up), most = self._rooms[attacker], self._most(asked)
        lower = [most if one == place and sign < 0 else down[one] for one in places]
        upper = [most if one == place and sign > 0 else up[one] for one in places]
        return programmes.Question((place, sign), lower, upper)


def asked(everything: Attack, tables: Tables, rules: Rules, attacker: Attacker, place: int) -> Margin | None:
    """How far from a sensitive cell the attacker's bounds must lie; None when it has nothing to learn there.

    What counts that must be exact give away by themselves is nobody's to hide: no more is asked than hiding all the
    rest would bring, which is what `everything` says.
    """
    needed = wanted(tables, rules, attacker, place)
    if needed is None:
        return None
    return Margin(
        everything.reach(attacker, place, -1, needed.down).distance,
        everything.reach(attacker, place, 1, needed.up).distance,
    )


def wanted(tables: Tables, rules: Rules, attacker: Attacker, place: int) -> Margin | None:
    """The same by the rules alone."""
    cell = tables.cells[place]
    return margin(cell.contributions, rules=rules, about_persons=cell.about_persons, member=attacker)


def lost(tables: Tables) -> frozenset[int]:
    """The places that are not exact, and yet follow from those that are."""
    everything = Attack(tables, tables.hideable)
    return frozenset(
        place
        for place in tables.hideable
        if not any(everything.reach(None, place, sign, enough=1).distance for sign in (-1, 1))
    )


def audit(tables: Tables, hidden: Collection[int], rules: Rules) -> Iterator[Bounds | Leak]:
    """The closest bounds of every hidden cell for every attacker; a Leak for each sensitive one that is too close."""
    attack, everything = Attack(tables, hidden), Attack(tables, tables.hideable)
    attack.reaches(list(product(attackers(tables), sorted(hidden), (-1, 1), (ENDLESS,))))
    for attacker in attackers(tables):
        for place in sorted({*hidden, *tables.sensitive}):
            shown, value = place not in hidden, tables.cells[place].value
            down, up = (0 if shown else attack.reach(attacker, place, sign).distance for sign in (-1, 1))
            bounds = Bounds(place, attacker, value - down, None if up >= ENDLESS else value + up)
            if not shown:
                yield bounds
            needed = wanted(tables, rules, attacker, place) if place in tables.sensitive else None
            if needed and (down < needed.down or up < needed.up):
                needed = asked(everything, tables, rules, attacker, place)
                if needed and (down < needed.down or up < needed.up):
                    yield Leak(bounds, value)
