"""Signs of life, read by the readiness check."""

from datetime import datetime

from lantern_site.work.models import Heartbeat


def beat(name: str, *, now: datetime, position: int | None = None) -> None:
    """Write down that `name` is alive and, where it reads the ledger, how far it has come."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now, "position": position})
