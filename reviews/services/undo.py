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
from reviews.services import claims, corrections
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
        _restore(record, signal, decision)
        decision.delete()
        claims.take(signal, actor, now)
        return signal


def take_back_each(*, signal_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Undo several decisions, each by itself: what cannot be taken back any more stays decided. Returns how many were."""
    done = 0
    for signal_id in sorted(signal_ids):
        try:
            take_back(signal_id=signal_id, actor=actor, now=now)
        except Refusal:
            continue
        done += 1
    return done


def _restore(record: Recorder, signal: Signal, decision: Decision) -> None:
    if decision.version > signal.version.number:
        _restore_correction(record, signal, decision)
    elif decision.version < signal.version.number:
        raise WrongState(policies.acted_since())
    elif decision.verdict == Verdict.APPROVE and signal.status == Status.SUBMITTED:
        moves.note(record, signal, "signal.approval_taken_back", facts={"attestation": decision.attestation})
    else:
        _reopen(record, signal, Verdict(decision.verdict))


def _reopen(record: Recorder, signal: Signal, verdict: Verdict) -> None:
    """A rejected or returned signal is submitted again, unless its owner has acted meanwhile."""
    if signal.status != {Verdict.REJECT: Status.REJECTED, Verdict.RETURN: Status.RETURNED}.get(verdict):
        raise WrongState(policies.acted_since())
    Indicator.objects.select_for_update().get(pk=signal.indicator_id)  # nobody shares the same value meanwhile
    same = Signal.objects.owned_by(signal.organisation_id).filter(indicator=signal.indicator_id)
    if same.filter(status__in=sorted(LIVE)).exclude(pk=signal.pk).exists():
        raise WrongState(_("Your organisation has shared the same value again meanwhile."))
    moves.apply(record, signal, Move.REOPEN, facts={"undone": verdict.value})


def _restore_correction(record: Recorder, signal: Signal, decision: Decision) -> None:
    """What a correction's reviewer said of it; other members are not told of it."""
    if signal.status != Status.ACTIVE or signal.contested:
        raise WrongState(policies.acted_since())
    if decision.verdict == Verdict.REJECT:
        refused = SignalVersion.objects.select_for_update().get(signal=signal, number=decision.version)
        if signal.correction_id is not None:
            raise WrongState(policies.acted_since())
        refused.state = SignalVersion.State.PROPOSED
        refused.save(update_fields=["state"])
        signal.correction = refused
        signal.save(update_fields=["correction"])
    corrections.note(record, signal, "signal.correction_reopened", facts={"undone": decision.verdict})
