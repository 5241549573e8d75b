"""Complementary suppression: the fewest and smallest further cells that keep every attacker away.

A whole-number programme: y is 1 for what is hidden, and what is hidden costs. Whether a choice is safe is asked of
each attacker by a largest flow; when it is not, the narrowest cut says through which cells too little can pass, and
becomes an inequality for the next choice. This ends with the cheapest safe choice (Fischetti and Salazar, *Solving the
Cell Suppression Problem on Tabular Data with Linear Constraints*, Management Science 47(7), 2001).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from transparency.disclosure.attack import Asked, Attack, Attacker, asked, attackers, room, wanted
from transparency.disclosure.networks import Prices, Reach
from transparency.disclosure.rules import DEFAULT, Rules
from transparency.disclosure.tables import Tables

NODES = 20_000
"""How long one choice is improved. A number of steps and not of seconds: the same table gives the same choice."""
SLACK = 1e-6


class Unprotectable(ValueError):
    """Totals that must be exact give a sensitive cell away: the table cannot be published in this form."""


class _Need(NamedTuple):
    """An attacker must not come closer to a cell than this, from above (`sign` 1) or from below (-1)."""

    place: int
    attacker: Attacker
    sign: int
    distance: int

    @property
    def asked(self) -> Asked:
        return self.attacker, self.place, self.sign, self.distance


@dataclass(frozen=True)
class _Cut:
    """Of these cells so many must be hidden that their weights reach `least`."""

    weights: NDArray[np.float64]
    least: int


def protect(tables: Tables, rules: Rules = DEFAULT, kept: frozenset[int] = frozenset()) -> frozenset[int]:
    """The places to hide: the sensitive ones, and others so that nobody comes too close to them.

    `kept` are places that an earlier edition hid: they stay hidden whatever is in them now. Raises Unprotectable when
    a sensitive cell follows from exact totals.
    """
    hidden = set(kept)
    for places, island in tables.islands():
        here = frozenset(number for number, place in enumerate(places) if place in kept)
        hidden |= {places[number] for number in _protected(island, rules, here)}
    return frozenset(hidden)


def _protected(tables: Tables, rules: Rules, kept: frozenset[int]) -> frozenset[int]:
    if not tables.sensitive:
        return kept
    needs = list(_needs(tables, rules))
    stages = [[need for need in needs if (need.attacker is None) is public] for public in (True, False)]
    everything = Attack(tables, tables.hideable | kept)
    cuts: list[_Cut] = []
    while True:
        hidden = _cheapest(tables, cuts, kept)
        attack = Attack(tables, hidden)
        for stage in stages:  # members only once the public is kept away: most choices fail there already
            attack.reaches([need.asked for need in stage])
            found = [cut for need in stage for cut in _violated(tables, rules, attack, everything, need)]
            if found:
                cuts += found
                break
        else:
            return hidden


def _needs(tables: Tables, rules: Rules) -> Iterator[_Need]:
    for attacker in attackers(tables):
        for place in tables.sensitive:
            margin = wanted(tables, rules, attacker, place)
            if margin is not None:
                yield _Need(place, attacker, 1, margin.up)
                yield _Need(place, attacker, -1, margin.down)


def _violated(tables: Tables, rules: Rules, attack: Attack, everything: Attack, need: _Need) -> Iterator[_Cut]:
    """The cuts that a choice breaks; none when the attacker stays far enough away, or as far as can be."""
    place, attacker, sign, distance = need
    reached = attack.reach(attacker, place, sign, distance)
    if reached.distance >= distance:
        return
    possible = asked(everything, tables, rules, attacker, place)
    if attacker is None and not any(possible or ()):
        raise Unprotectable(f"cell {place} follows from totals that are exact")
    distance = possible[sign > 0] if possible else 0
    if reached.distance < distance:
        yield from _cuts(tables, attack, reached, need._replace(distance=distance))


def _cuts(tables: Tables, attack: Attack, reached: Reach, need: _Need) -> list[_Cut]:
    """What the proofs say; without one, that more has to be hidden."""
    shown = np.array([float(place not in attack.hidden) for place in range(len(tables.cells))])
    return [_cut(tables, prices, need) for prices in reached.proofs] or [_Cut(shown, 1)]


def _cut(tables: Tables, prices: Prices, need: _Need) -> _Cut:
    """What a proof says of every choice: how much each cell would let the count move if it were hidden."""
    down, up = room(tables, need.attacker)
    weights = np.zeros(len(tables.cells))
    for place, signs in enumerate(tables.signs):
        price = sum(prices.get(number, 0) * sign for number, sign in signs)
        if place != need.place and abs(price) > SLACK:
            weights[place] = min(abs(price) * (down[place] if price > 0 else up[place]), need.distance)
    return _Cut(weights, need.distance)


def _cheapest(tables: Tables, cuts: list[_Cut], kept: frozenset[int]) -> frozenset[int]:
    """What costs least and agrees with the cuts."""
    count = len(tables.cells)
    least, most = np.zeros(count), np.ones(count)
    least[[*tables.sensitive, *kept]] = 1
    most[[place for place, cell in enumerate(tables.cells) if cell.exact]] = 0
    if not cuts:
        return kept | frozenset(tables.sensitive)
    solver = scipy.optimize  # loaded by its first use: it is half of a process's start, and hardly ever needed
    weights, bounds = np.array([cut.weights for cut in cuts]), solver.Bounds(least, most)
    within = solver.LinearConstraint(weights, [cut.least - SLACK for cut in cuts], np.inf)
    options = {"node_limit": NODES}
    found = solver.milp(_costs(tables), constraints=within, bounds=bounds, integrality=1, options=options)
    if found.x is None:
        raise ArithmeticError(f"the solver found no choice: {found.message}")
    return frozenset(int(place) for place in np.flatnonzero(found.x > 0.5))


def _costs(tables: Tables) -> NDArray[np.float64]:
    """Few cells before small cells, and totals last: they are what readers look for. A nought protects little."""
    values = np.array([cell.value for cell in tables.cells], dtype=float)
    scale = values.max() + 1
    costs = np.where(values > 0, 2 * scale + values, 4 * scale)
    costs[list(tables.totals)] *= 10
    return np.asarray(costs / scale)
