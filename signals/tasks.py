"""Work of the workers: each task calls one service."""

from uuid import uuid4

from celery import shared_task

from lantern_site import clock
from signals.services import alarms, departures, drafts, import_work, index, jobs, showing
from signals.services.jobs import watching


@shared_task(name="signals.run_chunk", acks_late=True, ignore_result=True)
def run_chunk(chunk_id: int) -> None:
    # A name of its own per attempt: a message that is delivered twice keeps its task id.
    jobs.run_chunk(chunk_id, holder=uuid4().hex, now=clock.now())


@shared_task(name="signals.sweep_chunks", ignore_result=True)
def sweep_chunks() -> None:
    jobs.sweep(now=clock.now())


@shared_task(name="signals.look_for_news", ignore_result=True)
def look_for_news() -> None:
    watching.look(now=clock.now())


@shared_task(name="signals.compare_news_of_job", acks_late=True, ignore_result=True)
def compare_news_of_job(watch_list_id: int) -> None:
    watching.compare_news(watch_list_id=watch_list_id, now=clock.now())


@shared_task(name="signals.tell_showings", acks_late=True, ignore_result=True)
def tell_showings(organisation_id: int) -> None:
    showing.tell(organisation_id=organisation_id, now=clock.now())


@shared_task(name="signals.part_with", acks_late=True, ignore_result=True)
def part_with(organisation_id: int) -> None:
    departures.part_with(organisation_id=organisation_id, now=clock.now())


@shared_task(name="signals.tell_of_spent_budget", ignore_result=True, autoretry_for=(OSError,), max_retries=5)
def tell_of_spent_budget(spending_id: int) -> None:
    alarms.deliver(spending_id=spending_id, now=clock.now())


@shared_task(name="signals.forget_spending", ignore_result=True)
def forget_spending() -> None:
    alarms.forget(now=clock.now())


@shared_task(name="signals.fold_index", ignore_result=True)
def fold_index() -> None:
    index.fold(now=clock.now())


@shared_task(name="signals.compare_index", ignore_result=True)
def compare_index() -> None:
    index.compare(now=clock.now())


@shared_task(name="signals.run_import_part", acks_late=True, ignore_result=True)
def run_import_part(part_id: int) -> None:
    import_work.run_part(part_id, holder=uuid4().hex, now=clock.now())


@shared_task(name="signals.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    import_work.sweep(now=clock.now())


@shared_task(name="signals.forget_imports", ignore_result=True)
def forget_imports() -> None:
    import_work.forget(now=clock.now())


@shared_task(name="signals.wipe_drafts", acks_late=True, ignore_result=True)
def wipe_drafts(person_id: int) -> None:
    drafts.wipe(person_id=person_id, now=clock.now())


@shared_task(name="signals.forget_drafts", ignore_result=True)
def forget_drafts() -> None:
    drafts.forget(now=clock.now())
