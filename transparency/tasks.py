"""The clock's duties about the report. Each calls one service and may run twice."""

from celery import shared_task

from lantern_site import clock
from transparency import services


@shared_task(name="transparency.remind_of_own_figures", ignore_result=True)
def remind_of_own_figures() -> None:
    services.remind(now=clock.now())


@shared_task(name="transparency.close_attestations", ignore_result=True)
def close_attestations() -> None:
    services.close_due(now=clock.now())
