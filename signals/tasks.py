"""Work of the workers: each task calls one service."""

from uuid import uuid4

from celery import shared_task

from lantern_site import clock
from signals.services import departures, drafts, jobs, showing


@shared_task(name="signals.run_chunk", acks_late=True, ignore_result=True)
def run_chunk(chunk_id: int) -> None:
    # A name of its own per attempt: a message that is delivered twice keeps its task id.
    jobs.run_chunk(chunk_id, holder=uuid4().hex, now=clock.now())


@shared_task(name="signals.sweep_chunks", ignore_result=True)
def sweep_chunks() -> None:
    jobs.sweep(now=clock.now())


@shared_task(name="signals.tell_showings", acks_late=True, ignore_result=True)
def tell_showings(organisation_id: int) -> None:
    showing.tell(organisation_id=organisation_id, now=clock.now())


@shared_task(name="signals.part_with", acks_late=True, ignore_result=True)
def part_with(organisation_id: int) -> None:
    departures.part_with(organisation_id=organisation_id, now=clock.now())


@shared_task(name="signals.wipe_drafts", acks_late=True, ignore_result=True)
def wipe_drafts(person_id: int) -> None:
    drafts.wipe(person_id=person_id, now=clock.now())


@shared_task(name="signals.forget_drafts", ignore_result=True)
def forget_drafts() -> None:
    drafts.forget(now=clock.now())
