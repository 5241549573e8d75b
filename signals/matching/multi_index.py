"""All hashes within a Hamming radius, found without looking at most of them, and never missing one.

Method: multi-index hashing (Norouzi, Punjani, Fleet: "Fast Exact Search in Hamming Space with Multi-Index Hashing",
2014) with its refined radii. The bits are cut into m chunks. If two hashes differ in at most r = s·m + a bits, then
one of the first a + 1 chunks differs in at most s bits, or one of the others in at most s − 1. So each chunk has a
table from its value to the rows that have it; a query looks up all values within that distance and compares what it
finds. Everything is NumPy over whole batches; the tables are flat arrays, fit for memory mapping.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Distances = npt.NDArray[np.uint16]

# What things cost in microseconds, measured; only their ratios matter, and only for speed.
_PROBE = 0.0075
_CANDIDATE = {64: 0.014}
_WIDE_CANDIDATE = 0.023
_COMPARED_WORD = 0.002

_FEW = 4
_BLOCK_ROWS, _BLOCK_QUERIES = 2048, 32
_SLOTS = 1 << 18
"""Look-ups that are made at once: enough to forget Python, few enough to stay in the processor's cache."""
_EXPANDED = 1 << 20
"""Candidates that are compared at once: bounds the memory of a query that meets a crowded bucket."""
_LEVELS = 4
"""So many rows of a bucket are compared one by one for all buckets at once; nearly all buckets have no more."""
_HEAVY = 8
"""A query that would compare more than 1/8 of all rows for one chunk compares all of them instead: never much slower
than brute force, whatever the hashes look like."""


class Pairs(NamedTuple):
    """Which query is near which row, and by how many bits; three arrays of one length, in no particular order."""

    query: Integers
    row: Integers
    distance: Distances

    def at(self, places: Integers) -> "Pairs":
        return Pairs(self.query[places], self.row[places], self.distance[places])


class Candidates(NamedTuple):
    """Queries and rows that may be near. `half` is the half of the words to compare first: not the one that the
    candidates were found by, which is likely to look near."""

    query: Integers
    row: Integers
    half: int


@lru_cache(maxsize=256)
def _masks(width: int, radius: int) -> Integers:
    """All numbers of `width` bits with at most `radius` of them set; in order, so that neighbours meet."""
    chosen = [
        sum(1 << bit for bit in bits) for count in range(radius + 1) for bits in combinations(range(width), count)
    ]
    return np.sort(np.array(chosen, dtype=np.int64))


class Chunk(NamedTuple):
    """`width` bits of a hash, from bit `low` on (bit 0 is the lowest of word 0)."""

    low: int
    width: int

    def of(self, hashes: Words) -> Integers:
        """The values of this chunk in (n, words) hashes: (n,)."""
        word, shift = divmod(self.low, 64)
        value = hashes[:, word] >> np.uint64(shift)
        if shift + self.width > 64:
            value = value | (hashes[:, word + 1] << np.uint64(64 - shift))
        return (value & np.uint64((1 << self.width) - 1)).astype(np.int64)


def cut(bits: int, pieces: int) -> tuple[Chunk, ...]:
    """`bits` in `pieces` chunks of nearly equal width, the wider ones first."""
    width, wider = divmod(bits, pieces)
    lows = [number * width + min(number, wider) for number in range(pieces)]
    return tuple(Chunk(low, width + (number < wider)) for number, low in enumerate(lows))


def radii(pieces: int, radius: int) -> list[int]:
    """How far each chunk must be searched so that nothing within `radius` is missed; −1: not at all."""
    least, extra = divmod(radius, pieces)
    return [least if number <= extra else least - 1 for number in range(pieces)]


@lru_cache(maxsize=64)
def _plan(chunks: tuple[Chunk, ...], radius: int) -> tuple[Integers, Integers]:
    """Every probe of a query: the number of its chunk, and the bits that are turned over in it."""
    masks = [_masks(chunk.width, reach) for chunk, reach in zip(chunks, radii(len(chunks), radius), strict=True)]
    return np.repeat(np.arange(len(chunks)), [len(some) for some in masks]), np.concatenate(masks)


def pieces_for(rows: int, bits: int, radius: int) -> int:
    """The number of chunks with which a query is answered fastest, by the cost model; 0: compare with every row."""
    best, least = 0, rows * (bits // 64) * _COMPARED_WORD
    for pieces in range(1, bits // 8 + 1):
        width = -(-bits // pieces)
        if (1 << width) > max(1 << 16, 16 * rows) or width > 30:
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


def compare_all(halves: Sequence[Words], queries: Words, radius: int) -> Pairs:
    """Brute force: every query with every row, in blocks that stay in the processor's cache."""
    found: list[Pairs] = []
    for top in range(0, len(halves[0]), _BLOCK_ROWS):
        columns = np.ascontiguousarray(np.hstack([half[top : top + _BLOCK_ROWS] for half in halves]).T)
        for left in range(0, len(queries), _BLOCK_QUERIES):
            distance = np.zeros(1, dtype=np.uint16)
            for asked, known in zip(queries[left : left + _BLOCK_QUERIES].T, columns, strict=True):
                distance = distance + np.bitwise_count(asked[:, None] ^ known)
            query, row = np.nonzero(distance <= radius)
            if len(query):
                found.append(Pairs(query + left, row + top, distance[query, row]))
    return joined(found)


def joined(found: Sequence[Pairs]) -> Pairs:
    """Several results as one."""
    if not found:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def halved(hashes: Words) -> tuple[Words, ...]:
    """Hashes of one word as they are, of more words in two contiguous halves: mostly one half shows enough."""
    middle = hashes.shape[1] // 2
    return tuple(np.ascontiguousarray(half) for half in (hashes[:, :middle], hashes[:, middle:]) if half.shape[1])


def _differing(left: Words, right: Words) -> Distances:
    """In how many bits hashes differ, row by row: (n, words) → (n,)."""
    counts = np.bitwise_count(left ^ right)
    total: Distances = counts[:, 0].astype(np.uint16)
    for word in range(1, counts.shape[1]):
        total += counts[:, word]
    return total


def _places(chunks: Sequence[Chunk]) -> tuple[tuple[int, ...], list[int]]:
    """Where each chunk's part of the tables begins, and its size."""
    sizes = [1 << chunk.width for chunk in chunks]
    return tuple(sum(sizes[:number]) for number in range(len(sizes))), sizes


def _columns(places: Integers, of: Integers) -> Integers:
    """What stands in `of` for each flat place in rows as long as `of`."""
    width = len(of)
    return of.take(places & (width - 1) if width & (width - 1) == 0 else places % width)


@dataclass(frozen=True)
class MultiIndex:
    """An immutable index over distinct hashes.

    `offsets` holds, for each chunk one after the other, where the rows of each chunk value begin in `rows`;
    `bases` says where a chunk's part of `offsets` begins. `crowds` holds the same numbers of rows, at most 255, in a
    byte each: most probes find nothing, and learn it from a table that fits the cache.
    Built for one radius; other radii are answered as exactly, less quickly.
    """

    halves: tuple[Words, ...]
    chunks: tuple[Chunk, ...]
    bases: tuple[int, ...]
    offsets: npt.NDArray[np.uint32]
    crowds: npt.NDArray[np.uint8]
    rows: npt.NDArray[np.uint32]

    @classmethod
    def build(cls, hashes: Words, radius: int, pieces: int | None = None) -> "MultiIndex":
        """An index over (n, words) hashes, with as many chunks as the cost model says unless `pieces` does."""
        count, bits = len(hashes), hashes.shape[1] * 64
        pieces = pieces_for(count, bits, radius) if pieces is None else pieces
        chunks = cut(bits, pieces) if pieces else ()
        bases, sizes = _places(chunks)
        offsets, crowds = np.zeros(sum(sizes) + 1, dtype=np.uint32), np.zeros(sum(sizes), dtype=np.uint8)
        rows = np.empty(count * len(chunks), dtype=np.uint32)
        for number, (chunk, base, size) in enumerate(zip(chunks, bases, sizes, strict=True)):
            values = chunk.of(hashes)
            rows[number * count : (number + 1) * count] = np.argsort(values, kind="stable")
            crowd = np.bincount(values, minlength=size)
            crowds[base : base + size] = np.minimum(crowd, 255)
            np.cumsum(crowd, out=offsets[base + 1 : base + size + 1])
            offsets[base + 1 : base + size + 1] += np.uint32(number * count)
        return cls(halved(hashes), chunks, bases, offsets, crowds, rows)

    @classmethod
    def of(
        cls,
        halves: tuple[Words, ...],
        pieces: int,
        offsets: npt.NDArray[np.uint32],
        crowds: npt.NDArray[np.uint8],
        rows: npt.NDArray[np.uint32],
    ) -> "MultiIndex":
        """An index from arrays that `build()` made with `pieces` chunks."""
        chunks = cut(64 * sum(half.shape[1] for half in halves), pieces) if pieces else ()
        return cls(halves, chunks, _places(chunks)[0], offsets, crowds, rows)

    def __len__(self) -> int:
        return len(self.halves[0])

    def search(self, queries: Words, radius: int) -> Pairs:
        """All pairs of a query (q, words) and a row that differ in at most `radius` bits. Equal to brute force."""
        if not len(self) or not len(queries):
            return joined([])
        if not self.chunks:
            return compare_all(self.halves, queries, radius)
        if len(queries) <= _FEW:
            return joined([self._one(queries[place : place + 1], place, radius) for place in range(len(queries))])
        heavy, parts = np.zeros(len(queries), dtype=bool), halved(queries)
        pairs = joined([self._near(found, parts, radius) for found in self._many(queries, radius, heavy)])
        _keys, first = np.unique(pairs.query * len(self) + pairs.row, return_index=True)
        if not heavy.any():
            return pairs.at(first)
        first = first[~heavy[pairs.query[first]]]
        crowded = np.flatnonzero(heavy)
        all_of = compare_all(self.halves, queries[crowded], radius)
        return joined([pairs.at(first), all_of._replace(query=crowded[all_of.query])])

    def _one(self, query: Words, place: int, radius: int) -> Pairs:
        """The pairs of one query: all chunks in one sweep, because the calls cost more than the work."""
        number, masks = _plan(self.chunks, radius)
        whole = int.from_bytes(query.astype("<u8").tobytes(), "little")
        # A chunk's part of the table begins at a multiple of its size, so that its bits can be turned over in place.
        begins = [
            base + (whole >> chunk.low & (1 << chunk.width) - 1)
            for chunk, base in zip(self.chunks, self.bases, strict=True)
        ]
        slots = np.array(begins).take(number)
        slots ^= masks
        slots = slots.take(self.crowds.take(slots).nonzero()[0])
        first = self.offsets.take(slots).astype(np.int64)
        count = self.offsets.take(slots + 1) - first
        ends = np.cumsum(count)
        total = int(ends[-1]) if len(ends) else 0
        if total > len(self) // _HEAVY + _EXPANDED // _HEAVY:
            pairs = compare_all(self.halves, query, radius)
            return pairs._replace(query=pairs.query + place)
        first -= ends
        first += count
        row = self.rows.take(np.arange(total) + first.repeat(count))
        distance = np.zeros(len(row), dtype=np.uint16)
        for half, part in zip(self.halves, halved(query), strict=True):
            distance = distance + _differing(half.take(row, axis=0), part)
            kept = np.flatnonzero(distance <= radius)
            if not len(kept):
                return joined([])
            row, distance = row.take(kept), distance.take(kept)
        row, once = np.unique(row, return_index=True)
        return Pairs(np.full(len(row), place), row.astype(np.int64), distance.take(once))

    def _many(self, queries: Words, radius: int, heavy: Flags) -> Iterator[Candidates]:
        """Chunk by chunk, queries in the order of their values: neighbours in the table are neighbours in memory."""
        number_of, all_masks = _plan(self.chunks, radius)
        for number, chunk in enumerate(self.chunks):
            masks = all_masks[number_of == number]
            if not len(masks):
                continue
            asked = np.flatnonzero(~heavy)
            values = chunk.of(queries[asked])
            order = np.argsort(values)
            asked, values = asked[order], values[order]
            half = int(len(self.halves) > 1 and chunk.low < self.halves[0].shape[1] * 64)
            start, most = 0, max(1, _SLOTS // len(masks))
            while start < len(asked):
                width = 1 << (min(most, len(asked) - start).bit_length() - 1)
                slots = (values[start : start + width] ^ masks[:, None]) + self.bases[number]
                yield from self._candidates(slots, asked[start : start + width], heavy, half)
                start += width

    def _candidates(self, slots: Integers, asked: Integers, heavy: Flags, half: int) -> Iterator[Candidates]:
        """The rows behind (probes, queries) slots, in blocks of bounded size; marks queries that meet too many."""
        crowds = self.crowds.take(slots).ravel()
        hit = np.flatnonzero(crowds != 0)
        slot, query, count = slots.ravel().take(hit), _columns(hit, asked), crowds.take(hit)
        first = self.offsets.take(slot).astype(np.int64)
        level = 0
        while len(first) and level < _LEVELS:
            yield Candidates(query, self.rows.take(first + level).astype(np.int64), half)
            level += 1
            more = np.flatnonzero(count > level)
            first, slot, query, count = first.take(more), slot.take(more), query.take(more), count.take(more)
        if len(first):
            yield from self._crowded(first + level, self.offsets.take(slot + 1) - first - level, query, heavy, half)

    def _crowded(
        self, first: Integers, count: Integers, query: Integers, heavy: Flags, half: int
    ) -> Iterator[Candidates]:
        """The rows from `first` on, `count` of each."""
        if count.sum() > (limit := len(self) // _HEAVY + _EXPANDED // _HEAVY):
            heavy |= np.bincount(query, weights=count, minlength=len(heavy)) > limit
            light = ~heavy[query]
            first, count, query = first[light], count[light], query[light]
        ends = np.cumsum(count)
        done = before = 0
        while done < len(ends):
            upto = max(done + 1, int(np.searchsorted(ends, before + _EXPANDED, side="right")))
            some = count[done:upto]
            shift = first[done:upto] - (ends[done:upto] - some - before)
            place = np.arange(int(ends[upto - 1]) - before) + np.repeat(shift, some)
            yield Candidates(np.repeat(query[done:upto], some), self.rows.take(place).astype(np.int64), half)
            done, before = upto, int(ends[upto - 1])

    def _near(self, found: Candidates, parts: Sequence[Words], radius: int) -> Pairs:
        """Of the candidates those that are near: first by one half of the words, then by both."""
        query, row = found.query, found.row
        distance = _differing(self.halves[found.half].take(row, axis=0), parts[found.half].take(query, axis=0))
        kept = np.flatnonzero(distance <= radius)
        query, row, distance = query[kept], row[kept], distance[kept]
        for number, (half, part) in enumerate(zip(self.halves, parts, strict=True)):
            if number != found.half:
                distance = distance + _differing(half.take(row, axis=0), part.take(query, axis=0))
        kept = np.flatnonzero(distance <= radius)
        return Pairs(query[kept], row[kept], distance[kept])
