"""Second looks: who draws, who takes, what they change (nothing), who learns of them, and when they are forgotten."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Grant, Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import preferences
from reviews.approvals import is_looked_at_twice
from reviews.models import InboxNotice, SecondLook
from reviews.services import decisions, inbox, quality, second_looks
from reviews.services.decisions import Judgement
from reviews.workflow import Settlement, Verdict
from signals.kinds import Kind
from tests import builders
from tests.builders import NOW
from tests.reviews.looks import SOON, answered, drawn, rejected, switch_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _eyes() -> Iterator[None]:
    """What a test reads by itself it reads as the clock."""
    with acting_as(Actor.clock()):
        yield


@pytest.fixture
def first(pixelpond: Organisation) -> Staff:
    return builders.person(pixelpond, Role.REVIEWER)


@pytest.fixture
def second(pixelpond: Organisation) -> Actor:
    return builders.actor(pixelpond, Role.REVIEWER)


def test_a_member_that_has_not_switched_it_on_has_no_second_looks(pixelpond: Organisation, first: Staff) -> None:
    rejected(pixelpond, first)

    assert quality.draw(now=SOON) == 0


def test_what_is_decided_from_then_on_is_drawn_by_its_number(pixelpond: Organisation, first: Staff) -> None:
    before = rejected(pixelpond, first)
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    quality.keep(percent=50, practice=False, actor=admin, now=NOW)
    later = NOW + timedelta(minutes=1)
    signals = [builders.submitted(pixelpond, now=later) for _ in range(3)]
    said = Judgement(Verdict.REJECT, outward="Not our policy.")
    for signal in signals:
        decisions.decide(signal_id=signal.public_id, judgement=said, version=1, actor=first.actor(later), now=later)
    quality.draw(now=SOON)
    quality.draw(now=SOON + timedelta(minutes=5))

    looked_at = set(SecondLook.objects.values_list("signal__public_id", flat=True))

    asked_for = {one.public_id for one in signals if is_looked_at_twice(one.public_id, 50)}
    assert looked_at == asked_for
    assert before.public_id not in looked_at
    told = Entry.objects.filter(action="look.drawn")
    assert {(entry.facts["signal"], entry.facts["percent"]) for entry in told} == {(one, 50) for one in asked_for}


def test_choosing_leaves_a_trace_and_is_for_the_admin_of_a_member(pixelpond: Organisation) -> None:
    switch_on(pixelpond, 10)

    for actor in (builders.actor(pixelpond, Role.REVIEWER), builders.actor(builders.programme(), Role.STEWARD)):
        with pytest.raises(NotAllowed):
            quality.keep(percent=20, practice=True, actor=actor, now=NOW)
    with pytest.raises(Invalid):
        quality.keep(percent=51, practice=True, actor=builders.actor(pixelpond, Role.MEMBER_ADMIN), now=NOW)
    assert [entry.facts for entry in Entry.objects.filter(action="quality.kept")] == [{"percent": 10, "practice": True}]


def test_switching_it_off_lets_go_of_what_waits(pixelpond: Organisation, first: Staff) -> None:
    switch_on(pixelpond)
    drawn(pixelpond, first)

    switch_on(pixelpond, 0)

    assert not SecondLook.objects.exists()


def test_nobody_who_had_a_hand_in_it_and_nobody_of_another_member_takes_it(
    pixelpond: Organisation, kestrel: Organisation, first: Staff, second: Actor
) -> None:
    look = drawn(pixelpond, first)
    submitter = look.signal.submitted_by
    Grant.objects.create(staff=submitter, role=Role.REVIEWER, granted_at=NOW, granted_by=submitter.public_id)
    own = (first.actor(SOON, is_proven=True), submitter.actor(SOON, is_proven=True))

    for actor in (*own, builders.actor(kestrel, Role.REVIEWER)):
        with pytest.raises(WrongState):
            second_looks.take(actor=actor, now=SOON)
    for actor in (builders.actor(pixelpond, Role.ANALYST), builders.steward()):
        with pytest.raises(NotAllowed):
            second_looks.take(actor=actor, now=SOON)

    assert second_looks.take(actor=second, now=SOON).pk == look.pk


def test_one_is_held_at_a_time_and_free_again_after_an_hour(
    pixelpond: Organisation, first: Staff, second: Actor
) -> None:
    looks = {drawn(pixelpond, first).pk, drawn(pixelpond, first).pk}
    third, fourth = builders.actor(pixelpond, Role.REVIEWER), builders.actor(pixelpond, Role.REVIEWER)

    held = second_looks.take(actor=second, now=SOON)

    assert second_looks.take(actor=second, now=SOON).pk == held.pk
    assert {held.pk, second_looks.take(actor=third, now=SOON).pk} == looks
    with pytest.raises(WrongState):
        second_looks.take(actor=fourth, now=SOON)
    assert second_looks.take(actor=fourth, now=SOON + timedelta(minutes=61)).pk == held.pk
    with pytest.raises(Hidden):
        second_looks.answer(look_id=held.public_id, verdict=Verdict.APPROVE, reason="", actor=second, now=SOON)


def test_what_somebody_spares_themselves_or_has_passed_on_does_not_come(
    pixelpond: Organisation, first: Staff, second: Actor
) -> None:
    look = drawn(pixelpond, first)
    third = builders.actor(pixelpond, Role.REVIEWER)
    preferences.spare(kinds=[Kind.EMAIL], harms=[], actor=third)
    second_looks.take(actor=second, now=SOON)

    second_looks.pass_on(look_id=look.public_id, actor=second)

    for actor in (second, third):
        with pytest.raises(WrongState):
            second_looks.take(actor=actor, now=SOON)
    preferences.spare(kinds=[], harms=[], actor=third)
    assert second_looks.take(actor=third, now=SOON).pk == look.pk


def test_an_answer_changes_nothing_of_the_signal_and_the_ledger_does_not_say_what_it_was(
    pixelpond: Organisation, first: Staff, second: Actor
) -> None:
    look = drawn(pixelpond, first)
    before = builders.fresh(look.signal).state()

    answered(look, second, Verdict.APPROVE)

    assert builders.fresh(look.signal).state() == before
    entry = Entry.objects.get(action="look.answered")
    assert (entry.facts, entry.commitment, entry.audience) == ({}, None, f"organisation:{pixelpond.public_id}")


def test_an_answer_needs_a_reason_unless_it_approves_and_is_given_once(
    pixelpond: Organisation, first: Staff, second: Actor
) -> None:
    drawn(pixelpond, first)
    look = second_looks.take(actor=second, now=SOON)

    with pytest.raises(Invalid):
        second_looks.answer(look_id=look.public_id, verdict=Verdict.REJECT, reason=" ", actor=second, now=SOON)
    second_looks.answer(look_id=look.public_id, verdict=Verdict.APPROVE, reason="", actor=second, now=SOON)
    with pytest.raises(WrongState):
        second_looks.answer(look_id=look.public_id, verdict=Verdict.REJECT, reason="No.", actor=second, now=SOON)

    assert Entry.objects.filter(action="look.answered").count() == 1


@pytest.mark.parametrize(("verdict", "told"), [(Verdict.APPROVE, 1), (Verdict.REJECT, 0)])
def test_only_whoever_decided_is_told_and_only_where_the_two_differ(
    pixelpond: Organisation, first: Staff, second: Actor, verdict: Verdict, told: int
) -> None:
    look = drawn(pixelpond, first)
    answered(look, second, verdict)

    inbox.gather(now=SOON)

    notices = InboxNotice.objects.filter(kind="seen_otherwise")
    assert [(one.staff_id, one.subject) for one in notices] == [(first.pk, look.public_id)] * told


def test_the_two_and_nobody_else_say_how_they_see_it_now(pixelpond: Organisation, first: Staff, second: Actor) -> None:
    look = drawn(pixelpond, first)
    answered(look, second, Verdict.APPROVE)
    said: dict[str, Any] = {"look_id": look.public_id, "settlement": Settlement.RULE_UNCLEAR, "now": SOON}

    with pytest.raises(Hidden):
        second_looks.settle(actor=builders.actor(pixelpond, Role.MEMBER_ADMIN, Role.REVIEWER), **said)
    second_looks.settle(actor=first.actor(SOON), **said)
    with pytest.raises(WrongState):
        second_looks.settle(actor=second, **said)

    assert Entry.objects.get(action="look.settled").facts == {"rule_unclear": True}


def test_where_the_two_agree_there_is_nothing_to_settle(pixelpond: Organisation, first: Staff, second: Actor) -> None:
    look = drawn(pixelpond, first)
    answered(look, second, Verdict.REJECT)

    with pytest.raises(WrongState):
        second_looks.settle(look_id=look.public_id, settlement=Settlement.AS_SEEN, actor=second, now=SOON)

    assert not Entry.objects.filter(action="look.settled").exists()


def test_whoever_decided_does_not_see_who_looks_before_it_is_answered(
    pixelpond: Organisation, first: Staff, second: Actor
) -> None:
    look = drawn(pixelpond, first)
    second_looks.take(actor=second, now=SOON)
    decided = first.actor(SOON)

    assert not SecondLook.objects.of(decided).exists()
    answered(look, second, Verdict.REJECT)
    assert SecondLook.objects.of(decided).get().taken_by_id == second.staff_id


def test_looks_that_nobody_finds_time_for_and_old_answers_are_forgotten(
    pixelpond: Organisation, first: Staff, second: Actor
) -> None:
    said = drawn(pixelpond, first)
    answered(said, second, Verdict.REJECT)
    waits = drawn(pixelpond, first)

    quality.forget(now=SOON + timedelta(days=31))
    assert list(SecondLook.objects.all()) == [said]
    assert waits != said

    quality.forget(now=SOON + timedelta(days=731))
    assert not SecondLook.objects.exists()
