import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.matching.multi_index import Words
from signals.matching.video import Overlap, VideoIndex, frames


def some_frames(chance: np.random.Generator, pool: Words, count: int) -> Words:
    """Frames out of a small pool, some a few bits away, some repeated."""
    chosen = pool[chance.integers(0, len(pool), count)]
    chosen[:, 0] ^= chance.choice(np.array([0, 0, 0b111, 2**40 - 1], dtype=np.uint64), count)
    return chosen


def near(left: list[int], right: list[int]) -> bool:
    return sum((one ^ other).bit_count() for one, other in zip(left, right, strict=True)) <= 31


@given(seed=st.integers(0, 2**32), counts=st.lists(st.integers(0, 6), max_size=6), asked=st.integers(0, 8))
def test_the_shares_are_those_that_comparing_all_frames_finds(seed: int, counts: list[int], asked: int) -> None:
    chance = np.random.default_rng(seed)
    pool = chance.integers(0, 2**64, (6, 4), dtype=np.uint64)
    videos = [frames(some_frames(chance, pool, count), np.full(count, 90)) for count in counts]
    video = frames(some_frames(chance, pool, asked), np.full(asked, 90))

    found = VideoIndex.build(videos, [10 * number for number in range(len(videos))]).search(video)

    expected = set()
    for number, other in enumerate(videos):
        here = sum(any(near(one, known) for known in other.tolist()) for one in video.tolist())
        there = sum(any(near(known, one) for one in video.tolist()) for known in other.tolist())
        if here:
            expected.add(Overlap(10 * number, here / len(video), there / len(other)))
    assert set(found) == expected
    assert [each.asked for each in found] == sorted((each.asked for each in found), reverse=True)


def test_poor_and_repeated_frames_do_not_count() -> None:
    hashes = np.arange(12, dtype=np.uint64).reshape(3, 4)[[0, 1, 1, 2]]

    assert frames(hashes, [90, 50, 50, 49]).tolist() == hashes[:2].tolist()
    with pytest.raises(ValueError, match="4 frames"):
        frames(hashes, [90])


def test_a_video_can_be_asked_to_share_enough() -> None:
    pool = np.random.default_rng(5).integers(0, 2**64, (9, 4), dtype=np.uint64)
    index = VideoIndex.build([frames(pool[:4], [90] * 4), frames(pool[3:9], [90] * 6)], [1, 2])

    assert index.search(pool[:4]) == [Overlap(1, 1.0, 1.0), Overlap(2, 0.25, 1 / 6)]
    assert index.search(pool[:4], asked=0.5) == [Overlap(1, 1.0, 1.0)]
    assert index.search(pool[3:4], known=0.2) == [Overlap(1, 1.0, 0.25)]
    assert len(index) == 2
    with pytest.raises(ValueError, match="2 videos and 1 ids"):
        VideoIndex.build([pool, pool], [1])
