"""The clock's duties about members, as tasks for the table of jobs. Each calls one service and may run twice."""

from celery import shared_task

from lantern_site import clock
from lantern_site.members.services import communities


@shared_task(name="members.carry_out_notices", ignore_result=True)
def carry_out_notices() -> None:
    communities.carry_out_notices(now=clock.now())
