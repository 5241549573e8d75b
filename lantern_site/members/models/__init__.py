"""Who takes part: organisations, their staff, their keys, and the communities that they share with."""

from lantern_site.members.models.communities import Community, CommunityQuerySet, Membership, MembershipQuerySet
from lantern_site.members.models.departures import Departure, DepartureQuerySet, SignalsRule
from lantern_site.members.models.machines import ApiKey, ApiKeyQuerySet, KeyAddress
from lantern_site.members.models.organisations import Organisation, OrganisationQuerySet
from lantern_site.members.models.people import Grant, GrantQuerySet, Staff, StaffManager

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "Community",
    "CommunityQuerySet",
    "Departure",
    "DepartureQuerySet",
    "Grant",
    "GrantQuerySet",
    "KeyAddress",
    "Membership",
    "MembershipQuerySet",
    "Organisation",
    "OrganisationQuerySet",
    "SignalsRule",
    "Staff",
    "StaffManager",
]
