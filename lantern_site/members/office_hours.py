"""The hours in which a member's people work, and when so many of them have passed. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class OfficeHours:
    """The same hours on each of some days of the week (0 is Monday), by the clock of a place."""

    days: frozenset[int]
    opens_at: time
    closes_at: time
    time_zone: str

    def after(self, start: datetime, hours: int) -> datetime:
        """The moment at which that many office hours have passed since `start`; clocks that are put forward count."""
        zone, left = ZoneInfo(self.time_zone), timedelta(hours=hours)
        day = start.astimezone(zone).date()
        while True:
            if day.weekday() in self.days:
                opens = datetime.combine(day, self.opens_at, zone).astimezone(UTC)
                closes = datetime.combine(day, self.closes_at, zone).astimezone(UTC)
                begins = max(opens, start.astimezone(UTC))
                if begins < closes:
                    if left <= closes - begins:
                        return begins + left
                    left -= closes - begins
            day += timedelta(days=1)
