"""Perceptual hashes within a distance: an index that can be asked, added to and taken from, and is always exact.

What was built is immutable (see `multi_index`). What is added later stands beside it until `fold()` builds anew; what
is removed is marked. Answers never depend on when that happens.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from signals.matching.multi_index import Distances, Integers, MultiIndex, Words

LAYOUT = 2
"""The number of the format that `HammingIndex.write()` writes."""
ABOUT = "index.json"

_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)


class Hits(NamedTuple):
    """Which query is near which entry: index of the query, id of the entry, distance in bits. Three arrays of one
    length, ordered by query, then distance, then id."""

    query: Integers
    id: Integers
    distance: Distances


def packed(hashes: Sequence[str], bits: int) -> Words:
    """Hexadecimal hashes of `bits` bits as an array (n, bits / 64). `ValueError` if one has another length."""
    if any(len(value) * 4 != bits for value in hashes):
        raise ValueError(f"A hash does not have {bits} bits.")
    words = np.frombuffer(bytes.fromhex("".join(hashes)), dtype=">u8")
    return words.astype(np.uint64).reshape(len(hashes), bits // 64)


def unpacked(hashes: Words) -> list[str]:
    """The opposite of `packed()`."""
    return [row.tobytes().hex() for row in hashes.astype(">u8")]


def _distinct(hashes: Words) -> tuple[Integers, Integers]:
    """An order that puts equal hashes beside each other, and where in it each run of equal ones begins (with the end).

    Sorted by one mixed word instead of all: should two different hashes mix alike, a run may be cut in two, and a
    hash has two entries then, which no answer shows.
    """
    key = np.zeros(len(hashes), dtype=np.uint64)
    for word in hashes.T:
        key = (key ^ word) * _MIX
        key ^= key >> np.uint64(29)
    order = np.argsort(key, kind="stable")
    ordered = hashes[order]
    new = np.ones(len(hashes), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return order, np.append(np.flatnonzero(new), len(hashes))


class _Built:
    """Entries behind an immutable index of their distinct hashes; an entry can only be marked as gone."""

    def __init__(self, hashes: Words, ids: Integers, runs: Integers, index: MultiIndex) -> None:
        """Entries in an order that puts equal hashes beside each other: row r of the index stands for the entries from
        `runs[r]` up to `runs[r + 1]`."""
        self.hashes, self.ids, self.runs, self.index = hashes, ids, runs, index
        self.gone = np.zeros(len(ids), dtype=bool)  # zeros cost no memory until they are written to
        self.removed = 0
        self.sorter: Integers | None = None

    @classmethod
    def of(cls, hashes: Words, ids: Integers, radius: int) -> Self:
        order, runs = _distinct(hashes)
        hashes = hashes[order]
        index = MultiIndex.build(np.ascontiguousarray(hashes[runs[:-1]]), radius)
        return cls(hashes, ids[order], runs, index)

    def search(self, queries: Words, radius: int) -> tuple[Integers, Integers, Distances]:
        pairs = self.index.search(queries, radius)
        if not len(pairs.row):
            return pairs.query, pairs.row, pairs.distance
        first = self.runs[pairs.row]
        count = self.runs[pairs.row + 1] - first
        ends = np.cumsum(count)
        entry = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - (ends - count), count)
        alive = ~self.gone[entry]
        query, distance = np.repeat(pairs.query, count), np.repeat(pairs.distance, count)
        return query[alive], self.ids[entry[alive]], distance[alive]

    def remaining(self) -> tuple[Words, Integers]:
        alive = ~self.gone
        return self.hashes[alive], self.ids[alive]

    def by_id(self) -> Integers:
        """The entries in the order of their ids."""
        if self.sorter is None:
            self.sorter = np.argsort(self.ids, kind="stable")
        return self.sorter

    def holds(self, ids: Integers) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(ids), dtype=bool)
        for place, entries in enumerate(self._entries(ids)):
            found[place] = not self.gone[entries].all()
        return found

    def remove(self, ids: Integers) -> int:
        entries = np.concatenate([np.empty(0, np.int64), *self._entries(ids)])
        removed = int((~self.gone[entries]).sum())
        self.gone[entries] = True
        self.removed += removed
        return removed

    def _entries(self, ids: Integers) -> list[Integers]:
        """The entries of each id."""
        order = self.by_id()
        first = np.searchsorted(self.ids, ids, side="left", sorter=order)
        last = np.searchsorted(self.ids, ids, side="right", sorter=order)
        return [order[low:high] for low, high in zip(first, last, strict=True)]


class HammingIndex:
    """All entries within a Hamming radius of each query: exactly those that brute force finds.

    An entry is a hash with an id of the caller's. Several entries may share a hash, and an id may have several hashes.
    """

    def __init__(self, words: int, radius: int) -> None:
        self.words, self.radius = words, radius
        self._base = _Built.of(np.empty((0, words), np.uint64), np.empty(0, np.int64), radius)
        self._added = _Built.of(np.empty((0, words), np.uint64), np.empty(0, np.int64), radius)
        self._waiting: list[tuple[Words, Integers]] = []

    @classmethod
    def build(cls, hashes: Words, ids: npt.ArrayLike, radius: int) -> Self:
        """An index over (n, words) hashes with (n,) ids, made for look-ups within `radius` bits."""
        index = cls(hashes.shape[1], radius)
        index._base = _Built.of(index._checked(hashes), index._numbered(hashes, ids), radius)
        return index

    def write(self, folder: Path) -> None:
        """Fold, then write everything into an empty folder, as flat arrays that `mapped()` need not read."""
        if self.unfolded:
            self.fold()
        index = self._base.index
        arrays: dict[str, npt.NDArray[Any]] = {
            "hashes": self._base.hashes, "ids": self._base.ids, "runs": self._base.runs,
            "sorter": self._base.by_id(), "offsets": index.offsets, "crowds": index.crowds, "rows": index.rows,
        }  # fmt: skip
        arrays.update({f"half{number}": half for number, half in enumerate(index.halves)})
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        shapes = {name: list(array.shape) for name, array in arrays.items()}
        about = {"layout": LAYOUT, "words": self.words, "radius": self.radius, "pieces": len(index.chunks)}
        (folder / ABOUT).write_text(json.dumps(about | {"shapes": shapes}), encoding="utf-8")

    @classmethod
    def mapped(cls, folder: Path) -> Self:
        """The index that `write()` left in `folder`, mapped into memory: opened in a moment, shared by processes.

        `ValueError` if a file is missing, cut short or of another layout. Bytes that changed in place are not noticed:
        keep a checksum where that can happen.
        """
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            if about["layout"] != LAYOUT:
                raise ValueError(f"The index in {folder} has layout {about['layout']}, not {LAYOUT}.")
            array = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in about["shapes"]}
        except (OSError, KeyError, TypeError, EOFError, ValueError) as problem:
            raise ValueError(f"The index in {folder} cannot be read: {problem}") from problem
        if any(list(array[name].shape) != shape for name, shape in about["shapes"].items()):
            raise ValueError(f"The index in {folder} does not have the sizes that it says.")
        index = cls(about["words"], about["radius"])
        halves = tuple(array[f"half{number}"] for number in range(min(2, index.words)))
        tables = MultiIndex.of(halves, about["pieces"], array["offsets"], array["crowds"], array["rows"])
        index._base = _Built(array["hashes"], array["ids"], array["runs"], tables)
        index._base.sorter = array["sorter"]
        return index

    def __len__(self) -> int:
        return sum(len(built.ids) - built.removed for built in self._parts())

    @property
    def unfolded(self) -> float:
        """The share of entries that were added or removed since `build()` or `fold()`. Fold at 0.02 to 0.05."""
        base, added = self._parts()
        return (base.removed + len(added.ids)) / max(1, len(base.ids))

    def search(self, queries: Words, radius: int | None = None) -> Hits:
        """All hits of (q, words) queries within `radius` bits (that of the index, unless said otherwise).

        `ValueError` if the queries have another width than the index.
        """
        queries, reach = self._checked(queries), self.radius if radius is None else radius
        found = [built.search(queries, reach) for built in self._parts() if len(built.ids)]
        if not found:
            found = [self._base.search(queries, reach)]
        if len(found) == 1 and not len(found[0][0]):
            return Hits(*found[0])
        query, entry, distance = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((entry, distance, query))
        return Hits(query[order], entry[order], distance[order])

    def add(self, hashes: Words, ids: npt.ArrayLike) -> None:
        """Add (n, words) entries with (n,) ids. Costs next to nothing; the next look-up sorts in what was added."""
        self._waiting.append((self._checked(hashes), self._numbered(hashes, ids)))

    def remove(self, ids: npt.ArrayLike) -> int:
        """Remove all entries with these ids; says how many there were. Unknown ids are no error."""
        numbers = np.unique(np.asarray(ids, dtype=np.int64).ravel())
        return sum(built.remove(numbers) for built in self._parts())

    def holds(self, ids: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """For each of (n,) ids whether there is an entry with it: (n,)."""
        numbers = np.asarray(ids, dtype=np.int64).ravel()
        base, added = self._parts()
        return base.holds(numbers) | added.holds(numbers)

    def fold(self) -> None:
        """Build anew from the entries that are there. Changes no answer."""
        self._base = self._together([built.remaining() for built in self._parts()])
        self._added = _Built.of(self._base.hashes[:0], self._base.ids[:0], self.radius)

    def _parts(self) -> tuple[_Built, _Built]:
        """What was built and what was added, with everything that waits sorted in."""
        if self._waiting:
            self._added = self._together([self._added.remaining(), *self._waiting])
            self._waiting = []
        return self._base, self._added

    def _together(self, parts: Sequence[tuple[Words, Integers]]) -> _Built:
        hashes, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
        return _Built.of(hashes, ids, self.radius)

    def _checked(self, hashes: Words) -> Words:
        if hashes.ndim != 2 or hashes.shape[1] != self.words or hashes.dtype != np.uint64:
            raise ValueError(f"Hashes are an array (n, {self.words}) of uint64, not {hashes.shape} of {hashes.dtype}.")
        return np.ascontiguousarray(hashes)

    def _numbered(self, hashes: Words, ids: npt.ArrayLike) -> Integers:
        numbers = np.asarray(ids, dtype=np.int64)
        if numbers.shape != (len(hashes),):
            raise ValueError(f"There are {len(hashes)} hashes and ids of shape {numbers.shape}.")
        return numbers
