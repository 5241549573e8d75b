"""Giving receipts: who received which signal, and how. Recalls go to everyone who has one."""

from collections.abc import Iterable
from datetime import datetime

from lantern_site.members.models import ApiKey
from signals.models import Receipt, Signal


def give(
    signals: Iterable[Signal], organisation_id: int, way: Receipt.Way, now: datetime, key: ApiKey | None = None
) -> None:
    """Write down that the organisation received these signals in this way; a second time changes nothing.

    Call it in the transaction that hands them out. Its own signals need no receipt and get none.
    """
    received = {signal.pk for signal in signals if signal.organisation_id != organisation_id}
    Receipt.objects.bulk_create(
        [
            Receipt(signal_id=pk, organisation_id=organisation_id, way=way, key=key, at=now)
            for pk in sorted(received)  # always in one order: two writers wait for each other, and never in a circle
        ],
        batch_size=1_000,
        ignore_conflicts=True,
    )
