"""Digests that are equal: a sorted table for batches, behind a bitmap that turns away nearly everything else.

The bitmap alone is a filter for batches whose hits are confirmed elsewhere: it never misses a digest that is there, and
lets through about one in a hundred of the others.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

_LEAST_BITS, _MOST_BITS = 16, 31
_SPACE = 128
"""Bits of the bitmap per digest, before it is rounded up to a power of two."""


class Equal(NamedTuple):
    """Which query equals which entry: index of the query, id of the entry. Two arrays, ordered by both."""

    query: Integers
    id: Integers


def stacked(digests: Sequence[bytes]) -> Bytes:
    """Digests of one length as an array (n, bytes). `ValueError` if their lengths differ."""
    if len({len(digest) for digest in digests}) > 1:
        raise ValueError("Digests of different lengths cannot be compared.")
    width = len(digests[0]) if digests else 0
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), width)


def _words(digests: Bytes) -> npt.NDArray[np.uint64]:
    """Digests (n, bytes) as words (n, ⌈bytes / 8⌉), filled up with zeros; at least one word."""
    count, width = digests.shape
    filled = np.zeros((count, max(1, -(-width // 8)) * 8), dtype=np.uint8)
    filled[:, :width] = digests
    return filled.view(">u8").astype(np.uint64)


class DigestFilter:
    """One bit per first bits of a digest. Digests are uniform already, so that no further hashing is needed."""

    def __init__(self, digests: Bytes, room: int = 0) -> None:
        """`digests` (n, bytes) are in it from the beginning; `room` is for how many there will be if more come."""
        bits = (max(room, len(digests)) * _SPACE).bit_length()
        self._shift = np.uint64(64 - min(_MOST_BITS, max(_LEAST_BITS, bits)))
        self._bits = np.zeros(1 << (61 - int(self._shift)), dtype=np.uint8)
        self.add(digests)

    def add(self, digests: Bytes) -> None:
        """Let these digests (n, bytes) through from now on."""
        place = self._places(digests)
        np.bitwise_or.at(self._bits, place >> np.uint64(3), np.uint8(1) << (place & np.uint64(7)).astype(np.uint8))

    def perhaps(self, digests: Bytes) -> npt.NDArray[np.bool_]:
        """For each digest (n, bytes) whether it may be there: (n,). False is certain."""
        place = self._places(digests)
        byte = self._bits.take((place >> np.uint64(3)).view(np.int64))
        found: npt.NDArray[np.bool_] = (byte >> (place & np.uint64(7)).astype(np.uint8)) & np.uint8(1) != 0
        return found

    def _places(self, digests: Bytes) -> npt.NDArray[np.uint64]:
        """The bit of each digest."""
        place: npt.NDArray[np.uint64] = _words(digests[:, :8])[:, 0] >> self._shift
        return place


class DigestIndex:
    """Exact look-up of digests (MD5, SHA-1, SHA-256 or keyed ones; one length) for whole batches."""

    def __init__(self, digests: Bytes, ids: npt.ArrayLike) -> None:
        """Entries: (n, bytes) digests with (n,) ids. `ValueError` if their numbers differ."""
        numbers = np.asarray(ids, dtype=np.int64)
        if numbers.shape != (len(digests),):
            raise ValueError(f"There are {len(digests)} digests and ids of shape {numbers.shape}.")
        words = _words(digests)
        order = np.lexsort((numbers, *words.T[::-1]))
        self.width = digests.shape[1]
        self._words, self._ids = words[order], numbers[order]
        self._first = np.ascontiguousarray(self._words[:, 0])
        self.filter = DigestFilter(digests)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, digests: Bytes) -> Equal:
        """All entries that equal one of the (q, bytes) digests. `ValueError` if these have another length."""
        if len(digests) and len(self) and digests.shape[1] != self.width:
            raise ValueError(f"The index holds digests of {self.width} bytes, not of {digests.shape[1]}.")
        if not len(digests) or not len(self):
            return Equal(np.empty(0, np.int64), np.empty(0, np.int64))
        passed = np.flatnonzero(self.filter.perhaps(digests))
        words = _words(digests[passed])
        low = np.searchsorted(self._first, words[:, 0], side="left")
        count = np.searchsorted(self._first, words[:, 0], side="right") - low
        ends = np.cumsum(count)
        entry = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(low - (ends - count), count)
        asked = np.repeat(np.arange(len(passed)), count)
        equal = (self._words[entry] == words[asked]).all(axis=1)
        return Equal(passed[asked[equal]], self._ids[entry[equal]])
