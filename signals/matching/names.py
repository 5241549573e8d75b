"""Profile names that are easily taken for each other: one edit apart, or alike at a glance.

Edit distance 1 by symmetric deletes (Garbe's "SymSpell", 2012): two names are at most one insertion, deletion or
replacement apart only if they, or what remains when one character is taken out of either, are equal. The remainders
are never made as strings: their hashes are computed for whole columns of names at once. What is found is verified.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from signals import folding

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_BASE = 0x9E37_79B9_7F4A_7C15


class NearName(NamedTuple):
    """Which query is near which name: index of the query, id of the name, and how: 0 equal, 1 one edit apart,
    2 alike at a glance only."""

    query: int
    id: int
    distance: int


def _powers(count: int) -> Keys:
    """The base to the powers 0 … count − 1, modulo 2⁶⁴."""
    return np.cumprod(np.array([1] + [_BASE] * (count - 1), dtype=np.uint64), dtype=np.uint64)[:count]


def _mixed(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(32))) * np.uint64(0xD6E8_FEB8_6659_FD93)
    return keys ^ (keys >> np.uint64(29))


def _of_one_length(names: Sequence[str], length: int) -> Keys:
    """Keys of names of one length and of what remains without each character: (names, length + 1)."""
    letters = np.frombuffer("".join(names).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = letters.reshape(len(names), length).astype(np.uint64) + np.uint64(1)
    powers = _powers(length + 1)
    here, earlier = codes * powers[1 : length + 1], codes * powers[:length]
    before = np.cumsum(here, axis=1, dtype=np.uint64)
    after = np.cumsum(earlier[:, ::-1], axis=1, dtype=np.uint64)[:, ::-1]
    keys = np.empty((len(names), length + 1), dtype=np.uint64)
    keys[:, 0] = before[:, -1] if length else 0
    keys[:, 1:] = (before - here) + (after - earlier)
    return _mixed(keys)


def _variants(names: Sequence[str]) -> tuple[Keys, Integers]:
    """Keys of all names and remainders, with the index of the name that each belongs to."""
    by_length: dict[int, list[int]] = {}
    for index, name in enumerate(names):
        by_length.setdefault(len(name), []).append(index)
    keys, owners = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for length, indexes in by_length.items():
        keys.append(_of_one_length([names[index] for index in indexes], length).ravel())
        owners.append(np.repeat(np.array(indexes, dtype=np.int64), length + 1))
    return np.concatenate(keys), np.concatenate(owners)


def _place(name: str) -> tuple[str, str]:
    """Service and handle of a normal form. Without a colon, all of it is the handle."""
    service, colon, handle = name.partition(":")
    return (service, handle) if colon else ("", name)


class NameIndex:
    """Near profile names. Names are normal forms (`service:handle`); names of different services are never near."""

    def __init__(self, names: Sequence[str], ids: Sequence[int]) -> None:
        """`ValueError` if there are not as many names as ids."""
        if len(names) != len(ids):
            raise ValueError(f"There are {len(names)} names and {len(ids)} ids.")
        self._names, self._ids = list(names), list(ids)
        keys, owners = _variants(self._names)
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order].astype(np.uint32)
        self._alike: dict[str, list[int]] = {}
        for index, name in enumerate(self._names):
            self._alike.setdefault(_seen(name), []).append(index)

    def __len__(self) -> int:
        return len(self._names)

    def search(self, queries: Sequence[str]) -> list[NearName]:
        """All near names of all queries (normal forms), ordered by query, distance and id. Never misses one."""
        near = {(query, found): distance for query, found, distance in self._one_edit(queries)}
        for query, name in enumerate(queries):
            for found in self._alike.get(_seen(name), ()):
                near.setdefault((query, found), 2)
        return sorted(
            (NearName(query, self._ids[found], distance) for (query, found), distance in near.items()),
            key=lambda hit: (hit.query, hit.distance, hit.id),
        )

    def _one_edit(self, queries: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        keys, asked = _variants(queries)
        order = np.argsort(keys)  # neighbours in the table are neighbours in memory
        keys, asked = keys[order], asked[order]
        low = np.searchsorted(self._keys, keys, side="left")
        there = np.flatnonzero(self._keys.take(low, mode="clip") == keys) if len(self) else low[:0]
        keys, asked, low = keys[there], asked[there], low[there]
        count = np.searchsorted(self._keys, keys, side="right") - low
        ends = np.cumsum(count)
        place = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(low - (ends - count), count)
        pairs = np.unique(np.repeat(asked, count) * len(self) + self._owners[place])
        for query, found in zip(
            (pairs // max(1, len(self))).tolist(), (pairs % max(1, len(self))).tolist(), strict=True
        ):
            (service, handle), (other_service, other) = _place(queries[query]), _place(self._names[found])
            distance = Levenshtein.distance(handle, other, score_cutoff=1)
            if service == other_service and distance <= 1:
                yield query, found, distance


def _seen(name: str) -> str:
    service, handle = _place(name)
    return f"{service}:{folding.skeleton(handle)}"
