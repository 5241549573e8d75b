"""Members, and the registers of the programme."""

from lantern_site.members.lifecycle import MemberKind, MemberState
from lantern_site.members.registers import Answered
from transparency.counting.tally import Event, Tally, first, last
from transparency.dimensions import UNANSWERED, UNSTATED
from transparency.periods import Period

ONCE = {
    "member.applied": "applications",
    "member.declined": "applications_declined",
    "member.suspended": "members_suspended",
    "member.reviewed": "compliance_reviews",
    "staff.trained": "staff_trained",
    "subject_request.received": "subject_requests",
    "subject_request.decided": "subject_requests_decided",
    "subject_request.overdue": "subject_requests_overdue",
    "government_request.received": "government_requests",
    "security_incident.reported": "security_incidents",
    "assessment.published": "assessments_published",
}
"""Entries of which a subject counts once in a period, and the figures that count them."""
ACTIONS = frozenset(
    {
        *(action for action in ONCE if not action.startswith("member.")),
        "government_request.answered",
        "assessment.recommended",
        "assessment.answered",
        "attestation.made",
        "attestation.overdue",
    }
)


def count_member(tally: Tally, period: Period, history: list[Event]) -> None:
    """Whether an organisation takes part at the end of the period, and whether it began to in the period."""
    kind, state, first_active = UNSTATED, "", None
    for event in history:
        if event.at >= period.ends_before:
            break
        kind, state = event.facts.get("kind", kind), event.facts.get("state", state)
        if state == MemberState.ACTIVE and first_active is None:
            first_active = event.at
    if kind == MemberKind.PROGRAMME:
        return
    if state == MemberState.ACTIVE:
        tally.counts["members_taking_part"] += 1
        tally.add("members_by_kind", history[0].subject, kind)
    if first_active and period.covers(first_active):
        tally.counts["members_newly_active"] += 1
    count_once(tally, period, history)


def count_once(tally: Tally, period: Period, history: list[Event]) -> None:
    for action in {event.action for event in history if period.covers(event.at)} & ONCE.keys():
        tally.counts[ONCE[action]] += 1


def count_government_request(tally: Tally, period: Period, history: list[Event]) -> None:
    count_once(tally, period, history)
    received, answered = first(history, "government_request.received"), last(history, "government_request.answered")
    if received and period.covers(received.at):
        tally.add("government_requests_by_subject", None, received.word("asked"))
        answer = answered.word("outcome") if answered else Answered.PENDING.value
        tally.add("government_requests_by_answer", None, answer)


def count_assessment(tally: Tally, period: Period, history: list[Event]) -> None:
    count_once(tally, period, history)
    status = {event.facts["number"]: event.word("status") for event in history if event.action == "assessment.answered"}
    for event in history:
        if event.action == "assessment.recommended" and period.covers(event.at):
            tally.counts["recommendations"] += 1
            tally.add("recommendations_by_status", None, status.get(event.facts["number"], UNANSWERED))


def count_attestation(tally: Tally, period: Period, history: list[Event]) -> None:
    late = first(history, "attestation.overdue")
    if late and period.covers(late.at) and not last(history, "attestation.made"):
        tally.counts["attestations_missing"] += 1
