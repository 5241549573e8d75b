"""The yearly training: recording that somebody took it."""

from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import deadlines
from lantern_site.members.models import Staff, Training
from lantern_site.members.policies import may_vouch_for, staff_of
from lantern_site.members.services import grants

YEARLY = gettext_noop("Yearly training")


def record_training(
    *,
    staff_id: int,
    course: str,
    held_on: date,
    valid_until: date | None,
    note: str,
    actor: Actor,
    now: datetime,
) -> Training:
    """Keep that a person took a course. Without `valid_until` it counts for a year, which is also the longest.

    Raises Hidden, NotAllowed, WrongState, or Invalid with the field `course`, `held_on`, `valid_until` or `note`.
    """
    with recording(actor, now) as record:
        person = grants.locked(staff_id=staff_id, actor=actor)
        if not person.is_active:
            raise WrongState(_("This access was ended. Open it again first."))
        may_vouch_for(actor, person, now)
        ends = valid_until or held_on + deadlines.TRAINING_LASTS
        _check(course, held_on, ends, note, now.date())
        by = None if actor.is_clock else staff_of(actor)
        kept = keep(person=person, held_on=held_on, valid_until=ends, by=by, now=now, course=course, note=note)
        record(
            "staff.trained",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
            facts={"training": kept.public_id, "days": (ends - now.date()).days},
            payload={"course": kept.course, "note": kept.note},
        )
        return kept


def _check(course: str, held_on: date, ends: date, note: str, today: date) -> None:
    longest = Training._meta.get_field("course").max_length or 0
    if not course.strip():
        raise Invalid(_("Say which course it was."), "course")
    if len(course.strip()) > longest:
        raise Invalid(_("Use %(longest)d characters at most.") % {"longest": longest}, "course")
    if held_on > today:
        raise Invalid(_("The course must have taken place."), "held_on")
    if not held_on < ends <= held_on + deadlines.TRAINING_LASTS:
        raise Invalid(_("A training counts for a year at most."), "valid_until")
    longest = Training._meta.get_field("note").max_length or 0
    if len(note.strip()) > longest:
        raise Invalid(_("Use %(longest)d characters at most.") % {"longest": longest}, "note")


def keep(
    *,
    person: Staff,
    held_on: date,
    valid_until: date,
    by: Staff | None,
    now: datetime,
    course: str = YEARLY,
    note: str = "",
) -> Training:
    """The row of a training, and what follows for the person; without an entry."""
    kept = Training.objects.create(
        staff=person,
        course=course.strip(),
        held_on=held_on,
        valid_until=valid_until,
        note=note.strip(),
        recorded_at=now,
        recorded_by=by,
    )
    _derive(person)
    return kept


def _derive(person: Staff) -> None:
    """`trained_until` is the end of the record that lasts longest."""
    standing = Training.objects.standing().filter(staff=person)
    person.trained_until = standing.aggregate(last=Max("valid_until"))["last"]
    person.save(update_fields=["trained_until"])


def withdraw(*, training_id: int, actor: Actor, now: datetime) -> Training:
    """Take back a record that was made by mistake. It stays, and counts no more."""
    with recording(actor, now) as record:
        found = Training.objects.filter(public_id=training_id).select_related("staff").first()
        if found is None:
            raise Hidden(_("There is no such training."))
        person = grants.locked(staff_id=found.staff.public_id, actor=actor)
        found = Training.objects.select_for_update().get(pk=found.pk)
        if found.withdrawn_at is not None:
            raise WrongState(_("This record was taken back before."))
        may_vouch_for(actor, person, now)
        found.withdrawn_at = now
        found.save(update_fields=["withdrawn_at"])
        _derive(person)
        record(
            "staff.training_withdrawn",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
            facts={"training": found.public_id},
        )
        return found
