"""Who takes part: organisations, their staff, their keys, and the communities that they share with."""

from lantern_site.members.models.communities import Community, CommunityQuerySet, Membership
from lantern_site.members.models.invitations import Invitation, InvitationQuerySet
from lantern_site.members.models.machines import ApiKey, ApiKeyQuerySet
from lantern_site.members.models.organisations import Organisation, OrganisationQuerySet
from lantern_site.members.models.people import Grant, GrantQuerySet, Staff, StaffManager
from lantern_site.members.models.sessions import Session
from lantern_site.members.models.training import Notice, Training, TrainingQuerySet

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "Community",
    "CommunityQuerySet",
    "Grant",
    "GrantQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "Notice",
    "Organisation",
    "OrganisationQuerySet",
    "Session",
    "Staff",
    "StaffManager",
    "Training",
    "TrainingQuerySet",
]
