"""Entries of the registers for tests, made by the services, and the people who keep and read them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Refusal
from lantern_site.members.models import (
    AdviceVersion,
    Assessment,
    Attestation,
    GovernmentRequest,
    Organisation,
    SecurityIncident,
    SubjectRequest,
)
from lantern_site.members.registers import (
    AffectedData,
    Asked,
    AssessmentSubject,
    Authority,
    IncidentKind,
    Proof,
    Right,
    Severity,
)
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import (
    assessments,
    attestations,
    dialogue,
    government_requests,
    incidents,
    subject_requests,
)
from tests import builders
from tests.builders import NOW

TODAY = NOW.date()
EARLIER = datetime(2026, 2, 20, 8, tzinfo=UTC)


def steward() -> Actor:
    return builders.actor(builders.programme(), Role.STEWARD)


def auditor() -> Actor:
    return builders.actor(builders.programme(), Role.AUDITOR)


def admin(of: Organisation) -> Actor:
    return builders.actor(of, Role.MEMBER_ADMIN)


def government_request(
    asked: Asked = Asked.ABOUT_SIGNAL, *, received_on: date = EARLIER.date(), now: datetime = NOW
) -> GovernmentRequest:
    return government_requests.receive(
        received_on=received_on,
        authority=Authority.POLICE,
        jurisdiction="FR",
        legal_basis="Code of criminal procedure, art. 60-1",
        asked=asked,
        actor=steward(),
        now=now,
    )


def attestation(of: Organisation, *, now: datetime = NOW) -> Attestation:
    """The newest that the clock has asked the organisation for."""
    attestations.ask(now=now)
    with acting_as(Actor.clock()):
        return Attestation.objects.of(of.pk).select_related("organisation").latest("starts_on")


def subject_request(
    *,
    right: Right = Right.ERASURE,
    proof: Proof | None = Proof.CODE,
    received_on: date = EARLIER.date(),
    now: datetime = NOW,
) -> SubjectRequest:
    return subject_requests.receive(
        received_on=received_on, right=right, file_reference="DP-2026-014", proof=proof, actor=steward(), now=now
    )


def incident(
    *touched: Organisation, detected_at: datetime = NOW - timedelta(hours=5), **changes: Any
) -> SecurityIncident:
    given: dict[str, Any] = {
        "detected_at": detected_at,
        "kind": IncidentKind.KEY_LEAK,
        "severity": Severity.HIGH,
        "affected_data": [AffectedData.KEYS],
        "member_ids": [one.public_id for one in touched],
        "description": "A key stood in a public repository for two hours.",
        "actor": steward(),
        "now": NOW,
    }
    return incidents.report(**(given | changes))


def assessment(subject: AssessmentSubject = AssessmentSubject.CHILD_RIGHTS, *, now: datetime = NOW) -> Assessment:
    return assessments.commission(
        subject=subject,
        body="Institute for Children and Networks",
        scope="The life of a signal from the child's point of view",
        commissioned_on=date(2025, 9, 1),
        actor=steward(),
        now=now,
    )


def described(made: Assessment, **changes: Any) -> Assessment:
    given: dict[str, Any] = {
        "assessment_id": made.public_id,
        "scope": made.scope,
        "held_on": date(2025, 11, 3),
        "summary_en": "Children are protected where it matters most.",
        "summary_fr": "Les enfants sont protégés là où cela compte le plus.",
        "document_sha256": "ab" * 32,
        "actor": steward(),
        "now": NOW,
    }
    return assessments.describe(**(given | changes))


def published_assessment(*recommended: str, now: datetime = NOW) -> Assessment:
    made = described(assessment(now=now), now=now)
    for text in recommended:
        assessments.recommend(assessment_id=made.public_id, text=text, actor=steward(), now=now)
    return assessments.publish(assessment_id=made.public_id, actor=steward(), now=now)


def advice(
    title: str = "Sharing keywords with care", text: str = "Prefer phrases to single words.", *, now: datetime = NOW
) -> AdviceVersion:
    return dialogue.issue(title=title, text=text, actor=steward(), now=now)


def facts(action: str, thing: Any) -> dict[str, Any]:
    """The facts of the one entry of this action about the thing."""
    found: dict[str, Any] = Entry.objects.get(action=action, subject=thing.public_id).facts
    return found


def refused(refusal: type[Refusal], act: Callable[..., object], *, match: str | None = None, **given: Any) -> Refusal:
    """The call is refused and leaves no trace."""
    before = Entry.objects.count()
    with pytest.raises(refusal, match=match) as caught:
        act(**given)
    assert Entry.objects.count() == before
    return caught.value
