"""Holds: the one that a second person of the opener confirms, and the programme's own."""

from datetime import timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.policies import permits
from lantern_site.members.roles import Role
from reviews import disputing
from reviews.services import disputes, holds
from reviews.workflow import HoldReason, Reason, RecallCause, Result
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import (
    LATER,
    actions,
    decide,
    fresh,
    held,
    objector,
    open_dispute,
    the_recall,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]


# Holds


def test_a_second_person_of_the_opener_holds_the_signal_for_ten_working_days() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Harbourline"))

    dispute = held(signal, kestrel)

    assert builders.fresh(signal).status == Status.HELD
    assert dispute.hold_until == NOW + timedelta(days=14)
    assert dispute.decide_due_at == NOW + timedelta(days=7), "a held signal is decided in five working days"
    assert the_recall(signal).cause == RecallCause.HELD
    assert actions("dispute", dispute.public_id)[-1] == "dispute.hold_confirmed"


def test_nobody_holds_alone_what_they_dispute() -> None:
    kestrel = builders.member("Kestrel")
    signal, analyst = builders.active(builders.member()), objector(kestrel)
    dispute = open_dispute(signal, analyst, reason=Reason.CHILD, hold_asked=True)

    with pytest.raises(NotAllowed, match="second person"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=analyst, now=NOW)
    with pytest.raises(NotAllowed, match="that opened the dispute"):
        disputes.confirm_hold(
            dispute_id=dispute.public_id, actor=builders.actor(signal.organisation, Role.REVIEWER), now=NOW
        )

    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_hold_that_nobody_asked_for_is_the_stewards() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = open_dispute(signal, objector(kestrel))

    with pytest.raises(NotAllowed, match="No hold was asked for"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=objector(kestrel), now=NOW)
    disputes.confirm_hold(
        dispute_id=dispute.public_id, actor=builders.actor(builders.programme(), Role.STEWARD), now=NOW
    )

    assert builders.fresh(signal).status == Status.HELD


def test_where_a_child_may_be_in_danger_only_the_steward_holds() -> None:
    says = builders.statement(danger=True, authority_informed="The national unit, at nine.")
    signal, kestrel = builders.active(builders.member(), says=says), builders.member("Kestrel")
    dispute = open_dispute(signal, objector(kestrel), reason=Reason.WRONG_PERSON, hold_asked=True)

    assert dispute.decide_due_at == NOW + timedelta(hours=24)
    with pytest.raises(NotAllowed, match="in danger"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=objector(kestrel), now=NOW)


def test_a_steward_ends_or_extends_a_hold_once() -> None:
    signal = builders.active(builders.member())
    dispute = held(signal, builders.member("Kestrel"))
    steward = builders.actor(builders.programme(), Role.STEWARD)

    extended = disputes.extend_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)
    assert extended.hold_until == NOW + timedelta(days=21)
    with pytest.raises(WrongState, match="extended once"):
        disputes.extend_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)
    disputes.end_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)

    signal = builders.fresh(signal)
    assert (signal.status, signal.caution) == (Status.ACTIVE, True)
    assert fresh(dispute).is_open
    with pytest.raises(WrongState, match="No hold is in force"):
        disputes.end_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)
    with pytest.raises(WrongState, match="has had its hold"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)


def test_an_opener_whose_disputes_mostly_fail_loses_the_immediate_hold_and_is_told() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    for number in range(10):
        result = Result.UPHELD if number < 2 else Result.NOT_UPHELD
        decide(open_dispute(builders.active(pixelpond, builders.email(number)), objector(kestrel)), result)

    signal = builders.active(pixelpond)
    dispute = open_dispute(signal, objector(kestrel), reason=Reason.CHILD, hold_asked=True, now=LATER)
    second = objector(kestrel)
    with acting_as(second):
        answer = permits(disputing.may_hold_at_once, kestrel.pk, LATER)
    with pytest.raises(NotAllowed, match="Below 30 %"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=second, now=LATER)

    assert "2 were upheld" in answer.sentence
    assert builders.fresh(signal).caution, "the right to dispute stays"
    much_later = LATER + timedelta(days=90)
    disputes.confirm_hold(dispute_id=dispute.public_id, actor=second, now=much_later)
    assert builders.fresh(signal).status == Status.HELD


@pytest.mark.parametrize(("upheld", "of", "at_once"), [(0, 9, True), (2, 10, False), (3, 10, True), (1, 4, True)])
def test_the_record_of_an_opener(monkeypatch: pytest.MonkeyPatch, upheld: int, of: int, at_once: bool) -> None:
    monkeypatch.setattr(disputing, "opener_record", lambda *_: (of, upheld))

    assert bool(permits(disputing.may_hold_at_once, 1, NOW)) is at_once


# The programme's own holds


def test_a_steward_holds_and_releases_a_signal() -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Kestrel"))
    steward = builders.actor(builders.programme(), Role.STEWARD)

    holds.hold(signal_id=signal.public_id, reason=HoldReason.SECURITY, actor=steward, now=NOW)
    assert builders.fresh(signal).status == Status.HELD
    assert the_recall(signal).cause == RecallCause.HELD
    with pytest.raises(WrongState, match="already"):
        holds.hold(signal_id=signal.public_id, reason=HoldReason.OTHER, actor=steward, now=NOW)
    holds.release(signal_id=signal.public_id, actor=steward, now=LATER)

    assert builders.fresh(signal).status == Status.ACTIVE
    assert the_recall(signal).cause == RecallCause.RELEASED
    assert actions("signal", signal.public_id)[-4:] == [
        "signal.hold_placed", "signal.held", "signal.hold_lifted", "signal.released",
    ]  # fmt: skip
    with pytest.raises(WrongState, match="does not hold"):
        holds.release(signal_id=signal.public_id, actor=steward, now=LATER)


def test_only_a_steward_holds_for_the_programme_and_says_why() -> None:
    pixelpond = builders.member()
    signal = builders.active(pixelpond)
    steward = builders.actor(builders.programme(), Role.STEWARD)

    with pytest.raises(NotAllowed):
        holds.hold(
            signal_id=signal.public_id,
            reason=HoldReason.OTHER,
            actor=builders.actor(pixelpond, Role.REVIEWER),
            now=NOW,
        )
    with pytest.raises(Invalid):
        holds.hold(signal_id=signal.public_id, reason=HoldReason.CHECK_OVERDUE, actor=steward, now=NOW)

    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_signal_stays_held_while_the_programme_holds_it() -> None:
    signal = builders.active(builders.member())
    steward = builders.actor(builders.programme(), Role.STEWARD)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.PERSON, actor=steward, now=NOW)

    decide(held(signal, builders.member("Kestrel")), Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.HELD
