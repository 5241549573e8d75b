"""The only place that reads the time. Interfaces call `now()` and pass it on; seeding and tests move it: `at()`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

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
