"""Kappa, Wilson's interval and totals that show nobody, against numbers of the literature and against their rules."""

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.agreement import Pair, kappa, people_in, pooled, wilson
from reviews.approvals import is_looked_at_twice

WORDS = st.sampled_from(["approve", "reject", "return"])
JUDGED = st.lists(st.tuples(WORDS, WORDS), max_size=60)
PAIRS = st.lists(st.builds(Pair, WORDS, WORDS, st.integers(1, 9), st.integers(11, 19)), max_size=30)


def table(rows: list[list[int]]) -> list[tuple[str, str]]:
    """Pairs out of a table: the first rater's words down, the second's across."""
    cells = [(str(down), str(across), n) for down, row in enumerate(rows) for across, n in enumerate(row)]
    return [(down, across) for down, across, n in cells for _ in range(n)]


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
# 857–872, table I, method 3 (score).
@pytest.mark.parametrize(
    ("hits", "among", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_the_literature(hits: int, among: int, low: float, high: float) -> None:
    found = wilson(hits, among)

    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


# J. L. Fleiss, Statistical Methods for Rates and Proportions, 2nd edition (1981), section 13.1: 100 diagnoses by two
# raters, kappa 0.676 with a standard error of 0.088.
def test_kappa_is_that_of_the_literature_with_its_error() -> None:
    found = kappa(table([[75, 1, 4], [5, 4, 1], [0, 0, 10]]))

    assert found is not None
    assert round(found.value, 3) == 0.676
    assert round((found.high - found.low) / 2 / 1.96, 3) == 0.088


# J. Cohen (1960), table 1: 200 judgements in three categories, kappa 0.492.
def test_kappa_is_that_of_cohen() -> None:
    found = kappa(table([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))

    assert found is not None
    assert round(found.value, 3) == 0.492


def test_kappa_is_undefined_where_there_is_nothing_to_agree_on() -> None:
    assert kappa([]) is None
    assert kappa([("approve", "approve")] * 40) is None
    assert wilson(0, 0) is None


@given(JUDGED)
def test_kappa_is_symmetric_and_stays_within_its_bounds(judged: list[tuple[str, str]]) -> None:
    found, mirrored = kappa(judged), kappa([(other, one) for one, other in judged])

    assert (found is None) == (mirrored is None)
    if found and mirrored:
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert found.value == pytest.approx(mirrored.value)
        assert found.low == pytest.approx(mirrored.low)


@given(st.lists(WORDS, min_size=2).filter(lambda words: len(set(words)) > 1))
def test_whoever_always_agrees_has_a_kappa_of_one(words: list[str]) -> None:
    found = kappa([(word, word) for word in words])

    assert found is not None
    assert found.low == pytest.approx(1)
    assert found.value == pytest.approx(1)


@given(st.integers(1, 10_000).flatmap(lambda among: st.tuples(st.integers(0, among), st.just(among))))
def test_wilsons_interval_holds_its_share_and_mirrors(counted: tuple[int, int]) -> None:
    hits, among = counted
    found, others = wilson(hits, among), wilson(among - hits, among)

    assert found is not None
    assert others is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low == pytest.approx(1 - others.high)


@given(st.dictionaries(st.sampled_from(["email", "url", "sha256", "keyword"]), PAIRS, max_size=4))
def test_no_row_and_no_difference_of_rows_and_the_total_speaks_of_fewer_than_five(
    groups: Mapping[str, list[Pair]],
) -> None:
    """Whoever knows the total and every row subtracts any rows from it: what is left is made of whole rows."""
    rows = pooled(groups, 5)
    everything = [pair for pairs in groups.values() for pair in pairs]

    assert all(people_in(row.pairs) >= 5 for row in rows)
    if people_in(everything) >= 5:
        assert sorted(word for row in rows for word in row.words) == sorted(groups)
        assert sum(len(row.pairs) for row in rows) == len(everything)
    else:
        assert rows == []
    for size in range(1, len(rows)):
        for left in combinations(rows, size):
            assert people_in([pair for row in left for pair in row.pairs]) >= 5


@given(st.integers(0, 2**50), st.integers(0, 100), st.integers(0, 100))
def test_whoever_draws_more_draws_the_same_and_more(public_id: int, fewer: int, more: int) -> None:
    fewer, more = sorted((fewer, more))

    assert is_looked_at_twice(public_id, fewer) <= is_looked_at_twice(public_id, more)
    assert is_looked_at_twice(public_id, 100)
    assert not is_looked_at_twice(public_id, 0)


def test_about_as_many_are_drawn_as_were_asked_for() -> None:
    drawn = sum(is_looked_at_twice(number, 20) for number in range(10_000))

    assert 1_850 < drawn < 2_150
