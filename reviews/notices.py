"""Who is told of what: for each action of the ledger the kind of notice, and the people whom it concerns.

Read from the ledger, so that nothing that happens has to think of the inbox. Whoever acted is not told of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lantern_site.audit.models import Entry
from lantern_site.members.models import Grant, Organisation
from lantern_site.members.permissions import Permission, roles_for
from reviews.models import Delivery, Dispute, DisputedSignal, SecondLook
from reviews.workflow import DeliveryState, NoticeKind
from signals.models import Signal
from signals.workflow import Status

People = Iterable[tuple[int, int]]
"""Primary keys of people and of their organisations."""


@dataclass(frozen=True)
class Rule:
    kind: NoticeKind
    whom: Callable[[Entry, datetime], People]


def _submitter(entry: Entry, now: datetime) -> People:
    people = Signal.objects.filter(public_id=entry.subject, submitted_by__is_active=True)
    return people.values_list("submitted_by", "submitted_by__organisation")


def _turned_down(entry: Entry, now: datetime) -> People:
    """Nobody, when the decision was taken back at once."""
    standing = Signal.objects.filter(status__in=[Status.RETURNED, Status.REJECTED])
    people = standing.filter(public_id=entry.subject, submitted_by__is_active=True)
    return people.values_list("submitted_by", "submitted_by__organisation")


def _team(permission: Permission, organisations: Iterable[int], now: datetime) -> People:
    """Everybody of these organisations (primary keys) who may do that now."""
    grants = Grant.objects.working(now).filter(role__in=roles_for({permission}), staff__organisation__in=organisations)
    return grants.values_list("staff", "staff__organisation").distinct()


def _owner(entry: Entry, now: datetime) -> People:
    owners = Signal.objects.filter(public_id=entry.subject).values_list("organisation", flat=True)
    return _team(Permission.WITHDRAW, list(owners), now)


def _failed(entry: Entry, now: datetime) -> People:
    return () if entry.facts.get("passed") else _owner(entry, now)


def _disputed(entry: Entry, now: datetime) -> People:
    owners = DisputedSignal.objects.filter(dispute__public_id=entry.subject).values_list("organisation", flat=True)
    return _team(Permission.ANSWER, set(owners), now)


def _opener(entry: Entry, now: datetime) -> People:
    people = Dispute.objects.filter(public_id=entry.subject, opened_by__is_active=True)
    return people.values_list("opened_by", "opened_by__organisation")


def _parties(entry: Entry, now: datetime) -> People:
    return {*_disputed(entry, now), *_opener(entry, now)}


def _receivers(entry: Entry, now: datetime) -> People:
    waiting = Delivery.objects.filter(recall__public_id=entry.subject).exclude(state=DeliveryState.ACKNOWLEDGED)
    return _team(Permission.ACKNOWLEDGE, list(waiting.values_list("organisation", flat=True)), now)


def _late(entry: Entry, now: datetime) -> People:
    late = Delivery.objects.overdue_at(now).filter(recall__public_id=entry.subject)
    return _team(Permission.ACKNOWLEDGE, list(late.values_list("organisation", flat=True)), now)


def _asked(entry: Entry, now: datetime) -> People:
    asked = Organisation.objects.filter(public_id=entry.organisation or 0).values_list("pk", flat=True)
    return _team(Permission.ATTEST, list(asked), now)


def _decided_otherwise(entry: Entry, now: datetime) -> People:
    """Whoever decided, where the second look said something else."""
    apart = SecondLook.objects.apart().filter(public_id=entry.subject, decision__decided_by__is_active=True)
    return apart.values_list("decision__decided_by", "organisation")


RULES: Mapping[str, Rule] = {
    "signal.activated": Rule(NoticeKind.SHARED, _submitter),
    "signal.returned": Rule(NoticeKind.RETURNED, _turned_down),
    "signal.rejected": Rule(NoticeKind.REJECTED, _turned_down),
    "signal.checked": Rule(NoticeKind.CHECK_FAILED, _failed),
    "signal.hold_placed": Rule(NoticeKind.HELD, _owner),
    "dispute.opened": Rule(NoticeKind.DISPUTED, _disputed),
    "dispute.answered": Rule(NoticeKind.ANSWERED, _opener),
    "dispute.accepted": Rule(NoticeKind.DECIDED, _opener),
    "dispute.decided": Rule(NoticeKind.DECIDED, _parties),
    "dispute.appealed": Rule(NoticeKind.APPEALED, _parties),
    "dispute.appeal_decided": Rule(NoticeKind.DECIDED, _parties),
    "recall.opened": Rule(NoticeKind.RECALLED, _receivers),
    "recall.changed": Rule(NoticeKind.RECALLED, _receivers),
    "recall.overdue": Rule(NoticeKind.OVERDUE, _late),
    "edition.attestation_asked": Rule(NoticeKind.FIGURES, _asked),
    "edition.attestation_reminded": Rule(NoticeKind.FIGURES_DUE, _asked),
    "look.answered": Rule(NoticeKind.SEEN_OTHERWISE, _decided_otherwise),
}
