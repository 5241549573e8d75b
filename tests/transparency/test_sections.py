"""What the sections about rights, care and errors count."""

from datetime import timedelta

import pytest

from lantern_site.audit import verification
from tests.transparency import ledger
from tests.transparency.ledger import MEMBERS, day
from tests.transparency.test_figures import cell, computed, key
from transparency import counting, periods
from transparency.counting import Cut, Portion

pytestmark = pytest.mark.django_db


def test_renewals_and_corrections_count_each_time() -> None:
    for member in MEMBERS:
        signal = ledger.signal(day(3), member)
        for number in range(2):
            ledger.ended(signal, day(20 + number), "signal.renewed", member, seen_by_another=True)
            ledger.ended(signal, day(40 + number), "signal.corrected", member, changed=["harm", "clause", "behaviours"])

    document = computed()

    assert cell(document, "renewed_by_ground", "sighting") == 10
    assert cell(document, "corrected_by_part", "basis") == 10
    assert cell(document, "corrected_by_part", "harm") == 10


def test_signals_are_followed_to_the_first_action() -> None:
    for member in MEMBERS:
        for found_on in (20, 80, 300, None):
            signal = ledger.signal(day(1), member)
            if found_on:
                ledger.finding(day(found_on), member, signal=signal)
            ledger.finding(day(5), member, "no_violation", signal=signal)

    document = computed()

    found = [cell(document, "outcomes_by_cohort", row) for row in ("30d", "90d", "365d", "none")]
    assert found == [5, 5, 5, 5]


def test_why_nobody_looked_and_what_was_undone() -> None:
    for member in MEMBERS:
        for _finding in range(2):
            ledger.finding(day(3), member, "not_examined", not_examined_because="barred")
        ledger.finding(day(4), member)
    entry = 900
    ledger.happened(day(5), "finding.recorded", entry, MEMBERS[0], outcome="violation", kind="url")
    ledger.happened(day(9), "finding.reinstated", entry, MEMBERS[0], attribution="decisive")

    document = computed()

    assert cell(document, "not_examined_by_reason", "barred") == 10
    assert key(document, "findings_reinstated") == 1
    assert key(document, "reinstated_share") == 16.7


def test_precision_needs_a_hundred_findings_and_has_an_interval() -> None:
    for member in MEMBERS:
        for number in range(20):
            ledger.finding(day(3), member, kind="pdq", looks_wrong="yes" if number < 4 else "no")
        ledger.finding(day(3), member, kind="url")

    document = computed()

    shown = [cell(document, "precision_by_kind", "pdq", name) for name in ("count", "share", "lower", "upper")]
    assert shown == [100, 80.0, 71.1, 86.7]
    assert cell(document, "precision_by_kind", "url", "share") in ("-", "c")


def test_the_registers_count_what_was_entered_and_what_became_of_it() -> None:
    ledger.happened(day(3), "government_request.received", 1, asked="removal", authority="police")
    ledger.happened(day(400), "government_request.answered", 1, asked="removal", outcome="refused")
    ledger.happened(day(4), "government_request.received", 2, asked="insertion", authority="court")
    ledger.happened(day(5), "assessment.recommended", 3, number=1)
    ledger.happened(day(5), "assessment.recommended", 3, number=2)
    ledger.happened(day(6), "assessment.answered", 3, number=1, status="done")
    ledger.happened(day(7), "attestation.overdue", 4, period="2025-Q1")
    ledger.happened(day(7), "attestation.overdue", 5, period="2025-Q1")
    ledger.happened(day(8), "attestation.made", 5, period="2025-Q1", count=0)
    ledger.happened(day(9), "subject_request.received", 6, right="access")
    ledger.happened(day(9), "dispute.opened", 7, reason="wrong_person", opener=1)

    document = computed()

    assert key(document, "government_requests") == 2
    assert cell(document, "government_requests_by_answer", "refused") == 1
    assert cell(document, "government_requests_by_answer", "pending") == 1
    assert cell(document, "recommendations_by_status", "done") == 1
    assert cell(document, "recommendations_by_status", "unanswered") == 1
    assert key(document, "attestations_missing") == 1
    assert key(document, "subject_requests") == 1
    assert key(document, "disputes_for_persons") == 1


def test_the_danger_lane_is_shown_only_with_enough_members() -> None:
    for member in MEMBERS:
        for _signal in range(3):
            ledger.signal(day(3), member, danger=True, waited=timedelta(hours=1))
            ledger.signal(day(3), member)
    document = computed()
    assert cell(document, "shared_by_lane", "danger") == 15
    assert key(document, "median_hours_to_first_review_in_danger") == 1.0


def test_portions_in_any_order_give_the_same_tally() -> None:
    for number in range(20):
        signal = ledger.signal(day(number + 1), MEMBERS[number % 5], indicator=number // 2)
        ledger.finding(day(number + 3), MEMBERS[0], signal=signal)
    head = verification.head_position()
    cuts = [Cut(periods.of_year(2025), head), Cut(periods.of_year(2025), head // 2)]

    parts = [Portion("subjects", 0, 1_010), Portion("subjects", 1_010), *counting.portions(cuts)[1:]]
    counted = [counting.count_portion(cuts, portion) for portion in reversed(parts)]

    assert counting.merged(counted) == counting.count(cuts)
