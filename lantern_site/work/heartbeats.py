"""Signs of life, read by the readiness check, and alarms, which stand for a while unless they are raised again."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from lantern_site.work.models import Heartbeat

ALARM = "alarm:"
ALARMS: Mapping[str, timedelta] = {"index_stale": timedelta(minutes=5), "index_differs": timedelta(hours=25)}
"""What can be wrong with the machinery, and how long an alarm about it stands."""


def beat(name: str, *, now: datetime, position: int | None = None) -> None:
    """Write down that `name` is alive and, where it reads the ledger, how far it has come."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now, "position": position})


def alarm(name: str, *, now: datetime) -> None:
    """Raise one of ALARMS, or raise it again."""
    assert name in ALARMS
    beat(ALARM + name, now=now)


def end_alarm(name: str) -> None:
    Heartbeat.objects.filter(name=ALARM + name).delete()


def alarms(now: datetime) -> list[str]:
    """The alarms that stand."""
    raised = dict(Heartbeat.objects.filter(name__startswith=ALARM).values_list("name", "at"))
    return [name for name, lasting in ALARMS.items() if raised.get(ALARM + name, now - lasting) > now - lasting]
