from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.members import legal_deadlines
from lantern_site.members.legal_deadlines import Cadence, Period

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))
MONTHS = st.integers(min_value=0, max_value=60)
CADENCES = st.sampled_from(Cadence)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), 3, date(2026, 6, 30)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(day: date, months: int, later: date) -> None:
    assert legal_deadlines.months_after(day, months) == later


@given(DAYS, MONTHS)
def test_months_later_lies_in_the_right_month_and_never_on_a_later_day(day: date, months: int) -> None:
    later = legal_deadlines.months_after(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(DAYS, DAYS, MONTHS)
def test_who_asks_earlier_is_answered_no_later(one: date, other: date, months: int) -> None:
    earlier, later = sorted([one, other])

    assert legal_deadlines.months_after(earlier, months) <= legal_deadlines.months_after(later, months)


@given(DAYS)
def test_an_extension_is_two_months_from_the_day_of_receipt(day: date) -> None:
    assert legal_deadlines.answer_due_on(day) == legal_deadlines.months_after(day, 1)
    assert legal_deadlines.answer_due_on(day, extended=True) == legal_deadlines.months_after(day, 3)
    assert day < legal_deadlines.answer_due_on(day) < legal_deadlines.answer_due_on(day, extended=True)


@given(st.integers(min_value=0, max_value=3_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_seventy_two_hours_are_hours_not_days(moment: datetime) -> None:
    assert legal_deadlines.notify_due_at(moment) - moment == timedelta(hours=72)


@given(DAYS, CADENCES)
def test_every_day_lies_in_one_period(day: date, cadence: Cadence) -> None:
    period = legal_deadlines.period_of(day, cadence)

    assert period.starts_on <= day < period.ends_before
    assert period.starts_on.day == 1
    assert (period.starts_on.month - 1) % cadence == 0
    assert legal_deadlines.period_of(period.ends_before, cadence).starts_on == period.ends_before
    assert legal_deadlines.period_of(period.ends_before - timedelta(days=1), cadence) == period


@given(DAYS, st.integers(min_value=0, max_value=1500), CADENCES)
def test_periods_that_have_ended_follow_one_another_without_a_gap(since: date, days: int, cadence: Cadence) -> None:
    today = since + timedelta(days=days)

    ended = list(legal_deadlines.ended(cadence, since=since, today=today))

    assert all(one.ends_before == next_one.starts_on for one, next_one in pairwise(ended))
    assert all(one.ends_before <= today for one in ended)
    last = ended[-1].ends_before if ended else since
    assert legal_deadlines.period_of(last, cadence).ends_before > today


@pytest.mark.parametrize(
    ("period", "code", "due_on"),
    [
        (Period(date(2026, 1, 1), Cadence.QUARTERLY), "2026-Q1", date(2026, 5, 1)),
        (Period(date(2025, 10, 1), Cadence.QUARTERLY), "2025-Q4", date(2026, 1, 31)),
        (Period(date(2026, 2, 1), Cadence.MONTHLY), "2026-02", date(2026, 3, 11)),
    ],
)
def test_a_period_has_a_name_and_a_last_day(period: Period, code: str, due_on: date) -> None:
    assert period.code == code
    assert period.due_on == due_on
