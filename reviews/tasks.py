"""The clock's duties, as tasks for the table of jobs. Each calls one service and may run twice."""

from celery import shared_task

from lantern_site import clock
from reviews.services import breadth, duties, inbox, quality


@shared_task(name="reviews.caution_missed_checks", ignore_result=True)
def caution_missed_checks() -> None:
    duties.caution_missed_checks(now=clock.now())


@shared_task(name="reviews.hold_missed_checks", ignore_result=True)
def hold_missed_checks() -> None:
    duties.hold_missed_checks(now=clock.now())


@shared_task(name="reviews.share_checked_floods", ignore_result=True)
def share_checked_floods() -> None:
    duties.share_checked_floods(now=clock.now())


@shared_task(name="reviews.settle_strays", ignore_result=True)
def settle_strays() -> None:
    duties.settle_strays(now=clock.now())


@shared_task(name="reviews.end_holds", ignore_result=True)
def end_holds() -> None:
    duties.end_holds(now=clock.now())


@shared_task(name="reviews.uphold_unanswered", ignore_result=True)
def uphold_unanswered() -> None:
    duties.uphold_unanswered(now=clock.now())


@shared_task(name="reviews.note_overdue_recalls", ignore_result=True)
def note_overdue_recalls() -> None:
    duties.note_overdue_recalls(now=clock.now())


@shared_task(name="reviews.expire_signals", ignore_result=True)
def expire_signals() -> None:
    duties.expire(now=clock.now())


@shared_task(name="reviews.caution_broad", acks_late=True, ignore_result=True)
def caution_broad(indicator_pk: int) -> None:
    breadth.caution(indicator_pk=indicator_pk, now=clock.now())


@shared_task(name="reviews.settle_restrictions", ignore_result=True)
def settle_restrictions() -> None:
    duties.settle_restrictions(now=clock.now())


@shared_task(name="reviews.deliver_recalls", ignore_result=True)
def deliver_recalls() -> None:
    duties.deliver_recalls(now=clock.now())


@shared_task(name="reviews.note_late_redress", ignore_result=True)
def note_late_redress() -> None:
    duties.note_late_redress(now=clock.now())


@shared_task(name="reviews.settle_pleas", ignore_result=True)
def settle_pleas() -> None:
    duties.settle_pleas(now=clock.now())


@shared_task(name="reviews.purge", ignore_result=True)
def purge() -> None:
    duties.purge(now=clock.now())


@shared_task(name="reviews.fill_inboxes", ignore_result=True)
def fill_inboxes() -> None:
    inbox.gather(now=clock.now())


@shared_task(name="reviews.forget_notices", ignore_result=True)
def forget_notices() -> None:
    inbox.forget(now=clock.now())


@shared_task(name="reviews.ask_for_digests", ignore_result=True)
def ask_for_digests() -> None:
    inbox.ask_for_digests(now=clock.now())


@shared_task(name="reviews.mail_digest", acks_late=True, ignore_result=True)
def mail_digest(staff_pk: int) -> None:
    inbox.mail_digest(staff_id=staff_pk, now=clock.now())


@shared_task(name="reviews.draw_second_looks", ignore_result=True)
def draw_second_looks() -> None:
    quality.draw(now=clock.now())


@shared_task(name="reviews.forget_second_looks", ignore_result=True)
def forget_second_looks() -> None:
    quality.forget(now=clock.now())
