"""Deciding about a submitted signal, checking a shared one, and what its owner withdraws."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.policies import organisation_id_of, staff_id_of
from reviews import policies
from reviews.approvals import Approvals
from reviews.models import Claim, Decision
from reviews.services import corrections, holds, recalls
from reviews.workflow import Attestation, RecallCause, Verdict
from signals import history, moves, workflow
from signals.models import Signal, SignalVersion
from signals.policies import may_withdraw
from signals.services import sharing
from signals.workflow import Move, Status

LONGEST_TERM = timedelta(hours=24)


@dataclass(frozen=True)
class Judgement:
    """What a reviewer says. `outward` goes to the submitter, `inward` stays with the reviewing side."""

    verdict: Verdict
    outward: str = ""
    inward: str = ""
    attested: bool = False


def decide(*, signal_id: int, judgement: Judgement, version: int, actor: Actor, now: datetime) -> Signal:
    """Approve, reject or return a submitted signal, or approve or reject a correction of one that is shared. `version`
    is the one that the reviewer saw.

    An approval vouches for something, which the reviewer confirms; the signal is shared, or corrected, once all
    approvals stand. Until then the version before stays in use.
    """
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        judge(record, signal, judgement, version)
        return signal


def judge(record: Recorder, signal: Signal, judgement: Judgement, version: int) -> None:
    """Decide about a signal whose row is locked. Nothing is written before everything has been asked."""
    actor, now = record.actor, record.now
    _is_open(actor, signal, judgement.verdict)
    _same_version(signal, version)
    claim = _claim(signal, actor, now)
    if judgement.verdict == Verdict.APPROVE:
        given = policies.approvals_given(signal)
        policies.may_approve(actor, signal, given, now)
        _approve(record, signal, judgement, given)
    else:
        policies.may_review(actor, signal, now)
        _turn_down(record, signal, judgement)
    if claim is not None:
        claim.ended_at = now
        claim.save(update_fields=["ended_at"])


def _is_open(actor: Actor, signal: Signal, verdict: Verdict) -> None:
    """Raise WrongState when there is nothing to judge. That a correction waits, other members do not learn."""
    knows = actor.programme or actor.organisation_id == signal.organisation_id
    if signal.correction_id is None or not knows:
        workflow.target(signal.status, Move(verdict))
        return
    if signal.status != Status.ACTIVE or signal.contested:
        raise WrongState(_("While a dispute runs or the signal is held, a correction waits."))
    if verdict == Verdict.RETURN:
        raise Invalid(_("A correction is approved or rejected. Say in your reason what to propose instead."), "verdict")


def _approve(record: Recorder, signal: Signal, judgement: Judgement, before: Collection[str]) -> None:
    if not judgement.attested:
        raise Invalid(_("Confirm what you vouch for."), "attested")
    attestation = policies.attestation_of(record.actor)
    history.look_back(signal)
    plan = policies.approvals_needed(signal, record.now)
    _write(record, signal.under_review, judgement, attestation)
    facts = {"attestation": attestation.value, "why": plan.why.value if plan.why else ""}
    given = {attestation, *before}
    if plan.first - given:
        _note_approved(record, signal, facts, judgement)
        return
    if plan.check_within_hours is not None and Attestation.COMPLETENESS not in given:
        _ask_for_check(signal, plan, record.now)
    if signal.correction_id is not None:
        corrections.take_effect(record, signal, facts=facts, payload=_notes(judgement))
    else:
        moves.apply(record, signal, Move.APPROVE, facts=facts | _waited(record, signal), payload=_notes(judgement))


def _ask_for_check(signal: Signal, plan: Approvals, now: datetime) -> None:
    assert plan.check_within_hours is not None
    due_at = now + timedelta(hours=plan.check_within_hours)
    signal.provisional = plan.provisional
    signal.check_due_at = min(signal.check_due_at or due_at, due_at)


def _waited(record: Recorder, signal: Signal) -> dict[str, Fact]:
    return {"seconds_to_review": int((record.now - signal.submitted_at).total_seconds())}


def share_checked_flood(*, signal_id: int, now: datetime) -> Signal:
    """Share what waited only because it came with unusually many others, once those drawn from them were checked.

    Its own reviewer has seen the evidence. Raises WrongState where something else is waited for.
    """
    with recording(Actor.clock(), now) as record:
        signal = sharing.locked(record.actor, signal_id)
        workflow.target(signal.status, Move.APPROVE)
        history.look_back(signal)
        plan = policies.approvals_needed(signal, now)
        if plan.first - policies.approvals_given(signal).keys() or not policies.is_flood(signal):
            raise WrongState(_("This waits for another approval."))
        if plan.check_within_hours is not None:
            _ask_for_check(signal, plan, now)
        moves.apply(record, signal, Move.APPROVE, facts={"why": "flood_checked"} | _waited(record, signal))
        return signal


def _turn_down(record: Recorder, signal: Signal, judgement: Judgement) -> None:
    if not judgement.outward.strip():
        raise Invalid(_("Give the submitter a reason."), "outward")
    _write(record, signal.under_review, judgement, None)
    if signal.correction_id is not None:
        corrections.refuse(record, signal, payload=_notes(judgement))
        return
    moves.apply(record, signal, Move(judgement.verdict), facts=_waited(record, signal), payload=_notes(judgement))


def _note_approved(record: Recorder, signal: Signal, facts: Mapping[str, Fact], judgement: Judgement) -> None:
    """One approval of several. Of a correction nobody else is told before it takes effect."""
    if signal.correction_id is None:
        moves.note(record, signal, "signal.approved", facts=facts, payload=_notes(judgement))
    else:
        moves.note_correction(record, signal, "signal.correction_approved", facts=facts, payload=_notes(judgement))


def _write(
    record: Recorder,
    version: SignalVersion,
    judgement: Judgement,
    attestation: Attestation | None,
    *,
    is_recheck: bool = False,
) -> None:
    Decision.objects.create(
        signal_id=version.signal_id,
        version=version.number,
        verdict=judgement.verdict,
        attestation=attestation or "",
        decided_at=record.now,
        decided_by_id=staff_id_of(record.actor),
        is_recheck=is_recheck,
        organisation_id=organisation_id_of(record.actor),
        outward_note=judgement.outward,
        inward_note=judgement.inward,
    )


def _notes(judgement: Judgement) -> dict[str, str]:
    return {"outward_note": judgement.outward, "inward_note": judgement.inward}


def _same_version(signal: Signal, version: int) -> None:
    if signal.under_review.number != version:
        raise WrongState(_("The signal was changed while you looked at it. Read the new version first."))


def _claim(signal: Signal, actor: Actor, now: datetime) -> Claim | None:
    """The open claim on the signal. Raises WrongState while it is somebody else's."""
    claim = Claim.objects.filter(signal=signal, ended_at__isnull=True).select_related("staff").first()
    if claim is not None and claim.is_held(now) and claim.staff_id != actor.staff_id:
        raise WrongState(_("%(name)s is working on this.") % {"name": claim.staff.name_for(actor)})
    return claim


def check(*, signal_id: int, passed: bool, note: str, actor: Actor, now: datetime) -> Signal:
    """The programme's completeness check of a signal that is shared already. Not passed means: under caution."""
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        policies.may_check(actor, signal, now)
        if not passed and not note.strip():
            raise Invalid(_("Say what is missing."), "note")
        judgement = Judgement(Verdict.APPROVE if passed else Verdict.RETURN, outward=note)
        before = Decision.objects.filter(
            signal=signal, version=signal.version.number, attestation=Attestation.COMPLETENESS
        )
        attestation = Attestation.COMPLETENESS if passed else None
        _write(record, signal.version, judgement, attestation, is_recheck=before.exists())
        if passed:
            signal.check_due_at, signal.provisional = None, False
            signal.save(update_fields=["check_due_at", "provisional"])
        moves.note(record, signal, "signal.checked", facts={"passed": passed}, payload=_notes(judgement))
        holds.settle(record, signal)
        return signal


def withdraw(*, signal_id: int, could_be_wrong: bool, note: str, actor: Actor, now: datetime) -> Signal:
    """Take a shared signal back. If it could have been wrong it is retracted, and everyone who received it is told."""
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        move = Move.RETRACT if could_be_wrong else Move.WITHDRAW
        workflow.target(signal.status, move)
        may_withdraw(actor, signal)
        if signal.status == Status.HELD:
            raise WrongState(_("A held signal is not withdrawn: answer or accept the dispute."))
        moves.apply(record, signal, move, facts={"reason": "owner"}, payload={"note": note})
        if could_be_wrong:
            recalls.announce(record, signal, RecallCause.RETRACTED)
        return signal
