"""Who takes part: organisations, their staff, their keys, and the communities that they share with."""

from lantern_site.members.models.communities import Community, CommunityQuerySet, Membership
from lantern_site.members.models.machines import ApiKey, ApiKeyQuerySet
from lantern_site.members.models.organisations import Organisation, OrganisationQuerySet
from lantern_site.members.models.people import Grant, GrantQuerySet, Staff, StaffManager
from lantern_site.members.models.registers import (
    Advice,
    AdviceVersion,
    Affected,
    Assessment,
    Attestation,
    Confirmation,
    GovernmentRequest,
    Meeting,
    Recommendation,
    SecurityIncident,
    SubjectRequest,
)

__all__ = [
    "Advice",
    "AdviceVersion",
    "Affected",
    "ApiKey",
    "ApiKeyQuerySet",
    "Assessment",
    "Attestation",
    "Community",
    "CommunityQuerySet",
    "Confirmation",
    "GovernmentRequest",
    "Grant",
    "GrantQuerySet",
    "Meeting",
    "Membership",
    "Organisation",
    "OrganisationQuerySet",
    "Recommendation",
    "SecurityIncident",
    "Staff",
    "StaffManager",
    "SubjectRequest",
]
