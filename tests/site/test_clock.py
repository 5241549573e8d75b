from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site import clock

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOLIDAYS = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
moments = st.integers(0, 20 * 366 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
spans = st.integers(0, 40)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (MONDAY, 0, "2026-03-02"),
        (MONDAY, 1, "2026-03-03"),
        (MONDAY, 4, "2026-03-06"),
        (MONDAY, 5, "2026-03-09"),
        (MONDAY, 10, "2026-03-16"),
        (MONDAY - timedelta(days=1), 1, "2026-03-02"),
        (MONDAY - timedelta(days=2), 1, "2026-03-02"),
        (datetime(2026, 4, 2, 10, 0, tzinfo=UTC), 1, "2026-04-07"),
    ],
)
def test_working_days(start: datetime, days: int, end: str) -> None:
    reached = clock.working_days(start, days, HOLIDAYS)

    assert reached.date().isoformat() == end
    assert reached.time() == start.time()


@given(moments, spans, spans)
def test_working_days_add_up(start: datetime, first: int, second: int) -> None:
    halfway = clock.working_days(start, first, HOLIDAYS)

    assert clock.working_days(halfway, second, HOLIDAYS) == clock.working_days(start, first + second, HOLIDAYS)


@given(moments, st.integers(1, 40))
def test_a_term_ends_on_a_working_day_and_counts_each_once(start: datetime, days: int) -> None:
    end = clock.working_days(start, days, HOLIDAYS)

    passed = [start.date() + timedelta(days=number) for number in range(1, (end.date() - start.date()).days + 1)]
    working = [day for day in passed if day.weekday() < 5 and day not in HOLIDAYS]
    assert working[-1] == end.date()
    assert len(working) == days


def test_the_programmes_holidays_are_a_setting(settings: Any) -> None:
    settings.HOLIDAYS = ["2026-03-03"]

    assert clock.working_days(MONDAY, 1).date() == date(2026, 3, 4)
