"""The registers of the programme: what it answers for beside the signals themselves."""

from lantern_site.members.models.registers.assessments import Assessment, AssessmentQuerySet, Recommendation
from lantern_site.members.models.registers.authorities import (
    Attestation,
    AttestationQuerySet,
    GovernmentRequest,
    GovernmentRequestQuerySet,
)
from lantern_site.members.models.registers.dialogue import (
    Advice,
    AdviceVersion,
    AdviceVersionQuerySet,
    Confirmation,
    Meeting,
    MeetingQuerySet,
)
from lantern_site.members.models.registers.incidents import Affected, SecurityIncident, SecurityIncidentQuerySet
from lantern_site.members.models.registers.readers import reads_registers
from lantern_site.members.models.registers.subject_requests import SubjectRequest, SubjectRequestQuerySet

__all__ = [
    "Advice",
    "AdviceVersion",
    "AdviceVersionQuerySet",
    "Affected",
    "Assessment",
    "AssessmentQuerySet",
    "Attestation",
    "AttestationQuerySet",
    "Confirmation",
    "GovernmentRequest",
    "GovernmentRequestQuerySet",
    "Meeting",
    "MeetingQuerySet",
    "Recommendation",
    "SecurityIncident",
    "SecurityIncidentQuerySet",
    "SubjectRequest",
    "SubjectRequestQuerySet",
    "reads_registers",
]
