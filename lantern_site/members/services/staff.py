"""People of an organisation: enrolling and deactivating them."""

import secrets
from collections.abc import Collection
from datetime import date, datetime

from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden, Invalid, NotAllowed
from lantern_site.members.models import Grant, Organisation, Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, Role


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
    """A new person of the organisation (public id). `password` is a hash; without one they set their own by e-mail.

    Raises NotAllowed, Hidden, or Invalid with the field `email` or `held`.
    """
    with recording(actor, now) as record:
        organisation = Organisation.objects.filter(public_id=organisation_id).first()
        if organisation is None:
            raise Hidden(_("There is no such organisation."))
        _may_administer(actor, organisation)
        if set(held) - (PROGRAMME_ROLES if organisation.is_programme else MEMBER_ROLES):
            raise Invalid(_("These roles do not belong to this organisation."), "held")
        if Staff.objects.filter(email__iexact=email).exists():
            raise Invalid(_("Somebody has this address already."), "email")
        person = Staff.objects.create(
            organisation=organisation,
            email=email.lower(),
            name=name,
            pseudonym=_free_pseudonym(organisation),
            password=password or "!",
            trained_until=trained_until,
            joined_at=now,
        )
        Grant.objects.bulk_create(
            Grant(staff=person, role=role, granted_at=now, granted_by=actor.id) for role in sorted(held)
        )
        record(
            "staff.enrolled",
            subject_kind="staff",
            subject=person.public_id,
            organisation=organisation.public_id,
            audience=f"organisation:{organisation.public_id}",
            facts={"roles": sorted(role.value for role in held)},
        )
        return person


def _may_administer(actor: Actor, organisation: Organisation) -> None:
    if actor.is_clock:
        return
    require(actor, Permission.MANAGE_STAFF)
    if not actor.programme and actor.organisation_id != organisation.pk:
        raise NotAllowed(_("You administer your own organisation only."))


def _free_pseudonym(organisation: Organisation) -> str:
    """A name that says the organisation and nothing of the person."""
    taken = set(Staff.objects.filter(organisation=organisation).values_list("pseudonym", flat=True))
    while (pseudonym := f"{organisation.name[:32]} {100 + secrets.randbelow(900)}") in taken:
        continue
    return pseudonym


def deactivate(*, staff_id: int, actor: Actor, now: datetime) -> Staff:
    """End a person's access at once, with every open session."""
    with recording(actor, now) as record:
        person = Staff.objects.select_for_update(of=("self",)).filter(public_id=staff_id).first()
        if person is None:
            raise Hidden(_("There is no such person."))
        _may_administer(actor, person.organisation)
        person.is_active = False
        person.save(update_fields=["is_active"])
        _end_sessions(person)
        record(
            "staff.deactivated",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
        )
        return person


def _end_sessions(person: Staff) -> None:
    mine = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
