"""Sums as a network: each sum is a node, each count an arc between the two sums that it is in.

A count that grows sends that much along its arc, and as every sum has to stay what it is, the same amount must come
back through other counts (Gusfield, *A Graph Theoretic Approach to Statistical Data Security*, SIAM J. Comput. 17(3),
1988). Tables of one and two dimensions are such networks, and so are chains of them that share a margin. Flows between
whole numbers are whole.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from transparency.disclosure.tables import Tables

GROUND = -1
"""The other end of a count that is in one sum only."""

PRIME = 2**31 - 1

Signs = tuple[tuple[int, int], ...]
"""The sums that a count is in, by number, each with its sign there."""
Arc = tuple[int, int]
"""From node to node, along which a count grows; it shrinks against it."""
Way = tuple[int, int]
"""A cell, and the direction in which its count moves: 1 or -1."""
Prices = Mapping[int, float]
"""Factors for sums, by number: sums times their factors, added up, are one sum that proves a bound."""


class Network(NamedTuple):
    arcs: Mapping[int, Arc]
    colours: Mapping[int, int]
    """1 or -1 for each node: the sign with which its sum is taken, so that each count enters one and leaves one."""


class Reach(NamedTuple):
    """How far a count can lie from what it is, and what proves that it is no further."""

    distance: int
    proofs: tuple[Prices, ...] = ()


def network(tables: Tables, places: Collection[int]) -> Network | None:
    """The network of these places when all other counts are known; None when some count is in too many sums."""
    signs = {place: tables.signs[place] for place in places}
    if any(len(found) > 2 for found in signs.values()):
        kept = _independent(signs)
        signs = {place: tuple(one for one in found if one[0] in kept) for place, found in signs.items()}
    neighbours: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for found in signs.values():
        match found:
            case ((first, one), (second, other)):
                neighbours[first].append((second, -one * other))
                neighbours[second].append((first, -one * other))
            case ((first, _one),):
                neighbours[first] += []
            case (_, _, _, *_):
                return None
    colours = _colours(neighbours)
    return None if colours is None else Network({at: _arc(colours, found) for at, found in signs.items()}, colours)


def _colours(neighbours: Mapping[int, list[tuple[int, int]]]) -> dict[int, int] | None:
    colours: dict[int, int] = {}
    for start in neighbours:
        colours.setdefault(start, 1)
        waiting = [start]
        while waiting:
            node = waiting.pop()
            for near, same in neighbours[node]:
                if near not in colours:
                    colours[near] = same * colours[node]
                    waiting.append(near)
                elif colours[near] != same * colours[node]:
                    return None
    return colours


def _arc(colours: Mapping[int, int], signs: Signs) -> Arc:
    ends = {colours[number] * sign: number for number, sign in signs}
    return ends.get(-1, GROUND), ends.get(1, GROUND)


def _independent(signs: Mapping[int, Signs]) -> frozenset[int]:
    """Sums from which all others follow; those of counts that are in many sums are the first to go.

    An elimination modulo a prime.
    """
    crowd = Counter(number for found in signs.values() if len(found) > 2 for number, _sign in found)
    order = sorted({number for found in signs.values() for number, _sign in found}, key=lambda one: (crowd[one], one))
    rows = {number: row for row, number in enumerate(order)}
    matrix = np.zeros((len(order), len(signs)), dtype=np.int64)
    for column, found in enumerate(signs.values()):
        for number, sign in found:
            matrix[rows[number], column] = sign % PRIME
    kept = set()
    for row, number in enumerate(order):
        filled = np.flatnonzero(matrix[row])
        if len(filled):
            kept.add(number)
            pivot = filled[0]
            scaled = matrix[row] * pow(int(matrix[row, pivot]), -1, PRIME) % PRIME
            later = row + 1 + np.flatnonzero(matrix[row + 1 :, pivot])
            matrix[later] = (matrix[later] - matrix[later, pivot][:, None] * scaled) % PRIME
    return frozenset(kept)


def farthest(net: Network, up: Mapping[int, int], down: Mapping[int, int], moved: Way, most: int) -> Reach:
    """How far a count can move, up to `most`: the largest flow from where its arc ends back to where it begins.

    Ford and Fulkerson. `up` and `down` say how far each other count can.
    """
    place, sign = moved
    sink, source = net.arcs[place][::sign]
    leaving: defaultdict[int, list[Way]] = defaultdict(list)
    left: dict[Way, int] = {}
    for other, (tail, head) in net.arcs.items():
        if other != place:
            leaving[tail].append((other, 1))
            leaving[head].append((other, -1))
            left[other, 1], left[other, -1] = up[other], down[other]
    flow = 0
    while flow < most:
        path, found = _path(net, leaving, left, source, sink)
        if not path:
            return Reach(flow, (_prices(net, found, 1), _prices(net, _before(net, left, sink), -1)))
        more = min(most - flow, *(left[way] for way in path))
        for cell, direction in path:
            left[cell, direction] -= more
            left[cell, -direction] += more
        flow += more
    return Reach(flow)


def _path(
    net: Network, leaving: Mapping[int, list[Way]], left: Mapping[Way, int], source: int, sink: int
) -> tuple[list[Way], set[int]]:
    """The shortest way that has room left, or none and the nodes that can be come to."""
    came: dict[int, Way] = {}
    found, waiting = {source}, deque([source])
    while waiting and sink not in found:
        for way in leaving[waiting.popleft()]:
            end = net.arcs[way[0]][way[1] > 0]
            if left[way] and end not in found:
                found.add(end)
                came[end] = way
                waiting.append(end)
    path: list[Way] = []
    if sink in found:
        node = sink
        while node != source:
            path.append(came[node])
            node = net.arcs[came[node][0]][came[node][1] < 0]
    return path, found


def _before(net: Network, left: Mapping[Way, int], sink: int) -> set[int]:
    """The nodes from which the sink can still be reached."""
    found, grows = {sink}, True
    while grows:
        ways = (net.arcs[place][::sign] for (place, sign), size in left.items() if size)
        more = {start for start, end in ways if end in found} - found
        found |= more
        grows = bool(more)
    return found


def _prices(net: Network, side: Collection[int], sign: int) -> Prices:
    """The sum of the sums on one side of a narrowest cut."""
    ground = GROUND in side
    return {node: sign * colour * ((node in side) - ground) for node, colour in net.colours.items()}
