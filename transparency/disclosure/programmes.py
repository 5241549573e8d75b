"""How far counts can move where sums are no network: by linear programmes, and by whole numbers where that differs."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from transparency.disclosure.networks import Reach, Way
from transparency.disclosure.tables import Tables

SLACK = 1e-6
AT_ONCE = 200
"""So many questions are one programme: most of the time of a small one goes into handing it over."""

Vector = NDArray[np.float64]


class Question(NamedTuple):
    """How far one count can move, and how far below and above its count each could lie by itself."""

    moved: Way
    down: Sequence[int]
    up: Sequence[int]


def farthest(tables: Tables, places: Sequence[int], questions: Sequence[Question]) -> Iterator[Reach]:
    """How far each count can move while the counts at these places keep all sums."""
    numbers = sorted({number for place in places for number, _sign in tables.signs[place]})
    rows = {number: row for row, number in enumerate(numbers)}
    sums = np.zeros((len(numbers), len(places)))
    for column, place in enumerate(places):
        for number, sign in tables.signs[place]:
            sums[rows[number], column] = sign
    for start in range(0, len(questions), AT_ONCE):
        some = questions[start : start + AT_ONCE]
        goals = np.zeros((len(some), len(places)))
        for row, one in enumerate(some):
            goals[row, places.index(one.moved[0])] = -one.moved[1]
        bounds = np.array([[-np.array(one.down, dtype=float), np.array(one.up, dtype=float)] for one in some])
        moves, prices = _solved(sums, goals, bounds)
        for one, move, price, bound in zip(some, moves, prices, bounds, strict=True):
            yield _reach(sums, places.index(one.moved[0]), one.moved[1], move, price, bound, numbers)


def _solved(sums: Vector, goals: Vector, bounds: Vector) -> tuple[Vector, Vector]:
    """The moves that reach farthest, and the prices of the sums, question by question."""
    count = len(goals)
    every = scipy.sparse.kron(scipy.sparse.eye_array(count), sums, format="csr")
    limits = np.column_stack((bounds[:, 0].ravel(), bounds[:, 1].ravel()))
    found = scipy.optimize.linprog(goals.ravel(), A_eq=every, b_eq=np.zeros(every.shape[0]), bounds=limits)
    if found.x is None:
        raise ArithmeticError(f"the solver found no bound: {found.message}")
    return found.x.reshape(goals.shape), found.eqlin.marginals.reshape(count, len(sums))


def _reach(
    sums: Vector, at: int, sign: int, move: Vector, prices: Vector, bounds: Vector, numbers: Sequence[int]
) -> Reach:
    distance = round(float(np.floor(sign * move[at] + SLACK)))
    if np.abs(move - move.round()).max() > SLACK:  # a corner between whole numbers: counts cannot go there
        whole = _whole(sums, at, sign, bounds)
        if whole < distance:
            return Reach(whole)
    own = float(prices @ sums[:, at])
    if abs(own) < SLACK:
        return Reach(distance)
    return Reach(distance, ({number: float(prices[row]) * sign / own for row, number in enumerate(numbers)},))


def _whole(sums: Vector, at: int, sign: int, bounds: Vector) -> int:
    solver = scipy.optimize
    goal = np.zeros(sums.shape[1])
    goal[at] = -sign
    within = solver.LinearConstraint(sums, 0, 0)
    found = solver.milp(goal, constraints=within, bounds=solver.Bounds(*bounds), integrality=1)
    if found.x is None:
        raise ArithmeticError(f"the solver found no bound: {found.message}")
    return abs(round(float(found.x[at])))
