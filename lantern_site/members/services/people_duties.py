"""What the clock does about people. Each duty makes the world agree with the date, and may run twice."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.members import deadlines
from lantern_site.members.deadlines import ACCESS, WARNED_AHEAD, Access
from lantern_site.members.models import Grant, Notice, Organisation, Session, Staff
from lantern_site.members.policies import administrators
from lantern_site.members.services import grants, mail
from lantern_site.work import outbox

SUSPENDED = 0
"""The `days` of a notice which says that roles are suspended."""


def lapse_roles(*, now: datetime) -> int:
    """Close the grants whose date has come. They count no more from that date on, whenever this runs."""
    over = Grant.objects.running().filter(ends_at__lte=now).order_by("pk").values_list("pk", flat=True)
    return sum(_lapse(pk, now) for pk in list(over))


def _lapse(pk: int, now: datetime) -> bool:
    with recording(Actor.clock(), now) as record:
        rows = Grant.objects.running().filter(ends_at__lte=now, pk=pk).select_for_update(of=("self",))
        found = rows.select_related("staff__organisation").first()
        if found is not None and found.ends_at is not None:
            grants.close(grant=found, person=found.staff, reason="lapsed", at=found.ends_at, record=record)
        return found is not None


def warn(*, now: datetime) -> int:
    """Tell each end that comes near, 30, 7 and 1 days ahead and each once, and which roles are suspended.

    Returns how many notices were given.
    """
    with acting_as(Actor.clock()):
        due = [*_trainings(now.date()), *_roles(now), *_accesses(now.date())]
        people = {notice.staff_id for notice in due}
        told = {_key(notice) for notice in Notice.objects.filter(staff__in=people)}
    new = [notice for notice in due if _key(notice) not in told]
    reminded: set[int] = set()
    for notice in new:
        _tell(notice, reminded, now)
    return len(new)


def _key(notice: Notice) -> tuple[object, ...]:
    return notice.staff_id, notice.matter, notice.grant_id, notice.ends_on, notice.days


def _trainings(today: date) -> Iterator[Notice]:
    last = today + timedelta(days=max(WARNED_AHEAD))
    here = Staff.objects.filter(is_active=True, trained_until__range=(today, last)).select_related("organisation")
    for person in here.order_by("pk"):
        ends_on = person.trained_until
        days = deadlines.warning(ends_on, today) if ends_on else None
        if ends_on is not None and days is not None:
            yield Notice(staff=person, matter=Notice.Matter.TRAINING, ends_on=ends_on, days=days)


def _roles(now: datetime) -> Iterator[Notice]:
    last = now + timedelta(days=max(WARNED_AHEAD) + 1)
    ending = Grant.objects.running().valid_at(now).filter(staff__is_active=True, ends_at__lte=last)
    for grant in ending.select_related("staff__organisation").order_by("pk"):
        ends_on = grant.last_day
        days = deadlines.warning(ends_on, now.date()) if ends_on else None
        if ends_on is not None and days is not None:
            yield Notice(staff=grant.staff, matter=Notice.Matter.ROLE, grant=grant, ends_on=ends_on, days=days)


def _accesses(today: date) -> Iterator[Notice]:
    soon = today - timedelta(days=ACCESS[Access.SOON])
    here = Staff.objects.filter(is_active=True, access_confirmed_on__lte=soon).select_related("organisation")
    for person in here.order_by("pk"):
        if person.access(today) == Access.SUSPENDED:
            yield Notice(staff=person, matter=Notice.Matter.ACCESS, ends_on=person.access_ends_on, days=SUSPENDED)
        elif days := deadlines.warning(person.access_due_on, today):
            yield Notice(staff=person, matter=Notice.Matter.ACCESS, ends_on=person.access_due_on, days=days)


def _tell(notice: Notice, reminded: set[int], now: datetime) -> None:
    """Give the notice. Of access those hear who confirm it, once for all of an organisation's people."""
    with recording(Actor.clock(), now) as record:
        notice.given_at = now
        notice.save(force_insert=True)
        _note(record, notice)
        organisation = notice.staff.organisation_id
        if notice.matter != Notice.Matter.ACCESS or notice.days == SUSPENDED:
            outbox.ask("members.mail_notice", notice.pk)
        if notice.matter == Notice.Matter.ACCESS and organisation not in reminded:
            outbox.ask("members.mail_administrators", organisation)
            reminded.add(organisation)


def _note(record: Recorder, notice: Notice) -> None:
    organisation = notice.staff.organisation.public_id
    actions = {"training": "staff.training_lapses", "role": "staff.role_lapses", "access": "staff.access_due"}
    suspended = notice.matter == Notice.Matter.ACCESS and notice.days == SUSPENDED
    record(
        "staff.access_suspended" if suspended else actions[notice.matter],
        subject_kind="staff",
        subject=notice.staff.public_id,
        organisation=organisation,
        audience=f"organisation:{organisation}",
        facts={"days": notice.days} | ({"role": notice.grant.role} if notice.grant else {}),
    )


def deliver(*, notice_id: int) -> None:
    """Send the mail of a notice (primary key) to the person."""
    with acting_as(Actor.clock()):
        notice = Notice.objects.select_related("staff").get(pk=notice_id)
    if notice.staff.is_active:
        template = "suspended" if notice.days == SUSPENDED else "ends_soon"
        mail.send(to=notice.staff.email, template=template, context={"days": notice.days})


def remind(*, organisation_id: int, now: datetime) -> None:
    """Write to those who administer an organisation (primary key) that confirmations of access are due."""
    with acting_as(Actor.clock()):
        organisation = Organisation.objects.get(pk=organisation_id)
        reached = list(administrators(organisation, now).values_list("staff__email", flat=True).order_by("pk"))
    path = f"/members/{public_ids.shown(organisation.public_id)}/people/"
    for address in reached:
        mail.send(to=address, template="confirmations_due", context={"path": path})


def forget_people(*, now: datetime) -> int:
    """Part the pseudonym from the name and address of those who left long ago. Returns how many."""
    gone = Staff.objects.filter(forgotten_at__isnull=True, left_at__lte=now - deadlines.KEPT)
    return sum(_forget(pk, now) for pk in list(gone.order_by("pk").values_list("pk", flat=True)))


def _forget(pk: int, now: datetime) -> bool:
    with recording(Actor.clock(), now) as record:
        rows = Staff.objects.select_for_update(of=("self",)).select_related("organisation")
        person = rows.filter(pk=pk, forgotten_at__isnull=True, left_at__lte=now - deadlines.KEPT).first()
        if person is None:
            return False
        person.name, person.forgotten_at = person.pseudonym, now
        person.email = f"left-{public_ids.shown(person.public_id).lower()}@invalid"
        person.set_unusable_password()
        person.save(update_fields=["name", "email", "password", "forgotten_at"])
        person.trainings.update(note="")
        for kept in (Authenticator, EmailAddress):
            kept.objects.filter(user=person).delete()
        Session.objects.filter(staff=person).delete()
        record(
            "staff.forgotten",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
        )
        return True
