"""Perceptual hashes: against the `threatexchange` library, faiss, and the machine's own brute force."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from signals.matching.hashes import HammingIndex, unpacked
from signals.matching.multi_index import Words, compare_all, halved
from tests.load.bars import Bar, in_turns
from tests.load.matching import limit, peers

RADIUS = {1: 8, 4: 31}
PDQ, PHASH = 4, 1
Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Sizes:
    known: int = 1_000_000
    asked: int = 10_000
    singles: int = 500
    rounds: int = 5
    peer_share: int = 5
    """Peers are asked one in so many of the queries; a query costs them the same whatever stands beside it."""


QUICK = Sizes(known=3_000, asked=200, singles=5, rounds=1, peer_share=1)


def uniform(count: int, words: int, chance: np.random.Generator) -> Words:
    return chance.integers(0, 2**64, (count, words), dtype=np.uint64)


def clustered(count: int, words: int, chance: np.random.Generator) -> Words:
    """Families of about 20 hashes that are up to 12 bits from their ancestor, as edits of one picture are."""
    families = uniform(max(1, count // 20), words, chance)
    return turned(families[chance.integers(0, len(families), count)], 12, chance)


def turned(hashes: Words, most: int, chance: np.random.Generator) -> Words:
    """Each with 0 to `most` random bits turned over."""
    bits = 64 * hashes.shape[1]
    hashes = hashes.copy()
    for place, count in enumerate(chance.integers(0, most + 1, len(hashes)).tolist()):
        for bit in chance.choice(bits, count, replace=False).tolist():
            hashes[place, bit // 64] ^= np.uint64(1 << bit % 64)
    return hashes


def questions(known: Words, count: int, chance: np.random.Generator) -> Words:
    """Random hashes, one in a hundred of them near a known one."""
    asked = uniform(count, known.shape[1], chance)
    planted = max(1, count // 100)
    asked[:: max(1, count // planted)][:planted] = turned(known[:planted], RADIUS[known.shape[1]], chance)
    return chance.permutation(asked)


@dataclass
class Setting:
    """One kind of hash with everything that is built over it."""

    words: int
    sizes: Sizes
    known: Words
    asked: Words
    index: HammingIndex
    machine: limit.Limit | None

    @classmethod
    def of(cls, words: int, sizes: Sizes, compiled: limit.Limit | None) -> "Setting":
        chance = np.random.default_rng(words)
        known = uniform(sizes.known, words, chance)
        asked = questions(known, sizes.asked, chance)
        index = HammingIndex.build(known, np.arange(len(known)), RADIUS[words])
        return cls(words, sizes, known, asked, index, compiled)

    @property
    def radius(self) -> int:
        return RADIUS[self.words]

    @property
    def fewer(self) -> Words:
        return self.asked[: max(1, len(self.asked) // self.sizes.peer_share)]

    def ours(self, asked: Words | None = None) -> Pairs:
        hits = self.index.search(self.asked if asked is None else asked)
        return set(zip(hits.query.tolist(), hits.id.tolist(), strict=True))

    def over(self, peer: Callable[[Words], object]) -> float:
        """How many times faster than a peer one query of a batch is."""
        slow, fast = in_turns(self.sizes.rounds, lambda: peer(self.fewer), self.ours)
        return slow / len(self.fewer) / (fast / len(self.asked))

    def check(self, found: Pairs, asked: Words, by: str) -> None:
        if found != self.ours(asked):
            raise AssertionError(f"{by} and the engine do not find the same.")


def in_bytes(hashes: Words) -> Any:
    return np.ascontiguousarray(hashes.astype(">u8").view(np.uint8))


def exactness(sizes: Sizes, compiled: limit.Limit | None) -> Bar:
    """Equal sets on uniform and clustered data, before and after adding and removing."""
    equal = tried = 0
    count, chance = min(sizes.known, 200_000), np.random.default_rng(8)
    for words in (PDQ, PHASH):
        for shape in (uniform, clustered):
            known = shape(count, words, chance)
            asked = np.concatenate([questions(known, 400, chance), turned(known[:100], RADIUS[words], chance)])
            index = HammingIndex.build(known[: count // 2], np.arange(count // 2), RADIUS[words])
            for alive in _changed(index, known, count, chance):
                hits = index.search(asked)
                found = set(zip(hits.query.tolist(), hits.id.tolist(), strict=True))
                equal += found == _brute_force(known, alive, asked, compiled)
                tried += 1
    return Bar("exact", equal / tried, 1, 1, "share of hit sets equal to brute force", count, tried)


def _changed(index: HammingIndex, known: Words, count: int, chance: np.random.Generator) -> Iterator[Any]:
    """Which of the known hashes are in the index: as built, after adding, after removing, after folding."""
    alive = np.arange(count) < count // 2
    yield alive
    index.add(known[count // 2 :], np.arange(count // 2, count))
    alive[:] = True
    yield alive
    gone = chance.choice(count, count // 10, replace=False)
    index.remove(gone)
    alive[gone] = False
    yield alive
    index.fold()
    yield alive


def _brute_force(known: Words, alive: Any, asked: Words, compiled: limit.Limit | None) -> Pairs:
    radius = RADIUS[known.shape[1]]
    if compiled:
        found = compiled.search(known, asked, radius)
    else:
        pairs = compare_all(halved(known), asked, radius)
        found = set(zip(pairs.query.tolist(), pairs.row.tolist(), strict=True))
    return {(query, row) for query, row in found if alive[row]}


def against_threatexchange(setting: Setting, name: str, floor: float, goal: float) -> Iterator[Bar]:
    """The library's default index; for the large one also single look-ups and one more hash."""
    if peers.threatexchange is None:
        return
    texts, asked = unpacked(setting.known), unpacked(setting.asked)
    began = process_time()
    theirs = peers.threatexchange.PDQIndex(list(zip(texts, range(len(texts)), strict=True)))
    building = process_time() - began

    def batch(queries: Words) -> Pairs:
        part = asked[: len(queries)]
        found = theirs.index.search_with_distance_in_result(part, setting.radius)
        return {(place, hit[0]) for place, query in enumerate(part) for hit in found[query]}

    setting.check(batch(setting.fewer), setting.fewer, "threatexchange")
    count, rounds = setting.sizes.asked, setting.sizes.rounds
    yield Bar(name, setting.over(batch), floor, goal, "× threatexchange", count, rounds)
    if setting.sizes.known > 100_000 or setting.sizes == QUICK:
        yield _single(setting, lambda place: theirs.query(asked[place]))
        yield _one_more(setting, building, lambda: theirs.add(asked[0], len(texts)))


def _single(setting: Setting, look_up: Callable[[int], object]) -> Bar:
    places, rounds = range(setting.sizes.singles), setting.sizes.rounds
    theirs, ours = in_turns(
        rounds,
        lambda: [look_up(place) for place in places],
        lambda: [setting.index.search(setting.asked[place : place + 1]) for place in places],
    )
    note = f"{ours / len(places) * 1e6:,.0f} µs against {theirs / len(places) * 1e6:,.0f} µs"
    return Bar("pdq-1m-single", theirs / ours, 6, 16, "× threatexchange", len(places), rounds, note)


def _one_more(setting: Setting, building: float, add: Callable[[], object]) -> Bar:
    """Adding a hash and finding it. The last thing that is measured: the indexes are not the same afterwards."""
    new = iter(range(setting.sizes.known, 2 * setting.sizes.known))

    def ours() -> None:
        index = setting.index
        index.add(setting.asked[:1], [next(new)])
        index.search(setting.asked[:1])

    setting.index.search(setting.asked[:1])
    seconds, adding = in_turns(setting.sizes.rounds, ours, add)
    note = f"{seconds * 1e3:.2f} ms until it is found; its own add takes {adding:.2f} s, building {building:.1f} s"
    return Bar("pdq-1m-add", building / seconds, 100, 1_000, "× building threatexchange", 1, setting.sizes.rounds, note)


def against_faiss(setting: Setting) -> Iterator[Bar]:
    """pHash: exhaustive search, and multi-index hashing in three chunks. Its fastest setting that misses nothing:
    of two hashes within 8 bits, one chunk of three differs in at most 2."""
    if peers.faiss is None:
        return
    known = in_bytes(setting.known)
    flat = peers.faiss.IndexBinaryFlat(64)
    hashed = peers.faiss.IndexBinaryMultiHash(64, 3, 21)
    hashed.nflip = 2
    for name, index, floor, goal in (("phash-1m-flat", flat, 10, 20), ("phash-1m-multihash", hashed, 4, 8)):
        index.add(known)

        def batch(queries: Words, index: Any = index) -> Pairs:
            limits, _distances, rows = index.range_search(in_bytes(queries), setting.radius + 1)
            places = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
            return set(zip(places.tolist(), rows.tolist(), strict=True))

        setting.check(batch(setting.fewer), setting.fewer, name)
        value, unit = setting.over(batch), f"× faiss {type(index).__name__}"
        yield Bar(name, value, floor, goal, unit, setting.sizes.asked, setting.sizes.rounds)


def against_the_machine(setting: Setting, name: str) -> Iterator[Bar]:
    if setting.machine is None:
        return
    machine, way = setting.machine, setting.machine.choose(setting.known, setting.fewer, setting.radius)
    known, asked = np.ascontiguousarray(setting.known.T), np.ascontiguousarray(setting.fewer.T)
    setting.check(machine.of_columns(known, asked, setting.radius), setting.fewer, "brute force in C")
    value = setting.over(lambda _queries: machine.of_columns(known, asked, setting.radius))
    yield Bar(name, value, 1.5, 3, "× brute force in C", setting.sizes.asked, setting.sizes.rounds, way)


def growth(small: Setting, large: Setting, name: str) -> Bar:
    """How much dearer a query becomes when there is ten times as much to find."""
    little, much = in_turns(large.sizes.rounds, lambda: small.ours(large.asked), large.ours)
    note = f"{little / len(large.asked) * 1e6:.1f} → {much / len(large.asked) * 1e6:.1f} µs per query"
    rounds, count = large.sizes.rounds, large.sizes.asked
    return Bar(name, much / little, 7, 5, "× for 10 × the hashes", count, rounds, note, better="lower")


def bars(sizes: Sizes) -> Iterator[Bar]:
    compiled = limit.compiled()
    yield exactness(sizes, compiled)
    tenth = Sizes(sizes.known // 10, sizes.asked, sizes.singles, sizes.rounds, sizes.peer_share)
    for words, name in ((PHASH, "phash"), (PDQ, "pdq")):
        large, small = Setting.of(words, sizes, compiled), Setting.of(words, tenth, compiled)
        yield growth(small, large, f"{name}-growth")
        yield from against_the_machine(large, f"{name}-1m-machine")
        if words == PHASH:
            yield from against_faiss(large)
        else:
            yield from against_threatexchange(small, "pdq-100k-batch", 5, 10)
            yield from against_threatexchange(large, "pdq-1m-batch", 15, 30)
