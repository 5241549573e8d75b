"""Who takes part: organisations, their staff, their keys, and the communities that they share with."""

from lantern_site.members.models.communities import Community, CommunityQuerySet, Membership
from lantern_site.members.models.machines import ApiKey, ApiKeyQuerySet, KeyAddress
from lantern_site.members.models.organisations import Organisation, OrganisationQuerySet
from lantern_site.members.models.people import Grant, GrantQuerySet, Staff, StaffManager

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "Community",
    "CommunityQuerySet",
    "Grant",
    "GrantQuerySet",
    "KeyAddress",
    "Membership",
    "Organisation",
    "OrganisationQuerySet",
    "Staff",
    "StaffManager",
]
