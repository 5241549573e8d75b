"""What the clock does for the ledger."""

from celery import shared_task

from lantern_site import clock
from lantern_site.audit import checkpoints


@shared_task(name="audit.sign_checkpoint", ignore_result=True)
def sign_checkpoint() -> None:
    checkpoints.sign(now=clock.now())
