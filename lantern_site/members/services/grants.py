"""Roles: granting them for a time, and ending them."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members import deadlines
from lantern_site.members.models import Grant, Organisation, Staff
from lantern_site.members.policies import (
    may_administer,
    may_see_people,
    not_for_oneself,
    roles_of,
    somebody_stays,
    unknown_person,
)
from lantern_site.members.roles import Role


def grant(*, staff_id: int, role: Role, until: date | None, actor: Actor, now: datetime) -> Grant:
    """Let a person hold a role up to and including a day, or without an end. Held already, it gets the new end.

    Raises Hidden, NotAllowed, WrongState, or Invalid with the field `role` or `until`.
    """
    with recording(actor, now) as record:
        person = locked(staff_id=staff_id, actor=actor)
        if not person.is_active:
            raise WrongState(_("This access was ended. Open it again first."))
        may_administer(actor, person.organisation, now)
        not_for_oneself(actor, person)
        _check(person.organisation, role, until, now)
        running = person.grants.running().filter(role=role).first()
        if running is not None and running.ends_at is not None and running.ends_at <= now:
            close(grant=running, person=person, reason="lapsed", at=running.ends_at, record=record)
            running = None
        if running is None:
            given = begin(person=person, role=role, ends_at=deadlines.end_of(until), by=actor.id, now=now)
        else:
            given = _prolong(running, until, actor, person, now)
        record(
            "staff.role_granted",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
            facts={"role": role.value, "days": (until - now.date()).days if until else None, "renewed": bool(running)},
        )
        return given


def _check(organisation: Organisation, role: Role, until: date | None, now: datetime) -> None:
    if role not in roles_of(organisation):
        raise Invalid(_("This role does not belong to this organisation."), "role")
    if until is not None and until < now.date():
        raise Invalid(_("The last day must not lie in the past."), "until")


def _prolong(running: Grant, until: date | None, actor: Actor, person: Staff, now: datetime) -> Grant:
    if running.last_day == until:
        raise WrongState(_("The person holds this role already, with this end."))
    if until is not None and running.ends_at is None:
        somebody_stays_after(role=Role(running.role), actor=actor, person=person, now=now)
    running.ends_at = deadlines.end_of(until)
    running.save(update_fields=["ends_at"])
    return running


def end_grant(*, staff_id: int, role: Role, actor: Actor, now: datetime) -> Grant:
    """End a role at once. Raises Hidden, NotAllowed or WrongState."""
    with recording(actor, now) as record:
        person = locked(staff_id=staff_id, actor=actor)
        running = person.grants.running().valid_at(now).filter(role=role).first()
        if running is None:
            raise WrongState(_("The person does not hold this role."))
        may_administer(actor, person.organisation, now)
        not_for_oneself(actor, person)
        somebody_stays_after(role=role, actor=actor, person=person, now=now)
        close(grant=running, person=person, reason="ended", at=now, record=record)
        return running


def somebody_stays_after(*, role: Role, actor: Actor, person: Staff, now: datetime) -> None:
    """Raise WrongState when the person could not lose this role without leaving nobody to administer."""
    if role in {Role.MEMBER_ADMIN, Role.STEWARD}:
        somebody_stays(actor, person, now)


def locked(*, staff_id: int, actor: Actor) -> Staff:
    """The person, with their organisation locked first so that two people cannot part with the last two admins.

    Raises Hidden for a person whom the actor may not know.
    """
    known = Staff.objects.filter(public_id=staff_id).values_list("organisation", flat=True).first()
    if known is None:
        raise unknown_person()
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=known)
    if not actor.is_clock:
        may_see_people(actor, organisation)
    person = Staff.objects.select_for_update(no_key=True).get(public_id=staff_id)
    person.organisation = organisation
    return person


def begin(*, person: Staff, role: Role, ends_at: datetime | None, by: int, now: datetime) -> Grant:
    """The row of a new grant, without an entry. `by` is a public id."""
    return Grant.objects.create(staff=person, role=role, granted_at=now, granted_by=by, ends_at=ends_at)


def close(*, grant: Grant, person: Staff, reason: str, at: datetime, record: Recorder) -> None:
    """End a grant, with its entry; `at` is when it stopped to be valid."""
    grant.ended_at, grant.ended_by = at, record.actor.id
    grant.save(update_fields=["ended_at", "ended_by"])
    record(
        "staff.role_ended",
        subject_kind="staff",
        subject=person.public_id,
        organisation=person.organisation.public_id,
        audience=f"organisation:{person.organisation.public_id}",
        facts={"role": grant.role, "reason": reason},
    )
