"""What one member gives back is put right for all: finding, draft, dispute, recall, and the same at the others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Membership, Organisation
from lantern_site.members.roles import Role
from reviews.models import Delivery, Dispute, Finding, Redress
from reviews.services import duties, purging, recalls, redress
from reviews.services.recalls import Answer
from reviews.workflow import (
    Attribution,
    Reason,
    RecallAnswer,
    RecallCause,
    RedressState,
    ReportCorrected,
    Result,
    Scope,
)
from signals.intake import value_of
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import LATER, actions, decide, fresh, objector, the_recall
from tests.reviews.test_findings import NOTHING, VIOLATION, find, leads_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]


def acted_upon(member: Organisation) -> Finding:
    """The member closed an account because of a signal of Pixelpond."""
    return find(leads_of(member, builders.email(1)), objector(member), VIOLATION)


def drafted(member: Organisation) -> Redress:
    finding = acted_upon(member)
    draft = redress.reinstate(finding_id=finding.public_id, actor=objector(member), now=LATER)
    assert draft is not None
    return draft


def send(draft: Redress, member: Organisation) -> Dispute:
    return redress.send(
        redress_id=draft.public_id,
        statement="The account belongs to somebody else.",
        opener_named=True,
        hold_asked=False,
        actor=objector(member),
        now=LATER,
    )


def test_an_account_that_is_given_back_becomes_a_draft_with_two_working_days() -> None:
    kestrel = builders.member("Kestrel")

    draft = drafted(kestrel)

    assert draft.state == RedressState.DRAFT
    assert draft.due_at == LATER + timedelta(days=2)
    assert actions("redress", draft.public_id) == ["redress.drafted"]
    assert actions("finding", draft.finding.public_id)[-1] == "finding.reinstated"
    with pytest.raises(WrongState, match="given back before"):
        redress.reinstate(finding_id=draft.finding.public_id, actor=objector(kestrel), now=LATER)


def test_a_signal_that_had_no_part_in_it_is_not_disputed() -> None:
    kestrel = builders.member("Kestrel")
    unrelated = replace(VIOLATION, attribution=Attribution.NOT)
    finding = find(leads_of(kestrel, builders.email(1)), objector(kestrel), unrelated)

    assert redress.reinstate(finding_id=finding.public_id, actor=objector(kestrel), now=LATER) is None
    with acting_as(Actor.clock()):
        assert not Redress.objects.exists()


def test_where_nothing_was_taken_nothing_is_given_back() -> None:
    kestrel = builders.member("Kestrel")
    finding = find(leads_of(kestrel, builders.email(1)), objector(kestrel), NOTHING)
    before = Entry.objects.count()

    with pytest.raises(WrongState, match="Nothing was taken"):
        redress.reinstate(finding_id=finding.public_id, actor=objector(kestrel), now=LATER)
    with pytest.raises(NotAllowed):
        redress.reinstate(finding_id=finding.public_id, actor=builders.actor(kestrel, Role.SUBMITTER), now=LATER)
    with pytest.raises(Hidden):
        redress.reinstate(finding_id=finding.public_id, actor=objector(builders.member("Harbourline")), now=LATER)

    assert Entry.objects.count() == before


def test_redress_is_disputed_once_and_undone_by_everyone_who_received_it() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    draft = drafted(kestrel)
    signal = draft.signal
    builders.receipt(signal, harbourline)

    dispute = send(draft, kestrel)
    decide(dispute, Result.UPHELD)
    recall = the_recall(signal)
    recalls.acknowledge(
        recall_id=recall.public_id,
        answer=Answer(RecallAnswer.UNDONE, ReportCorrected.YES, 1),
        actor=objector(harbourline),
        now=LATER,
    )

    assert (fresh(dispute).reason, fresh(dispute).scope) == (Reason.REDRESS, Scope.INDICATOR)
    assert builders.fresh(signal).status == Status.RETRACTED
    assert recall.cause == RecallCause.RETRACTED
    assert Delivery.objects.get(recall=recall, organisation=harbourline).answer == RecallAnswer.UNDONE
    with acting_as(Actor.clock()):
        assert Redress.objects.get().state == RedressState.SENT
    with pytest.raises(WrongState):
        send(draft, kestrel)


def test_redress_reaches_a_signal_that_is_not_visible_any_more() -> None:
    kestrel = builders.member("Kestrel")
    draft = drafted(kestrel)
    Membership.objects.filter(organisation=kestrel).update(left_at=NOW)

    send(draft, kestrel)

    assert builders.fresh(draft.signal).contested


def test_redress_works_after_the_value_was_purged() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    finding = acted_upon(kestrel)
    with acting_as(Actor.clock()):
        signal = Signal.objects.get(pk=finding.signal_id)
    builders.receipt(signal, harbourline)
    expired = signal.expires_at + timedelta(minutes=1)
    duties.expire(now=expired)
    assert purging.purge_due(now=expired + timedelta(days=91)) == 1
    assert value_of(builders.fresh(signal).indicator) is None

    much_later = expired + timedelta(days=100)
    draft = redress.reinstate(finding_id=finding.public_id, actor=objector(kestrel), now=much_later)
    assert draft is not None
    dispute = redress.send(
        redress_id=draft.public_id,
        statement="It was somebody else.",
        opener_named=False,
        hold_asked=False,
        actor=objector(kestrel),
        now=much_later,
    )
    decide(dispute, Result.UPHELD, at=much_later)

    assert the_recall(signal).cause == RecallCause.RETRACTED
    assert Delivery.objects.filter(organisation=harbourline, recall__signal=signal).exists()


def test_a_draft_is_declined_with_a_reason_only() -> None:
    kestrel = builders.member("Kestrel")
    draft = drafted(kestrel)

    with pytest.raises(Invalid):
        redress.decline(redress_id=draft.public_id, reason=" ", actor=objector(kestrel), now=LATER)
    redress.decline(redress_id=draft.public_id, reason="Our own slip.", actor=objector(kestrel), now=LATER)

    assert actions("redress", draft.public_id) == ["redress.drafted", "redress.declined"]
    assert not builders.fresh(draft.signal).contested


def test_a_draft_that_lies_about_is_noted_once() -> None:
    draft = drafted(builders.member("Kestrel"))

    assert duties.note_late_redress(now=draft.due_at - timedelta(seconds=1)) == 0
    assert duties.note_late_redress(now=draft.due_at) == 1
    assert duties.note_late_redress(now=draft.due_at) == 0

    assert actions("redress", draft.public_id)[-1] == "redress.late"
