"""Requests that may be sent twice: the second is answered like the first, and does nothing."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.errors import WrongState
from lantern_site.work.models import IdempotentAnswer

KEPT_FOR = timedelta(days=7)


def claim(*, organisation: int, key: str, body_hash: bytes, same: Collection[bytes], now: datetime) -> IdempotentAnswer:
    """The row of this key, locked. Its `answer` is None when the work is the caller's to do, in this transaction.

    `same` are all hashes that the same body may have been kept with before.

    Whoever comes while another does the work waits for that transaction to end; if it fails, the work is theirs.
    Raises WrongState when the key came with another body before.
    """
    mine = IdempotentAnswer(organisation=organisation, key=key, body_hash=body_hash, at=now)
    IdempotentAnswer.objects.bulk_create([mine], ignore_conflicts=True)
    row = IdempotentAnswer.objects.select_for_update().get(organisation=organisation, key=key)
    if bytes(row.body_hash) not in same:
        raise WrongState(_("This Idempotency-Key was used for another request. Take a new one."))
    return row


def forget(*, now: datetime) -> int:
    """Delete the answers that nobody will ask for again. Returns how many."""
    deleted, _kinds = IdempotentAnswer.objects.filter(at__lt=now - KEPT_FOR).delete()
    return deleted
