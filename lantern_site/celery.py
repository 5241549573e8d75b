"""The workers' application: which queue carries what, and the clock's table of jobs."""

import os
from typing import Any

from celery import Celery
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern_site.settings")

# Served in this order: a recall overtakes everything, matching jobs take what is left.
QUEUES = ("recalls", "lookups", "default", "checkpoints", "jobs")
# By name, because whoever asks for work does not import the task.
ROUTES = {
    "reviews.*recall*": "recalls",
    "signals.*lookup*": "lookups",
    "signals.sweep_chunks": "default",  # it must not wait behind the chunks that it looks after
    "signals.tell_showings": "recalls",
    "signals.*chunk*": "jobs",
    "signals.*job*": "jobs",
    "signals.run_import_part": "jobs",
    "audit.sign_checkpoint": "checkpoints",  # whoever serves it holds the key, and nobody else needs it
}


def every(seconds: int, task: str) -> dict[str, Any]:
    """An entry for a job that may be skipped: it lapses when the next one is due."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


JOBS = {
    "heartbeat": every(15, "work.heartbeat"),
    "sweep": every(15, "work.sweep"),
    "sign a checkpoint": every(60, "audit.sign_checkpoint"),
    "forget": every(3600, "work.forget"),
    "carry out notices": every(3600, "members.carry_out_notices"),
    "ask for attestations": every(3600, "members.ask_for_attestations"),
    "remind of attestations": every(3600, "members.remind_of_attestations"),
    "remind of own figures": every(3600, "transparency.remind_of_own_figures"),
    "close attestations": every(600, "transparency.close_attestations"),
    "note overdue attestations": every(3600, "members.note_overdue_attestations"),
    "mail about attestations": every(3600, "members.mail_about_attestations"),
    "note overdue subject requests": every(3600, "members.note_overdue_subject_requests"),
    "note overdue notifications": every(600, "members.note_overdue_notifications"),
    "caution missed checks": every(60, "reviews.caution_missed_checks"),
    "hold missed checks": every(60, "reviews.hold_missed_checks"),
    "share checked floods": every(60, "reviews.share_checked_floods"),
    "settle strays": every(60, "reviews.settle_strays"),
    "end holds": every(60, "reviews.end_holds"),
    "uphold unanswered": every(60, "reviews.uphold_unanswered"),
    "note overdue recalls": every(60, "reviews.note_overdue_recalls"),
    "deliver recalls": every(60, "reviews.deliver_recalls"),
    "note late redress": every(600, "reviews.note_late_redress"),
    "settle pleas": every(60, "reviews.settle_pleas"),
    "purge": every(3600, "reviews.purge"),
    "settle restrictions": every(60, "reviews.settle_restrictions"),
    "expire signals": every(60, "reviews.expire_signals"),
    "draw second looks": every(300, "reviews.draw_second_looks"),
    "forget second looks": every(24 * 3600, "reviews.forget_second_looks"),
    "fill inboxes": every(60, "reviews.fill_inboxes"),
    "forget notices": every(24 * 3600, "reviews.forget_notices"),
    "ask for digests": every(3600, "reviews.ask_for_digests"),
    "lapse roles": every(60, "members.lapse_roles"),
    "warn people": every(3600, "members.warn_people"),
    "forget people": every(3600, "members.forget_people"),
    "forget applications": every(24 * 3600, "members.forget_applications"),
    "forget invitations": every(3600, "members.forget_invitations"),
    "forget sessions": every(3600, "members.forget_sessions"),
    "forget drafts": every(3600, "signals.forget_drafts"),
    "sweep chunks": every(15, "signals.sweep_chunks"),
    "forget spending": every(24 * 3600, "signals.forget_spending"),
    "look for news of watch lists": every(60, "signals.look_for_news"),
    "fold index": every(60, "signals.fold_index"),
    "compare index": every(24 * 3600, "signals.compare_index"),
    "sweep imports": every(15, "signals.sweep_imports"),
    "forget imports": every(3600, "signals.forget_imports"),
    "retire keys": every(60, "members.retire_keys"),
    "announce lapses of keys": every(600, "members.announce_lapses"),
    "forget addresses of keys": every(24 * 3600, "members.forget_addresses"),
    "warn of lapses": every(3600, "members.warn_of_lapses"),
    "carry out mergers": every(3600, "members.carry_out_mergers"),
}

CONFIGURATION: dict[str, Any] = {
    "accept_content": ["json"],
    "beat_schedule": JOBS,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {"queue_order_strategy": "priority"},
    "result_backend": None,  # progress and results are rows
    "task_acks_late": True,
    "task_create_missing_queues": False,
    "task_default_queue": "default",
    "task_ignore_result": True,
    "task_queues": [Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
    "task_routes": {pattern: {"queue": queue} for pattern, queue in ROUTES.items()},
    "task_soft_time_limit": 9 * 60,
    "task_time_limit": 10 * 60,  # far below the hour after which the broker delivers again
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_enable_remote_control": False,
    "worker_hijack_root_logger": False,
    "worker_max_tasks_per_child": 1000,
    "worker_prefetch_multiplier": 1,
    # With REMAP_SIGTERM=SIGQUIT, a stop gives running tasks this long; whoever takes over finds their lease run out.
    "worker_soft_shutdown_timeout": 5,
}

app = Celery("lantern", task_cls="celery.contrib.django.task:DjangoTask")
app.config_from_object("django.conf:settings", namespace="CELERY")  # where the broker is
app.add_defaults(lambda: CONFIGURATION)
app.autodiscover_tasks()
