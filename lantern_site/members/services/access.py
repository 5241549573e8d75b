"""The yearly confirmation that somebody's access is still needed."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.policies import may_vouch_for
from lantern_site.members.services import grants, staff


def confirm(*, staff_ids: Sequence[int], actor: Actor, now: datetime) -> list[Staff]:
    """The access of these people (public ids) is needed for another year. One entry each; all or none.

    Raises Hidden, NotAllowed, WrongState, or Invalid with the field `people` when nobody was chosen.
    """
    _somebody(staff_ids)
    with recording(actor, now) as record:
        confirmed = []
        for staff_id in staff_ids:
            person = grants.locked(staff_id=staff_id, actor=actor)
            if not person.is_active:
                raise WrongState(_("%(name)s has no access any more.") % {"name": person.name})
            may_vouch_for(actor, person, now)
            person.access_confirmed_on = now.date()
            person.save(update_fields=["access_confirmed_on"])
            record(
                "staff.access_confirmed",
                subject_kind="staff",
                subject=person.public_id,
                organisation=person.organisation.public_id,
                audience=f"organisation:{person.organisation.public_id}",
                facts={"own": actor.id == person.public_id},
            )
            confirmed.append(person)
        return confirmed


def end(*, staff_ids: Sequence[int], actor: Actor, now: datetime) -> list[Staff]:
    """The access of these people (public ids) is not needed any more. All or none; see `staff.deactivate`."""
    _somebody(staff_ids)
    with recording(actor, now):
        return [staff.deactivate(staff_id=staff_id, actor=actor, now=now) for staff_id in staff_ids]


def _somebody(staff_ids: Sequence[int]) -> None:
    if not staff_ids:
        raise Invalid(_("Choose at least one person."), "people")
