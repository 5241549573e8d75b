"""The clock's duties about members, as tasks for the table of jobs. Each calls one service and may run twice."""

from celery import shared_task

from lantern_site import clock
from lantern_site.members.services.registers import attestations, incidents, subject_requests


@shared_task(name="members.ask_for_attestations", ignore_result=True)
def ask_for_attestations() -> None:
    attestations.ask(now=clock.now())


@shared_task(name="members.remind_of_attestations", ignore_result=True)
def remind_of_attestations() -> None:
    attestations.remind(now=clock.now())


@shared_task(name="members.note_overdue_attestations", ignore_result=True)
def note_overdue_attestations() -> None:
    attestations.note_overdue(now=clock.now())


@shared_task(name="members.mail_about_attestations", ignore_result=True)
def mail_about_attestations() -> None:
    attestations.mail(now=clock.now())


@shared_task(name="members.note_overdue_subject_requests", ignore_result=True)
def note_overdue_subject_requests() -> None:
    subject_requests.note_overdue(now=clock.now())


@shared_task(name="members.note_overdue_notifications", ignore_result=True)
def note_overdue_notifications() -> None:
    incidents.note_overdue(now=clock.now())
