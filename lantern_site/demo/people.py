"""What those who administer do about their people: training, the yearly confirmation, an invitation."""

from datetime import datetime, timedelta

from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.policies import administrators
from lantern_site.members.roles import Role
from lantern_site.members.services import access, invitations, training

TRAINED = (timedelta(days=358), timedelta(days=100))
CONFIRMED = (timedelta(days=368), timedelta(days=150))
"""How long before the end of the story everybody was trained, and confirmed."""
LATE = "tomas@example.org"
"""Who missed the second time: the training lapses in six days, and the confirmation is due."""
INVITING, INVITED = "Harbourline", "Salma Hassan"


def train(organisation: Organisation, *, again: bool, now: datetime) -> None:
    """The yearly training, as somebody records it. The first time it is one person's; the others are new then."""
    for actor, people in _by_whom(organisation, now).items():
        for person in people:
            if again is not (person.email == LATE):
                training.record_training(
                    staff_id=person.public_id,
                    course=training.YEARLY,
                    held_on=now.date() - timedelta(days=1),
                    valid_until=None,
                    note="",
                    actor=actor,
                    now=now,
                )


def confirm(organisation: Organisation, *, again: bool, now: datetime) -> None:
    """Everybody's access is still needed."""
    for actor, people in _by_whom(organisation, now).items():
        chosen = [person.public_id for person in people if not again or person.email != LATE]
        if chosen:
            access.confirm(staff_ids=chosen, actor=actor, now=now)


def _by_whom(organisation: Organisation, now: datetime) -> dict[Actor, list[Staff]]:
    """Who vouches for whom: somebody who administers for all others, and another one, or they alone, for them."""
    here = list(organisation.staff.filter(is_active=True).select_related("organisation").order_by("pk"))
    known = {person.pk: person for person in here}
    own = [known[pk] for pk in administrators(organisation, now).order_by("pk").values_list("staff", flat=True)]
    if not own:
        steward = Staff.objects.filter(grants__role=Role.STEWARD).select_related("organisation").order_by("pk")[0]
        return {steward.actor(now): here}
    first, last = own[0], own[-1]
    if first == last:
        return {first.actor(now): here}
    return {first.actor(now): [person for person in here if person != first], last.actor(now): [first]}


def invite(organisation: Organisation, *, now: datetime) -> None:
    """An invitation that nobody has accepted yet."""
    admin = administrators(organisation, now).order_by("pk")[0].staff
    invitations.invite(
        organisation_id=organisation.public_id,
        email=f"{INVITED.split()[0].lower()}@example.org",
        name=INVITED,
        roles={Role.REVIEWER: None},
        trained_on=None,
        actor=admin.actor(now),
        now=now,
    )
