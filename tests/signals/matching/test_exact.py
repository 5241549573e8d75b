import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.matching.exact import DigestFilter, DigestIndex, stacked


def digests(first: int, last: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(first, last)]


@given(
    known=st.lists(st.binary(min_size=3, max_size=3), max_size=40),
    asked=st.lists(st.binary(min_size=3, max_size=3), max_size=20),
    width=st.sampled_from([1, 2, 3]),
)
def test_it_finds_exactly_the_equal_ones(known: list[bytes], asked: list[bytes], width: int) -> None:
    entries, queries = [digest[:width] for digest in known], [digest[:width] for digest in asked + known[:5]]

    found = DigestIndex(stacked(entries), range(len(entries))).search(stacked(queries))

    expected = [(a, b) for a, query in enumerate(queries) for b, entry in enumerate(entries) if query == entry]
    assert list(zip(found.query.tolist(), found.id.tolist(), strict=True)) == expected


def test_the_filter_misses_none_and_turns_nearly_all_others_away() -> None:
    bits = DigestFilter(stacked(digests(0, 5_000)))
    bits.add(stacked(digests(5_000, 6_000)))

    assert bits.perhaps(stacked(digests(0, 6_000))).all()
    assert bits.perhaps(stacked(digests(6_000, 16_000))).mean() < 0.02


def test_a_filter_that_begins_empty_has_the_room_that_was_asked_for() -> None:
    bits = DigestFilter(stacked([]), room=6_000)
    bits.add(stacked(digests(0, 6_000)))

    assert bits.perhaps(stacked(digests(0, 6_000))).all()
    assert bits.perhaps(stacked(digests(6_000, 16_000))).mean() < 0.02


def test_digests_of_another_length_are_refused() -> None:
    index = DigestIndex(stacked(digests(0, 3)), [1, 2, 3])
    with pytest.raises(ValueError, match="32 bytes"):
        index.search(np.zeros((1, 16), dtype=np.uint8))
    with pytest.raises(ValueError, match="different lengths"):
        stacked([b"a", b"bc"])
    with pytest.raises(ValueError, match="ids of shape"):
        DigestIndex(stacked(digests(0, 3)), [1])
