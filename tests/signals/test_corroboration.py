"""Independence: who says the same of its own knowledge, as a rule and as lists show it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.members.models import Merger, Organisation
from lantern_site.members.roles import Role
from reviews.services import decisions
from signals import corroboration, rows, sightings
from signals.corroboration import Given, Voice
from signals.kinds import Origin
from signals.models import Signal
from tests import builders
from tests.builders import NOW

HOUR = timedelta(hours=1)

COUNTS = {
    ("own_detection", False): True,
    ("user_report", False): True,
    ("own_investigation", False): True,
    ("hotline", False): True,
    ("another_signal", False): False,
    ("own_detection", True): False,
    ("user_report", True): False,
    ("own_investigation", True): False,
    ("hotline", True): False,
    ("another_signal", True): False,
}
"""Origin, and whether the member had been given another's before: does it count?"""

PROMPTED = (
    # who had shared what was given (the house itself is 1), hours from being given to sharing: prompted?
    ((), False),
    (((2, 1),), True),
    (((2, 0),), True),
    (((2, -1),), False),
    (((1, 5),), False),
    (((1, 5), (2, -3), (3, 2)), True),
)

voices = st.builds(Voice, st.integers(1, 6), st.sampled_from(Origin.values), st.booleans())
some = st.lists(voices, max_size=12)


# The rule


def test_only_own_knowledge_that_nobody_prompted_counts() -> None:
    assert COUNTS.keys() == {(origin, prompted) for origin in Origin.values for prompted in (False, True)}

    for (origin, prompted), counts in COUNTS.items():
        assert corroboration.confirming([Voice(2, origin, prompted)], 1) == counts, (origin, prompted)


@pytest.mark.parametrize(("history", "expected"), PROMPTED)
def test_what_a_house_had_from_another_before_it_shared_prompted_it(
    history: tuple[tuple[int, int], ...], expected: bool
) -> None:
    received = [Given(sharer, NOW - hours * HOUR) for sharer, hours in history]

    assert corroboration.is_prompted(1, NOW, received) == expected


@given(some, voices, st.integers(1, 6))
def test_one_more_that_depends_on_another_changes_nothing(heard: list[Voice], more: Voice, house: int) -> None:
    for dependent in (replace(more, prompted=True), replace(more, origin=Origin.ANOTHER_SIGNAL)):
        assert corroboration.confirming([*heard, dependent], house) == corroboration.confirming(heard, house)


@given(some, st.randoms(), st.integers(1, 6))
def test_the_order_in_which_they_are_heard_does_not_matter(heard: list[Voice], dice: object, house: int) -> None:
    shuffled = list(heard)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert corroboration.confirming(shuffled, house) == corroboration.confirming(heard, house)


@given(some, voices, st.integers(1, 6))
def test_one_more_voice_adds_one_member_at_most_and_its_own_never(heard: list[Voice], more: Voice, house: int) -> None:
    before, after = corroboration.confirming(heard, house), corroboration.confirming([*heard, more], house)

    assert 0 <= after - before <= (more.house != house)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_who_shares_later_is_prompted_by_all_that_prompted_it_before(
    history: list[tuple[int, int]], first: int, second: int
) -> None:
    received = [Given(sharer, NOW + hour * HOUR) for sharer, hour in history]
    early, late = sorted((first, second))

    if corroboration.is_prompted(1, NOW + early * HOUR, received):
        assert corroboration.is_prompted(1, NOW + late * HOUR, received)


# As lists show it

pytestmark = pytest.mark.django_db


def known_to(reader: Organisation, signal: Signal) -> int:
    by = builders.actor(reader, Role.ANALYST, Role.AUDITOR)
    with acting_as(by):
        [row] = rows.rows_of(Signal.objects.visible_to(by).with_context().filter(pk=signal.pk), by)
    return row.corroborations


def shared_by(name: str, *, after: int = 0, **says: object) -> Signal:
    return builders.active(
        builders.member(name), builders.email(1), says=builders.statement(**says), now=NOW + after * HOUR
    )


def received(signal: Signal, name: str, *, after: int = 0) -> None:
    builders.receipt(signal, builders.member(name), now=NOW + after * HOUR)


def test_two_that_know_nothing_of_each_other_confirm_each_other() -> None:
    first, second = shared_by("Kestrel"), shared_by("Harbourline", after=1)

    assert known_to(builders.member("Brightbay"), first) == 1
    assert known_to(builders.member("Brightbay"), second) == 1


def test_a_member_that_had_received_the_first_confirms_nothing_but_is_confirmed_by_it() -> None:
    first = shared_by("Kestrel")
    received(first, "Harbourline")
    second = shared_by("Harbourline", after=1)

    assert builders.fresh(second).prompted
    assert known_to(builders.member("Kestrel"), first) == 0
    assert known_to(builders.member("Brightbay"), second) == 1


def test_what_is_received_after_sharing_takes_nothing_away() -> None:
    first, second = shared_by("Kestrel"), shared_by("Harbourline")
    received(first, "Harbourline", after=1)
    received(second, "Kestrel", after=1)

    assert known_to(builders.member("Brightbay"), first) == 1


def test_a_signal_that_rests_on_another_by_its_own_words_confirms_nothing() -> None:
    first = shared_by("Kestrel")
    shared_by("Harbourline", origin=Origin.ANOTHER_SIGNAL)

    assert known_to(builders.member("Brightbay"), first) == 0


def test_what_was_given_prompts_though_it_was_withdrawn_and_cannot_be_seen_any_more() -> None:
    first = shared_by("Kestrel")
    received(first, "Harbourline")
    reviewer = builders.actor(builders.member("Kestrel"), Role.REVIEWER)
    decisions.withdraw(signal_id=first.public_id, could_be_wrong=False, note="", actor=reviewer, now=NOW)

    assert builders.fresh(shared_by("Harbourline", after=1)).prompted


def test_members_that_have_merged_speak_with_one_voice() -> None:
    signal = shared_by("Kestrel")
    one, other = builders.member("Harbourline"), builders.member("Brightbay")
    shared_by("Harbourline", after=1)
    shared_by("Brightbay", after=2)
    assert known_to(builders.member("Quillwood"), signal) == 2

    merge(one, other)

    assert known_to(builders.member("Quillwood"), signal) == 1

    merge(builders.member("Kestrel"), one)

    assert known_to(builders.member("Quillwood"), signal) == 0


def test_what_one_house_had_received_prompts_the_other_of_the_same_house() -> None:
    merge(builders.member("Harbourline"), builders.member("Brightbay"))
    received(shared_by("Kestrel"), "Brightbay")

    assert builders.fresh(shared_by("Harbourline", after=1)).prompted


def merge(continuing: Organisation, ending: Organisation, at: datetime = NOW) -> None:
    decided_by = builders.person(builders.programme(), Role.STEWARD)
    Merger.objects.create(
        continuing=continuing, ending=ending, effective_on=at.date(), decided_at=at, decided_by=decided_by
    )


def test_what_one_may_not_see_is_not_counted() -> None:
    hidden = shared_by("Harbourline", not_to_regions=("europe",))
    signal = shared_by("Kestrel", after=1)

    assert known_to(builders.member("Brightbay"), signal) == 0
    assert known_to(builders.programme(), signal) == 1
    assert hidden.pk != signal.pk


def test_the_ledger_says_whether_a_signal_was_prompted() -> None:
    received(shared_by("Kestrel"), "Harbourline")
    second = shared_by("Harbourline", after=1)

    entries = Entry.objects.about("signal", second.public_id)

    assert {entry.facts["prompted"] for entry in entries} == {True}


def test_the_number_of_queries_does_not_depend_on_how_many_signals_there_are(
    django_assert_num_queries: object,
) -> None:
    signals = [builders.active(builders.member("Kestrel"), builders.email(number)) for number in range(4)]
    for number in range(4):
        builders.active(builders.member("Harbourline"), builders.email(number))
    reader = builders.actor(builders.member("Brightbay"), Role.ANALYST)

    with acting_as(reader):
        for page in (signals[:1], signals):
            with django_assert_num_queries(1):  # type: ignore[operator]
                assert set(sightings.confirmations(page, reader).values()) == {1}
