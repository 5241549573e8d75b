"""Who takes part: organisations, their way in, their staff, their keys, and the communities that they share with."""

from lantern_site.members.models.admission import (
    AgreementText,
    AgreementTextQuerySet,
    Application,
    ApplicationQuerySet,
    FormerName,
    Gate,
    GateQuerySet,
    Merger,
    MergerQuerySet,
    Signature,
    Support,
    TestSignal,
    TestSignalQuerySet,
)
from lantern_site.members.models.communities import Community, CommunityQuerySet, Membership, MembershipQuerySet
from lantern_site.members.models.compliance import (
    ComplianceReview,
    ComplianceReviewQuerySet,
    JurisdictionSwitch,
    JurisdictionSwitchQuerySet,
    LegalGate,
    LegalGateQuerySet,
    Observation,
    ObservationQuerySet,
)
from lantern_site.members.models.departures import Departure, DepartureQuerySet, SignalsRule
from lantern_site.members.models.invitations import Invitation, InvitationQuerySet
from lantern_site.members.models.machines import ApiKey, ApiKeyQuerySet, KeyAddress
from lantern_site.members.models.organisations import Organisation, OrganisationQuerySet
from lantern_site.members.models.people import Grant, GrantQuerySet, Staff, StaffManager
from lantern_site.members.models.sessions import Session
from lantern_site.members.models.training import Notice, Training, TrainingQuerySet

__all__ = [
    "AgreementText",
    "AgreementTextQuerySet",
    "ApiKey",
    "ApiKeyQuerySet",
    "Application",
    "ApplicationQuerySet",
    "Community",
    "CommunityQuerySet",
    "ComplianceReview",
    "ComplianceReviewQuerySet",
    "Departure",
    "DepartureQuerySet",
    "FormerName",
    "Gate",
    "GateQuerySet",
    "Grant",
    "GrantQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "JurisdictionSwitch",
    "JurisdictionSwitchQuerySet",
    "KeyAddress",
    "LegalGate",
    "LegalGateQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Merger",
    "MergerQuerySet",
    "Notice",
    "Observation",
    "ObservationQuerySet",
    "Organisation",
    "OrganisationQuerySet",
    "Session",
    "SignalsRule",
    "Signature",
    "Staff",
    "StaffManager",
    "Support",
    "TestSignal",
    "TestSignalQuerySet",
    "Training",
    "TrainingQuerySet",
]
