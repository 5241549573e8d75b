"""Appeals: once, within thirty days, decided from outside."""

from datetime import timedelta

import pytest

from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Grant
from lantern_site.members.roles import Role
from reviews.models import Dispute
from reviews.services import disputes, hearings
from reviews.workflow import DisputeState, RecallCause, Result
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import (
    LATER,
    actions,
    appeal,
    decide,
    decide_appeal,
    fresh,
    given,
    held,
    objector,
    open_dispute,
    the_recall,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]


def test_an_appeal_may_reinstate_what_was_retracted() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)
    dispute = decide(held(signal, kestrel), Result.UPHELD)

    appeal(dispute, pixelpond)
    assert builders.fresh(signal).contested
    decide_appeal(dispute, Result.NOT_UPHELD)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested) == (Status.ACTIVE, False)
    assert fresh(dispute).state == DisputeState.CLOSED
    assert fresh(dispute).final_result == Result.NOT_UPHELD
    assert the_recall(signal).cause == RecallCause.RELEASED
    assert "signal.reinstated" in actions("signal", signal.public_id)


def test_an_appeal_may_retract_what_was_left() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = decide(held(signal, kestrel), Result.NOT_UPHELD)

    appeal(dispute, kestrel)
    assert builders.fresh(signal).status == Status.ACTIVE, "an appeal sets caution and no hold"
    decide_appeal(dispute, Result.UPHELD)

    assert builders.fresh(signal).status == Status.RETRACTED


def test_an_appeal_is_open_once_and_for_thirty_days() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    late = decide(open_dispute(builders.active(pixelpond), objector(kestrel)), Result.UPHELD)
    once = decide(open_dispute(builders.active(pixelpond), objector(kestrel)), Result.UPHELD)

    with pytest.raises(WrongState, match="30 days"):
        appeal(late, pixelpond, at=LATER + timedelta(days=30, seconds=1))
    appeal(once, pixelpond, at=LATER + timedelta(days=30))
    decide_appeal(once, Result.UPHELD, at=LATER + timedelta(days=31))
    with pytest.raises(WrongState):
        appeal(once, kestrel, at=LATER + timedelta(days=31))


def test_only_the_external_adjudicator_who_was_given_it_decides_an_appeal() -> None:
    pixelpond = builders.member()
    dispute = decide(open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel"))), Result.UPHELD)
    appeal(dispute, pixelpond)
    inside = builders.actor(builders.programme(), Role.ADJUDICATOR)
    other = builders.actor(builders.programme(), Role.EXTERNAL_ADJUDICATOR)
    asked = given(dispute, Role.EXTERNAL_ADJUDICATOR)

    with pytest.raises(NotAllowed, match="needs the role"):
        _decide_appeal(dispute, inside)
    with pytest.raises(Hidden):
        _decide_appeal(dispute, other)
    _decide_appeal(dispute, asked)

    assert fresh(dispute).state == DisputeState.CLOSED


def test_whoever_took_part_is_not_given_the_appeal() -> None:
    pixelpond = builders.member()
    dispute = open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel")))
    judge = builders.person(builders.programme(), Role.ADJUDICATOR)
    disputes.decide(dispute_id=dispute.public_id, result=Result.UPHELD, text="Yes.", actor=judge.actor(NOW), now=LATER)
    appeal(dispute, pixelpond)
    Grant.objects.create(staff=judge, role=Role.EXTERNAL_ADJUDICATOR, granted_at=NOW, granted_by=0)

    with pytest.raises(Invalid, match="took no part"):
        hearings.assign(dispute_id=dispute.public_id, person_id=judge.public_id, actor=builders.steward(), now=LATER)


def _decide_appeal(dispute: Dispute, actor: Actor) -> None:
    disputes.decide_appeal(
        dispute_id=dispute.public_id, result=Result.UPHELD, text="Still yes.", actor=actor, now=LATER
    )


def test_a_signal_that_its_owner_shared_anew_is_not_reinstated() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    address = builders.email(1)
    signal = builders.active(pixelpond, address)
    dispute = decide(held(signal, kestrel), Result.UPHELD)
    builders.submitted(pixelpond, address, now=LATER)
    appeal(dispute, pixelpond)

    decide_appeal(dispute, Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.RETRACTED
