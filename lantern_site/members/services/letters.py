"""Short letters that say that there is something to look at, and nothing about it: mail is read by many machines."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Application, Staff
from lantern_site.members.roles import Role


def tell_applicant(*, application_id: int) -> None:
    """There is news; the applicant has the link. `application_id` is the primary key."""
    with acting_as(Actor.clock()):
        application = Application.objects.get(pk=application_id)
    text = _("There is news about your application %(reference)s.") % {"reference": application.reference}
    more = _("Open the link that you were given when you applied.")
    send_mail(_("Your application"), f"{text}\n{more}\n", None, [application.contact_email])


def tell_of_lapse(*, organisation_id: int, days: int, now: datetime) -> int:
    """Something lapses soon; its admins find it on the page. `organisation_id` is the primary key. Returns how many."""
    holding = Staff.objects.filter(organisation=organisation_id, is_active=True, grants__role=Role.MEMBER_ADMIN)
    admins = [person for person in holding.distinct().order_by("pk") if Role.MEMBER_ADMIN in person.actor(now).roles]
    text = _("A gate or a review of your organisation is due within %(days)d days.") % {"days": days}
    for person in admins:
        letter = EmailMessage(_("Something is due"), f"{text}\n{settings.SITE_URL}/members/\n", to=[person.email])
        letter.send()
    return len(admins)
