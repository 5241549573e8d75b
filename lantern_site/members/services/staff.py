"""People of an organisation: enrolling them, ending their access, opening it again."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.models import Session, Staff
from lantern_site.members.policies import (
    may_administer,
    may_shut_out,
    not_for_oneself,
    roles_of,
    somebody_stays,
)
from lantern_site.members.roles import Role
from lantern_site.members.services import grants, invitations, joining, training
from lantern_site.work import outbox


def enrol(
    *,
    organisation_id: int,
    email: str,
    name: str,
    held: Collection[Role],
    trained_until: date | None,
    actor: Actor,
    now: datetime,
    password: str | None = None,
) -> Staff:
    """A new person of the organisation (public id), without an invitation: for commands and the demonstration.

    `password` is a hash; without one they set their own by e-mail. Raises NotAllowed, Hidden, or Invalid with the
    field `email` or `held`.
    """
    with recording(actor, now) as record:
        organisation = joining.organisation_for(organisation_id=organisation_id)
        may_administer(actor, organisation, now)
        if set(held) - roles_of(organisation):
            raise Invalid(_("These roles do not belong to this organisation."), "held")
        if Staff.objects.filter(email__iexact=email).exists():
            raise Invalid(_("Somebody has this address already."), "email")
        roles: Mapping[Role, datetime | None] = dict.fromkeys(held)
        person = joining.create(
            organisation=organisation,
            email=email,
            name=name,
            roles=roles,
            granted_by=actor.id,
            password=password or "!",
            now=now,
        )
        if trained_until is not None:
            training.keep(person=person, held_on=now.date(), valid_until=trained_until, by=None, now=now)
        record(
            "staff.enrolled",
            subject_kind="staff",
            subject=person.public_id,
            organisation=organisation.public_id,
            audience=f"organisation:{organisation.public_id}",
            facts={"roles": sorted(role.value for role in held)},
        )
        return person


def deactivate(*, staff_id: int, actor: Actor, now: datetime) -> Staff:
    """End a person's access at once: every session, every role, drafts, and the invitations that they sent.

    Keys of machines that they issued stay valid: they belong to the organisation. Raises Hidden, WrongState or
    NotAllowed.
    """
    with recording(actor, now) as record:
        person = grants.locked(staff_id=staff_id, actor=actor)
        if not person.is_active:
            raise WrongState(_("This access was ended before."))
        may_shut_out(actor, person.organisation)
        not_for_oneself(actor, person)
        somebody_stays(actor, person, now)
        shut_out(person=person, record=record)
        return person


def shut_out(*, person: Staff, record: Recorder) -> None:
    """Part of services: the access ends now, with its entries. The caller holds the row's lock and has asked."""
    now = record.now
    person.is_active, person.left_at = False, now
    person.save(update_fields=["is_active", "left_at"])
    ended = Session.objects.filter(staff=person).delete()[0]
    outbox.ask("signals.wipe_drafts", person.pk)
    for grant in person.grants.running().order_by("pk"):
        grants.close(grant=grant, person=person, reason="left", at=now, record=record)
    for invitation in person.invitations_sent.open_at(now).order_by("pk"):
        invitations.withdraw(invitation=invitation, record=record, now=now)
    record(
        "staff.deactivated",
        subject_kind="staff",
        subject=person.public_id,
        organisation=person.organisation.public_id,
        audience=f"organisation:{person.organisation.public_id}",
        facts={"sessions": ended},
    )


def reactivate(*, staff_id: int, actor: Actor, now: datetime) -> Staff:
    """Let a person sign in again, as before but without roles: those are granted anew."""
    with recording(actor, now) as record:
        person = grants.locked(staff_id=staff_id, actor=actor)
        if person.is_active:
            raise WrongState(_("This person has access."))
        may_administer(actor, person.organisation, now)
        if person.forgotten_at is not None:
            raise WrongState(_("Nothing is known any more of who this was. Invite the person again."))
        person.is_active, person.left_at, person.access_confirmed_on = True, None, now.date()
        person.save(update_fields=["is_active", "left_at", "access_confirmed_on"])
        record(
            "staff.reactivated",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
        )
        return person
