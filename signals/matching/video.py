"""vPDQ: videos that share frames. A video is a list of PDQ hashes of its frames, each with its quality.

Frames below the least quality are left out, a frame counts once however often it occurs, and each side says which
share of its frames has a near one in the other. (The method is that of "vPDQ", ThreatExchange, 2022.)
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from signals.matching.hashes import HammingIndex
from signals.matching.multi_index import Integers, Words

RADIUS = 31
QUALITY = 50


class Overlap(NamedTuple):
    """How much a video that was asked for shares with a known one: `asked` is the share of its own distinct frames that
    the known one has, `known` the share of the known one's; both above 0 and at most 1."""

    id: int
    asked: float
    known: float


def frames(hashes: Words, quality: npt.ArrayLike, least: int = QUALITY) -> Words:
    """The distinct frames worth comparing of (n, 4) PDQ hashes with (n,) qualities. `ValueError` if they do not fit."""
    numbers = np.asarray(quality)
    if numbers.shape != (len(hashes),):
        raise ValueError(f"There are {len(hashes)} frames and qualities of shape {numbers.shape}.")
    return np.unique(hashes[numbers >= least], axis=0)


class VideoIndex:
    """Known videos by their frames."""

    def __init__(self, index: HammingIndex, owner: Integers, ids: Sequence[int], sizes: Integers) -> None:
        """Use `build()`."""
        self._index, self._owner, self._ids, self._sizes = index, owner, list(ids), sizes

    @classmethod
    def build(cls, videos: Sequence[Words], ids: Sequence[int], radius: int = RADIUS) -> Self:
        """An index over videos, each the (n, 4) `frames()` of one, with an id of the caller's each."""
        if len(videos) != len(ids):
            raise ValueError(f"There are {len(videos)} videos and {len(ids)} ids.")
        sizes = np.array([len(video) for video in videos], dtype=np.int64)
        together = np.concatenate([np.empty((0, 4), np.uint64), *videos])
        owner = np.repeat(np.arange(len(videos)), sizes)
        return cls(HammingIndex.build(together, np.arange(len(together)), radius), owner, ids, sizes)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, video: Words, asked: float = 0.0, known: float = 0.0) -> list[Overlap]:
        """Known videos that share at least one frame with the (n, 4) `frames()` of one, and at least these shares of
        frames; the most alike first."""
        hits = self._index.search(video)
        owner = self._owner[hits.id]
        here, there = (
            np.bincount(np.unique(np.stack([owner, frame]), axis=1)[0], minlength=len(self))
            for frame in (hits.query, hits.id)
        )
        found = [
            Overlap(self._ids[number], here[number] / len(video), there[number] / self._sizes[number])
            for number in np.flatnonzero(here).tolist()
        ]
        kept = [each for each in found if each.asked >= asked and each.known >= known]
        return sorted(kept, key=lambda each: (-each.asked, -each.known, each.id))
