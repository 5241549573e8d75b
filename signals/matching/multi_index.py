"""All hashes within a Hamming radius, found without looking at most of them, and never missing one.

Method: multi-index hashing (Norouzi, Punjani, Fleet: "Fast Exact Search in Hamming Space with Multi-Index Hashing",
2014) with its refined radii. The bits are cut into m chunks. If two hashes differ in at most r = s·m + a bits, then
one of the first a + 1 chunks differs in at most s bits, or one of the others in at most s − 1. So each chunk has a
table from its value to the rows that have it; a query looks up all values within that distance and compares what it
finds. Everything is NumPy over whole batches; the tables are flat arrays, fit for memory mapping.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Distances = npt.NDArray[np.uint16]

# What things cost in microseconds, measured; only their ratios matter, and only for speed.
_PROBE = 0.012
_CANDIDATE = {64: 0.012}
_WIDE_CANDIDATE = 0.030
_COMPARED_WORD = 0.0012

_SLOTS = 1 << 17
"""Look-ups that are made at once: enough to forget Python, few enough to stay in the processor's cache."""
_EXPANDED = 1 << 20
"""Candidates that are compared at once: bounds the memory of a query that meets a crowded bucket."""
_HEAVY = 8
"""A query that would compare more than 1/8 of all rows for one chunk compares all of them instead: never much slower
than brute force, whatever the hashes look like."""


class Pairs(NamedTuple):
    """Which query is near which row, and by how many bits; three arrays of one length, in no particular order."""

    query: Integers
    row: Integers
    distance: Distances


@lru_cache(maxsize=256)
def _masks(width: int, radius: int) -> npt.NDArray[np.uint32]:
    """All numbers of `width` bits with at most `radius` of them set."""
    chosen = [sum(1 << bit for bit in bits) for count in range(radius + 1) for bits in combinations(range(width), count)]
    return np.array(chosen, dtype=np.uint32)


@dataclass(frozen=True)
class Chunk:
    """`width` bits of a hash, from bit `low` on (bit 0 is the lowest of word 0)."""

    low: int
    width: int

    def of(self, hashes: Words) -> npt.NDArray[np.uint32]:
        """The values of this chunk in (n, words) hashes: (n,)."""
        word, shift = divmod(self.low, 64)
        value = hashes[:, word] >> np.uint64(shift)
        if shift + self.width > 64:  # noqa: PLR2004
            value = value | (hashes[:, word + 1] << np.uint64(64 - shift))
        return (value & np.uint64((1 << self.width) - 1)).astype(np.uint32)


def cut(bits: int, pieces: int) -> tuple[Chunk, ...]:
    """`bits` in `pieces` chunks of nearly equal width, the wider ones first."""
    width, wider = divmod(bits, pieces)
    lows = [number * width + min(number, wider) for number in range(pieces)]
    return tuple(Chunk(low, width + (number < wider)) for number, low in enumerate(lows))


def radii(pieces: int, radius: int) -> list[int]:
    """How far each chunk must be searched so that nothing within `radius` is missed; −1: not at all."""
    least, extra = divmod(radius, pieces)
    return [least if number <= extra else least - 1 for number in range(pieces)]


def pieces_for(rows: int, bits: int, radius: int) -> int:
    """The number of chunks with which a query is answered fastest, by the cost model; 0: compare with every row."""
    best, least = 0, rows * (bits // 64) * _COMPARED_WORD
    for pieces in range(1, bits // 8 + 1):
        width = -(-bits // pieces)
        if (1 << width) > max(1 << 16, 16 * rows) or width > 30:  # noqa: PLR2004
            continue
        probes = found = 0.0
        for chunk, reach in zip(cut(bits, pieces), radii(pieces, radius), strict=True):
            looked_up = sum(comb(chunk.width, count) for count in range(reach + 1))
            probes += looked_up
            found += looked_up * rows / (1 << chunk.width)
        cost = probes * _PROBE + found * _CANDIDATE.get(bits, _WIDE_CANDIDATE)
        if cost < least:
            best, least = pieces, cost
    return best


def distances(left: Words, right: Words) -> Distances:
    """The number of bits in which two arrays of hashes differ, row by row or broadcast: (…, words) → (…)."""
    total = np.bitwise_count(left[..., 0] ^ right[..., 0]).astype(np.uint16)
    for word in range(1, left.shape[-1]):
        total += np.bitwise_count(left[..., word] ^ right[..., word])
    return total


def compare_all(hashes: Words, queries: Words, radius: int) -> Pairs:
    """Brute force, in blocks: every query with every row."""
    found: list[Pairs] = []
    block = max(1, _EXPANDED // max(1, len(hashes)))
    for start in range(0, len(queries), block):
        distance = distances(queries[start : start + block, None, :], hashes[None, :, :])
        query, row = np.nonzero(distance <= radius)
        found.append(Pairs(query + start, row, distance[query, row]))
    return joined(found)


def joined(found: list[Pairs]) -> Pairs:
    if not found:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


@dataclass(frozen=True)
class MultiIndex:
    """An immutable index over distinct hashes.

    `offsets` holds, for each chunk one after the other, where the rows of each chunk value begin in `rows`.
    `bases` says where a chunk's part of `offsets` begins. Built for one radius; other radii are answered as exactly,
    less quickly.
    """

    hashes: Words
    chunks: tuple[Chunk, ...] = ()
    bases: tuple[int, ...] = ()
    offsets: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    rows: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))

    @classmethod
    def build(cls, hashes: Words, radius: int, pieces: int | None = None) -> "MultiIndex":
        """An index over (n, words) hashes, with as many chunks as the cost model says unless `pieces` does."""
        count, bits = len(hashes), hashes.shape[1] * 64
        chunks = cut(bits, pieces) if (pieces := pieces_for(count, bits, radius) if pieces is None else pieces) else ()
        sizes = [(1 << chunk.width) + 1 for chunk in chunks]
        bases = tuple(int(end) - size for end, size in zip(np.cumsum(sizes), sizes, strict=True))
        offsets = np.zeros(sum(sizes), dtype=np.uint32)
        rows = np.empty(count * len(chunks), dtype=np.uint32)
        for number, chunk in enumerate(chunks):
            values = chunk.of(hashes)
            rows[number * count : (number + 1) * count] = np.argsort(values, kind="stable")
            begins = offsets[bases[number] : bases[number] + sizes[number]]
            np.cumsum(np.bincount(values, minlength=sizes[number] - 1), out=begins[1:])
            begins += np.uint32(number * count)
        return cls(hashes, chunks, bases, offsets, rows)

    def search(self, queries: Words, radius: int) -> Pairs:
        """All pairs of a query (q, words) and a row that differ in at most `radius` bits. Equal to brute force."""
        if not len(self.hashes) or not len(queries):
            return joined([])
        if not self.chunks:
            return compare_all(self.hashes, queries, radius)
        found: list[Pairs] = []
        heavy = np.zeros(len(queries), dtype=bool)
        for number, reach in enumerate(radii(len(self.chunks), radius)):
            if reach >= 0:
                found += self._search_chunk(number, _masks(self.chunks[number].width, reach), queries, radius, heavy)
        pairs = joined(found)
        key = pairs.query * np.int64(len(self.hashes)) + pairs.row
        _kept, first = np.unique(key, return_index=True)
        first = first[~heavy[pairs.query[first]]]
        light = Pairs(*(column[first] for column in pairs))
        number_of = np.flatnonzero(heavy)
        crowded = compare_all(self.hashes, queries[number_of], radius)
        return joined([light, crowded._replace(query=number_of[crowded.query])])

    def _search_chunk(
        self, number: int, masks: npt.NDArray[np.uint32], queries: Words, radius: int, heavy: npt.NDArray[np.bool_]
    ) -> Iterator[Pairs]:
        """What the table of one chunk brings. Marks queries as heavy, and leaves those that are."""
        waiting = np.flatnonzero(~heavy)
        values = self.chunks[number].of(queries[waiting])
        order = np.argsort(values)  # neighbours in the table are neighbours in memory
        waiting, values = waiting[order], values[order]
        block = max(1, _SLOTS // len(masks))
        for start in range(0, len(waiting), block):
            some = waiting[start : start + block]
            slots = (values[start : start + block] ^ masks[:, None]).astype(np.int64) + self.bases[number]
            first = self.offsets[slots]
            count = self.offsets[slots + 1] - first
            crowded = count.sum(axis=0, dtype=np.int64) > len(self.hashes) // _HEAVY + 1024
            if crowded.any():
                heavy[some[crowded]] = True
                count[:, crowded] = 0
            hit = np.flatnonzero(count)
            yield from self._compare(first.ravel()[hit], count.ravel()[hit], some[hit % len(some)], queries, radius)

    def _compare(
        self,
        first: npt.NDArray[np.uint32],
        count: npt.NDArray[np.uint32],
        query: Integers,
        queries: Words,
        radius: int,
    ) -> Iterator[Pairs]:
        """Compare each `query` with the `count` rows from `first` on."""
        ends = np.cumsum(count, dtype=np.int64)
        done = 0
        while done < len(ends):
            before = int(ends[done - 1]) if done else 0
            upto = max(done + 1, int(np.searchsorted(ends, before + _EXPANDED, side="right")))
            some = count[done:upto]
            starts = ends[done:upto] - some - before
            shift = first[done:upto].astype(np.int64) - starts
            place = np.arange(int(ends[upto - 1]) - before) + np.repeat(shift, some)
            row = self.rows[place].astype(np.int64)
            asked = np.repeat(query[done:upto], some)
            yield self._near(row, asked, queries, radius)
            done = upto

    def _near(self, row: Integers, query: Integers, queries: Words, radius: int) -> Pairs:
        """Of some candidates those that are near: by the first half of the words, then by all."""
        half = max(1, self.hashes.shape[1] // 2)
        distance = distances(self.hashes[row, :half], queries[query, :half])
        kept = np.flatnonzero(distance <= radius)
        row, query = row[kept], query[kept]
        distance = distances(self.hashes[row], queries[query])
        kept = np.flatnonzero(distance <= radius)
        return Pairs(query[kept], row[kept], distance[kept])
