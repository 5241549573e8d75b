"""The states of a member organisation, and what each allows."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MemberKind(TextChoices):
    PLATFORM = "platform", _("Platform")
    FINANCIAL = "financial", _("Financial institution")
    PROGRAMME = "programme", _("Programme")


class MemberState(TextChoices):
    APPLICANT = "applicant", _("Applicant")
    DECLINED = "declined", _("Declined")
    DEFERRED = "deferred", _("Deferred")
    APPROVED = "approved", _("Approved")
    SIGNED = "signed", _("Agreement signed")
    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    LEAVING = "leaving", _("Leaving")
    LEFT = "left", _("Left")


class Suspension(TextChoices):
    NONE = "", _("Not suspended")
    SUBMIT = "submit", _("May not share")
    RECEIVE = "receive", _("May not receive")
    ALL = "all", _("Suspended")


class KeyScope(TextChoices):
    SUBMIT = "submit", _("Share signals")
    READ = "read", _("Read the feed")
    LOOKUP = "lookup", _("Look up")
    FEEDBACK = "feedback", _("Feedback")
