"""The time that a report covers. Starts belong to it, ends do not; everything is UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime

ATTEST_WORKING_DAYS = 10
"""How long members have to confirm or correct their own figures of an edition."""
REMIND_WORKING_DAYS = 3
"""How long before the end those are reminded who have not."""


@dataclass(frozen=True)
class Period:
    """[starts_at, ends_before)."""

    starts_at: datetime
    ends_before: datetime

    def covers(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_before

    def has_ended(self, now: datetime) -> bool:
        return now >= self.ends_before


def of_year(year: int) -> Period:
    return Period(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))


def of_month(year: int, month: int) -> Period:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return Period(datetime(year, month, 1, tzinfo=UTC), following)


def months(year: int) -> dict[str, Period]:
    """The twelve months of a year under the codes that figures use: "2025-01" to "2025-12"."""
    return {f"{year}-{month:02}": of_month(year, month) for month in range(1, 13)}


def month_of(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m")
