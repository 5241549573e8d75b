"""The rules about ends, against flat copies of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lantern_site.members import deadlines
from lantern_site.members.deadlines import Access

DAY = date(2026, 3, 2)

STANDING = {
    -1: "confirmed",
    0: "confirmed",
    334: "confirmed",
    335: "soon",
    364: "soon",
    365: "due",
    378: "due",
    379: "suspended",
    2000: "suspended",
}
WARNED = {
    -1: None,
    0: 1,
    1: 1,
    2: 7,
    7: 7,
    8: 30,
    30: 30,
    31: None,
    400: None,
}


@pytest.mark.parametrize("days", STANDING)
def test_access_stands_by_the_days_since_it_was_confirmed(days: int) -> None:
    assert deadlines.access(DAY, DAY + timedelta(days=days)) == Access(STANDING[days])


@pytest.mark.parametrize("days", range(-400, 800, 7))
def test_whoever_was_confirmed_late_enough_is_not_suspended(days: int) -> None:
    today = DAY + timedelta(days=days)

    suspended = deadlines.access(DAY, today) == Access.SUSPENDED

    assert suspended is not (deadlines.confirmed_after(today) < DAY)
    assert suspended is (today >= deadlines.suspended_on(DAY))


def test_confirmations_are_due_for_two_weeks_before_roles_are_suspended() -> None:
    assert deadlines.due_on(DAY) == DAY + timedelta(days=365)
    assert deadlines.suspended_on(DAY) - deadlines.due_on(DAY) == timedelta(days=14)


@pytest.mark.parametrize("days", WARNED)
def test_an_end_is_told_thirty_seven_and_one_day_ahead(days: int) -> None:
    assert deadlines.warning(DAY + timedelta(days=days), DAY) == WARNED[days]


def test_a_last_day_is_valid_as_a_whole() -> None:
    ends_at = deadlines.end_of(DAY)

    assert ends_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert deadlines.last_day(ends_at) == DAY
    assert deadlines.end_of(None) is None
