"""Tasks that keep the machinery itself alive."""

from celery import shared_task

from lantern_site import clock
from lantern_site.work import answers, heartbeats, outbox


@shared_task(name="work.sweep", ignore_result=True)
def sweep() -> None:
    outbox.sweep(now=clock.now())


@shared_task(name="work.forget", ignore_result=True)
def forget() -> None:
    answers.forget(now=clock.now())


@shared_task(name="work.heartbeat", ignore_result=True)
def heartbeat() -> None:
    heartbeats.beat("worker", now=clock.now())
