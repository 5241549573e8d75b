"""The states of a member organisation, and what each allows."""

from enum import StrEnum

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


class KeyState(TextChoices):
    IN_USE = "in_use", _("In use")
    RETIRING = "retiring", _("Retiring")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class Revocation(TextChoices):
    """Why a key has ended before its time."""

    ROTATED = "rotated", _("Rotated")
    LEAKED = "leaked", _("It has leaked")
    LEFT = "left", _("The organisation has left")
    UNNEEDED = "unneeded", _("No longer needed")


class Capability(StrEnum):
    """What an organisation may do at all, whoever acts for it."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    CONNECT = "connect"
    """Have machines with keys: from onboarding on, so that a test signal can be received."""


def capabilities(kind: str, state: str, suspended: str) -> frozenset[Capability]:
    """What the standing of an organisation allows. Financial institutions and the programme share nothing."""
    if state == MemberState.ONBOARDING and suspended != Suspension.ALL:
        return frozenset({Capability.CONNECT})
    if state != MemberState.ACTIVE or suspended == Suspension.ALL:
        return frozenset()
    able = {Capability.CONNECT}
    if kind == MemberKind.PLATFORM and suspended != Suspension.SUBMIT:
        able.add(Capability.SUBMIT)
    if suspended != Suspension.RECEIVE:
        able.add(Capability.RECEIVE)
    return frozenset(able)
