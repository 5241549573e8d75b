"""Terms that law and agreement set: calendar months, hours, and the months and quarters that attestations speak of.

Pure: days are of the calendar in UTC, ends are exclusive.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum

ANSWER_MONTHS = 1
"""Within how many calendar months a data-subject request is answered."""

EXTENSION_MONTHS = 2
"""By how many more, once, with a reason."""

NOTIFY_WITHIN = timedelta(hours=72)
"""From the detection of a security incident to the notification of the supervisory authority."""

REMIND_BEFORE = timedelta(days=7)
"""How long before an attestation is due its organisation is reminded."""

LOOK_BACK = timedelta(days=90)
"""How far back the clock asks for attestations: one quarter, or three months."""


class Cadence(IntEnum):
    """How often an organisation attests, in months."""

    MONTHLY = 1
    QUARTERLY = 3


DUE_AFTER = {Cadence.MONTHLY: timedelta(days=10), Cadence.QUARTERLY: timedelta(days=30)}
"""How long after its end a period is to be attested."""


@dataclass(frozen=True, order=True)
class Period:
    """Whole calendar months: `starts_on` is in it, `ends_before` is not."""

    starts_on: date
    cadence: Cadence

    @property
    def ends_before(self) -> date:
        return months_after(self.starts_on, self.cadence)

    @property
    def due_on(self) -> date:
        """The last day on which an attestation is in time."""
        return self.ends_before + DUE_AFTER[self.cadence]

    @property
    def code(self) -> str:
        """As the ledger names it: `2026-03` or `2026-Q1`."""
        if self.cadence is Cadence.MONTHLY:
            return f"{self.starts_on:%Y-%m}"
        return f"{self.starts_on.year}-Q{(self.starts_on.month + 2) // 3}"


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def answer_due_on(received_on: date, *, extended: bool = False) -> date:
    """The last day on which a data-subject request is answered in time."""
    return months_after(received_on, ANSWER_MONTHS + (EXTENSION_MONTHS if extended else 0))


def notify_due_at(detected_at: datetime) -> datetime:
    return detected_at + NOTIFY_WITHIN


def end_of(day: date) -> datetime:
    """The first moment after the day."""
    return datetime.combine(day + timedelta(days=1), time(tzinfo=UTC))


def period_of(day: date, cadence: Cadence) -> Period:
    """The period in which the day lies."""
    return Period(date(day.year, (day.month - 1) // cadence * cadence + 1, 1), cadence)


def ended(cadence: Cadence, *, since: date, today: date) -> Iterator[Period]:
    """The periods that have ended by today, from the one in which `since` lies on, oldest first."""
    period = period_of(since, cadence)
    while period.ends_before <= today:
        yield period
        period = period_of(period.ends_before, cadence)
