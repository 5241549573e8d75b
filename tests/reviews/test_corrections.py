"""Corrections: proposed by one person, reviewed by another, told to everyone who has the signal."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, Refusal, WrongState
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Grant, Organisation
from lantern_site.members.roles import Role
from reviews import queues
from reviews.models import Recall
from reviews.services import claims, decisions, holds
from reviews.services.decisions import Judgement
from reviews.workflow import HoldReason, RecallCause, Verdict
from signals.intake import Item
from signals.kinds import AccountHolder, Confidence, HarmTerm, Kind, Severity
from signals.models import Signal, SignalVersion
from signals.services import corrections, reading
from signals.services.corrections import Proposal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]

LATER = NOW + timedelta(hours=2)
APPROVE = Judgement(Verdict.APPROVE, attested=True)
REJECT = Judgement(Verdict.REJECT, outward="The evidence says otherwise.")
WORSE = {"harm": HarmTerm.EXTORTION_OTHER, "no_authority_asked": True}
NOTED = {"outward_note": "Moves to a messenger.", "no_authority_asked": True}


def propose(signal: Signal, changes: dict[str, Any] = NOTED, *, by: Actor | None = None) -> Proposal:
    by = by or builders.actor(signal.organisation, Role.SUBMITTER)
    return corrections.propose(signal_id=signal.public_id, changes=changes, actor=by, now=LATER)


def judge(signal: Signal, judgement: Judgement = APPROVE, *, by: Actor | None = None, version: int = 2) -> Signal:
    by = by or builders.actor(signal.organisation, Role.REVIEWER)
    decisions.decide(signal_id=signal.public_id, judgement=judgement, version=version, actor=by, now=LATER)
    return builders.fresh(signal)


def states(signal: Signal) -> list[str]:
    with acting_as(Actor.clock()):
        found = SignalVersion.objects.filter(signal=signal).order_by("number")
        return list(found.values_list("state", flat=True))


def waiting(actor: Actor) -> list[int]:
    """The primary keys in the actor's queue, without what the actor wrote."""
    with acting_as(actor):
        return [one.pk for one in queues.by_others(queues.waiting(actor), actor.people)]


def actions(signal: Signal) -> list[str]:
    return list(Entry.objects.about("signal", signal.public_id).values_list("action", flat=True))


@pytest.fixture
def signal(pixelpond: Organisation) -> Signal:
    return builders.active(pixelpond, builders.file_hash(1))


def test_until_it_is_approved_the_version_in_use_stays(signal: Signal) -> None:
    before = builders.fresh(signal)

    proposal = propose(signal, WORSE)

    after = builders.fresh(signal)
    assert proposal == Proposal(signal.public_id, 2, ["harm"])
    assert (after.status, after.version.number, after.severity) == (Status.ACTIVE, 1, before.severity)
    assert after.position == before.position, "the feed has nothing to tell"
    entry = Entry.objects.about("signal", signal.public_id).get(action="signal.correction_proposed")
    assert entry.audience == f"organisation:{signal.organisation.public_id}"
    assert entry.facts == {"owner": signal.organisation.public_id, "proposed": 2, "changed": ["harm"]}


def test_a_second_person_puts_it_in_use(signal: Signal, kestrel: Organisation) -> None:
    builders.receipt(signal, kestrel)
    propose(signal, WORSE)

    corrected = judge(signal)

    assert states(signal) == ["superseded", "current"]
    assert (corrected.version.harm, corrected.correction_id) == (HarmTerm.EXTORTION_OTHER, None)
    assert (corrected.harm, corrected.severity) == (HarmTerm.EXTORTION_OTHER, Severity.CRITICAL)
    entry = Entry.objects.about("signal", signal.public_id).get(action="signal.corrected")
    assert corrected.position == entry.position
    assert entry.audience == signal.community.audience
    assert entry.facts["changed"] == ["harm"]
    assert Recall.objects.get(signal=signal).cause == RecallCause.CORRECTED


def test_a_note_is_told_by_the_feed_without_a_recall(signal: Signal, kestrel: Organisation) -> None:
    machine = ApiKey.objects.get(pk=key_of(kestrel, KeyScope.READ).pk)
    before = reading.read_feed(after=0, limit=100, actor=machine.actor(), now=LATER)
    propose(signal)
    nothing = reading.read_feed(after=before.cursor, limit=100, actor=machine.actor(), now=LATER)

    judge(signal)

    told = reading.read_feed(after=before.cursor, limit=100, actor=machine.actor(), now=LATER)
    assert list(nothing.lines) == []
    [line] = told.lines
    assert line.content is not None
    assert (line.id, line.content.version) == (signal.public_id, 2)
    assert line.content.outward_note == "Moves to a messenger."
    assert not Recall.objects.exists()


def test_whoever_proposed_it_does_not_approve_it(signal: Signal, pixelpond: Organisation) -> None:
    both = builders.actor(pixelpond, Role.SUBMITTER, Role.REVIEWER)
    propose(signal, by=both)

    with pytest.raises(NotAllowed, match="You wrote this version"):
        judge(signal, by=both)
    with pytest.raises(NotAllowed):
        claims.claim(signal_id=signal.public_id, actor=both, now=LATER)
    assert states(signal) == ["current", "proposed"]


def test_whoever_submitted_the_first_version_may_review_what_another_proposes(signal: Signal) -> None:
    submitter = builders.fresh(signal).submitted_by
    Grant.objects.create(staff=submitter, role=Role.REVIEWER, granted_at=NOW, granted_by=1)
    propose(signal)

    assert judge(signal, by=submitter.actor(LATER, is_proven=True)).version.number == 2


def test_a_refused_correction_leaves_everything_and_another_may_follow(signal: Signal) -> None:
    propose(signal)

    after = judge(signal, REJECT)

    assert (states(signal), after.correction_id, after.version.number) == (["current", "refused"], None, 1)
    assert "signal.correction_refused" in actions(signal)
    propose(signal)
    assert judge(signal, version=3).version.number == 3


def test_it_is_approved_or_rejected_and_not_returned(signal: Signal) -> None:
    propose(signal)

    with pytest.raises(Invalid, match="approved or rejected"):
        judge(signal, Judgement(Verdict.RETURN, outward="Please say more."))


def test_a_keyword_needs_the_programme_again(pixelpond: Organisation) -> None:
    signal = builders.active(pixelpond, Item(Kind.KEYWORD, "lamp post trade"))
    propose(signal)
    steward = builders.steward()
    with pytest.raises(NotAllowed):
        judge(signal, by=steward)

    assert judge(signal).version.number == 1
    assert actions(signal).count("signal.correction_approved") == 1

    assert judge(signal, by=steward).version.number == 2


def test_a_completeness_check_of_what_is_in_use_approves_no_correction(pixelpond: Organisation) -> None:
    signal = builders.active(pixelpond, says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL))
    propose(signal, {"account_holder": AccountHolder.POSSIBLY_CHILD, "no_authority_asked": True})

    decisions.check(signal_id=signal.public_id, passed=True, note="", actor=builders.steward(), now=LATER)

    assert judge(signal).version.number == 1, "the programme has yet to look at the correction"


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("nothing", {"no_authority_asked": True}, ""),
    ("not confirmed", {"confidence": Confidence.LOW}, "no_authority_asked"),
    ("no basis", {"clause": " ", "no_authority_asked": True}, "clause"),
    ("a later end", {"expires_on": date(2036, 1, 1), "no_authority_asked": True}, "expires_on"),
    ("an end that is over", {"expires_on": NOW.date(), "no_authority_asked": True}, "expires_on"),
    ("where it goes", {"not_to_regions": ("europe",), "no_authority_asked": True}, "not_to_regions"),
]


@pytest.mark.parametrize(("changes", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_proposed_leaves_no_trace(signal: Signal, changes: dict[str, Any], field: str) -> None:
    before = actions(signal)

    with pytest.raises(Invalid) as refusal:
        propose(signal, changes)

    assert (refusal.value.field, actions(signal), states(signal)) == (field, before, ["current"])


def test_an_end_may_come_earlier(signal: Signal) -> None:
    propose(signal, {"expires_on": date(2026, 4, 1), "no_authority_asked": True})

    assert judge(signal).expires_at == datetime(2026, 4, 1, LATER.hour, tzinfo=LATER.tzinfo)


def test_a_possible_child_shortens_the_term(pixelpond: Organisation) -> None:
    signal = builders.active(pixelpond)
    propose(signal, {"account_holder": AccountHolder.POSSIBLY_CHILD, "no_authority_asked": True})
    judge(signal)

    corrected = judge(signal, by=builders.steward())

    assert corrected.expires_at == LATER + timedelta(days=90)
    assert corrected.version.is_possibly_child


def test_one_at_a_time(signal: Signal) -> None:
    propose(signal)

    with pytest.raises(WrongState, match="waits for review already"):
        propose(signal, WORSE)


def test_only_what_is_in_use_is_corrected(pixelpond: Organisation) -> None:
    with pytest.raises(WrongState, match="in use"):
        propose(builders.submitted(pixelpond))


def test_what_ends_takes_its_correction_along(signal: Signal) -> None:
    propose(signal)
    owner = builders.actor(signal.organisation, Role.REVIEWER)

    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=False, note="", actor=owner, now=LATER)

    assert (builders.fresh(signal).correction_id, states(signal)) == (None, ["current", "refused"])


def test_a_held_signal_is_not_corrected_meanwhile(signal: Signal) -> None:
    propose(signal)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.UNCLEAR, actor=builders.steward(), now=LATER)

    with pytest.raises(WrongState, match="a correction waits"):
        judge(signal)


def test_other_members_neither_propose_nor_learn_that_one_waits(signal: Signal, kestrel: Organisation) -> None:
    reviewer = builders.actor(kestrel, Role.SUBMITTER, Role.REVIEWER)
    answers = []
    for _waiting in (False, True):
        with pytest.raises(Refusal) as decided:
            judge(signal, by=reviewer)
        with pytest.raises(NotAllowed) as proposed:
            propose(signal, by=reviewer)
        answers.append((type(decided.value), str(decided.value), str(proposed.value)))
        if not _waiting:
            propose(signal)

    assert answers[0] == answers[1]


def test_a_stranger_does_not_even_know_of_the_signal(pixelpond: Organisation, kestrel: Organisation) -> None:
    with pytest.raises(Hidden):
        propose(builders.submitted(pixelpond), by=builders.actor(kestrel, Role.SUBMITTER))


def test_it_waits_in_the_queue_of_those_who_may_judge_it(signal: Signal, pixelpond: Organisation) -> None:
    author = builders.actor(pixelpond, Role.SUBMITTER, Role.REVIEWER)
    propose(signal, by=author)
    reviewer, steward = builders.actor(pixelpond, Role.REVIEWER), builders.steward()

    assert waiting(reviewer) == [signal.pk]
    assert waiting(author) == []
    assert waiting(steward) == []
    assert [held.signal_id for held in claims.claim_next(actor=reviewer, now=LATER)] == [signal.pk]


def test_it_is_taken_back_before_anybody_judged_it(signal: Signal, pixelpond: Organisation) -> None:
    author = builders.actor(pixelpond, Role.SUBMITTER)
    propose(signal, WORSE, by=author)

    told = corrections.cancel(signal_id=signal.public_id, actor=author, now=LATER)

    assert told == Proposal(signal.public_id, 2, ["harm"])
    after = builders.fresh(signal)
    assert (after.version.number, after.correction_id, states(signal)) == (1, None, ["current", "refused"])
    assert signal.pk not in waiting(builders.actor(pixelpond, Role.REVIEWER))
    entry = Entry.objects.about("signal", signal.public_id).get(action="signal.correction_cancelled")
    owner = pixelpond.public_id
    assert (entry.audience, entry.facts) == (f"organisation:{owner}", {"owner": owner, "proposed": 2})
    assert propose(signal).version == 3, "another may follow"


@pytest.mark.parametrize(("member", "role"), [("Pixelpond", Role.ANALYST), ("Kestrel", Role.SUBMITTER)])
def test_only_those_of_the_owner_who_share_or_review_take_it_back(signal: Signal, member: str, role: Role) -> None:
    propose(signal)

    with pytest.raises((NotAllowed, Hidden)):
        corrections.cancel(signal_id=signal.public_id, actor=builders.actor(builders.member(member), role), now=LATER)

    assert builders.fresh(signal).correction_id is not None
    assert "signal.correction_cancelled" not in actions(signal)


def test_nothing_that_does_not_wait_is_taken_back(signal: Signal, pixelpond: Organisation) -> None:
    author = builders.actor(pixelpond, Role.SUBMITTER)
    propose(signal, by=author)
    judge(signal)

    with pytest.raises(WrongState):
        corrections.cancel(signal_id=signal.public_id, actor=author, now=LATER)
