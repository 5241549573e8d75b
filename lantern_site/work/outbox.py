"""Asking for work. A service calls `ask()` inside its transaction; nothing is sent unless it commits."""

from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from lantern_site import clock
from lantern_site.work.models import Outbox

RESEND_AFTER = timedelta(seconds=10)
KEEP_SENT = timedelta(days=2)


def ask(task: str, *arguments: int) -> None:
    """Write the message and send it on commit. Arguments are primary keys, never values."""
    row = Outbox.objects.create(task=task, arguments=list(arguments), created_at=clock.now())
    transaction.on_commit(partial(_send, row.pk, task, list(arguments)))


def sweep(*, now: datetime) -> int:
    """Send what a crash or a broker outage left behind, and forget what was sent long ago. Returns how many."""
    late = Outbox.objects.unsent().filter(created_at__lt=now - RESEND_AFTER)[:500]
    sent = sum(_send(row.pk, row.task, row.arguments) for row in late)
    Outbox.objects.filter(sent_at__lt=now - KEEP_SENT).delete()
    return sent


def _send(pk: int, task: str, arguments: list[int]) -> bool:
    """Hand one message to the broker; if it cannot be reached the row stays unsent for the sweeper."""
    try:
        current_app.send_task(task, args=arguments)
    except (OperationalError, OSError):
        return False
    Outbox.objects.filter(pk=pk).update(sent_at=clock.now())
    return True
