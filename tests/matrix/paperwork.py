"""What the programme keeps about members and people, and its registers: ids by the name of the thing."""

from datetime import timedelta

from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import MOVES, GateKind, MemberState, Move, Region, ReviewResult
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.registers import Party, Ruling
from lantern_site.members.roles import Role
from lantern_site.members.services import compliance, organisations, staff, training, trials
from lantern_site.members.services.registers import assessments, dialogue, incidents, subject_requests
from tests import builders
from tests.builders import NOW
from tests.members import cases

Ids = dict[str, int]
TODAY = NOW.date()


def papers(own: Organisation, partner: Staff) -> Ids:
    """Gates, reviews and the agreement, and organisations on their way in."""
    steward = partner.actor(NOW, is_proven=True)
    waiting, _secret = builders.application("Saltmarsh Social")
    ready = builders.on_the_way(MemberState.ONBOARDING, "Millrace")
    for kind in sorted(MOVES[Move.ACTIVATE].gates):
        builders.pass_gate(ready, kind)
    signed = builders.on_the_way(MemberState.SIGNED, "Reedbank")
    for kind in sorted(MOVES[Move.ONBOARD].gates - {GateKind.AGREEMENT}):
        builders.pass_gate(signed, kind)
    builders.pass_gate(own, GateKind.SECURITY)
    builders.legal_gate(own, Region.EUROPE)
    review = compliance.hold_review(
        organisation_id=own.public_id, result=ReviewResult.PASSED, summary="In order.", actor=steward, now=NOW
    )
    observation = compliance.note_observation(
        review_id=review.public_id,
        text="The log of access is thin.",
        remediation="Keep it for a year.",
        due_on=TODAY + timedelta(days=30),
        actor=steward,
        now=NOW,
    )
    supported = builders.member("Lockside")
    organisations.support(
        organisation_id=supported.public_id,
        partner_id=partner.public_id,
        office_hours="Mondays",
        ask_before_sharing=False,
        actor=steward,
        now=NOW,
    )
    return {
        "application": waiting.public_id,
        "applicant": waiting.organisation.public_id,
        "signed": signed.public_id,
        "ready": ready.public_id,
        "agreement": builders.agreement("2.0").public_id,
        "review": review.public_id,
        "observation": observation.public_id,
        "test signal": trials.send_test_signal(organisation_id=own.public_id, actor=steward, now=NOW).public_id,
        "supported": supported.public_id,
    }


def people(own: Organisation, colleague: Staff, admin: Actor) -> Ids:
    gone = builders.person(own, Role.ANALYST)
    staff.deactivate(staff_id=gone.public_id, actor=admin, now=NOW)
    phoneless = builders.person(own, Role.ANALYST)
    builders.security_key(phoneless)
    held = training.record_training(
        staff_id=colleague.public_id,
        course="Yearly training",
        held_on=TODAY,
        valid_until=None,
        note="",
        actor=admin,
        now=NOW,
    )
    invitation = builders.invited(own, Role.ANALYST, by=admin)
    ids = {"gone": gone.public_id, "without the phone": phoneless.public_id}
    return ids | {"training": held.public_id, "invitation": invitation.public_id}


def registers(own: Organisation, shared: int, steward: Actor) -> Ids:
    """An entry in every register, in the state in which each step is open."""
    asked, answered = cases.subject_request(), cases.subject_request()
    for case, found in ((asked, [shared]), (answered, [])):
        subject_requests.note_search(case_id=case.public_id, kind="email", signals=found, actor=steward, now=NOW)
    subject_requests.decide(
        case_id=answered.public_id,
        ruling=Ruling.NOTHING_HELD,
        reason="Nothing was found.",
        letter="Nothing is held.",
        actor=steward,
        now=NOW,
    )
    settled = cases.incident()
    incidents.notify(
        incident_id=settled.public_id, notified_at=None, reason="No data was touched.", actor=steward, now=NOW
    )
    incidents.contain(incident_id=settled.public_id, measures="The door is shut.", actor=steward, now=NOW)
    draft = cases.described(cases.assessment())
    assessments.recommend(assessment_id=draft.public_id, text="Tell children.", actor=steward, now=NOW)
    meeting = dialogue.note_meeting(
        held_on=TODAY,
        parties=[Party.MEMBERS],
        subject="Corrections",
        note="What was said.",
        is_public=False,
        actor=steward,
        now=NOW,
    )
    return {
        "government request": cases.government_request().public_id,
        "attestation": cases.attestation(own).public_id,
        "unproven": cases.subject_request(proof=None).public_id,
        "subject request": asked.public_id,
        "answered": answered.public_id,
        "incident": cases.incident(own).public_id,
        "incident to close": settled.public_id,
        "published assessment": cases.published_assessment("Publish how long recalls take.").public_id,
        "assessment": draft.public_id,
        "meeting": meeting.public_id,
        "advice": cases.advice().advice.public_id,
    }
