"""When the training, a role and the access of a person end, and how long before somebody is told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

WARNED_AHEAD = (30, 7, 1)
"""Days before an end on which it is told, each once."""
TRAINING_LASTS = timedelta(days=365)
INVITATION_LASTS = timedelta(days=7)
INVITATION_KEPT = timedelta(days=30)
"""How long an address stays here after its invitation has ended."""
APPLICATION_DAYS = 20
"""Within how many working days an application is decided, and an appeal."""
KEPT = timedelta(days=730)
"""24 months, the one figure for how long what is over stays here: what an applicant said, after it was declined or
ended on the way; the name behind a pseudonym, after its person left; the addresses from which a key was used; and how
long the keys of a member that has left are told corrections, unless it certifies before."""


class Access(TextChoices):
    """How it stands with the yearly confirmation that somebody's access is still needed."""

    CONFIRMED = "confirmed", _("Confirmed")
    SOON = "soon", _("Due soon")
    DUE = "due", _("Due")
    SUSPENDED = "suspended", _("Roles suspended")


ACCESS: Mapping[Access, int] = {Access.CONFIRMED: 0, Access.SOON: 335, Access.DUE: 365, Access.SUSPENDED: 379}
"""From which day after the last confirmation; joining counts as one."""


def access(confirmed_on: date, today: date) -> Access:
    """How it stands today."""
    days = (today - confirmed_on).days
    return max((state for state in ACCESS if ACCESS[state] <= max(days, 0)), key=ACCESS.__getitem__)


def due_on(confirmed_on: date) -> date:
    return confirmed_on + timedelta(days=ACCESS[Access.DUE])


def suspended_on(confirmed_on: date) -> date:
    return confirmed_on + timedelta(days=ACCESS[Access.SUSPENDED])


def confirmed_after(today: date) -> date:
    """Whoever was confirmed later than this may use their roles today."""
    return today - timedelta(days=ACCESS[Access.SUSPENDED])


def warning(ends_on: date, today: date) -> int | None:
    """Which of `WARNED_AHEAD` an end has come within; None while it is far off, and once it has passed."""
    days = (ends_on - today).days
    return min((ahead for ahead in WARNED_AHEAD if days <= ahead), default=None) if days >= 0 else None


def end_of(last_day: date | None) -> datetime | None:
    """The moment at which something ends whose last day this is."""
    return datetime.combine(last_day + timedelta(days=1), time(tzinfo=UTC)) if last_day else None


def last_day(ends_at: datetime) -> date:
    """The last whole day before an end, for people."""
    return (ends_at - timedelta(microseconds=1)).astimezone(UTC).date()
