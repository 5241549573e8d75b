"""The terms of disputes, holds and recalls, and working days."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

ANSWER_DAYS = 5
DECIDE_DAYS = 10
DECIDE_DAYS_ON_HOLD = 5
HOLD_DAYS = 10
EXTENSION_DAYS = 5
"""All five in working days."""

DECIDE_IN_DANGER = timedelta(hours=24)
APPEAL_WITHIN = timedelta(days=30)
RECALL_OVERDUE_AFTER = timedelta(hours=72)
CHECK_GRACE = timedelta(hours=48)
"""From a missed completeness check to the hold: 72 hours after the signal was shared."""

_SATURDAY = 5


def working_days(start: datetime, days: int, holidays: Collection[date] = ()) -> datetime:
    """The moment `days` working days after `start`, at the same time of day.

    Saturdays, Sundays and `holidays` do not count; dates are those of `start`'s time zone.
    """
    moment = start
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < _SATURDAY and moment.date() not in holidays:
            days -= 1
    return moment
