"""Which plain texts may have a keyword in them, by the first bytes of their words: nearly all have none.

A keyword that stands as a whole word begins where a word begins, or with no letter at all. So it is enough to compare
what stands there with the beginnings of all keywords, eight bytes at a time, for many texts at once. Never misses one;
what is let through is searched properly (see `text`).
"""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_STEP, _STEPS = 8, 2
_MOST = 16
_SHORT = 6
_TABLE = 17
_ODD = np.uint64(0x9E37_79B9_7F4A_7C15)


def _mask(length: int) -> np.uint64:
    """The first `length` bytes of eight."""
    return np.uint64((1 << 8 * length) - 1)


def _mixed(before: Keys, words: Keys) -> Keys:
    """A key for what was read before and eight more bytes."""
    key: Keys = (before ^ words) * _ODD
    return key ^ (key >> np.uint64(29))


class _Known:
    """A set of keys: a table turns nearly all others away, a sorted array the rest."""

    def __init__(self, keys: Keys) -> None:
        self._keys = np.unique(keys)
        self._table = np.zeros(1 << _TABLE, dtype=bool)
        self._table[self._keys >> np.uint64(64 - _TABLE)] = True

    def among(self, keys: Keys) -> Integers:
        """The places of those keys that are in the set."""
        perhaps = np.flatnonzero(self._table.take((keys >> np.uint64(64 - _TABLE)).view(np.int64)))
        found = keys.take(perhaps)
        place = np.searchsorted(self._keys, found)
        there: Integers = perhaps[self._keys.take(place, mode="clip") == found]
        return there


class Beginnings:
    """The beginnings of keywords, up to 16 bytes of each."""

    def __init__(self, keywords: Collection[bytes]) -> None:
        """`keywords` are not empty."""
        self._shapes: dict[int, npt.NDArray[np.bool_]] = {}
        for keyword in keywords:
            length = min(_SHORT, len(keyword))
            table = self._shapes.setdefault(length, np.zeros(1 << _TABLE, dtype=bool))
            table[_shape(np.frombuffer(keyword[:length].ljust(_STEP, b"\0"), dtype="<u8"), length)] = True
        self._ends: list[dict[int, _Known]] = []
        self._on: list[_Known | None] = []
        left = sorted({keyword[:_MOST] for keyword in keywords})
        for step in range(_STEPS):
            ending: dict[int, list[bytes]] = {}
            for keyword in left:
                if len(keyword) <= _STEP * (step + 1):
                    ending.setdefault(len(keyword) - _STEP * step, []).append(keyword)
            left = [keyword for keyword in left if len(keyword) > _STEP * (step + 1)]
            self._ends.append({length: _Known(_keys(some, step)) for length, some in ending.items()})
            self._on.append(_Known(_keys(left, step)) if left else None)

    def places(self, raw: bytes, edges: Integers) -> Integers:
        """Those of the places `edges` in `raw` at which a keyword may begin, in no particular order."""
        padded = raw + bytes(_STEP * _STEPS)
        words: Keys = np.ndarray((len(padded) - _STEP + 1,), dtype="<u8", buffer=padded, strides=(1,))
        edges = edges[self._perhaps(words[edges])]
        before, found = np.zeros(len(edges), dtype=np.uint64), [edges[:0]]
        for step, (ends, longer) in enumerate(zip(self._ends, self._on, strict=True)):
            here = words[edges + _STEP * step]
            found += [edges[known.among(_mixed(before, here & _mask(length)))] for length, known in ends.items()]
            if longer is None:
                break
            key = _mixed(before, here)
            on = longer.among(key)
            edges, before = edges[on], key[on]
        return np.concatenate(found)

    def _perhaps(self, words: Keys) -> Integers:
        """The places of those words that look like the beginning of a keyword, by at most six bytes and at once."""
        seen = np.zeros(len(words), dtype=bool)
        for length, table in self._shapes.items():
            seen |= table.take(_shape(words, length))
        return np.flatnonzero(seen)


def _shape(words: Keys, length: int) -> Integers:
    """A number for the first `length` bytes."""
    return ((words & _mask(length)) * _ODD >> np.uint64(64 - _TABLE)).view(np.int64)


def _keys(keywords: Sequence[bytes], step: int) -> Keys:
    """The keys of keywords that end in the given step or go on behind it."""
    filled = b"".join(keyword[: _STEP * (step + 1)].ljust(_STEP * (step + 1), b"\0") for keyword in keywords)
    words = np.frombuffer(filled, dtype="<u8").reshape(len(keywords), step + 1)
    keys = np.zeros(len(keywords), dtype=np.uint64)
    for column in words.T:
        keys = _mixed(keys, column)
    return keys
