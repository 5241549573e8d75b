"""Mails that are asked for, and the clock's duties about people. Each task calls one service and may run twice."""

from celery import shared_task

from lantern_site import clock
from lantern_site.members.services import invitations, people_duties, sessions


@shared_task(name="members.mail_invitation", ignore_result=True)
def mail_invitation(invitation_id: int) -> None:
    invitations.deliver(invitation_id=invitation_id, now=clock.now())


@shared_task(name="members.mail_notice", ignore_result=True)
def mail_notice(notice_id: int) -> None:
    people_duties.deliver(notice_id=notice_id)


@shared_task(name="members.mail_administrators", ignore_result=True)
def mail_administrators(organisation_id: int) -> None:
    people_duties.remind(organisation_id=organisation_id, now=clock.now())


@shared_task(name="members.lapse_roles", ignore_result=True)
def lapse_roles() -> None:
    people_duties.lapse_roles(now=clock.now())


@shared_task(name="members.warn_people", ignore_result=True)
def warn_people() -> None:
    people_duties.warn(now=clock.now())


@shared_task(name="members.forget_people", ignore_result=True)
def forget_people() -> None:
    people_duties.forget_people(now=clock.now())


@shared_task(name="members.forget_invitations", ignore_result=True)
def forget_invitations() -> None:
    invitations.forget(now=clock.now())


@shared_task(name="members.forget_sessions", ignore_result=True)
def forget_sessions() -> None:
    sessions.forget(now=clock.now())
