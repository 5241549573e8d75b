"""Before a dispute is decided: who is given it, what is asked, whose own evidence stands, what is decided together."""

from datetime import date, timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import GovernmentRequest, Organisation
from lantern_site.members.roles import Role
from reviews.models import Delivery, Dispute, Finding
from reviews.services import disputes, hearings
from reviews.workflow import DisputeState, Reason, Result, Scope, Side
from signals.models import IndicatorValue, Lead, Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import LATER, actions, appeal, decide, fresh, given, objector, open_dispute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]


def on_appeal() -> tuple[Signal, Dispute]:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)
    dispute = decide(open_dispute(signal, objector(kestrel)), Result.NOT_UPHELD)
    return signal, appeal(dispute, kestrel)


# Who decides


def test_an_external_adjudicator_sees_the_case_that_was_given_and_nothing_beside() -> None:
    signal, dispute = on_appeal()
    other_signal, other = on_appeal()

    judge = given(dispute, Role.EXTERNAL_ADJUDICATOR)

    with acting_as(judge):
        assert list(Dispute.objects.visible_to(judge)) == list(Dispute.objects.all()) == [dispute]
        assert list(Signal.objects.visible_to(judge)) == list(Signal.objects.all()) == [signal]
        assert list(IndicatorValue.objects.values_list("indicator", flat=True)) == [signal.indicator_id]
        assert not Delivery.objects.visible_to(judge).exists()
        assert not Lead.objects.all().exists()
        assert not Finding.objects.all().exists()
    assert other.assigned_to is None
    assert other_signal != signal
    assert actions("dispute", dispute.public_id)[-1] == "dispute.assigned"


def test_the_database_shows_an_external_adjudicator_without_a_case_nothing() -> None:
    _signal, dispute = on_appeal()
    idle = builders.actor(builders.programme(), Role.EXTERNAL_ADJUDICATOR, Role.STEWARD)

    with acting_as(idle):
        assert not Dispute.objects.all().exists()
        assert not Signal.objects.all().exists()
    with pytest.raises(Hidden):
        hearings.assign(dispute_id=dispute.public_id, person_id=idle.id, actor=idle, now=LATER)


def test_a_case_that_was_given_to_somebody_is_not_decided_by_another() -> None:
    dispute = open_dispute(builders.active(builders.member()), objector(builders.member("Kestrel")))
    asked = given(dispute, Role.ADJUDICATOR)

    with pytest.raises(NotAllowed, match="given to somebody else"):
        decide(dispute, Result.UPHELD)
    disputes.decide(dispute_id=dispute.public_id, result=Result.UPHELD, text="Yes.", actor=asked, now=LATER)

    assert fresh(dispute).result == Result.UPHELD


@pytest.mark.parametrize("role", [Role.STEWARD, Role.EXTERNAL_ADJUDICATOR, Role.AUDITOR])
def test_a_first_decision_is_given_to_an_adjudicator_only(role: Role) -> None:
    dispute = open_dispute(builders.active(builders.member()), objector(builders.member("Kestrel")))

    with pytest.raises(Invalid):
        given(dispute, role)


def test_nobody_but_a_steward_gives_a_case_away() -> None:
    kestrel = builders.member("Kestrel")
    dispute = open_dispute(builders.active(builders.member()), objector(kestrel))
    judge = builders.actor(builders.programme(), Role.ADJUDICATOR)

    for actor in (judge, objector(kestrel)):
        with pytest.raises(NotAllowed):
            hearings.assign(dispute_id=dispute.public_id, person_id=judge.id, actor=actor, now=LATER)

    assert actions("dispute", dispute.public_id) == ["dispute.opened"]


# One round of questions


def test_the_one_who_decides_asks_once_and_the_clock_waits_for_the_reply() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    dispute = open_dispute(builders.active(pixelpond), objector(kestrel))
    judge = builders.actor(builders.programme(), Role.ADJUDICATOR)

    asked = hearings.ask(dispute_id=dispute.public_id, to=Side.OPENER, text="Since when?", actor=judge, now=LATER)
    with pytest.raises(WrongState, match="one round"):
        hearings.ask(dispute_id=dispute.public_id, to=Side.OWNER, text="And you?", actor=judge, now=LATER)
    with pytest.raises(NotAllowed):
        hearings.reply(
            dispute_id=dispute.public_id, text="May.", actor=builders.actor(pixelpond, Role.REVIEWER), now=LATER
        )
    hearings.reply(dispute_id=dispute.public_id, text="Since May.", actor=objector(kestrel), now=LATER)
    disputes.decide(dispute_id=dispute.public_id, result=Result.UPHELD, text="Yes.", actor=judge, now=LATER)

    assert asked.reply_due_at == LATER + timedelta(days=2), "two working days"
    assert asked.decide_due_at == dispute.decide_due_at + timedelta(days=2)
    assert fresh(dispute).reply == "Since May."
    assert actions("dispute", dispute.public_id) == [
        "dispute.opened", "dispute.asked", "dispute.replied", "dispute.decided"
    ]  # fmt: skip


# Whose own evidence stands


def shared_by_three() -> tuple[Signal, Signal, Organisation, Dispute]:
    address = builders.email(1)
    first, second = (builders.active(builders.member(name), address) for name in ("Pixelpond", "Kestrel"))
    opener = builders.member("Harbourline")
    return first, second, opener, open_dispute(first, objector(opener), reason=Reason.WRONG_PERSON)


def test_what_another_owner_has_own_evidence_of_does_not_fall_with_the_decision() -> None:
    first, second, _opener, dispute = shared_by_three()
    kestrel = builders.member("Kestrel")
    reviewer = builders.actor(kestrel, Role.REVIEWER)

    hearings.stand(dispute_id=dispute.public_id, text="We saw it ourselves.", actor=reviewer, now=LATER)
    with pytest.raises(NotAllowed, match="second person"):
        hearings.confirm_stand(dispute_id=dispute.public_id, actor=reviewer, now=LATER)
    colleague = builders.actor(kestrel, Role.REVIEWER)
    hearings.confirm_stand(dispute_id=dispute.public_id, actor=colleague, now=LATER)
    decide(dispute, Result.UPHELD)

    assert builders.fresh(first).status == Status.RETRACTED
    assert builders.fresh(second).status == Status.ACTIVE
    assert not builders.fresh(second).contested


def test_evidence_that_nobody_confirmed_falls_with_the_decision() -> None:
    _first, second, _opener, dispute = shared_by_three()
    reviewer = builders.actor(builders.member("Kestrel"), Role.REVIEWER)

    hearings.stand(dispute_id=dispute.public_id, text="We saw it ourselves.", actor=reviewer, now=LATER)
    decide(dispute, Result.UPHELD)

    assert builders.fresh(second).status == Status.RETRACTED


def test_the_owner_of_the_named_signal_answers_and_strangers_say_nothing() -> None:
    _first, _second, opener, dispute = shared_by_three()

    with pytest.raises(NotAllowed, match="answer instead"):
        hearings.stand(
            dispute_id=dispute.public_id,
            text="So do we.",
            actor=builders.actor(builders.member(), Role.REVIEWER),
            now=LATER,
        )
    with pytest.raises(NotAllowed):
        hearings.stand(dispute_id=dispute.public_id, text="So do we.", actor=objector(opener), now=LATER)
    with pytest.raises(WrongState, match="over"):
        hearings.stand(
            dispute_id=dispute.public_id,
            text="So do we.",
            actor=builders.actor(builders.member("Kestrel"), Role.REVIEWER),
            now=dispute.answer_due_at + timedelta(seconds=1),
        )


# Duplicates and scope


def test_duplicates_are_decided_together_in_the_same_words() -> None:
    signal = builders.active(builders.member())
    first = open_dispute(signal, objector(builders.member("Kestrel")))
    second = open_dispute(signal, objector(builders.member("Harbourline")))
    another = open_dispute(signal, objector(builders.member("Quillwood")), reason=Reason.BASIS)

    decide(first, Result.NOT_UPHELD)

    second = fresh(second)
    assert (second.state, second.result, second.joined_id) == (DisputeState.DECIDED, Result.NOT_UPHELD, first.pk)
    assert second.decision_text == fresh(first).decision_text
    assert fresh(another).state == DisputeState.OPENED


def test_a_person_is_not_wronged_by_the_other_spelling_of_the_same_mailbox() -> None:
    first = builders.active(builders.member(), builders.mailbox("quiet.harbour@gmail.com"))
    second = builders.active(builders.member("Kestrel"), builders.mailbox("quietharbour+games@gmail.com"))

    open_dispute(first, objector(builders.member("Harbourline")), reason=Reason.CHILD)

    assert builders.fresh(second).contested


def test_a_legal_order_is_one_only_when_it_stands_in_the_register() -> None:
    signal, kestrel = builders.active(builders.member()), builders.member("Kestrel")

    with pytest.raises(Invalid) as refusal:
        open_dispute(signal, objector(kestrel), reason=Reason.LEGAL_ORDER)
    with acting_as(Actor.clock()):
        entered = GovernmentRequest.objects.create(
            received_on=date(2026, 2, 1),
            authority="court",
            jurisdiction="FR",
            legal_basis="An order.",
            asked="removal",
            recorded_at=NOW,
            recorded_by=builders.person(builders.programme(), Role.STEWARD),
        )
    dispute = open_dispute(signal, objector(kestrel), reason=Reason.LEGAL_ORDER, order_id=entered.public_id)

    assert refusal.value.field == "order"
    assert (dispute.order, dispute.scope) == (entered, Scope.SIGNAL)
