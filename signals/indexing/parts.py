"""The parts of the index, one per kind: what was built, what came later, and what is gone."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from signals.canonical import hashes
from signals.kinds import BITS, OVERLAP, RADIUS, Kind
from signals.matching import video
from signals.matching.hashes import HammingIndex, packed
from signals.matching.multi_index import Words
from signals.matching.names import NameIndex
from signals.matching.text import KeywordIndex
from signals.matching.video import VideoIndex

FOLD_AT = 0.05
"""The share of a part that may be new or gone before it is built anew."""


class Near(NamedTuple):
    """The value at place `query` of what was asked is this far from an indicator; 0 is the same. Bits for hashes of
    images, edits for names, and for videos the percentage of frames that one lacks of the other."""

    query: int
    indicator_id: int
    distance: int


class Part(Protocol):
    def __len__(self) -> int: ...

    def update(self, present: Mapping[int, str], touched: Collection[int]) -> None:
        """Of the `touched` indicators hold those that are `present`, and no others."""

    def search(self, values: Sequence[str]) -> list[Near]: ...


class Hashes:
    """Perceptual hashes: a snapshot that is mapped, or what was built here."""

    def __init__(self, kind: Kind, built: HammingIndex | None = None, snapshot: str = "") -> None:
        self.kind, self.snapshot = kind, snapshot
        self.index = built or HammingIndex(BITS[kind] // 64, RADIUS[kind])

    def __len__(self) -> int:
        return len(self.index)

    def update(self, present: Mapping[int, str], touched: Collection[int]) -> None:
        numbers = np.array(sorted(touched), dtype=np.int64)
        held = set(numbers[self.index.holds(numbers)].tolist())
        if gone := held - present.keys():
            self.index.remove(sorted(gone))
        if new := present.keys() - held:
            ordered = sorted(new)
            self.index.add(packed([present[number] for number in ordered], BITS[self.kind]), ordered)
        if not self.snapshot and self.is_due:
            self.index.fold()

    @property
    def is_due(self) -> bool:
        return self.index.unfolded > FOLD_AT

    def search(self, values: Sequence[str]) -> list[Near]:
        if not values:
            return []
        found = self.index.search(packed(values, BITS[self.kind]))
        return [Near(*numbers) for numbers in zip(*(column.tolist() for column in found), strict=True)]


Built = TypeVar("Built")


class Growing(Generic[Built]):
    """An index that cannot be changed, with a small one beside it for what came later, and a list of what is gone."""

    def __init__(
        self, build: Callable[[Mapping[int, str]], Built], ask: Callable[[Built, Sequence[str]], Iterator[Near]]
    ) -> None:
        self._build, self._ask = build, ask
        self._values: dict[int, str] = {}
        self._later: dict[int, str] = {}
        self._gone: set[int] = set()
        self._parts: list[Built] = []

    def __len__(self) -> int:
        return len(self._values) + len(self._later) - len(self._gone)

    def update(self, present: Mapping[int, str], touched: Collection[int]) -> None:
        held = self._values.keys() | self._later.keys() if touched else set()
        self._gone -= present.keys()
        self._gone |= held & (set(touched) - present.keys())
        new = {number: value for number, value in present.items() if number not in held}
        self._later |= new
        if len(self._later) + len(self._gone) > FOLD_AT * len(self._values):
            kept = (self._values | self._later).items()
            self._values = {number: value for number, value in kept if number not in self._gone}
            self._later, self._gone = {}, set()
            self._parts = [self._build(self._values)]
        elif new:
            self._parts = [self._parts[0], self._build(self._later)]

    def search(self, values: Sequence[str]) -> list[Near]:
        found = {near for part in self._parts for near in self._ask(part, values)}
        return sorted(near for near in found if near.indicator_id not in self._gone)


def _names(names: Mapping[int, str]) -> NameIndex:
    return NameIndex(list(names.values()), list(names))


def _alike(index: NameIndex, names: Sequence[str]) -> Iterator[Near]:
    return (Near(*found) for found in index.search(names))


def _mentioned(index: KeywordIndex, texts: Sequence[str]) -> Iterator[Near]:
    return (Near(hit.text, hit.id, 0) for hit in index.search(texts))


def _videos(videos: Mapping[int, str]) -> VideoIndex:
    return VideoIndex.build([_frames(value) for value in videos.values()], list(videos))


def _overlapping(index: VideoIndex, videos: Sequence[str]) -> Iterator[Near]:
    """At a distance of 1 at least: only equal digests are the same video."""
    for query, value in enumerate(videos):
        for found in index.search(_frames(value)):
            share = max(found.asked, found.known)
            if share >= OVERLAP:
                yield Near(query, found.id, max(1, round(100 * (1 - share))))


def _frames(value: str) -> Words:
    found = hashes.frames(value)
    return video.frames(packed([frame.pdq for frame in found], BITS[Kind.PDQ]), [frame.quality for frame in found])


def empty(kind: Kind) -> Part:
    """A part that holds nothing yet."""
    if kind == Kind.VPDQ:
        return Growing(_videos, _overlapping)
    if kind == Kind.KEYWORD:
        return Growing(KeywordIndex, _mentioned)
    if kind == Kind.USERNAME:
        return Growing(_names, _alike)
    return Hashes(kind)
