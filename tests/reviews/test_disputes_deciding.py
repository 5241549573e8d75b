"""How a dispute ends: answered, accepted, decided, withdrawn, and what becomes of the signal."""

from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.models import Grant, Membership, Staff
from lantern_site.members.policies import permits
from lantern_site.members.roles import Role
from reviews import disputing
from reviews.models import Recall
from reviews.services import disputes, recalls
from reviews.workflow import DisputeState, Reason, RecallCause, Result
from signals.kinds import AccountHolder
from signals.models import Signal
from signals.services import sharing
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import (
    LATER,
    actions,
    decide,
    fail,
    fresh,
    held,
    objector,
    open_dispute,
    race,
    the_recall,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]

MAYBE: Any = "maybe"


# Answering and accepting


def test_the_owner_answers_once() -> None:
    pixelpond = builders.member()
    dispute = open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel")))
    owner = builders.actor(pixelpond, Role.REVIEWER)

    disputes.answer(dispute_id=dispute.public_id, text="Our evidence is of last week.", actor=owner, now=LATER)

    assert fresh(dispute).state == DisputeState.ANSWERED
    assert actions("dispute", dispute.public_id) == ["dispute.opened", "dispute.answered"]
    with pytest.raises(WrongState):
        disputes.answer(dispute_id=dispute.public_id, text="And again.", actor=owner, now=LATER)


def test_the_opener_does_not_answer_for_the_owner() -> None:
    kestrel = builders.member("Kestrel")
    dispute = open_dispute(builders.active(builders.member()), objector(kestrel))

    with pytest.raises(NotAllowed, match="that shared the signal"):
        disputes.answer(dispute_id=dispute.public_id, text="They agree.", actor=objector(kestrel), now=NOW)
    with pytest.raises(NotAllowed, match="that shared the signal"):
        disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(kestrel, Role.REVIEWER), now=NOW)


def test_an_accepted_dispute_retracts_and_recalls() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)
    dispute = held(signal, kestrel)

    disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=LATER)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested, signal.caution) == (Status.RETRACTED, False, False)
    assert fresh(dispute).state == DisputeState.ACCEPTED
    assert not fresh(dispute).is_holding
    assert the_recall(signal).cause == RecallCause.RETRACTED
    assert Recall.objects.count() == 1, "hold and retraction are two states of one recall"
    retracted = Entry.objects.about("signal", signal.public_id).get(action="signal.retracted")
    assert retracted.facts["reason"] == "wrong_person"


def test_one_of_two_owners_accepts_for_itself_only() -> None:
    address = builders.email(1)
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    first, second = builders.active(pixelpond, address), builders.active(kestrel, address)
    dispute = held(first, builders.member("Harbourline"))

    disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=LATER)

    assert builders.fresh(first).status == Status.RETRACTED
    assert builders.fresh(second).status == Status.HELD
    assert fresh(dispute).state == DisputeState.OPENED
    disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(kestrel, Role.REVIEWER), now=LATER)
    assert builders.fresh(second).status == Status.RETRACTED
    assert fresh(dispute).state == DisputeState.ACCEPTED


# Deciding


@pytest.mark.parametrize(
    ("result", "status", "cause"),
    [
        (Result.UPHELD, Status.RETRACTED, RecallCause.RETRACTED),
        (Result.AMENDED, Status.ACTIVE, RecallCause.CORRECTED),
        (Result.NOT_UPHELD, Status.ACTIVE, RecallCause.RELEASED),
    ],
)
def test_a_decision_retracts_or_releases_and_tells_those_who_received(
    result: Result, status: Status, cause: RecallCause
) -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    dispute = held(signal, kestrel)

    decide(dispute, result)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested, signal.caution) == (status, False, False)
    assert the_recall(signal).cause == cause
    dispute = fresh(dispute)
    assert (dispute.state, dispute.result, dispute.decided_at) == (DisputeState.DECIDED, result, LATER)
    entry = Entry.objects.about("dispute", dispute.public_id).get(action="dispute.decided")
    assert entry.facts["result"] == result
    assert entry.facts["seconds_since_opened"] == 24 * 3600


def test_a_dispute_that_fails_without_a_hold_recalls_nothing() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)

    decide(open_dispute(signal, objector(kestrel)), Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.ACTIVE
    assert not builders.fresh(signal).caution
    assert actions("signal", signal.public_id)[-1] == "signal.cleared"
    assert not Recall.objects.exists()


def test_an_amendment_is_told_even_if_nothing_was_held() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)

    decide(open_dispute(signal, objector(kestrel), reason=Reason.HARM_TERM), Result.AMENDED)

    assert the_recall(signal).cause == RecallCause.CORRECTED


def test_those_who_received_a_signal_that_expired_meanwhile_learn_that_it_was_wrong() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    dispute = held(signal, kestrel)
    sharing.expire_due(now=NOW + timedelta(days=400))

    decide(dispute, Result.UPHELD, at=NOW + timedelta(days=400))

    assert builders.fresh(signal).status == Status.EXPIRED
    assert the_recall(signal).cause == RecallCause.RETRACTED


def test_an_adjudicator_who_took_part_does_not_decide() -> None:
    signal = builders.active(builders.member(), says=builders.statement(account_holder=AccountHolder.POSSIBLY_CHILD))
    checker = _steward_who_approved(signal)
    Grant.objects.create(staff=checker, role=Role.ADJUDICATOR, granted_at=NOW, granted_by=1)
    dispute = open_dispute(signal, objector(builders.member("Kestrel")))

    with pytest.raises(NotAllowed, match="You took part"):
        disputes.decide(
            dispute_id=dispute.public_id, result=Result.UPHELD, text="So be it.", actor=checker.actor(NOW), now=NOW
        )

    assert fresh(dispute).state == DisputeState.OPENED


def _steward_who_approved(signal: Signal) -> Staff:
    with acting_as(Actor.clock()):
        approval = signal.decisions.select_related("decided_by__organisation").get(organisation=builders.programme())
        return approval.decided_by


def test_reading_the_value_is_no_part_in_the_case() -> None:
    signal = builders.active(builders.member())
    dispute = open_dispute(signal, objector(builders.member("Kestrel")))
    adjudicator = builders.actor(builders.programme(), Role.ADJUDICATOR)
    sharing.reveal(signal_id=signal.public_id, reason="dispute", actor=adjudicator, now=NOW)

    with acting_as(adjudicator):
        assert permits(disputing.may_decide, adjudicator, dispute)


def test_a_party_does_not_decide_its_own_case() -> None:
    pixelpond = builders.member()
    dispute = open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel")))

    with pytest.raises(NotAllowed):
        disputes.decide(
            dispute_id=dispute.public_id,
            result=Result.NOT_UPHELD,
            text="We are right.",
            actor=builders.actor(pixelpond, Role.REVIEWER),
            now=NOW,
        )


def test_a_decision_gives_its_reason() -> None:
    dispute = open_dispute(builders.active(builders.member()), objector(builders.member("Kestrel")))
    adjudicator = builders.actor(builders.programme(), Role.ADJUDICATOR)

    with pytest.raises(Invalid, match="reason"):
        disputes.decide(dispute_id=dispute.public_id, result=Result.UPHELD, text=" ", actor=adjudicator, now=NOW)
    with pytest.raises(Invalid):
        disputes.decide(
            dispute_id=dispute.public_id,
            result=MAYBE,
            text="Hm.",
            actor=adjudicator,
            now=NOW,
        )


def test_when_the_recall_fails_the_decision_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = held(signal, kestrel)
    before = Entry.objects.count()
    monkeypatch.setattr(recalls, "announce", fail)

    with pytest.raises(ZeroDivisionError):
        decide(dispute, Result.UPHELD)

    assert Entry.objects.count() == before
    assert fresh(dispute).state == DisputeState.OPENED
    assert builders.fresh(signal).status == Status.HELD


# Withdrawing


def test_a_withdrawn_dispute_releases_the_signal() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Harbourline"))
    dispute = held(signal, kestrel)

    disputes.withdraw(dispute_id=dispute.public_id, actor=objector(kestrel), now=LATER)

    assert builders.fresh(signal).status == Status.ACTIVE
    assert not builders.fresh(signal).caution
    assert the_recall(signal).cause == RecallCause.RELEASED


def test_while_another_dispute_holds_it_a_signal_stays_held() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    signal = builders.active(builders.member())
    first, second = held(signal, kestrel), held(signal, harbourline)

    disputes.withdraw(dispute_id=first.public_id, actor=objector(kestrel), now=LATER)
    assert builders.fresh(signal).status == Status.HELD
    decide(second, Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.ACTIVE


def test_an_opener_that_has_left_the_community_may_still_withdraw() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = held(signal, kestrel)
    Membership.objects.filter(organisation=kestrel).update(left_at=NOW)

    disputes.withdraw(dispute_id=dispute.public_id, actor=objector(kestrel), now=LATER)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested) == (Status.ACTIVE, False)
    last = Entry.objects.about("signal", signal.public_id).last()
    assert last is not None
    assert signal.position == last.position


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_adjudicators_at_once_exactly_one_decides() -> None:
    signal = builders.active(builders.member())
    dispute = held(signal, builders.member("Kestrel"))
    people = [builders.actor(builders.programme(), Role.ADJUDICATOR) for _ in range(2)]

    def decide_as(number: int) -> None:
        disputes.decide(
            dispute_id=dispute.public_id,
            result=[Result.UPHELD, Result.NOT_UPHELD][number],
            text="Mine.",
            actor=people[number],
            now=LATER,
        )

    assert sorted(race(decide_as, 2)) == ["WrongState", "done"]
