"""What can be computed about hidden cells, by everybody and by each member.

An attacker knows what is shown, that counts are whole and not negative, and the rules. A member knows besides what it
adds to each cell, and is taken to know a cell entirely when it is the only one behind it. How far a count can lie from
what it is, for somebody who knows all that, is the largest flow that can come back around its arc.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

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


class Room(NamedTuple):
    """How far each cell could lie below and above its count if all were hidden and nothing added up."""

    down: tuple[int, ...]
    up: tuple[int, ...]


Side = frozenset[int]
Way = tuple[int, int]
"""A cell, and the direction in which its count moves: 1 or -1."""


class Reach(NamedTuple):
    """How far a count can lie from what it is.

    `sides`: sets of nodes around the end of its arc out of which no more can pass: first and last narrowest cut.
    """

    distance: int
    sides: tuple[Side, ...]


def attackers(tables: Tables) -> tuple[Attacker, ...]:
    return (None, *tables.members)


def room(tables: Tables, attacker: Attacker) -> Room:
    if attacker is None:
        return Room(tuple(cell.value for cell in tables.cells), (ENDLESS,) * len(tables.cells))
    known = [cell.alone == attacker for cell in tables.cells]
    own = [cell.contributions.get(attacker, 0) for cell in tables.cells]
    down = (0 if seen else cell.value - size for cell, seen, size in zip(tables.cells, known, own, strict=True))
    return Room(tuple(down), tuple(0 if seen else ENDLESS for seen in known))


def reach(tables: Tables, hidden: Collection[int], around: Room, place: int, sign: int, enough: int = ENDLESS) -> Reach:
    """How far the count at `place` can lie above (`sign` 1) or below (-1) what it is; no further than `enough`.

    Ford and Fulkerson's largest flow over the hidden cells: from where the cell's arc ends back to where it begins.
    """
    tail, head = tables.arcs[place][::sign]
    own = around.up[place] if sign > 0 else around.down[place]
    if tail == head or not own:
        return Reach(min(own, enough), ())
    ways: dict[Way, tuple[int, int]] = {}
    left: dict[Way, int] = {}
    for other in hidden:
        if other != place:
            start, end = tables.arcs[other]
            ways[other, 1], ways[other, -1] = (start, end), (end, start)
            left[other, 1], left[other, -1] = around.up[other], around.down[other]
    return _flow(ways, left, tables.nodes, head, tail, min(own, enough))


def _flow(
    ways: Mapping[Way, tuple[int, int]], left: dict[Way, int], nodes: int, source: int, sink: int, enough: int
) -> Reach:
    leaving: defaultdict[int, list[Way]] = defaultdict(list)
    for way, (start, _end) in ways.items():
        leaving[start].append(way)
    flow = 0
    while flow < enough:
        came: dict[int, Way] = {}
        found, waiting = {source}, deque([source])
        while waiting and sink not in found:
            for way in leaving[waiting.popleft()]:
                end = ways[way][1]
                if left[way] and end not in found:
                    found.add(end)
                    came[end] = way
                    waiting.append(end)
        if sink not in found:
            return Reach(flow, (frozenset(found), _before(ways, left, nodes, sink)))
        path, node = [], sink
        while node != source:
            path.append(came[node])
            node = ways[came[node]][0]
        more = min(enough - flow, *(left[way] for way in path))
        for cell, direction in path:
            left[cell, direction] -= more
            left[cell, -direction] += more
        flow += more
    return Reach(flow, ())


def _before(ways: Mapping[Way, tuple[int, int]], left: Mapping[Way, int], nodes: int, sink: int) -> Side:
    """The nodes from which the sink can no longer be reached."""
    found, grows = {sink}, True
    while grows:
        more = {start for way, (start, end) in ways.items() if left[way] and end in found} - found
        found |= more
        grows = bool(more)
    return frozenset(range(nodes)) - found


def asked(tables: Tables, rules: Rules, attacker: Attacker, place: int) -> Margin | None:
    """How far from a sensitive cell the attacker's bounds must lie; None when it has nothing to learn there.

    What totals that must be exact give away by themselves is nobody's to hide: no more is asked than hiding all the
    rest would bring.
    """
    cell = tables.cells[place]
    needed = margin(cell.contributions, rules=rules, about_persons=cell.about_persons, member=attacker)
    if needed is None:
        return None
    everything = [other for other, one in enumerate(tables.cells) if not one.exact]
    around = room(tables, attacker)
    return Margin(
        reach(tables, everything, around, place, -1, needed.down).distance,
        reach(tables, everything, around, place, 1, needed.up).distance,
    )


def audit(tables: Tables, hidden: Collection[int], rules: Rules) -> Iterator[Bounds | Leak]:
    """The closest bounds of every hidden cell for every attacker; a Leak for each sensitive one that is too close."""
    for attacker in attackers(tables):
        around = room(tables, attacker)
        for place in sorted({*hidden, *tables.sensitive}):
            shown, value = place not in hidden, tables.cells[place].value
            down, up = (0 if shown else reach(tables, hidden, around, place, sign).distance for sign in (-1, 1))
            bounds = Bounds(place, attacker, value - down, None if up >= ENDLESS else value + up)
            if not shown:
                yield bounds
            needed = asked(tables, rules, attacker, place) if place in tables.sensitive else None
            if needed and (down < needed.down or up < needed.up):
                yield Leak(bounds, value)
