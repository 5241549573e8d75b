"""What the clock does about keys: rotated ones retire, those that lapse are announced, old addresses are forgotten.

Each duty makes the rows agree with the time, one transaction per key; running it again changes nothing. The number that
it returns says how many it changed. A run takes at most `BATCH` keys, the next run the rest.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.members import deadlines
from lantern_site.members.key_rules import ANNOUNCED
from lantern_site.members.lifecycle import Revocation
from lantern_site.members.models import ApiKey, ApiKeyQuerySet, KeyAddress
from lantern_site.work import outbox

BATCH = 500


def retire_rotated(*, now: datetime) -> int:
    """Mark rotated keys whose overlap is over. They open no door since that moment; this only says so."""
    over = ApiKey.objects.filter(retire_at__lte=now, revoked_at__isnull=True).order_by("retire_at", "pk")
    return sum(_retire(pk, now) for pk in list(over.values_list("pk", flat=True)[:BATCH]))


def _retire(pk: int, now: datetime) -> bool:
    with recording(Actor.clock(), now) as record:
        due = ApiKey.objects.select_for_update(of=("self",)).select_related("organisation")
        key = due.filter(pk=pk, retire_at__lte=now, revoked_at__isnull=True).first()
        if key is None:
            return False
        key.revoked_at, key.revoked_because = key.retire_at, Revocation.ROTATED
        key.save(update_fields=["revoked_at", "revoked_because"])
        record("key.retired", **key.about)
        return True


def announce_lapses(*, now: datetime) -> int:
    """Tell organisations of keys that lapse within 30, 7 and 1 days, each once. Replaced ones say nothing."""
    return sum(_announce(pk, days, now) for days in ANNOUNCED for pk in _lapsing(days, now))


def _lapsing(days: int, now: datetime) -> list[int]:
    return list(_untold(days, now).order_by("expires_at", "pk").values_list("pk", flat=True)[:BATCH])


def _untold(days: int, now: datetime) -> ApiKeyQuerySet:
    untold = Q(warned_days__isnull=True) | Q(warned_days__gt=days)
    near = ApiKey.objects.usable_at(now).filter(expires_at__lte=now + timedelta(days=days))
    return near.filter(untold, retire_at__isnull=True)


def _announce(pk: int, days: int, now: datetime) -> bool:
    with recording(Actor.clock(), now) as record:
        locked = _untold(days, now).select_for_update(of=("self",)).select_related("organisation")
        key = locked.filter(pk=pk).first()
        if key is None:
            return False
        key.warned_days = days
        key.save(update_fields=["warned_days"])
        record("key.lapses", **key.about, facts={"days": days})
        outbox.ask("members.warn_of_lapse", key.pk, days)
        return True


def forget_addresses(*, now: datetime) -> int:
    """Delete from where keys were used longer ago than is kept. Returns how many networks are forgotten."""
    before = now - deadlines.KEPT
    with acting_as(Actor.clock()):
        ApiKey.objects.filter(last_used_at__lt=before).exclude(last_used_from="").update(last_used_from="")
        ApiKey.objects.filter(refused_at__lt=before).exclude(refused_from="").update(refused_from="")
        deleted, _by_model = KeyAddress.objects.filter(last_seen_at__lt=before).delete()
    return deleted
