import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.matching import multi_index
from signals.matching.hashes import HammingIndex, Hits, packed, unpacked
from signals.matching.multi_index import MultiIndex, Words

SHAPES = ["uniform", "clustered", "repeated", "colliding"]


def hashes_of(shape: str, count: int, words: int, chance: np.random.Generator) -> Words:
    uniform = chance.integers(0, 2**64, (count, words), dtype=np.uint64)
    if not count or shape == "uniform":
        return uniform
    if shape == "clustered":
        noise = uniform & np.roll(uniform, 1, axis=0) & np.roll(uniform, 2, axis=0) & np.uint64(0x1111_1111_1111_1111)
        return uniform[chance.integers(0, min(3, count), count)] ^ noise
    if shape == "repeated":
        return uniform[chance.integers(0, 1 + count // 10, count)]
    uniform[:, : max(1, words // 2)] &= np.uint64(3)  # nearly all chunks have the same values everywhere
    return uniform


def brute_force(hashes: Words, ids: list[int], queries: Words, radius: int) -> list[tuple[int, int, int]]:
    """(query, distance, id), one pair at a time, in Python's own numbers."""
    found = []
    for asked, query in enumerate(queries.tolist()):
        for known, entry in zip(hashes.tolist(), ids, strict=True):
            distance = sum((left ^ right).bit_count() for left, right in zip(query, known, strict=True))
            if distance <= radius:
                found.append((asked, distance, entry))
    return sorted(found)


def listed(hits: Hits) -> list[tuple[int, int, int]]:
    return list(zip(hits.query.tolist(), hits.distance.tolist(), hits.id.tolist(), strict=True))


def questions(hashes: Words, chance: np.random.Generator) -> Words:
    words = hashes.shape[1]
    near = hashes[:6] ^ np.uint64(0b1011)
    return np.concatenate([chance.integers(0, 2**64, (4, words), dtype=np.uint64), hashes[:3], near])


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    shape=st.sampled_from(SHAPES),
    words=st.sampled_from([1, 4]),
    count=st.integers(0, 80),
    radius=st.integers(0, 47),
)
def test_it_finds_what_brute_force_finds_also_after_adding_and_removing(
    seed: int, shape: str, words: int, count: int, radius: int
) -> None:
    chance = np.random.default_rng(seed)
    hashes, ids = hashes_of(shape, count, words, chance), chance.integers(0, count + 1, count)
    queries, gone = questions(hashes, chance), chance.integers(0, count + 1, 5)
    kept = ~np.isin(ids, gone)
    expected = brute_force(hashes[kept], ids[kept].tolist(), queries, radius)
    half = count // 2

    index = HammingIndex.build(hashes[:half], ids[:half], radius)
    for start in range(half, count, 7):
        index.add(hashes[start : start + 7], ids[start : start + 7])
    removed = index.remove(gone)

    assert removed == count - kept.sum()
    assert len(index) == kept.sum()
    assert listed(index.search(queries)) == expected
    index.fold()
    assert listed(index.search(queries)) == expected
    assert index.unfolded == 0


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    shape=st.sampled_from(SHAPES),
    pieces=st.integers(4, 8),
    radius=st.integers(0, 20),
    few=st.booleans(),
    tight=st.booleans(),
)
def test_any_number_of_chunks_finds_the_same(
    seed: int, shape: str, pieces: int, radius: int, few: bool, tight: bool
) -> None:
    chance = np.random.default_rng(seed)
    hashes = np.unique(hashes_of(shape, 60, 1, chance), axis=0)
    queries = questions(hashes, chance)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multi_index, "_FEW", 100 if few else 0)
        if tight:  # so small that blocks are cut, and that crowded queries turn to brute force
            patch.setattr(multi_index, "_SLOTS", 50)
            patch.setattr(multi_index, "_EXPANDED", 16)
        pairs = MultiIndex.build(hashes, radius, pieces).search(queries, radius)

    found = zip(pairs.query.tolist(), pairs.distance.tolist(), pairs.row.tolist(), strict=True)
    assert sorted(found) == brute_force(hashes, list(range(len(hashes))), queries, radius)


def test_an_index_of_many_hashes_finds_every_planted_copy() -> None:
    chance = np.random.default_rng(4)
    hashes = hashes_of("uniform", 30_000, 4, chance)
    queries = hashes[::100].copy()
    for number, query in enumerate(queries):
        for bit in chance.choice(256, number % 32, replace=False):
            query[bit // 64] ^= np.uint64(1 << int(bit % 64))
    index = HammingIndex.build(hashes, np.arange(30_000), radius=31)

    hits = index.search(queries)

    assert hits.id.tolist() == list(range(0, 30_000, 100))
    assert hits.distance.tolist() == [number % 32 for number in range(300)]


@given(pieces=st.integers(1, 40), radius=st.integers(0, 60))
def test_the_radii_leave_no_gap(pieces: int, radius: int) -> None:
    reached = multi_index.radii(pieces, radius)

    missed_at_least = sum(reach + 1 for reach in reached)

    assert missed_at_least == radius + 1


@pytest.mark.parametrize(("bits", "pieces"), [(64, 3), (64, 8), (256, 12), (256, 16), (256, 11)])
def test_the_chunks_cover_every_bit_once(bits: int, pieces: int) -> None:
    covered = [bit for chunk in multi_index.cut(bits, pieces) for bit in range(chunk.low, chunk.low + chunk.width)]

    assert covered == list(range(bits))


def test_packing_and_unpacking() -> None:
    hashes = ["00000000000000ff" * 4, "0123456789abcdef" * 4]

    words = packed(hashes, 256)

    assert words.shape == (2, 4)
    assert words[0, 0] == 255
    assert unpacked(words) == hashes
    with pytest.raises(ValueError, match="64 bits"):
        packed(["ff"], 64)


def test_an_empty_index_finds_nothing_and_can_be_added_to() -> None:
    index = HammingIndex(words=1, radius=8)
    assert listed(index.search(packed(["00000000000000ff"], 64))) == []

    index.add(packed(["00000000000000fe"], 64), [7])

    assert listed(index.search(packed(["00000000000000ff"], 64))) == [(0, 1, 7)]


def test_arrays_of_another_shape_are_refused() -> None:
    index = HammingIndex(words=4, radius=31)
    with pytest.raises(ValueError, match="uint64"):
        index.search(packed(["00000000000000ff"], 64))
    with pytest.raises(ValueError, match="ids of shape"):
        index.add(packed(["00" * 32], 256), [1, 2])


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32), shape=st.sampled_from(SHAPES), words=st.sampled_from([1, 4]), count=st.integers(2, 60)
)
def test_an_index_that_was_written_answers_from_its_files(seed: int, shape: str, words: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    hashes = hashes_of(shape, count, words, chance)
    index = HammingIndex.build(hashes, np.arange(count), radius=8)
    index.remove([0, 1])
    index.add(hashes[:1], [77])

    with TemporaryDirectory() as folder:
        index.write(Path(folder))
        mapped = HammingIndex.mapped(Path(folder))

        assert listed(mapped.search(questions(hashes, chance))) == listed(index.search(questions(hashes, chance)))
        mapped.add(hashes[:2], [88, 99])
        assert mapped.remove([77, 88]) == 2
        assert len(mapped) == len(index)


def test_a_large_index_answers_from_its_files(tmp_path: Path) -> None:
    hashes = hashes_of("uniform", 30_000, 4, np.random.default_rng(7))
    index = HammingIndex.build(hashes, np.arange(30_000), radius=31)
    index.write(tmp_path)

    hits = HammingIndex.mapped(tmp_path).search(hashes[:300] ^ np.uint64(1))

    assert hits.id.tolist() == list(range(300))


@pytest.mark.parametrize("name", ["index.json", "offsets.npy", "hashes.npy"])
def test_files_that_were_cut_short_or_are_missing_are_noticed(name: str, tmp_path: Path) -> None:
    HammingIndex.build(hashes_of("uniform", 50, 1, np.random.default_rng(7)), np.arange(50), radius=8).write(tmp_path)
    file = tmp_path / name

    for damaged in (file.read_bytes()[:-3], b"", None):
        if damaged is None:
            file.unlink()
        else:
            file.write_bytes(damaged)
        with pytest.raises(ValueError, match="cannot be read"):
            HammingIndex.mapped(tmp_path)


def test_files_of_another_layout_or_size_are_refused(tmp_path: Path) -> None:
    HammingIndex(words=1, radius=8).write(tmp_path)
    about = json.loads((tmp_path / "index.json").read_text())

    (tmp_path / "index.json").write_text(json.dumps(about | {"layout": 99}))
    with pytest.raises(ValueError, match="layout 99"):
        HammingIndex.mapped(tmp_path)
    (tmp_path / "index.json").write_text(json.dumps(about | {"shapes": about["shapes"] | {"ids": [5]}}))
    with pytest.raises(ValueError, match="sizes"):
        HammingIndex.mapped(tmp_path)
