"""The terms of disputes, holds and recalls."""

from datetime import timedelta

ANSWER_DAYS = 5
DECIDE_DAYS = 10
DECIDE_DAYS_ON_HOLD = 5
HOLD_DAYS = 10
EXTENSION_DAYS = 5
"""All five in working days."""

DECIDE_IN_DANGER = timedelta(hours=24)
QUESTION_DAYS = 2
REDRESS_DAYS = 2
STEWARD_DAYS = 1
"""Working days, too."""

HOLD_IN_DANGER = timedelta(hours=1)
PURGE_AFTER = timedelta(days=90)
TOMBSTONE_FOR = timedelta(days=730)
PLEA_ANSWERED_AFTER = timedelta(days=30)
APPEAL_WITHIN = timedelta(days=30)
RECALL_OVERDUE_AFTER = timedelta(hours=72)
CHECK_GRACE = timedelta(hours=48)
"""From a missed completeness check to the hold: 72 hours after the signal was shared."""
