"""Notes of meetings, and advice to all members that their admins confirm to have read."""

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Advice, AdviceVersion, Confirmation, Meeting
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import organisation_of, require, staff_of
from lantern_site.members.registers import Party


def note_meeting(
    *,
    held_on: date,
    parties: Collection[Party],
    subject: str,
    note: str,
    is_public: bool,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Write down a meeting: with what kind of people, never with whom. Raises NotAllowed, or Invalid."""
    with recording(actor, now) as record:
        require(actor, Permission.KEEP_REGISTERS)
        if held_on > now.date():
            raise Invalid(_("This day lies in the future."), "held_on")
        if not parties:
            raise Invalid(_("Choose with whom."), "parties")
        if not subject.strip():
            raise Invalid(_("Say what it was about."), "subject")
        if not note.strip():
            raise Invalid(_("Write what was said."), "note")
        meeting = Meeting.objects.create(
            held_on=held_on,
            parties=[one.value for one in Party if one in parties],
            subject=subject.strip(),
            note=note.strip(),
            is_public=is_public,
            recorded_at=now,
            recorded_by=staff_of(actor),
        )
        record(
            "dialogue.noted",
            subject_kind="meeting",
            subject=meeting.public_id,
            facts={"parties": list(meeting.parties), "public": is_public},
            payload={"subject": meeting.subject, "note": meeting.note},
        )
        return meeting


def issue(*, title: str, text: str, actor: Actor, now: datetime) -> AdviceVersion:
    """Advise all members. Raises NotAllowed, or Invalid with the field `title` or `text`."""
    with recording(actor, now) as record:
        require(actor, Permission.KEEP_REGISTERS)
        if not title.strip():
            raise Invalid(_("Give it a title."), "title")
        _check(text)
        advice = Advice.objects.create(title=title.strip())
        made = AdviceVersion.objects.create(
            advice=advice, number=1, text=text.strip(), issued_at=now, issued_by=staff_of(actor)
        )
        record(
            "advice.issued",
            subject_kind="advice",
            subject=advice.public_id,
            facts={"version": 1},
            payload={"title": advice.title, "text": made.text},
        )
        return made


def revise(*, advice_id: int, text: str, actor: Actor, now: datetime) -> AdviceVersion:
    """Put a new version in place of the newest; every member confirms it anew."""
    with recording(actor, now) as record:
        advice = Advice.objects.select_for_update().filter(public_id=advice_id).first()
        if advice is None:
            raise Hidden(_("There is no such note."))
        require(actor, Permission.KEEP_REGISTERS)
        _check(text)
        newest = advice.versions.newest().get()
        if newest.text == text.strip():
            raise Invalid(_("This is what the newest version says."), "text")
        made = AdviceVersion.objects.create(
            advice=advice, number=newest.number + 1, text=text.strip(), issued_at=now, issued_by=staff_of(actor)
        )
        record(
            "advice.revised",
            subject_kind="advice",
            subject=advice.public_id,
            facts={"version": made.number},
            payload={"text": made.text},
        )
        return made


def _check(text: str) -> None:
    if not text.strip():
        raise Invalid(_("Write the note."), "text")


def confirm(*, advice_id: int, version: int, actor: Actor, now: datetime) -> Confirmation:
    """The own organisation has read this version, which must be the newest.

    Raises Hidden, WrongState when there is a newer one or it was confirmed before, NotAllowed.
    """
    with recording(actor, now) as record:
        advice = Advice.objects.select_for_update().filter(public_id=advice_id).first()
        if advice is None:
            raise Hidden(_("There is no such note."))
        newest = advice.versions.newest().get()
        if newest.number != version:
            raise WrongState(_("A newer version was issued meanwhile. Read it first."))
        if newest.confirmations.filter(organisation=actor.organisation_id).exists():
            raise WrongState(_("Your organisation has confirmed this version already."))
        require(actor, Permission.ATTEST)
        if actor.programme:
            raise NotAllowed(_("Members confirm what the programme advises."))
        organisation = organisation_of(actor)
        made = Confirmation.objects.create(
            version=newest, organisation=organisation, confirmed_at=now, confirmed_by=staff_of(actor)
        )
        record(
            "advice.confirmed",
            subject_kind="advice",
            subject=advice.public_id,
            audience=f"organisation:{organisation.public_id}",
            facts={"version": version},
        )
        return made
