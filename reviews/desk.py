"""What lies on a desk: the lists that wait for a person or an organisation, and their lengths in one query."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import IntegerField, Q, QuerySet, Subquery

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.models import (
    AdviceVersion,
    Application,
    Attestation,
    Organisation,
    SecurityIncident,
    SubjectRequest,
    TestSignal,
)
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, organisation_id_of
from lantern_site.templatetags.interface import MANY
from reviews import queues
from reviews.models import Decision, Delivery, Dispute, DisputeQuerySet, Finding, InboxNotice
from reviews.workflow import DisputeState
from signals.kinds import Severity
from signals.models import Lead, Signal, SignalQuerySet
from signals.services.sharing import RENEWABLE_BEFORE
from signals.workflow import Status

Lists = Mapping[str, QuerySet[Any]]


class Length(Subquery):
    """The number of rows of a queryset, as one column of another query; all above `MANY` count as one more."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS listed)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, queryset: QuerySet[Any]) -> None:
        super().__init__(queryset.order_by().values("pk")[: MANY + 1])


def ask(actor: Actor, columns: Mapping[str, Subquery]) -> dict[str, Any]:
    """Several questions in one query: the actor's organisation is the row that the answers stand in."""
    named = {f"{name}_asked": column for name, column in columns.items()}
    house = Organisation.objects.filter(Q(pk=actor.organisation_id))
    row = cast(dict[str, Any], house.values(**named).get())
    return {name: row[f"{name}_asked"] for name in columns}


def lengths(actor: Actor, lists: Lists) -> dict[str, int]:
    """How long each list is, counted up to one above `MANY`."""
    return ask(actor, {name: Length(queryset) for name, queryset in lists.items()})


def disputes_to_answer(actor: Actor) -> DisputeQuerySet:
    """Disputes of the actor's signals that nobody has answered."""
    if not concerns(actor, Permission.ANSWER):
        return Dispute.objects.none()
    touched = Dispute.objects.filter(touches__organisation=actor.organisation_id).values("pk")
    return Dispute.objects.filter(pk__in=touched, state=DisputeState.OPENED)


def holds_to_confirm(actor: Actor) -> DisputeQuerySet:
    """Disputes of the actor's organisation, or all for a steward, in which a hold was asked for and waits."""
    waiting = Dispute.objects.open().filter(hold_asked=True, held_at__isnull=True)
    if concerns(actor, Permission.HOLD):
        return waiting
    if not concerns(actor, Permission.CONFIRM_HOLD):
        return Dispute.objects.none()
    return waiting.filter(opener=actor.organisation_id).exclude(opened_by__public_id__in=actor.people)


def disputes_to_decide(actor: Actor) -> DisputeQuerySet:
    """What waits for an adjudicator; appeals wait for an external one."""
    states: set[DisputeState] = set()
    if concerns(actor, Permission.DECIDE):
        states |= {DisputeState.OPENED, DisputeState.ANSWERED}
    if concerns(actor, Permission.DECIDE_APPEAL):
        states.add(DisputeState.APPEALED)
    return Dispute.objects.filter(state__in=sorted(states))


def recalls_to_acknowledge(actor: Actor) -> QuerySet[Delivery]:
    if actor.programme or not concerns(actor, Permission.ACKNOWLEDGE):
        return Delivery.objects.none()
    return Delivery.objects.waiting_for(actor.organisation_id)


def leads_to_examine(actor: Actor) -> QuerySet[Lead]:
    if not concerns(actor, Permission.FIND):
        return Lead.objects.none()
    return Lead.objects.visible_to(actor).without_finding()


def returned(actor: Actor) -> SignalQuerySet:
    """What a reviewer sent back to the actor's organisation."""
    if not concerns(actor, Permission.SHARE_IN_DANGER):
        return Signal.objects.none()
    return Signal.objects.owned_by(actor.organisation_id).filter(status=Status.RETURNED)


def expiring(actor: Actor, now: datetime) -> SignalQuerySet:
    """The organisation's own signals in the days in which they may be renewed."""
    if not concerns(actor, Permission.RENEW):
        return Signal.objects.none()
    own = Signal.objects.owned_by(actor.organisation_id)
    return own.filter(status=Status.ACTIVE, expires_at__lte=now + RENEWABLE_BEFORE)


def attestations_to_make(actor: Actor) -> QuerySet[Attestation]:
    """Periods that the actor's member has not attested yet."""
    if not concerns(actor, Permission.ATTEST):
        return Attestation.objects.none()
    return Attestation.objects.of(actor.organisation_id).open()


def notes_to_confirm(actor: Actor) -> QuerySet[AdviceVersion]:
    if not concerns(actor, Permission.ATTEST):
        return AdviceVersion.objects.none()
    return AdviceVersion.objects.unconfirmed_by(actor.organisation_id)


def applications_to_decide(actor: Actor) -> QuerySet[Application]:
    """Organisations that ask to take part, or appeal, and wait for the programme; the longest waiting first."""
    if not concerns(actor, Permission.MANAGE_MEMBERS):
        return Application.objects.none()
    return Application.objects.waiting()


def late_applications(actor: Actor, now: datetime) -> QuerySet[Application]:
    """Those of them that should have been decided by now."""
    if not concerns(actor, Permission.MANAGE_MEMBERS):
        return Application.objects.none()
    return Application.objects.overdue_at(now)


def tests_to_acknowledge(actor: Actor) -> QuerySet[TestSignal]:
    """The newest test signal of the actor's own member, until one of its people says that it is there."""
    if actor.programme or not concerns(actor, Permission.ATTEST, Permission.ACKNOWLEDGE):
        return TestSignal.objects.none()
    return TestSignal.objects.unacknowledged_by(organisation_id_of(actor))


def late_in_registers(actor: Actor, now: datetime) -> Lists:
    """What is overdue in the programme's registers."""
    if not concerns(actor, Permission.READ_REGISTERS):
        return {
            "late_attestations": Attestation.objects.none(),
            "late_answers": SubjectRequest.objects.none(),
            "late_notifications": SecurityIncident.objects.none(),
        }
    return {
        "late_attestations": Attestation.objects.overdue_on(now.date()),
        "late_answers": SubjectRequest.objects.overdue_on(now.date()),
        "late_notifications": SecurityIncident.objects.late_at(now),
    }


def lists(actor: Actor, now: datetime) -> Lists:
    """Everything that waits, by the name under which pages show it."""
    return {
        "notices": InboxNotice.objects.of(actor).unread(),
        "queue": queues.waiting(actor),
        "looks": queues.second_looks(actor, now),
        "leads": leads_to_examine(actor),
        "answer": disputes_to_answer(actor),
        "confirm": holds_to_confirm(actor),
        "decide": disputes_to_decide(actor),
        "recalls": recalls_to_acknowledge(actor),
        "returned": returned(actor),
        "expiring": expiring(actor, now),
        "attestations": attestations_to_make(actor),
        "notes": notes_to_confirm(actor),
        "applications": applications_to_decide(actor),
        "late_applications": late_applications(actor, now),
        "tests": tests_to_acknowledge(actor),
        **late_in_registers(actor, now),
    }


def own_work(actor: Actor, now: datetime) -> Lists:
    """What the person did in the last twelve hours; nobody else is shown this."""
    since = now - timedelta(hours=12)
    return {"reviewed": _reviewed(actor, since), "revealed": _revealed(actor, since)}


def hard_work(actor: Actor, since: datetime) -> Lists:
    """What the person has had before their eyes; nobody else is shown this."""
    reviewed = _reviewed(actor, since)
    return {
        "reviewed": reviewed,
        "severe": reviewed.filter(signal__severity__gte=Severity.HIGH),
        "examined": Finding.objects.filter(found_by__public_id=actor.id, found_at__gte=since),
        "revealed": _revealed(actor, since),
    }


def _reviewed(actor: Actor, since: datetime) -> QuerySet[Decision]:
    return Decision.objects.filter(decided_by__public_id=actor.id, decided_at__gte=since)


def _revealed(actor: Actor, since: datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(Q(action="signal.revealed"), actor=actor.id, actor_kind=actor.kind.value, at__gte=since)
