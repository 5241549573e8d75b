"""Work of the workers and the clock's duties about members. Each calls one service and may run twice.

A mail server that does not answer (an OSError, as every fault of SMTP is) is asked again.
"""

from celery import shared_task

from lantern_site import clock
from lantern_site.members.services import (
    communities,
    factors,
    gates,
    invitations,
    key_duties,
    key_notices,
    letters,
    organisations,
    people_duties,
    sessions,
    ways_out,
)
from lantern_site.members.services.registers import attestations, incidents, subject_requests


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


@shared_task(name="members.mail_invitation", ignore_result=True)
def mail_invitation(invitation_id: int) -> None:
    invitations.deliver(invitation_id=invitation_id, now=clock.now())


@shared_task(name="members.mail_notice", ignore_result=True)
def mail_notice(notice_id: int) -> None:
    people_duties.deliver(notice_id=notice_id)


@shared_task(name="members.mail_factor_reset", ignore_result=True, autoretry_for=(OSError,), retry_backoff=True)
def mail_factor_reset(staff_id: int) -> None:
    factors.deliver(staff_id=staff_id)


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


@shared_task(name="members.forget_applications", ignore_result=True)
def forget_applications() -> None:
    ways_out.forget(now=clock.now())


@shared_task(name="members.forget_invitations", ignore_result=True)
def forget_invitations() -> None:
    invitations.forget(now=clock.now())


@shared_task(name="members.forget_sessions", ignore_result=True)
def forget_sessions() -> None:
    sessions.forget(now=clock.now())


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
