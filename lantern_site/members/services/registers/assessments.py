"""Assessments by independent bodies: commissioning, describing, publishing, and answering what they recommend."""

from datetime import date, datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.models import Assessment, Recommendation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from lantern_site.members.registers import AssessmentSubject, Followed


def commission(
    *, subject: AssessmentSubject, body: str, scope: str, commissioned_on: date, actor: Actor, now: datetime
) -> Assessment:
    """Enter that a body was asked. Raises NotAllowed, or Invalid with the field at fault."""
    with recording(actor, now) as record:
        require(actor, Permission.KEEP_REGISTERS)
        if not body.strip():
            raise Invalid(_("Name the body."), "body")
        if not scope.strip():
            raise Invalid(_("Say what it looks at."), "scope")
        if commissioned_on > now.date():
            raise Invalid(_("This day lies in the future."), "commissioned_on")
        assessment = Assessment.objects.create(
            subject=subject,
            body=body.strip(),
            scope=scope.strip(),
            commissioned_on=commissioned_on,
            recorded_at=now,
            recorded_by=staff_of(actor),
        )
        _note(record, assessment, "commissioned", {}, {"body": assessment.body})
        return assessment


def describe(
    *,
    assessment_id: int,
    scope: str,
    held_on: date | None,
    summary_en: str,
    summary_fr: str,
    document_sha256: str,
    actor: Actor,
    now: datetime,
) -> Assessment:
    """Keep what is known of a draft. Raises Hidden, WrongState once it is published, NotAllowed or Invalid."""
    with recording(actor, now) as record:
        assessment = _draft(actor, assessment_id)
        require(actor, Permission.KEEP_REGISTERS)
        if not scope.strip():
            raise Invalid(_("Say what it looks at."), "scope")
        if held_on is not None and not assessment.commissioned_on <= held_on <= now.date():
            raise Invalid(_("It was held after it was commissioned, and not in the future."), "held_on")
        digest = document_sha256.strip().lower()
        if digest and not (len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
            raise Invalid(_("A SHA-256 has 64 digits, 0 to 9 and a to f."), "document_sha256")
        assessment.scope, assessment.held_on, assessment.document_sha256 = scope.strip(), held_on, digest
        assessment.summary_en, assessment.summary_fr = summary_en.strip(), summary_fr.strip()
        assessment.save(update_fields=["scope", "held_on", "document_sha256", "summary_en", "summary_fr"])
        _note(record, assessment, "described", {"held": held_on is not None, "document": bool(digest)})
        return assessment


def recommend(*, assessment_id: int, text: str, actor: Actor, now: datetime) -> Recommendation:
    """Write down one thing that the body recommends; they are numbered in the order in which they come."""
    with recording(actor, now) as record:
        assessment = _draft(actor, assessment_id)
        require(actor, Permission.KEEP_REGISTERS)
        if not text.strip():
            raise Invalid(_("Write what is recommended."), "text")
        last = assessment.recommendations.aggregate(last=Max("number"))["last"] or 0
        made = Recommendation.objects.create(assessment=assessment, number=last + 1, text=text.strip())
        _note(record, assessment, "recommended", {"number": made.number}, {"text": made.text})
        return made


def answer(
    *, assessment_id: int, number: int, status: Followed, text: str, answered_on: date, actor: Actor, now: datetime
) -> Recommendation:
    """Say what becomes of a recommendation; also after publication, as it goes on.

    Raises Hidden, NotAllowed, or Invalid with the field `number`, `status`, `text` or `answered_on`.
    """
    with recording(actor, now) as record:
        assessment = _locked(actor, assessment_id)
        require(actor, Permission.KEEP_REGISTERS)
        recommended = assessment.recommendations.filter(number=number).first()
        if recommended is None:
            raise Invalid(_("Choose a recommendation."), "number")
        if not status:
            raise Invalid(_("Choose what becomes of it."), "status")
        if not text.strip():
            raise Invalid(_("Write the answer that is published with it."), "text")
        if not assessment.commissioned_on <= answered_on <= now.date():
            raise Invalid(_("It was answered after it was commissioned, and not in the future."), "answered_on")
        recommended.status, recommended.answer, recommended.answered_on = status, text.strip(), answered_on
        recommended.save(update_fields=["status", "answer", "answered_on"])
        _note(record, assessment, "answered", {"number": number, "status": status.value}, {"answer": text.strip()})
        return recommended


def publish(*, assessment_id: int, actor: Actor, now: datetime) -> Assessment:
    """Show it to everybody. Summary and recommendations stay as they are from now on; answers go on.

    Raises Hidden, WrongState when it is published or not complete, NotAllowed or NotProven.
    """
    with recording(actor, now) as record:
        assessment = _draft(actor, assessment_id)
        if assessment.held_on is None or not assessment.summary_en or not assessment.summary_fr:
            raise WrongState(_("Before it is published it needs the day on which it was held, and both summaries."))
        require(actor, Permission.PUBLISH_ASSESSMENT)
        assessment.published_at, assessment.published_by = now, staff_of(actor)
        assessment.save(update_fields=["published_at", "published_by"])
        _note(record, assessment, "published", {"recommendations": assessment.recommendations.count()})
        return assessment


def _locked(actor: Actor, assessment_id: int) -> Assessment:
    visible = Assessment.objects.visible_to(actor).select_for_update(of=("self",))
    assessment = visible.filter(public_id=assessment_id).first()
    if assessment is None:
        raise Hidden(_("There is no such assessment."))
    return assessment


def _draft(actor: Actor, assessment_id: int) -> Assessment:
    assessment = _locked(actor, assessment_id)
    if assessment.is_published:
        raise WrongState(_("It is published; only answers to its recommendations are added."))
    return assessment


def _note(
    record: Recorder,
    assessment: Assessment,
    what: str,
    facts: dict[str, Fact],
    payload: dict[str, str] | None = None,
) -> None:
    record(
        f"assessment.{what}",
        subject_kind="assessment",
        subject=assessment.public_id,
        facts={"about": str(assessment.subject), **facts},
        payload=payload,
    )
