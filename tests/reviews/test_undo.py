"""A slip of the hand is undone within a minute, while nothing has left."""

from datetime import timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, NotAllowed, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Claim, Decision
from reviews.services import decisions, undo
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Signal, SignalVersion
from signals.services import corrections as owner_corrections
from signals.services import sharing
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import actions, race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]

REJECT = Judgement(Verdict.REJECT, outward="No basis in our policy.")
RETURN = Judgement(Verdict.RETURN, outward="Please name the clause.")
APPROVE = Judgement(Verdict.APPROVE, attested=True)
SOON = NOW + timedelta(seconds=60)
KEYWORD = Item(Kind.KEYWORD, "synthetic marker phrase")


def decide(signal: Signal, judgement: Judgement, reviewer: Actor, version: int = 1) -> Signal:
    return decisions.decide(signal_id=signal.public_id, judgement=judgement, version=version, actor=reviewer, now=NOW)


@pytest.mark.parametrize("judgement", [REJECT, RETURN])
def test_a_rejection_or_return_is_taken_back_and_the_signal_waits_again(
    pixelpond: Organisation, judgement: Judgement
) -> None:
    signal, reviewer = builders.submitted(pixelpond), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, judgement, reviewer)

    undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)

    signal = builders.fresh(signal)
    assert (signal.status, signal.version.state) == (Status.SUBMITTED, SignalVersion.State.PROPOSED)
    assert not Decision.objects.exists()
    assert Claim.objects.get(signal=signal).staff_id == reviewer.staff_id
    assert actions("signal", signal.public_id)[-1] == "signal.reopened"
    decide(signal, APPROVE, reviewer)
    assert builders.fresh(signal).status == Status.ACTIVE


def test_the_first_of_two_approvals_is_taken_back(pixelpond: Organisation) -> None:
    signal, reviewer = builders.submitted(pixelpond, KEYWORD), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, APPROVE, reviewer)

    undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)

    assert not Decision.objects.exists()
    assert actions("signal", signal.public_id)[-1] == "signal.approval_taken_back"


def test_what_was_shared_has_left(pixelpond: Organisation) -> None:
    signal, reviewer = builders.submitted(pixelpond), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, APPROVE, reviewer)

    with pytest.raises(WrongState, match="has been shared"):
        undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)

    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_minute_is_all(pixelpond: Organisation) -> None:
    signal, reviewer = builders.submitted(pixelpond), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, REJECT, reviewer)

    with pytest.raises(WrongState, match="one minute"):
        undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON + timedelta(seconds=1))


def test_only_whoever_decided_takes_it_back(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal, reviewer = builders.submitted(pixelpond), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, REJECT, reviewer)

    with pytest.raises(NotAllowed, match="Somebody else"):
        undo.take_back(signal_id=signal.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=SOON)
    with pytest.raises(Hidden):
        undo.take_back(signal_id=signal.public_id, actor=builders.actor(kestrel, Role.REVIEWER), now=SOON)

    assert actions("signal", signal.public_id)[-1] == "signal.rejected"


def test_a_return_that_was_answered_stands(pixelpond: Organisation) -> None:
    signal, reviewer = builders.submitted(pixelpond), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, RETURN, reviewer)
    submitter = signal.submitted_by.actor(NOW)
    sharing.resubmit(signal_id=signal.public_id, statement=builders.statement(), actor=submitter, now=NOW)

    with pytest.raises(WrongState, match="happened since"):
        undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)


def test_a_rejection_stands_once_the_same_value_was_shared_again(pixelpond: Organisation) -> None:
    value = builders.email(1)
    signal, reviewer = builders.submitted(pixelpond, value), builders.actor(pixelpond, Role.REVIEWER)
    decide(signal, REJECT, reviewer)
    builders.submitted(pixelpond, value)

    with pytest.raises(WrongState, match="same value"):
        undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)


def test_several_are_taken_back_each_by_itself(pixelpond: Organisation) -> None:
    reviewer = builders.actor(pixelpond, Role.REVIEWER)
    rejected, shared = builders.submitted(pixelpond), builders.submitted(pixelpond)
    decide(rejected, REJECT, reviewer)
    decide(shared, APPROVE, reviewer)

    both = [rejected.public_id, shared.public_id]
    assert undo.take_back_each(signal_ids=both, actor=reviewer, now=SOON) == 1

    assert builders.fresh(rejected).status == Status.SUBMITTED
    assert builders.fresh(shared).status == Status.ACTIVE


@pytest.mark.parametrize("judgement", [REJECT, APPROVE])
def test_what_was_said_of_a_correction_is_taken_back_while_it_has_not_taken_effect(
    pixelpond: Organisation, judgement: Judgement
) -> None:
    signal, reviewer = builders.active(pixelpond, KEYWORD), builders.actor(pixelpond, Role.REVIEWER)
    submitter = builders.actor(pixelpond, Role.SUBMITTER)
    changes = {"outward_note": "Moves to a messenger.", "no_authority_asked": True}
    owner_corrections.propose(signal_id=signal.public_id, changes=changes, actor=submitter, now=NOW)
    decide(signal, judgement, reviewer, version=2)

    undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)

    with acting_as(Actor.clock()):
        assert builders.fresh(signal).under_review.state == SignalVersion.State.PROPOSED
    assert actions("signal", signal.public_id)[-1] == "signal.correction_reopened"
    decide(signal, APPROVE, reviewer, version=2)


@pytest.mark.django_db(transaction=True)
def test_undo_and_the_second_approval_at_the_same_moment_do_not_both_win(pixelpond: Organisation) -> None:
    signal, reviewer = builders.submitted(pixelpond, KEYWORD), builders.actor(pixelpond, Role.REVIEWER)
    steward = builders.steward()
    decide(signal, APPROVE, reviewer)

    def act(number: int) -> None:
        if number:
            undo.take_back(signal_id=signal.public_id, actor=reviewer, now=SOON)
        else:
            builders.approve(signal, steward, now=SOON)

    assert race(act, 2).count("done") == 1
    assert Decision.objects.count() in (0, 2)
