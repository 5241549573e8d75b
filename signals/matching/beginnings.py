"""Which plain texts may have a keyword in them, by the first bytes of their words: nearly all have none.

A keyword that stands as a whole word begins where a word begins, or with no letter at all. So it is enough to compare
what stands there with the beginnings of all keywords, eight bytes at a time, for many texts at once. Never misses one;
what is let through is searched properly (see `text`).
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_STEP = 8
_WINDOWS = (*range(1, _STEP + 1), 12, 16)
"""A keyword is known by as many of its first bytes as the longest of these that it fills."""
_TABLE = 18
_ODD = np.uint64(0x9E37_79B9_7F4A_7C15)


def _mask(length: int) -> np.uint64:
    """The first `length` bytes of eight."""
    return np.uint64((1 << 8 * length) - 1)


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
        known: dict[int, set[bytes]] = {}
        for keyword in keywords:
            window = max(size for size in _WINDOWS if size <= len(keyword))
            known.setdefault(window, set()).add(keyword[:window])
        self._shapes: dict[int, npt.NDArray[np.bool_]] = {}
        for window, beginnings in known.items():
            size = min(window, _STEP)
            table = self._shapes.setdefault(size, np.zeros(1 << _TABLE, dtype=bool))
            table[_shape(_words(beginnings)[:, 0], size)] = True
        self._known = {window: _Known(_keys(_words(beginnings))) for window, beginnings in known.items()}

    def places(self, raw: bytes, edges: Integers) -> Integers:
        """Those of the places `edges` in `raw` at which a keyword may begin, in no particular order."""
        padded = raw + bytes(max(_WINDOWS))
        words: Keys = np.ndarray((len(padded) - _STEP + 1,), dtype="<u8", buffer=padded, strides=(1,))
        first = words[edges]
        perhaps = self._perhaps(first)
        edges, first = edges[perhaps], first[perhaps]
        second, before = words[edges + _STEP], _mixed(first)
        found = [edges[:0]]
        for window, known in self._known.items():
            short = window <= _STEP
            keys = _mixed(first & _mask(window)) if short else _mixed(before ^ second & _mask(window - _STEP))
            found.append(edges[known.among(keys)])
        return np.concatenate(found)

    def _perhaps(self, words: Keys) -> Integers:
        """The places of those words that look like the beginning of a keyword, by one look at a table each."""
        seen = np.zeros(len(words), dtype=bool)
        for size, table in self._shapes.items():
            seen |= table.take(_shape(words, size))
        return np.flatnonzero(seen)


def _shape(words: Keys, size: int) -> Integers:
    """A number for the first `size` bytes."""
    return ((words & _mask(size)) * _ODD >> np.uint64(64 - _TABLE)).view(np.int64)


def _words(beginnings: Collection[bytes]) -> Keys:
    """Beginnings of one length as words of eight bytes, filled up with zeros: (beginnings, 1 or 2)."""
    size = -(-len(next(iter(beginnings))) // _STEP) * _STEP
    filled = b"".join(beginning.ljust(size, b"\0") for beginning in beginnings)
    return np.frombuffer(filled, dtype="<u8").reshape(len(beginnings), size // _STEP)


def _keys(words: Keys) -> Keys:
    """A key for one or two words of eight bytes."""
    keys = _mixed(words[:, 0])
    return keys if words.shape[1] == 1 else _mixed(keys ^ words[:, 1])


def _mixed(words: Keys) -> Keys:
    keys: Keys = words * _ODD
    keys ^= keys >> np.uint64(29)
    return keys
