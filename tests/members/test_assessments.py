from datetime import date
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, WrongState
from lantern_site.members.models import Assessment, Recommendation
from lantern_site.members.registers import AssessmentSubject, Followed
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import assessments
from tests import builders
from tests.builders import NOW
from tests.members.cases import (
    TODAY,
    admin,
    assessment,
    auditor,
    described,
    facts,
    published_assessment,
    refused,
    steward,
)

pytestmark = pytest.mark.django_db


def on(made: Assessment, **changes: Any) -> dict[str, Any]:
    return {"assessment_id": made.public_id, "actor": steward(), "now": NOW, **changes}


def answering(made: Assessment, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"number": 1, "status": Followed.PARTLY, "text": "From summer on.", "answered_on": TODAY}
    return on(made, **(given | changes))


@pytest.mark.parametrize("subject", AssessmentSubject)
def test_an_assessment_is_commissioned(subject: AssessmentSubject) -> None:
    assert facts("assessment.commissioned", assessment(subject)) == {"about": subject.value}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"body": " "}, "body"), ({"scope": ""}, "scope"), ({"commissioned_on": date(2026, 3, 3)}, "commissioned_on")],
)
def test_what_is_commissioned_is_complete(changes: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {
        "subject": AssessmentSubject.SECURITY,
        "body": "Lab",
        "scope": "All",
        "commissioned_on": TODAY,
    }

    refusal = refused(Invalid, assessments.commission, **(given | changes), actor=steward(), now=NOW)

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


@pytest.mark.parametrize(
    "changes", [{"held_on": date(2025, 8, 1)}, {"document_sha256": "abc"}, {"document_sha256": "g" * 64}, {"scope": ""}]
)
def test_a_description_makes_sense(changes: dict[str, Any]) -> None:
    made = assessment()

    with pytest.raises(Invalid):
        described(made, **changes)


def test_recommendations_are_numbered_and_answered_also_after_publication() -> None:
    made = published_assessment("Name an advocate for children.", "Publish recall times.")

    assessments.answer(**answering(made))
    answered = assessments.answer(**answering(made, status=Followed.DONE, text="Done."))

    assert (answered.number, answered.status, answered.answered_on) == (1, "done", TODAY)
    with acting_as(steward()):
        assert list(Recommendation.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": 3}, "number"),
        ({"status": Followed.UNANSWERED}, "status"),
        ({"text": " "}, "text"),
        ({"answered_on": date(2026, 3, 3)}, "answered_on"),
    ],
)
def test_an_answer_is_complete(changes: dict[str, Any], field: str) -> None:
    made = published_assessment("Publish recall times.")

    refusal = refused(Invalid, assessments.answer, **answering(made, **changes))

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


def test_a_draft_is_published_complete_by_somebody_with_a_second_factor_and_then_stays() -> None:
    made = assessment()
    refused(WrongState, assessments.publish, match="both summaries", **on(made))
    described(made)
    unproven = builders.person(builders.programme(), Role.STEWARD).actor(NOW)
    refused(NotProven, assessments.publish, **on(made, actor=unproven))

    assessments.publish(**on(made))

    assert facts("assessment.published", made) == {"about": "child_rights", "recommendations": 0}
    refused(WrongState, assessments.publish, **on(made))
    refused(WrongState, assessments.recommend, **on(made, text="One more."))
    with pytest.raises(WrongState):
        described(made)


def test_a_draft_is_hidden_and_what_is_published_is_everybodys() -> None:
    draft, public = described(assessment()), published_assessment("Publish recall times.")

    with acting_as(admin(builders.member())):
        assert [one.pk for one in Assessment.objects.all()] == [public.pk]
        assert Recommendation.objects.count() == 1
    with acting_as(auditor()):
        assert {one.pk for one in Assessment.objects.all()} == {draft.pk, public.pk}


def test_members_keep_none_and_an_auditor_only_reads() -> None:
    draft, public = assessment(), published_assessment("Publish recall times.")
    pixelpond = admin(builders.member())

    refused(Hidden, assessments.recommend, **on(draft, text="More.", actor=pixelpond))
    refused(NotAllowed, assessments.answer, **answering(public, actor=pixelpond))
    refused(NotAllowed, assessments.recommend, **on(draft, text="More.", actor=auditor()))


def test_a_summary_speaks_the_language_of_the_reader() -> None:
    made = described(assessment())

    assert made.summary("fr").startswith("Les enfants")
    assert made.summary("fr-ca").startswith("Les enfants")
    assert made.summary("en-gb").startswith("Children")
