"""The queue as its page shows it: rows with target, claim and history."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from reviews import timeline
from reviews.models import Claim, Dispute
from reviews.workflow import OPEN
from signals import rows
from signals.kinds import FIRST_REVIEW_HOURS, Severity
from signals.models import Signal


@dataclass(frozen=True)
class Held:
    """A claim as others see it."""

    mine: bool
    holder: str
    started_at: datetime
    until: datetime
    parked_note: str = ""


@dataclass(frozen=True)
class QueueRow(rows.Row):
    """What `components/signal_row.html` shows of a signal that waits for review."""

    claim: Held | None = None
    claim_url: str = ""
    of_incident: int = 1
    """How many signals of its incident the row stands for."""
    incident_url: str = ""
    why: tuple[str, ...] = ()
    """What its place in the queue is made of."""


@dataclass(frozen=True)
class Preview(QueueRow):
    """What `components/preview.html` shows beside the list."""

    shared_at: datetime | None = None
    action_label: str | Promise = ""
    facts: list[dict[str, object]] = field(default_factory=list)
    latest: list[timeline.Told] = field(default_factory=list)


def held(signal: Signal, actor: Actor, now: datetime) -> Held | None:
    """The claim on a signal that was fetched with `claim__staff`."""
    claim: Claim | None = getattr(signal, "claim", None)
    if claim is None or not claim.is_held(now):
        return None
    return Held(
        mine=claim.staff.public_id in actor.people,
        holder=claim.staff.name_for(actor),
        started_at=claim.taken_at,
        until=claim.until,
        parked_note=claim.parked_note if claim.staff.organisation_id == actor.organisation_id else "",
    )


def rows_of(signals: Iterable[Signal], actor: Actor, now: datetime) -> list[QueueRow]:
    """Rows of one page of the queue; the number of queries does not depend on the number of rows."""
    page = list(signals)
    disputed = former_disputes(page, actor)
    plain = rows.rows_of(page, actor)
    return [
        replace(_with_target(row, signal, actor, now), disputes=disputed.get(signal.indicator_id, 0))
        for row, signal in zip(plain, page, strict=True)
    ]


def row_of(signal: Signal, actor: Actor, now: datetime) -> QueueRow:
    """One row without its history."""
    return _with_target(rows.row_of(signal, actor), signal, actor, now)


def preview_of(row: QueueRow, signal: Signal, actor: Actor) -> Preview:
    """The row of a signal with what happened last."""
    return Preview(
        **vars(row),
        shared_at=signal.activated_at,
        action_label=_("Open") if row.claim and not row.claim.mine else _("Review"),
        facts=_facts(signal, row),
        latest=timeline.of_signal(signal, actor, newest=3),
    )


def former_disputes(page: list[Signal], actor: Actor) -> dict[int, int]:
    """For each indicator of the page, how many disputes about it have ended, as far as the actor may see."""
    indicators = {signal.indicator_id for signal in page}
    ended = Dispute.objects.visible_to(actor).exclude(state__in=sorted(OPEN))
    ended = ended.filter(touches__signal__indicator__in=indicators)
    counted = ended.values_list("touches__signal__indicator").annotate(number=Count("pk", distinct=True))
    return {indicator: number for indicator, number in counted if indicator in indicators}


def _with_target(row: rows.Row, signal: Signal, actor: Actor, now: datetime) -> QueueRow:
    correction = signal.correction
    writers = {signal.submitted_by, signal.version.proposed_by} if correction is None else {correction.proposed_by}
    reviewable = actor.people.isdisjoint(writer.public_id for writer in writers)
    began_at = signal.activated_at if signal.check_due_at else signal.submitted_at
    more: dict[str, Any] = {
        "flags": [flag for flag in row.flags if flag != "caution" or not signal.contested],
        "due_at": signal.check_due_at or signal.review_due_at,
        "opened_at": correction.proposed_at if correction is not None else began_at,
        "peek_url": reverse("reviews:preview", args=[signal.public_id]),
        "claim": held(signal, actor, now),
        "claim_url": reverse("reviews:claim", args=[signal.public_id]) if reviewable else "",
        "of_incident": getattr(signal, "of_incident", 1),
        "incident_url": reverse("reviews:incident", args=[signal.incident.public_id]) if signal.incident else "",
        "why": _place(signal, row),
    }
    return QueueRow(**vars(row) | more)


def _place(signal: Signal, row: rows.Row) -> tuple[str, ...]:
    """The inputs of the queue's order, in words; see `order`."""
    lane = [_("A child may be in danger now: before everything else.")] if signal.danger else []
    severity = Severity(signal.severity)
    if signal.check_due_at is not None:
        target = _("The programme's check is due %(at)s.") % {"at": _moment(signal.check_due_at)}
        return (*lane, target, _("What is due first comes first."))
    facts = {
        "severity": str(severity.label),
        "hours": FIRST_REVIEW_HOURS[severity],
        "at": _moment(signal.review_due_at),
    }
    if signal.organisation.office_hours and not signal.danger:
        target = _("%(severity)s: a first look within %(hours)d office hours of the member, by %(at)s.") % facts
    else:
        target = _("%(severity)s: a first look within %(hours)d h, by %(at)s.") % facts
    submitted = _("Submitted %(at)s.") % {"at": _moment(row.submitted_at)}
    return (*lane, target, submitted, _("What is due first comes first, whoever shared it."))


def _moment(at: datetime) -> str:
    return date_format(localtime(at), _("j M, H:i"))


def _facts(signal: Signal, row: QueueRow) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = [
        {"term": _("Origin"), "value": signal.version.get_origin_display()},
        {"term": _("Confidence"), "value": signal.version.get_confidence_display()},
    ]
    if row.claim and row.claim.parked_note:
        facts.append({"term": _("Parked"), "value": row.claim.parked_note})
    return facts
