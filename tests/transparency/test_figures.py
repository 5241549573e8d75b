from collections import Counter
from datetime import timedelta
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit import verification
from reviews.workflow import Reason
from tests.transparency import ledger
from tests.transparency.ledger import MEMBERS, day
from transparency import counting, disclosure, figures, metrics, periods
from transparency.dimensions import Mark, Value
from transparency.figures import Document, PublishedTable

pytestmark = pytest.mark.django_db


def computed(year: int = 2025, position: int | None = None) -> Document:
    upto = verification.head_position() if position is None else position
    return figures.document(year, upto, verification.root_at(upto))


def key(document: Document, figure: str) -> Value:
    return next(found["value"] for found in document["key_figures"] if found["id"] == figure)


def table(document: Document, name: str) -> PublishedTable:
    return next(found for found in document["tables"] if found["id"] == name)


def cell(document: Document, name: str, row: str, column: str | None = None) -> Value:
    found = table(document, name)
    across = found["columns"].index(column) if column else 0
    return found["cells"][found["rows"].index(row)][across]


# What is counted


def test_a_signal_counts_once_in_the_month_of_its_first_activation() -> None:
    signals = [ledger.signal(day(40), member) for member in MEMBERS for _ in range(2)]
    ledger.ended(signals[0], day(200), "signal.renewed", MEMBERS[0])

    document = computed()

    assert key(document, "signals_shared") == 10
    assert cell(document, "shared_by_month_and_kind", "2025-02", "sha256") == 10
    assert cell(document, "shared_by_month_and_kind", "total", "total") == 10
    assert cell(document, "shared_by_harm", "csam_verified") == 10
    assert cell(document, "shared_by_harm", "grooming") == 0


def test_a_year_begins_and_ends_at_midnight_utc() -> None:
    period = periods.of_year(2025)
    ledger.signal(period.starts_at, MEMBERS[0])
    ledger.signal(period.ends_before - timedelta(microseconds=1), MEMBERS[0])
    ledger.signal(period.starts_at - timedelta(microseconds=1), MEMBERS[0])
    ledger.signal(period.ends_before, MEMBERS[0])

    assert key(computed(), "signals_shared") == 2


def test_another_member_corroborates_only_from_its_own_evidence() -> None:
    ledger.signal(day(1), MEMBERS[0], indicator=1)
    ledger.signal(day(2), MEMBERS[1], indicator=1)
    ledger.signal(day(3), MEMBERS[2], indicator=1, origin="another_signal")
    ledger.signal(day(4), MEMBERS[1], indicator=1)
    ledger.signal(day(5), MEMBERS[0], indicator=2)

    document = computed()

    assert key(document, "signals_on_new_indicators") == 2
    assert key(document, "signals_corroborating") == 1


def test_an_indicator_of_an_earlier_year_is_not_new() -> None:
    ledger.signal(day(-100), MEMBERS[0], indicator=1)
    ledger.signal(day(5), MEMBERS[1], indicator=1)

    document = computed()

    assert key(document, "signals_on_new_indicators") == 0
    assert key(document, "signals_corroborating") == 1


def test_retracted_is_measured_on_the_signals_of_the_same_year() -> None:
    old = ledger.signal(day(-30), MEMBERS[0])
    signals = [ledger.signal(day(number), MEMBERS[0]) for number in range(1, 9)]
    ledger.ended(old, day(20), "signal.retracted", MEMBERS[0], reason="stale")
    ledger.ended(signals[0], day(400), "signal.retracted", MEMBERS[0], reason="owner")
    ledger.ended(signals[1], day(30), "signal.retracted", MEMBERS[0], reason="wrong_value")
    ledger.ended(signals[1], day(50), "signal.reinstated", MEMBERS[0])

    document = computed()

    assert key(document, "retracted_share") == 12.5
    assert key(document, "retracted_as_wrong") == 2
    assert key(document, "reinstated") == 1
    assert cell(document, "retracted_by_reason", "total") == 2


def test_a_decision_that_was_taken_back_at_once_counts_as_never_made() -> None:
    subject = ledger.signal(day(10, hour=12), MEMBERS[0])
    ledger.happened(day(9), "signal.submitted", undone := subject + 1, MEMBERS[0], owner=MEMBERS[0], severity=3)
    ledger.ended(undone, day(9, hour=10), "signal.rejected", MEMBERS[0])
    ledger.ended(undone, day(9, hour=10), "signal.reopened", MEMBERS[0], undone="reject")

    (tally,) = counting.count([counting.Cut(periods.of_year(2025), verification.head_position())])

    assert not tally.tables["ended_by_way"].of(None, None)
    assert sum(tally.waits["review"].values()) == 1


def test_the_first_review_is_measured_against_the_target_of_its_severity() -> None:
    for hours, member in zip([1, 2, 3, 30, 40], MEMBERS, strict=True):
        ledger.signal(day(9), member, waited=timedelta(hours=hours))

    document = computed()

    assert key(document, "median_hours_to_first_review") == 3.0
    row = table(document, "first_review_by_severity")["rows"].index("high")
    assert table(document, "first_review_by_severity")["cells"][row] == [2.0, 3.0, 30.0, 24, 60.0]


def test_disputes_are_counted_when_they_are_opened_and_when_they_end() -> None:
    for number, (action, result) in enumerate([("decided", "upheld"), ("decided", "not_upheld"), ("accepted", "")]):
        subject = ledger.dispute(day(10 + number), MEMBERS[number])
        ledger.happened(day(20 + number), f"dispute.{action}", subject, result=result)
    withdrawn, running, later = (ledger.dispute(day(30), MEMBERS[3]) for _ in range(3))
    ledger.happened(day(31), "dispute.withdrawn", withdrawn)
    ledger.happened(day(32), "dispute.answered", running)
    ledger.happened(day(370), "dispute.decided", later, result="upheld")

    document = computed()

    assert key(document, "disputes_opened") == 6
    assert key(document, "disputes_decided") == 3
    assert key(document, "disputes_upheld") == 2
    assert key(document, "disputes_open") == 2
    concluded = table(document, "disputes_by_reason_and_conclusion")
    assert concluded["columns"] == ["accepted", "upheld", "amended", "not_upheld", "withdrawn", "total"]
    assert concluded["cells"][-1] == [1, 1, 0, 1, 1, 4]
    assert concluded["rows"] == [*Reason.values, "total"]


def test_an_appeal_replaces_the_first_decision() -> None:
    subject = ledger.dispute(day(10), MEMBERS[0])
    ledger.happened(day(20), "dispute.decided", subject, result="not_upheld")
    ledger.happened(day(380), "dispute.appeal_decided", subject, result="upheld")

    assert key(computed(), "disputes_upheld") == 1


def test_recalls_are_measured_until_the_last_person_has_answered() -> None:
    subject = ledger.recall(day(10), *MEMBERS[1:4])
    ledger.acknowledged(subject, day(10, 12), MEMBERS[1], hours=3)
    ledger.acknowledged(subject, day(10, 14), MEMBERS[2], hours=5, delivery="delivered")
    ledger.happened(
        day(12), "recall.confirmed", subject, MEMBERS[2], delivery="acknowledged", seconds_since_due=48 * 3600
    )
    ledger.happened(day(14), "recall.overdue", subject, organisation=MEMBERS[3], delivery="delivered")

    document = computed()

    assert key(document, "recalls_opened") == 1
    assert key(document, "median_hours_to_acknowledgement") == 25.5
    assert key(document, "acknowledgements_overdue") == 1
    assert key(document, "members_receiving") == 3


def test_what_members_did_is_counted_as_they_stated_it() -> None:
    for member in MEMBERS:
        ledger.job(day(50), member, candidates=100, leads=3)
        for _ in range(2):
            ledger.finding(day(51), member, actions=["url_blocked", "content_removed"], content_removed=4)
        ledger.finding(day(52), member, "not_examined")
        ledger.finding(day(53), member, "no_violation", looks_wrong="yes", seconds_since_lead=90_000, hits=7)

    document = computed()

    assert key(document, "match_jobs") == 5
    assert key(document, "candidates_compared") == 500
    assert key(document, "leads") == 15
    assert key(document, "findings") == 20
    assert key(document, "findings_examined") == 15
    assert key(document, "leads_examined") == 45
    assert key(document, "violation_share") == 66.7
    assert key(document, "looks_wrong_share") == 33.3
    assert cell(document, "findings_by_outcome", "violation") == 10
    assert cell(document, "findings_by_delay", "4h") == 10
    assert cell(document, "findings_by_delay", "7d") == 5
    assert cell(document, "actions_taken", "url_blocked") == 10
    assert cell(document, "actions_taken", "content_removed") == 40
    assert "total" not in table(document, "actions_taken")["rows"]


def test_members_count_as_they_stand_at_the_end_of_the_year() -> None:
    for number, member in enumerate(MEMBERS):
        ledger.takes_part(member, day(-200 if number else 60), kind="financial" if number == 1 else "platform")
    ledger.happened(day(90), "member.left", MEMBERS[2], state="left")
    ledger.happened(day(400), "member.left", MEMBERS[3], state="left")
    ledger.happened(day(2), "member.activated", 99, kind="programme", state="active")

    document = computed()

    assert key(document, "members_taking_part") == 4
    assert key(document, "members_newly_active") == 1
    assert cell(document, "members_by_kind", "financial") == 1


def test_what_happened_after_the_position_is_not_there() -> None:
    ledger.signal(day(1), MEMBERS[0])
    position = verification.head_position()
    before = figures.canonical(computed())
    ledger.signal(day(2), MEMBERS[0])

    assert figures.canonical(computed(position=position)) == before
    assert figures.canonical(computed()) != before


# What stands where there is no number


def test_an_empty_year_has_noughts_and_marks() -> None:
    document = computed()

    assert key(document, "signals_shared") == 0
    assert key(document, "retracted_share") == Mark.NOT_APPLICABLE
    assert key(document, "median_hours_to_first_review") == Mark.NOT_APPLICABLE
    assert key(document, "largest_member_share") == Mark.NOT_APPLICABLE
    assert key(document, "findings") == Mark.NOT_REPORTED
    assert cell(document, "findings_by_outcome", "violation") == Mark.NOT_REPORTED
    assert cell(document, "shared_by_harm", "grooming") == 0
    assert cell(document, "first_review_by_severity", "low", "median") == Mark.NOT_APPLICABLE
    assert cell(document, "first_review_by_severity", "low", "target") == 96


def test_a_small_count_is_hidden_but_the_headline_is_not() -> None:
    for number in range(8):
        ledger.signal(day(number + 1), MEMBERS[number % 4], harm="grooming")
    ledger.signal(day(20), MEMBERS[0], harm="tools")

    document = computed()

    assert key(document, "signals_shared") == 9
    assert cell(document, "shared_by_harm", "tools") == Mark.SUPPRESSED
    assert cell(document, "shared_by_harm", "total") == 9
    hidden = [row[0] for row in table(document, "shared_by_harm")["cells"]].count(Mark.SUPPRESSED.value)
    assert hidden == 2


def test_what_is_hidden_is_written_down_with_its_reason() -> None:
    for number in range(8):
        ledger.signal(day(number + 1), MEMBERS[number % 4], harm="grooming")
    ledger.signal(day(20), MEMBERS[0], harm="tools")
    head = verification.head_position()

    log = figures.computed(2025, head, verification.root_at(head)).log

    by_harm = {one["row"]: one for one in log if one["table"] == "shared_by_harm"}
    assert by_harm["tools"]["why"] == "sensitive"
    assert {one["why"] for one in by_harm.values()} == {"sensitive", "complement"}
    assert all(one["most"] is None or one["least"] < one["most"] for one in by_harm.values())


def test_a_table_from_which_an_attacker_learns_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        ledger.signal(day(number + 1), MEMBERS[number % 4], harm="grooming")
    ledger.signal(day(20), MEMBERS[0], harm="tools")

    def careless(tables: disclosure.Tables, rules: disclosure.Rules, kept: frozenset[int]) -> frozenset[int]:
        return frozenset(tables.sensitive)

    monkeypatch.setattr(disclosure, "protect", careless)
    with pytest.raises(disclosure.Unprotectable, match="comes too close to a hidden cell"):
        computed()


def test_accounts_need_ten() -> None:
    for number in range(9):
        ledger.signal(day(number + 1), MEMBERS[number % 4], kind="email")
        ledger.signal(day(number + 1), MEMBERS[number % 4], kind="sha256")

    document = computed()

    assert cell(document, "shared_by_month_and_kind", "total", "email") == Mark.SUPPRESSED
    assert cell(document, "shared_by_month_and_kind", "2025-01", "email") == Mark.SUPPRESSED


def test_a_hidden_cell_is_not_shown_by_a_share_of_it() -> None:
    ledger.finding(day(3), MEMBERS[0])
    for member in MEMBERS:
        ledger.finding(day(4), member, "no_violation")
        ledger.finding(day(4), member, "insufficient")

    assert key(computed(), "violation_share") == Mark.SUPPRESSED


def test_one_member_is_shown_by_a_band_only() -> None:
    for number in range(10):
        ledger.signal(day(number + 1), MEMBERS[0] if number < 6 else MEMBERS[number - 5])

    assert key(computed(), "largest_member_share") == "50_to_75"


# The document


def test_the_document_is_the_same_bytes_every_time() -> None:
    for number in range(40):
        subject = ledger.signal(day(number * 5 + 1), MEMBERS[number % 5], kind="url" if number % 3 else "email")
        if number % 9 == 0:
            ledger.ended(subject, day(300), "signal.retracted", MEMBERS[number % 5], reason="stale")

    assert figures.canonical(computed()) == figures.canonical(computed())


def test_the_command_prints_the_bytes_of_the_document() -> None:
    ledger.signal(day(1), MEMBERS[0])
    position = verification.head_position()
    ledger.signal(day(2), MEMBERS[0])
    out = StringIO()

    call_command("generate_report", year=2025, position=position, stdout=out)

    assert out.getvalue().encode() == figures.canonical(computed(position=position))


def test_the_command_names_a_position_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="The ledger ends at position 0; 5 is not one"):
        call_command("generate_report", year=2025, position=5)


def test_every_figure_is_in_the_dictionary_and_every_entry_of_it_in_the_document() -> None:
    document = computed()

    shown = [figure["id"] for figure in document["key_figures"]] + [found["id"] for found in document["tables"]]
    assert shown == list(metrics.DICTIONARY)


def test_counting_holds_no_more_in_memory_than_one_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest list that counting builds is one history, whatever the length of the ledger."""
    for number in range(30):
        ledger.signal(day(number + 1), MEMBERS[0])
    longest: list[int] = []
    counted, _one = counting.COUNTERS["signal"]

    def measured(tally: counting.Tally, period: periods.Period, history: list[counting.Event]) -> None:
        longest.append(len(history))

    monkeypatch.setattr(counting, "COUNTERS", {"signal": (counted, measured)})

    cut = counting.Cut(periods.of_year(2025), verification.head_position())
    counting.count_portion([cut], counting.Portion("subjects"))

    assert max(longest) == 2
    assert len(longest) == 30


@given(st.lists(st.integers(min_value=0, max_value=5000), min_size=1, max_size=30))
def test_the_median_of_a_histogram_is_the_median(minutes: list[int]) -> None:
    ordered = sorted(minutes)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2

    found = figures.quantile(Counter(minutes), Fraction(1, 2))

    assert isinstance(found, float)
    assert abs(found - middle / 60) < 0.0501
