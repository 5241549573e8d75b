"""Taking back one's own word within a minute, where nothing has left: a rejection, a return, one approval of several.

The decision's row goes; the ledger keeps both entries, and the signal lies with its reviewer again.
"""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Refusal, WrongState
from reviews import policies
from reviews.models import Decision
from reviews.services import claims, inbox
from reviews.workflow import Verdict
from signals import moves
from signals.models import Indicator, Signal, SignalVersion
from signals.services import sharing
from signals.workflow import LIVE, Move, Status


def take_back(*, signal_id: int, actor: Actor, now: datetime) -> Signal:
    """Undo the actor's last decision about a signal: it waits for a decision again, claimed by the actor.

    Raises WrongState when the minute is over, when it has been shared, or when somebody has acted on it since.
    """
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        decision = policies.last_decision(signal)
        if decision is None:
            raise WrongState(_("Nobody has decided about this."))
        policies.may_take_back(actor, decision, now)
        if not policies.is_undoable(actor, signal, decision, now):
            raise WrongState(_too_late(signal, decision))
        _restore(record, signal, decision)
        inbox.unsay(signal_id=signal_id, at=decision.decided_at)
        decision.delete()
        claims.take(signal, actor, now)
        return signal


def _too_late(signal: Signal, decision: Decision) -> str:
    if decision.verdict == Verdict.APPROVE and signal.status == Status.ACTIVE:
        return _("It has been shared. Withdraw it instead: everyone who received it is told.")
    return _("Something else has happened since. It is not taken back any more.")


def take_back_each(*, signal_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Undo several decisions, each by itself: what cannot be taken back any more stays decided. Returns how many."""
    done = 0
    for signal_id in sorted(signal_ids):
        try:
            take_back(signal_id=signal_id, actor=actor, now=now)
        except Refusal:
            continue
        done += 1
    return done


def _restore(record: Recorder, signal: Signal, decision: Decision) -> None:
    if decision.version != signal.version.number:
        _restore_correction(record, signal, decision)
    elif decision.verdict == Verdict.APPROVE:
        moves.note(record, signal, "signal.approval_taken_back", facts={"attestation": decision.attestation})
    else:
        _free_of_others(signal)
        moves.apply(record, signal, Move.REOPEN, facts={"undone": decision.verdict})


def _free_of_others(signal: Signal) -> None:
    """What was rejected cannot wait again beside a newer signal on the same value; nor may one come meanwhile."""
    Indicator.objects.select_for_update().get(pk=signal.indicator_id)
    same = Signal.objects.owned_by(signal.organisation_id).filter(indicator=signal.indicator_id)
    if same.filter(status__in=sorted(LIVE)).exclude(pk=signal.pk).exists():
        raise WrongState(_("Your organisation has shared the same value again meanwhile."))


def _restore_correction(record: Recorder, signal: Signal, decision: Decision) -> None:
    """A correction waits for its review again; other members are not told of it."""
    if decision.verdict == Verdict.REJECT:
        refused = SignalVersion.objects.select_for_update().get(signal=signal, number=decision.version)
        refused.state = SignalVersion.State.PROPOSED
        refused.save(update_fields=["state"])
        signal.correction = refused
        signal.save(update_fields=["correction"])
    moves.note_correction(record, signal, "signal.correction_reopened", facts={"undone": decision.verdict})
