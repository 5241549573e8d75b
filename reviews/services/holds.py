"""Interim measures: what open disputes, holds of the programme and missed checks make of a signal."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.policies import staff_of
from reviews import disputing
from reviews.models import Decision, Dispute, StewardHold
from reviews.services import recalls
from reviews.workflow import HoldReason, RecallCause, Verdict
from signals import moves, workflow
from signals.models import Signal
from signals.services import sharing
from signals.workflow import Move


def settle(record: Recorder, signal: Signal, *, released: RecallCause = RecallCause.RELEASED) -> None:
    """Make a signal agree with the rows about it; the caller holds its lock and has saved them.

    contested ⇔ an open dispute touches it; caution ⇔ that, or a completeness check that failed or is overdue;
    held ⇔ a dispute or the programme holds it. Whoever received the signal is told when it is held or released.

    The clock does it: what follows by rule is nobody's act, it needs to see the disputes of every member, and an
    opener who is not named must not be found on the signal's entries.
    """
    with recording(Actor.clock(), record.now) as by_rule:
        disputes = Dispute.objects.open().filter(touches__signal=signal)
        _lapse(signal, record.now)
        changed = _set_flags(signal, contested=disputes.exists(), now=record.now)
        held = disputes.holding().exists() or StewardHold.objects.open().filter(signal=signal).exists()
        if held and workflow.is_open(signal.status, Move.HOLD):
            moves.apply(by_rule, signal, Move.HOLD)
            recalls.announce(by_rule, signal, RecallCause.HELD)
        elif not held and workflow.is_open(signal.status, Move.RELEASE):
            moves.apply(by_rule, signal, Move.RELEASE)
            recalls.announce(by_rule, signal, released)
        elif changed:
            signal.save(update_fields=["contested", "caution"])
            moves.note(by_rule, signal, "signal.cautioned" if signal.caution else "signal.cleared")


def _set_flags(signal: Signal, *, contested: bool, now: datetime) -> bool:
    before = (signal.contested, signal.caution)
    signal.contested = contested
    signal.caution = contested or _check_missed(signal, now)
    return (signal.contested, signal.caution) != before


def _check_missed(signal: Signal, now: datetime) -> bool:
    """Whether the completeness check that is due failed, or is overdue."""
    if signal.check_due_at is None:
        return False
    failed = Decision.objects.filter(signal=signal, version=signal.version.number, verdict=Verdict.RETURN)
    return signal.check_due_at <= now or failed.exists()


def _lapse(signal: Signal, now: datetime) -> None:
    """The clock's own hold for a missed check ends with the check."""
    if signal.check_due_at is None:
        missed = StewardHold.objects.open().filter(signal=signal, reason=HoldReason.CHECK_OVERDUE)
        missed.update(released_at=now)


def hold(*, signal_id: int, reason: HoldReason, actor: Actor, now: datetime) -> StewardHold:
    """A steward takes a signal out of the feed. Those who received it are told."""
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        disputing.may_hold_as_programme(actor, signal)
        if reason not in HoldReason.values or reason == HoldReason.CHECK_OVERDUE:
            raise Invalid(_("Say why you hold this signal."), "reason")
        return place(record, signal, reason)


def place(record: Recorder, signal: Signal, reason: HoldReason) -> StewardHold:
    """Hold a locked signal for the programme. Raises WrongState when the programme holds it already."""
    if StewardHold.objects.open().filter(signal=signal).exists():
        raise WrongState(_("The programme holds this signal already."))
    person = None if record.actor.is_clock else staff_of(record.actor)
    placed = StewardHold.objects.create(signal=signal, reason=reason, held_at=record.now, held_by=person)
    moves.note(record, signal, "signal.hold_placed", facts={"reason": reason.value})
    settle(record, signal)
    return placed


def release(*, signal_id: int, actor: Actor, now: datetime) -> Signal:
    """A steward ends the programme's hold. The signal stays held while a dispute holds it."""
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        placed = StewardHold.objects.open().filter(signal=signal).first()
        if placed is None:
            raise WrongState(_("The programme does not hold this signal."))
        disputing.may_release_as_programme(actor, placed)
        end(record, signal, placed)
        return signal


def end(record: Recorder, signal: Signal, placed: StewardHold) -> None:
    """End the programme's hold of a locked signal."""
    placed.released_at = record.now
    placed.released_by = None if record.actor.is_clock else staff_of(record.actor)
    placed.save(update_fields=["released_at", "released_by"])
    moves.note(record, signal, "signal.hold_lifted", facts={"reason": placed.reason})
    settle(record, signal)
