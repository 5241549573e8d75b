"""What the clock does about judgement: missed checks, holds that end, disputes that nobody answers, late recalls.

Each duty makes the rows agree with the time, one transaction per item; running it again changes nothing. The number
that it returns says how many items it changed. A run takes at most `BATCH` of them, the next run the rest.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import WrongState
from lantern_site.members.models import SubjectRequest
from lantern_site.members.registers import RequestState
from reviews import clocks, queues, workflow
from reviews.models import Delivery, Dispute, Redress, StewardHold
from reviews.services import decisions, disputes, holds, pleas, purging, recalls, redress, restrictions
from reviews.workflow import Attestation, DeliveryState, DisputeState, HoldReason
from signals.kinds import IDENTIFIERS
from signals.models import Poll, Signal
from signals.services import sharing
from signals.workflow import Status

BATCH = 500
SHARED = (Status.ACTIVE, Status.HELD)


def caution_missed_checks(*, now: datetime) -> int:
    """A completeness check that is overdue puts the signal under caution."""
    missed = Signal.objects.filter(status__in=SHARED, check_due_at__lte=now, caution=False)
    return _each(missed.values_list("public_id", flat=True), partial(_settle, now=now))


def hold_missed_checks(*, now: datetime) -> int:
    """Two days after a missed check, 72 hours after it was shared, the signal is held until the check is passed."""
    placed = StewardHold.objects.open().filter(signal=OuterRef("pk"))
    missed = Signal.objects.filter(~Exists(placed), status__in=SHARED, check_due_at__lte=now - clocks.CHECK_GRACE)
    return _each(missed.values_list("public_id", flat=True), partial(_place, now=now))


def share_checked_floods(*, now: datetime) -> int:
    """What came with unusually many others goes out once those drawn from them were checked."""
    waiting = Signal.objects.filter(
        queues.approved(Attestation.EVIDENCE),
        status=Status.SUBMITTED,
        indicator__kind__in=sorted(IDENTIFIERS),
        warnings=[],
    )
    return _each(
        waiting.values_list("public_id", flat=True),
        lambda public_id: decisions.share_checked_flood(signal_id=public_id, now=now),
    )


def settle_strays(*, now: datetime) -> int:
    """A signal that was renewed or reinstated while something holds it goes back on hold."""
    by_dispute = Dispute.objects.holding().filter(touches__signal=OuterRef("pk"))
    by_programme = StewardHold.objects.open().filter(signal=OuterRef("pk"))
    strays = Signal.objects.filter(Exists(by_dispute) | Exists(by_programme), status=Status.ACTIVE)
    return _each(strays.values_list("public_id", flat=True), partial(_settle, now=now))


def _settle(public_id: int, now: datetime) -> None:
    with recording(Actor.clock(), now) as record:
        holds.settle(record, sharing.locked(record.actor, public_id))


def _place(public_id: int, now: datetime) -> None:
    with recording(Actor.clock(), now) as record:
        signal = sharing.locked(record.actor, public_id)
        if signal.status in SHARED and signal.check_due_at is not None:
            holds.place(record, signal, HoldReason.CHECK_OVERDUE)


def end_holds(*, now: datetime) -> int:
    """When a hold has run its term: an undecided dispute about a person is upheld without prejudice to new evidence,
    any other goes on under caution."""
    over = Dispute.objects.holding().filter(hold_until__lte=now)
    undecided = Q(state__in=[DisputeState.OPENED, DisputeState.ANSWERED], reason__in=sorted(workflow.PERSON_HARM))
    upheld = _each(
        over.filter(undecided).values_list("public_id", flat=True),
        lambda public_id: disputes.uphold(dispute_id=public_id, why="hold_over", now=now),
    )
    ended = _each(
        over.exclude(undecided).values_list("public_id", flat=True),
        lambda public_id: disputes.end_hold(dispute_id=public_id, actor=Actor.clock(), now=now),
    )
    return upheld + ended


def uphold_unanswered(*, now: datetime) -> int:
    """The owner's silence about a person means upheld."""
    silent = Dispute.objects.filter(
        state=DisputeState.OPENED, reason__in=sorted(workflow.PERSON_HARM), answer_due_at__lte=now
    )
    return _each(
        silent.values_list("public_id", flat=True),
        lambda public_id: disputes.uphold(dispute_id=public_id, why="silence", now=now),
    )


def note_overdue_recalls(*, now: datetime) -> int:
    """Record once that a member has not acknowledged a recall in time."""
    late = Delivery.objects.overdue_at(now).filter(overdue_noted_at__isnull=True)
    return _each(late.values_list("pk", flat=True), lambda pk: recalls.note_overdue(delivery_id=pk, now=now))


def deliver_recalls(*, now: datetime) -> int:
    """What a member's machines have read is delivered."""
    read = Poll.objects.filter(key__organisation=OuterRef("organisation"), upto__gte=OuterRef("recall__position"))
    near = Poll.objects.filter(key__organisation=OuterRef("organisation"), at__gte=OuterRef("due_at"))
    due = Delivery.objects.filter(Exists(read) | Exists(near), state=DeliveryState.DUE)
    with acting_as(Actor.clock()):
        waiting = list(due.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return sum(recalls.deliver_polled(delivery_id=pk, now=now) for pk in waiting)


def note_late_redress(*, now: datetime) -> int:
    """Record once that a redress was neither sent nor declined in time."""
    late = Redress.objects.drafts().filter(due_at__lte=now, late_noted_at__isnull=True)
    return _each(late.values_list("public_id", flat=True), lambda one: redress.note_late(redress_id=one, now=now))


def settle_pleas(*, now: datetime) -> int:
    """Look at what came through the public door."""
    found = pleas.waiting()
    for pk in found:
        pleas.settle(plea_pk=pk, now=now)
    return len(found)


def purge(*, now: datetime) -> int:
    """Wipe what has ended long ago; counts values and digests."""
    return purging.purge_due(now=now) + purging.end_tombstones(now=now)


def expire(*, now: datetime) -> int:
    """End signals that have reached their date."""
    return sharing.expire_due(now=now)


def settle_restrictions(*, now: datetime) -> int:
    """What a data-subject request restricts is held while it is undecided, and no longer; counts signals."""
    with acting_as(Actor.clock()):
        at_work = SubjectRequest.objects.filter(Q(state=RequestState.RESTRICTED) | ~Q(held=[]))
        cases = list(at_work.order_by("pk").values_list("pk", flat=True))
    return sum(restrictions.settle(case_pk=pk, now=now) for pk in cases)


def _each(found: QuerySet[Any, int], act: Callable[[int], object]) -> int:
    """Do the duty for each, oldest first. What somebody settled in the meantime is left alone."""
    with acting_as(Actor.clock()):
        waiting = list(found.order_by("pk")[:BATCH])
    done = 0
    for one in waiting:
        try:
            act(one)
        except WrongState:
            continue
        done += 1
    return done
