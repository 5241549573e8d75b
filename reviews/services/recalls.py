"""Recalls: telling everyone who received a signal that it was held, released, corrected or retracted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Max
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import permits, require, sees_signals, staff_of
from reviews import clocks, disputing
from reviews.models import Delivery, Recall
from reviews.workflow import DeliveryState, RecallAnswer, RecallCause, ReportCorrected
from signals.models import Receipt, Signal

CAUSED = frozenset({"recall.opened", "recall.changed"})


@dataclass(frozen=True)
class Answer:
    """What a member says to a recall: what it found and did, and how many hits it had on its own service."""

    answer: RecallAnswer
    report_corrected: ReportCorrected
    local_hits: int | None = None


def announce(record: Recorder, signal: Signal, cause: RecallCause) -> Recall | None:
    """Open the recall of a signal, or change the one that is open. None when nobody else has received the signal.

    The caller holds the signal's lock. A changed cause makes every delivery due again; the same cause once more only
    reaches those who have received the signal since.
    """
    received = Organisation.objects.members().filter(receipts__signal=signal).exclude(pk=signal.organisation_id)
    recall = Recall.objects.select_for_update().filter(signal=signal, closed_at__isnull=True).first()
    if recall is not None and recall.cause == cause:
        received = received.exclude(deliveries__recall=recall)
    members = list(received.distinct().order_by("pk"))
    if not members:
        return recall
    action = "recall.opened" if recall is None else "recall.changed"
    if recall is None:
        recall = Recall.objects.create(signal=signal, cause=cause, opened_at=record.now, changed_at=record.now)
    recall.cause, recall.changed_at = cause, record.now
    recall.save(update_fields=["cause", "changed_at"])
    for member in members:
        _make_due(recall, member, record.now)
    _note(record, recall, signal, action, {"members": len(members)})
    return recall


def _make_due(recall: Recall, member: Organisation, now: datetime) -> None:
    Delivery.objects.update_or_create(
        recall=recall,
        organisation=member,
        defaults={
            "state": DeliveryState.DUE,
            "due_at": now,
            "overdue_at": now + clocks.RECALL_OVERDUE_AFTER,
            "overdue_noted_at": None,
            "delivered_at": None,
            "acknowledged_at": None,
            "acknowledged_by": None,
            "confirmed_at": None,
            "confirmed_by": None,
            "answer": "",
            "report_corrected": "",
            "local_hits": None,
        },
    )


def deliver(*, recall_id: int, actor: Actor, now: datetime) -> None:
    """A person opened the recall: it is delivered to their organisation. Does nothing when it was before, or when the
    recall is not addressed to the organisation."""
    with recording(actor, now) as record:
        due = Delivery.objects.filter(organisation=actor.organisation_id, state=DeliveryState.DUE)
        mine = due.select_related("recall", "organisation").filter(recall__public_id=recall_id)
        delivery = mine.select_for_update(of=("self",)).first()
        if delivery is None or not sees_signals(actor):
            return
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        delivery.save(update_fields=["state", "delivered_at"])
        _note_delivery(record, delivery, "recall.delivered")


def deliver_polled(*, delivery_id: int, now: datetime) -> bool:
    """Deliver a recall to a member whose machines have all read past it: every working key that had received the
    signal. Returns whether it is delivered now; a member without such keys waits for a person."""
    with recording(Actor.clock(), now) as record:
        due = Delivery.objects.select_for_update(of=("self",)).select_related("recall", "organisation")
        delivery = due.filter(pk=delivery_id, state=DeliveryState.DUE).first()
        if delivery is None or not _all_have_passed(delivery, now):
            return False
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        delivery.save(update_fields=["state", "delivered_at"])
        _note_delivery(record, delivery, "recall.delivered")
        return True


def _all_have_passed(delivery: Delivery, now: datetime) -> bool:
    received = Receipt.objects.filter(signal=delivery.recall.signal_id, key__isnull=False)
    keys = ApiKey.objects.usable_at(now).filter(organisation=delivery.organisation_id, pk__in=received.values("key"))
    passed = [key.polls.aggregate(upto=Max("upto"))["upto"] for key in keys]
    return bool(passed) and all(position is not None and position >= _line_of(delivery.recall) for position in passed)


def _line_of(recall: Recall) -> int:
    """Where the feed tells it: at the signal's newest entry, which comes before that of the recall."""
    position = Signal.objects.filter(pk=recall.signal_id).values_list("position", flat=True).get()
    return min(position, recall.position)


def acknowledge(*, recall_id: int, answer: Answer, actor: Actor, now: datetime) -> Delivery:
    """Say what the organisation found and did. *Kept* stands only once a second person has confirmed it.

    A key may answer only where there is nothing to judge: no local hit and no lead.
    """
    with _addressed(recall_id, actor, now) as (record, delivery):
        disputing.may_acknowledge(actor, delivery, hits=answer.local_hits)
        _check(answer)
        delivery.answer, delivery.report_corrected = answer.answer, answer.report_corrected
        delivery.local_hits = answer.local_hits
        delivery.acknowledged_at, delivery.acknowledged_by = now, staff_of(actor)
        delivery.delivered_at = delivery.delivered_at or now
        kept = answer.answer == RecallAnswer.KEPT
        delivery.state = DeliveryState.DELIVERED if kept else DeliveryState.ACKNOWLEDGED
        delivery.save(
            update_fields=[
                "state", "answer", "report_corrected", "local_hits", "delivered_at", "acknowledged_at",
                "acknowledged_by",
            ]
        )  # fmt: skip
        _note_delivery(record, delivery, "recall.answered" if kept else "recall.acknowledged")
        _close_when_done(record, delivery.recall)
        return delivery


def removed(*, recall_id: int, hits: int, actor: Actor, now: datetime) -> Delivery:
    """A machine says that the value is out of use, and how often it had matched. Where there is nothing to judge, that
    acknowledges the recall; else it is delivered, and a person answers."""
    nothing = Answer(RecallAnswer.NOTHING_FOUND, ReportCorrected.NONE_MADE, 0)
    with _addressed(recall_id, actor, now) as (record, delivery):
        if permits(disputing.may_acknowledge, actor, delivery, hits=hits):
            return acknowledge(recall_id=recall_id, answer=nothing, actor=actor, now=now)
        require(actor, Permission.ACKNOWLEDGE)
        delivery.state, delivery.local_hits = DeliveryState.DELIVERED, hits
        delivery.delivered_at = delivery.delivered_at or now
        delivery.save(update_fields=["state", "local_hits", "delivered_at"])
        _note_delivery(record, delivery, "recall.removed")
        return delivery


def confirm(*, recall_id: int, actor: Actor, now: datetime) -> Delivery:
    """Confirm, as a second person, that the organisation keeps what it did."""
    with _addressed(recall_id, actor, now) as (record, delivery):
        if not delivery.awaits_confirmation:
            raise WrongState(_("Nothing waits for a second person here."))
        disputing.may_confirm_answer(actor, delivery)
        delivery.state = DeliveryState.ACKNOWLEDGED
        delivery.confirmed_at, delivery.confirmed_by = now, staff_of(actor)
        delivery.save(update_fields=["state", "confirmed_at", "confirmed_by"])
        _note_delivery(record, delivery, "recall.acknowledged")
        _close_when_done(record, delivery.recall)
        return delivery


@contextmanager
def _addressed(recall_id: int, actor: Actor, now: datetime) -> Iterator[tuple[Recorder, Delivery]]:
    """The organisation's unanswered delivery of a recall. The recall is locked first, so that one closes it."""
    with recording(actor, now) as record:
        recall = Recall.objects.select_for_update().filter(public_id=recall_id).first()
        mine = Delivery.objects.select_related("organisation").filter(organisation=actor.organisation_id)
        delivery = mine.filter(recall=recall).first()
        if recall is None or delivery is None or not sees_signals(actor):
            raise Hidden(_("There is no such recall."))
        if delivery.is_acknowledged:
            raise WrongState(_("Your organisation has acknowledged this recall."))
        delivery.recall = recall
        yield record, delivery


def _check(answer: Answer) -> None:
    if answer.answer not in RecallAnswer.values:
        raise Invalid(_("Say what you found and did."), "answer")
    if answer.report_corrected not in ReportCorrected.values:
        raise Invalid(_("Say whether a report to the authorities was corrected."), "report_corrected")
    if answer.local_hits is not None and answer.local_hits < 0:
        raise Invalid(_("The number of hits cannot be negative."), "local_hits")
    if answer.answer == RecallAnswer.NOTHING_FOUND and answer.local_hits:
        raise Invalid(_("With hits on your service something was found: choose another answer."), "answer")


def _close_when_done(record: Recorder, recall: Recall) -> None:
    if recall.deliveries.exclude(state=DeliveryState.ACKNOWLEDGED).exists():
        return
    recall.closed_at = record.now
    recall.save(update_fields=["closed_at"])
    with acting_as(Actor.clock()):  # the member may have left the community since
        signal = Signal.objects.select_related("organisation").get(pk=recall.signal_id)
    _note(record, recall, signal, "recall.closed", {"seconds_open": _seconds(recall.opened_at, record.now)})


def note_overdue(*, delivery_id: int, now: datetime) -> bool:
    """Record, once, that a member has not acknowledged in time. Returns whether there was something to record."""
    with recording(Actor.clock(), now) as record:
        due = Delivery.objects.select_for_update(of=("self",)).select_related("recall", "organisation")
        delivery = due.overdue_at(now).filter(pk=delivery_id, overdue_noted_at__isnull=True).first()
        if delivery is None:
            return False
        delivery.overdue_noted_at = now
        delivery.save(update_fields=["overdue_noted_at"])
        _note_delivery(record, delivery, "recall.overdue")
        return True


def _note(record: Recorder, recall: Recall, signal: Signal, action: str, facts: dict[str, Fact]) -> None:
    record(
        action,
        subject_kind="recall",
        subject=recall.public_id,
        audience=f"organisation:{signal.organisation.public_id}",
        facts=_state(recall) | {"signal": signal.public_id} | facts,
        then=partial(_remember_position, recall) if action in CAUSED else None,
    )


def _remember_position(recall: Recall, position: int) -> None:
    Recall.objects.filter(pk=recall.pk).update(position=position)


def _note_delivery(record: Recorder, delivery: Delivery, action: str) -> None:
    record(
        action,
        subject_kind="recall",
        subject=delivery.recall.public_id,
        audience=f"organisation:{delivery.organisation.public_id}",
        facts=_state(delivery.recall)
        | {
            "organisation": delivery.organisation.public_id,
            "delivery": delivery.state,
            "answer": delivery.answer,
            "report_corrected": delivery.report_corrected,
            "local_hits": delivery.local_hits,
            "seconds_since_due": _seconds(delivery.due_at, record.now),
        },
    )


def _state(recall: Recall) -> dict[str, Fact]:
    """What a replay of the ledger must arrive at."""
    return {"cause": str(recall.cause), "state": "open" if recall.closed_at is None else "closed"}


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())
