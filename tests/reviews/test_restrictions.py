"""A data-subject request restricts what it found: the signals are held while it is undecided."""

from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import WrongState
from lantern_site.members.models import SubjectRequest
from lantern_site.members.registers import Ruling
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import subject_requests
from reviews import replay
from reviews.models import Recall, StewardHold
from reviews.services import decisions, duties, holds, restrictions
from reviews.workflow import HoldReason
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.members import cases

pytestmark = pytest.mark.django_db


def restricted(*signals: Signal) -> SubjectRequest:
    """A request that found these signals and restricts them, as its task will find it."""
    case = cases.subject_request()
    given: dict[str, Any] = {"case_id": case.public_id, "actor": cases.steward(), "now": NOW}
    ids = [signal.public_id for signal in signals]
    subject_requests.note_search(kind="email", signals=ids, **given)
    return subject_requests.restrict(**given)


def settle(case: SubjectRequest) -> int:
    return restrictions.settle(case_pk=case.pk, now=NOW + timedelta(minutes=1))


def decide(case: SubjectRequest) -> SubjectRequest:
    return subject_requests.decide(
        case_id=case.public_id, ruling=Ruling.REFUSED, reason="R", letter="L", actor=cases.steward(), now=NOW
    )


def status(signal: Signal) -> str:
    return builders.fresh(signal).status


def test_what_is_restricted_is_held_and_released_with_the_decision() -> None:
    signal = builders.active(builders.member())
    case = restricted(signal)

    assert settle(case) == 1
    assert status(signal) == Status.HELD
    decide(case)
    assert settle(case) == 1
    assert status(signal) == Status.ACTIVE
    assert replay.compare() == []
    assert replay.unfounded() == []


def test_settling_twice_is_the_same_as_once() -> None:
    signal = builders.active(builders.member())
    case = restricted(signal)
    settle(case)
    before = Entry.objects.count()

    assert settle(case) == 0
    assert duties.settle_restrictions(now=NOW) == 0
    assert Entry.objects.count() == before


def test_those_who_received_it_are_told_that_it_is_held_and_nothing_of_a_person() -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Kestrel"))
    settle(restricted(signal))

    with acting_as(Actor.clock()):
        assert Recall.objects.get(signal=signal).cause == "held"
    said = Entry.objects.about("signal", signal.public_id).filter(action="signal.hold_placed").get()
    assert said.facts["reason"] == "examined"
    assert said.actor_kind == "clock"
    assert "subject" not in str(said.facts)


def test_what_is_not_in_force_is_left_alone() -> None:
    pixelpond = builders.member()
    waiting, gone = builders.submitted(pixelpond), builders.active(pixelpond)
    owner = builders.actor(pixelpond, Role.REVIEWER)
    decisions.withdraw(signal_id=gone.public_id, could_be_wrong=False, note="", actor=owner, now=NOW)

    assert settle(restricted(waiting, gone)) == 0

    assert (status(waiting), status(gone)) == (Status.SUBMITTED, Status.WITHDRAWN)


def test_a_hold_of_the_programme_for_another_reason_outlasts_the_request() -> None:
    signal = builders.active(builders.member())
    holds.hold(signal_id=signal.public_id, reason=HoldReason.UNCLEAR, actor=cases.steward(), now=NOW)
    case = restricted(signal)

    assert settle(case) == 0
    decide(case)
    settle(case)

    assert status(signal) == Status.HELD


def test_a_steward_does_not_end_the_hold_while_the_request_restricts() -> None:
    signal = builders.active(builders.member())
    case = restricted(signal)
    settle(case)
    releasing: dict[str, Any] = {"signal_id": signal.public_id, "actor": cases.steward(), "now": NOW}

    cases.refused(WrongState, holds.release, match="data-subject request", **releasing)
    decide(case)
    settle(case)
    assert status(signal) == Status.ACTIVE


def test_two_requests_about_one_signal_release_it_after_the_last_decision() -> None:
    signal = builders.active(builders.member())
    one, other = restricted(signal), restricted(signal)
    settle(one)
    settle(other)

    decide(one)
    settle(one)
    assert status(signal) == Status.HELD
    decide(other)
    settle(other)

    assert status(signal) == Status.ACTIVE
    with acting_as(Actor.clock()):
        assert StewardHold.objects.open().count() == 0


def test_what_a_later_search_finds_is_held_as_well_and_a_lost_message_is_made_up_for() -> None:
    pixelpond = builders.member()
    signal, later = builders.active(pixelpond), builders.active(pixelpond)
    case = restricted(signal)
    settle(case)

    subject_requests.note_search(
        case_id=case.public_id, kind="email", signals=[later.public_id], actor=cases.steward(), now=NOW
    )
    assert duties.settle_restrictions(now=NOW) == 1

    assert (status(signal), status(later)) == (Status.HELD, Status.HELD)
