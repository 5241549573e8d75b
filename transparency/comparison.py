"""Where two editions of a year differ."""

from itertools import groupby
from typing import TypedDict

from transparency import figures
from transparency.dimensions import Value
from transparency.figures import Document


class Change(TypedDict):
    """A figure, or a cell of its table, as both editions show it. A value that one of them lacks is None."""

    row: str
    column: str
    old: Value | None
    new: Value | None


def changes(old: Document, new: Document) -> dict[str, list[Change]]:
    """By the id of the metric, in the order of the newer edition. What both show alike is left out."""
    before, after = figures.values_of(old), figures.values_of(new)
    places = [*after, *(place for place in before if place not in after)]
    differing = (place for place in places if before.get(place) != after.get(place))
    found: dict[str, list[Change]] = {}
    for metric, same in groupby(differing, key=lambda place: place[0]):
        found.setdefault(metric, []).extend(
            Change(row=row, column=column, old=before.get((metric, row, column)), new=after.get((metric, row, column)))
            for _metric, row, column in same
        )
    return found
