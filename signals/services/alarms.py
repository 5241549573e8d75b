"""Telling those who look after people and keys that somebody wanted more than the budget of a day."""

from datetime import date, datetime, timedelta

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Organisation
from lantern_site.members.policies import administrators, organisation_of
from lantern_site.members.services import mail
from lantern_site.work import outbox
from signals import budgets
from signals.models import Spending

KEPT_FOR = timedelta(days=30)
ACTIONS = {
    Spending.Kind.REVEAL: "reveal.budget_spent",
    Spending.Kind.LOOKUP: "lookup.budget_spent",
    Spending.Kind.EXPORT: "export.budget_spent",
}


def note_spent(*, kind: Spending.Kind, actor: Actor, now: datetime) -> None:
    """Write down that the actor was refused, and have it told: once in a day.

    Called after the refusal, whose transaction has left nothing behind.
    """
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        row = budgets.row_of(kind, actor.id, organisation.pk, now)
        if not Spending.objects.filter(pk=row.pk, told_at__isnull=True).update(told_at=now):
            return
        record(
            ACTIONS[kind],
            subject_kind=actor.kind.value,
            subject=actor.id,
            audience=f"organisation:{organisation.public_id}",
            facts={"used": row.used},
        )
        outbox.ask("signals.tell_of_spent_budget", row.pk)


def deliver(*, spending_id: int, now: datetime) -> int:
    """Write to the admins of the organisation and to the stewards. The mail names nobody: the ledger does.

    Returns how many were told.
    """
    with acting_as(Actor.clock()):
        row = Spending.objects.select_related("organisation").get(pk=spending_id)
        houses = {row.organisation, Organisation.objects.get(kind=MemberKind.PROGRAMME)}
        told = {grant.staff.email for house in houses for grant in administrators(house, now).select_related("staff")}
    for address in sorted(told):
        mail.send(to=address, template="budget_spent", context={"kind": row.kind, "path": "/ledger/"})
    return len(told)


def forget(*, now: datetime) -> int:
    """Delete what was used long ago. Returns how many rows."""
    before: date = (now - KEPT_FOR).date()
    with acting_as(Actor.clock()):
        deleted, _kinds = Spending.objects.filter(on__lt=before).delete()
    return deleted
