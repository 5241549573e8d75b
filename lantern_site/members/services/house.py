"""What an organisation keeps for its own people: office hours, in which targets run, and where they find help."""

from collections.abc import Sequence
from datetime import datetime, time

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, recording
from lantern_site.errors import Invalid
from lantern_site.members.models import Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.services import organisations


def keep(
    *,
    open_days: Sequence[int],
    opens_at: time | None,
    closes_at: time | None,
    time_zone: str,
    care: str,
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Change hours and care of the actor's own organisation. Without hours, targets run day and night.

    Targets that are set already stay as they are. Raises NotAllowed, or Invalid with the field.
    """
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=actor.organisation or 0)
        require(actor, Permission.MANAGE_STAFF)
        _check(open_days, opens_at, closes_at)
        organisation.open_days = sorted(set(open_days))
        organisation.opens_at, organisation.closes_at = opens_at, closes_at
        organisation.time_zone, organisation.care = time_zone, care.strip()
        organisation.save(update_fields=["open_days", "opens_at", "closes_at", "time_zone", "care"])
        facts: dict[str, Fact] = {"open_days": list(organisation.open_days), "has_care": bool(organisation.care)}
        organisations.note(record, organisation, "member.house_kept", facts)
        return organisation


def _check(open_days: Sequence[int], opens_at: time | None, closes_at: time | None) -> None:
    if not open_days and opens_at is None and closes_at is None:
        return
    if not open_days:
        raise Invalid(_("Choose the days on which you work, or leave the hours empty."), "open_days")
    if opens_at is None:
        raise Invalid(_("Say from when you work on these days."), "opens_at")
    if closes_at is None or closes_at <= opens_at:
        raise Invalid(_("Say until when you work; it is later than the beginning."), "closes_at")
