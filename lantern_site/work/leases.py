"""Taking, keeping and giving back a lease; each is one conditional update, so that exactly one worker wins."""

from datetime import datetime

from django.db.models import F, Q

from lantern_site.work.models import Leased


def take(model: type[Leased], pk: int, *, holder: str, now: datetime) -> bool:
    """Lease the row to `holder` if nobody holds it. One more attempt is counted."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    taken = model._default_manager.filter(free, pk=pk).update(
        leased_by=holder, leased_until=now + model.lease, attempts=F("attempts") + 1
    )
    return taken == 1


def extend(model: type[Leased], pk: int, *, holder: str, now: datetime) -> bool:
    """Keep the lease for another term; False when it was lost to somebody else meanwhile."""
    kept = model._default_manager.filter(pk=pk, leased_by=holder).update(leased_until=now + model.lease)
    return kept == 1


def give_back(model: type[Leased], pk: int, *, holder: str) -> None:
    """Let others have the row at once. The attempt does not count."""
    model._default_manager.filter(pk=pk, leased_by=holder).update(
        leased_until=None, leased_by="", attempts=F("attempts") - 1
    )
