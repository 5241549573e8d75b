"""A second factor that somebody lost: a colleague who administers takes it away, so that a new one can be set up."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.lifecycle import FactorLoss, IdentityCheck
from lantern_site.members.models import Session, Staff
from lantern_site.members.policies import may_reset_factor
from lantern_site.members.services import grants, mail
from lantern_site.work import outbox


def reset(*, staff_id: int, reason: FactorLoss, checked: IdentityCheck, actor: Actor, now: datetime) -> Staff:
    """Take away every second factor of a person, recovery codes too, and end every session of theirs.

    They set up a new one at the next sign-in, whatever their roles. `checked` is how the actor made sure who asked.
    Raises Hidden, WrongState, NotAllowed, NotProven, or Invalid with the field `reason` or `checked`.
    """
    with recording(actor, now) as record:
        person = grants.locked(staff_id=staff_id, actor=actor)
        factors = Authenticator.objects.filter(user=person)
        if not person.is_active or not factors.exists():
            raise WrongState(_("There is no second factor to reset."))
        may_reset_factor(actor, person, now)
        if reason not in FactorLoss.values:
            raise Invalid(_("Choose what happened."), "reason")
        if checked not in IdentityCheck.values:
            raise Invalid(_("Say how you made sure who asks."), "checked")
        removed = factors.delete()[0]
        ended = Session.objects.filter(staff=person).delete()[0]
        person.factor_reset_at = now
        person.save(update_fields=["factor_reset_at"])
        record(
            "staff.factor_reset",
            subject_kind="staff",
            subject=person.public_id,
            organisation=person.organisation.public_id,
            audience=f"organisation:{person.organisation.public_id}",
            facts={"reason": reason.value, "checked": checked.value, "factors": removed, "sessions": ended},
        )
        outbox.ask("members.mail_factor_reset", person.pk)
        return person


def deliver(*, staff_id: int) -> None:
    """Write to the person (primary key) that their second factor was reset: they know whether they asked for it."""
    with acting_as(Actor.clock()):
        person = Staff.objects.get(pk=staff_id)
    if person.is_active:
        mail.send(to=person.email, template="factor_reset", context={})
