"""The yearly compliance review with its observations, and the switches of jurisdictions."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import admission
from lantern_site.members.lifecycle import GateKind, Region, ReviewResult, Switch
from lantern_site.members.models import ComplianceReview, JurisdictionSwitch, Observation, Organisation
from lantern_site.members.services import gates, organisations

NEXT_REVIEW_DAYS = 365
NOTE_LENGTH = 500
AGAIN_DAYS = 90
"""When a review comes again that was not passed."""


def hold_review(
    *, organisation_id: int, result: ReviewResult, summary: str, actor: Actor, now: datetime
) -> ComplianceReview:
    """Hold the planned review, or the first one; plan the next. Passing it passes the gate, failing opens it again."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        admission.gates_are_kept(organisation)
        admission.may_keep(actor)
        if not summary.strip():
            raise Invalid(_("Say what the review found."), "summary")
        review = _planned(organisation, now.date())
        review.held_on, review.held_by_id = now.date(), actor.staff_id
        review.result, review.summary = result, summary.strip()
        review.save(update_fields=["held_on", "held_by", "result", "summary"])
        facts: dict[str, Fact] = {"review": review.public_id, "result": result.value}
        organisations.note(record, organisation, "member.reviewed", facts, {"summary": review.summary})
        failed = result == ReviewResult.FAILED
        standing = organisation.gates.standing().filter(kind=GateKind.COMPLIANCE_REVIEW).first()
        if not failed:
            evidence = {GateKind.COMPLIANCE_REVIEW: review.summary[:NOTE_LENGTH]}
            gates.mark_passed(record=record, organisation=organisation, evidence=evidence, now=now)
        elif standing is not None:
            why = review.summary[:NOTE_LENGTH]
            gates.mark_reopened(record=record, organisation=organisation, gate=standing, reason=why, now=now)
        due_on = now.date() + timedelta(days=AGAIN_DAYS if failed else NEXT_REVIEW_DAYS)
        ComplianceReview.objects.create(organisation=organisation, due_on=due_on)
        return review


def _planned(organisation: Organisation, today: date) -> ComplianceReview:
    planned = organisation.compliance_reviews.planned().select_for_update().first()
    return planned or ComplianceReview.objects.create(organisation=organisation, due_on=today)


def note_observation(
    *, review_id: int, text: str, remediation: str, due_on: date, actor: Actor, now: datetime
) -> Observation:
    """Add to a review that was held what it found, and what is to be done until when."""
    with recording(actor, now) as record:
        review = ComplianceReview.objects.select_related("organisation").filter(public_id=review_id).first()
        if review is None:
            raise Hidden(_("There is no such review."))
        if review.held_on is None:
            raise WrongState(_("This review has not been held yet."))
        admission.may_keep(actor)
        if not text.strip():
            raise Invalid(_("Say what was observed."), "text")
        if not remediation.strip():
            raise Invalid(_("Say what is to be done about it."), "remediation")
        if due_on < now.date():
            raise Invalid(_("This day is over already."), "due_on")
        made = Observation.objects.create(
            review=review, text=text.strip(), remediation=remediation.strip(), due_on=due_on
        )
        facts: dict[str, Fact] = {
            "review": review.public_id,
            "observation": made.public_id,
            "days": (due_on - now.date()).days,
        }
        said = {"text": made.text, "remediation": made.remediation}
        organisations.note(record, review.organisation, "member.observation_noted", facts, said)
        return made


def remedy(*, observation_id: int, note: str, actor: Actor, now: datetime) -> Observation:
    """Find an observation remedied."""
    with recording(actor, now) as record:
        found = Observation.objects.select_for_update(of=("self",)).select_related("review__organisation")
        made = found.filter(public_id=observation_id).first()
        if made is None:
            raise Hidden(_("There is no such observation."))
        if made.done_on is not None:
            raise WrongState(_("This observation was closed before."))
        admission.may_keep(actor)
        if not note.strip():
            raise Invalid(_("Say what was done."), "note")
        made.done_on, made.done_by_id, made.done_note = now.date(), actor.staff_id, note.strip()
        made.save(update_fields=["done_on", "done_by", "done_note"])
        facts: dict[str, Fact] = {"review": made.review.public_id, "observation": made.public_id}
        organisations.note(
            record, made.review.organisation, "member.observation_remedied", facts, {"note": made.done_note}
        )
        return made


def switch(
    *,
    jurisdiction: Region,
    what: Switch,
    allowed: bool,
    from_on: date,
    until_before: date | None,
    basis: str,
    actor: Actor,
    now: datetime,
) -> JurisdictionSwitch:
    """Say from when until when the law of a jurisdiction allows something. A later entry overrides an earlier one."""
    with recording(actor, now) as record:
        admission.may_keep(actor)
        if until_before is not None and until_before <= from_on:
            raise Invalid(_("It would end before it begins."), "until_before")
        if not basis.strip():
            raise Invalid(_("Name the legal basis."), "basis")
        made = JurisdictionSwitch.objects.create(
            jurisdiction=jurisdiction,
            what=what,
            allowed=allowed,
            from_on=from_on,
            until_before=until_before,
            basis=basis.strip(),
            set_at=now,
            set_by_id=actor.staff_id,
        )
        record(
            "jurisdiction.switched",
            subject_kind="switch",
            subject=made.public_id,
            facts={
                "jurisdiction": jurisdiction.value,
                "what": what.value,
                "allowed": allowed,
                "in_days": (from_on - now.date()).days,
            },
            payload={"basis": made.basis},
        )
        return made
