"""What becomes of a value that hit too much of a member's own list: the programme looks at every signal on it."""

from datetime import datetime

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from reviews.services import holds
from signals import moves
from signals.guards import WarningCode
from signals.models import Signal
from signals.services import sharing
from signals.workflow import Status


def caution(*, indicator_pk: int, now: datetime) -> int:
    """Put the shared signals on an indicator under caution until the programme has checked their breadth.

    Whose list it was is not told. A signal is marked once: what the programme has found broad enough stays so. Returns
    how many were marked.
    """
    with recording(Actor.clock(), now) as record:
        shared = Signal.objects.filter(indicator=indicator_pk, status__in=[Status.ACTIVE, Status.HELD])
        unmarked = shared.exclude(warnings__contains=[WarningCode.BROAD.value]).order_by("pk")
        found = [sharing.locked(record.actor, one) for one in unmarked.values_list("public_id", flat=True)]
        return sum(_mark(record, signal) for signal in found)


def _mark(record: Recorder, signal: Signal) -> bool:
    if signal.status not in (Status.ACTIVE, Status.HELD) or WarningCode.BROAD in signal.warnings:
        return False
    signal.warnings = [*signal.warnings, WarningCode.BROAD.value]
    signal.check_due_at = record.now
    signal.save(update_fields=["warnings", "check_due_at"])
    moves.note(record, signal, "signal.found_broad")
    holds.settle(record, signal)
    return True
