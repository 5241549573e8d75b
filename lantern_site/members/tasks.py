"""Work of the workers and the clock's duties about members: each task calls one service."""

from celery import shared_task

from lantern_site import clock
from lantern_site.members.services import gates, letters, organisations


@shared_task(name="members.warn_of_lapses", ignore_result=True)
def warn_of_lapses() -> None:
    gates.warn_of_lapses(now=clock.now())


@shared_task(name="members.carry_out_mergers", ignore_result=True)
def carry_out_mergers() -> None:
    organisations.carry_out_mergers(now=clock.now())


@shared_task(name="members.tell_applicant", ignore_result=True)
def tell_applicant(application_id: int) -> None:
    letters.tell_applicant(application_id=application_id)


@shared_task(name="members.tell_of_lapse", ignore_result=True)
def tell_of_lapse(organisation_id: int, days: int) -> None:
    letters.tell_of_lapse(organisation_id=organisation_id, days=days, now=clock.now())
