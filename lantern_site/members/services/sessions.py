"""A person's own sessions, and what follows from a change of a password or a second factor."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden
from lantern_site.members.models import Session, Staff
from lantern_site.members.policies import staff_of

CHANGES = frozenset(
    {
        "password_changed",
        "password_set",
        "password_reset",
        "totp_activated",
        "totp_deactivated",
        "webauthn_added",
        "webauthn_removed",
        "recovery_codes_generated",
    }
)
"""What may change about how a person signs in."""
SET_UP = frozenset({"totp_activated", "webauthn_added"})
"""What gives somebody a second factor."""
STEPS = frozenset({"password", "second_factor", "reset", "confirmation"})
"""Where somebody tried too often."""


def end_one(*, handle: str, actor: Actor, now: datetime) -> None:
    """End one of the actor's own sessions. Raises Hidden when there is none of this handle."""
    with recording(actor, now):
        person = staff_of(actor)
        mine = [session.pk for session in Session.objects.filter(staff=person) if session.handle == handle]
        if not mine:
            raise Hidden(_("There is no such session."))
        _end(person, actor, now, only=mine[0])


def end_others(*, keep: str, actor: Actor, now: datetime) -> int:
    """End all of the actor's own sessions but the one with this key. Returns how many."""
    with recording(actor, now):
        return _end(staff_of(actor), actor, now, keep=keep)


def _end(person: Staff, actor: Actor, now: datetime, *, only: str = "", keep: str = "") -> int:
    with recording(actor, now) as record:
        found = Session.objects.filter(staff=person).exclude(session_key=keep)
        count = (found.filter(session_key=only) if only else found).delete()[0]
        record(
            "staff.sessions_ended",
            subject_kind="staff",
            subject=person.public_id,
            audience=f"organisation:{person.organisation.public_id}",
            facts={"sessions": count},
        )
        return count


def note_change(*, change: str, keep: str, actor: Actor, now: datetime) -> None:
    """The actor's password or second factor is another one: every session but the one with the key `keep` ends."""
    with recording(actor, now) as record:
        person = staff_of(actor)
        if change in SET_UP and person.factor_reset_at is not None:
            person.factor_reset_at = None
            person.save(update_fields=["factor_reset_at"])
        ended = Session.objects.filter(staff=person).exclude(session_key=keep).delete()[0]
        record(
            "staff.sign_in_changed",
            subject_kind="staff",
            subject=person.public_id,
            audience=f"organisation:{person.organisation.public_id}",
            facts={"change": change, "sessions": ended},
        )


def note_limit(*, staff_id: int | None, step: str, now: datetime) -> None:
    """Somebody tried too often to get in: as this person (public id), or with an address that nobody has (None)."""
    with recording(Actor.clock(), now) as record:
        person = Staff.objects.filter(public_id=staff_id).select_related("organisation").first() if staff_id else None
        organisation = person.organisation.public_id if person else None
        record(
            "staff.sign_in_limited",
            subject_kind="staff",
            subject=person.public_id if person else 0,
            organisation=organisation,
            audience=f"organisation:{organisation}" if organisation else "",
            facts={"step": step},
        )


def forget(*, now: datetime) -> int:
    """Delete the sessions that have run out. Returns how many."""
    return Session.objects.filter(expire_date__lte=now).delete()[0]
