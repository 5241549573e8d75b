"""Work of the workers and the clock's duties about members. Each calls one service and may run twice.

A mail server that does not answer (an OSError, as every fault of SMTP is) is asked again.
"""

from celery import shared_task

from lantern_site import clock
from lantern_site.members.services import communities, key_duties, key_notices


@shared_task(name="members.carry_out_notices", ignore_result=True)
def carry_out_notices() -> None:
    communities.carry_out_notices(now=clock.now())


@shared_task(name="members.retire_keys", ignore_result=True)
def retire_keys() -> None:
    key_duties.retire_rotated(now=clock.now())


@shared_task(name="members.announce_lapses", ignore_result=True)
def announce_lapses() -> None:
    key_duties.announce_lapses(now=clock.now())


@shared_task(name="members.forget_addresses", ignore_result=True)
def forget_addresses() -> None:
    key_duties.forget_addresses(now=clock.now())


@shared_task(name="members.warn_of_lapse", ignore_result=True, autoretry_for=(OSError,), retry_backoff=True)
def warn_of_lapse(key_id: int, days: int) -> None:
    key_notices.of_lapse(key_id=key_id, days=days, now=clock.now())


@shared_task(name="members.tell_of_revoked_key", ignore_result=True, autoretry_for=(OSError,), retry_backoff=True)
def tell_of_revoked_key(key_id: int) -> None:
    key_notices.of_revocation(key_id=key_id, now=clock.now())
