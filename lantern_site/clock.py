"""The only place that reads the time, and counts working days. Interfaces call `now()` and pass it on; seeding and
tests move it: `at()`."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


def now() -> datetime:
    """The current time in UTC, or the time that `at()` has set."""
    return _moved_to.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` inside the block."""
    token = _moved_to.set(moment)
    try:
        yield
    finally:
        _moved_to.reset(token)


_SATURDAY = 5


def working_days(start: datetime, days: int, holidays: Collection[date] | None = None) -> datetime:
    """The moment `days` working days after `start`, at the same time of day, by the programme's calendar.

    Saturdays, Sundays and `holidays` do not count; dates are those of `start`'s time zone.
    """
    free = {date.fromisoformat(day) for day in settings.HOLIDAYS} if holidays is None else holidays
    moment = start
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < _SATURDAY and moment.date() not in free:
            days -= 1
    return moment
