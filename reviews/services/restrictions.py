"""What a data-subject request restricts is held by the programme while the request is undecided."""

from datetime import datetime

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.members.models import SubjectRequest
from lantern_site.members.registers import RequestState
from reviews.models import StewardHold
from reviews.services import holds
from reviews.workflow import HoldReason
from signals.models import Signal
from signals.services import sharing
from signals.workflow import Status


def settle(*, case_pk: int, now: datetime) -> int:
    """Make holds agree with a request: while it restricts, every signal in force that it found is held; afterwards
    none is on its account. Returns how many signals changed.

    A signal that the programme holds anyway is left to that hold; one that another request restricts passes to it.
    The clock does it, and the hold gives no reason that leads to a person.
    """
    with recording(Actor.clock(), now) as record:
        case = SubjectRequest.objects.select_for_update().get(pk=case_pk)
        before = list(case.held)
        if case.state == RequestState.RESTRICTED:
            case.held += [one for one in case.signals if one not in before and _hold(record, one)]
        else:
            for one in before:
                _let_go(record, case, one)
            case.held = []
        if case.held != before:
            case.save(update_fields=["held"])
        return abs(len(case.held) - len(before))


def _hold(record: Recorder, signal_id: int) -> bool:
    signal = sharing.locked(record.actor, signal_id)
    if signal.status not in (Status.ACTIVE, Status.HELD) or _placed(signal):
        return False
    holds.place(record, signal, HoldReason.EXAMINED)
    return True


def _let_go(record: Recorder, case: SubjectRequest, signal_id: int) -> None:
    signal = sharing.locked(record.actor, signal_id)
    other = SubjectRequest.objects.restricting(signal_id).exclude(pk=case.pk).select_for_update().order_by("pk").first()
    if other is not None:
        other.held = [*other.held, signal_id]
        other.save(update_fields=["held"])
    elif placed := _placed(signal):
        holds.end(record, signal, placed)


def _placed(signal: Signal) -> StewardHold | None:
    return StewardHold.objects.open().filter(signal=signal).first()
