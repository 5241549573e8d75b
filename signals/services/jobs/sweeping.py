"""Making jobs agree with their chunks again after a crash or a lost message."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.work import outbox
from signals.models import Chunk, MatchJob
from signals.services.jobs import limits, steering
from signals.services.jobs.steering import STATES_THAT_RUN, STATES_WITH_VALUES

CLOCK = Actor.clock()


def sweep(*, now: datetime) -> int:
    """Ask again for chunks whose holder died or whose message was lost; returns how many.

    A chunk that failed too often, or a job that is older than values may live, ends the job as failed.
    """
    with acting_as(CLOCK):
        hopeless, complete = _hopeless(now), _complete()
    for job_id in hopeless:
        steering.fail(job_id=job_id, now=now)
    for job_id in complete:
        with recording(CLOCK, now) as record:
            job = steering.locked(job_id=job_id)
            if job.is_running:
                steering.end_if_complete(record=record, job=job)
    return _ask_again(now)


def _hopeless(now: datetime) -> list[int]:
    worn_out = Q(
        chunks__done_at__isnull=True,
        chunks__leased_until__lte=now,
        chunks__attempts__gte=limits.LIMITS.attempts,
        state__in=STATES_THAT_RUN,
    )
    too_old = Q(started_at__lte=now - limits.LIMITS.values_kept, state__in=STATES_WITH_VALUES)
    return list(MatchJob.objects.filter(worn_out | too_old).values_list("pk", flat=True).distinct())


def _complete() -> list[int]:
    left = Chunk.objects.filter(job=OuterRef("pk"), stage__lte=OuterRef("stage"), done_at__isnull=True)
    return list(MatchJob.objects.filter(~Exists(left), state__in=STATES_THAT_RUN).values_list("pk", flat=True))


def _ask_again(now: datetime) -> int:
    """A chunk that was never taken may simply wait its turn: while any chunk is being worked on the queue moves, and
    only after some minutes its message counts as lost. Otherwise a long queue would grow with every sweep."""
    allowed = limits.LIMITS
    with acting_as(CLOCK):
        moves = Chunk.objects.filter(done_at__isnull=True, leased_until__gt=now).exists()
        lost = Q(leased_until__isnull=True, asked_at__lte=now - (allowed.queued if moves else allowed.unasked))
        dropped = Q(leased_until__lte=now, asked_at__lte=now - allowed.unasked)
        waiting = Chunk.objects.filter(
            lost | dropped, done_at__isnull=True, job__state__in=STATES_THAT_RUN, stage__lte=F("job__stage")
        )
        due = waiting.select_for_update(of=("self",), skip_locked=True).order_by("asked_at", "pk")
        asked = [chunk.pk for chunk in due[: allowed.asked_at_once]]
        Chunk.objects.filter(pk__in=asked).update(asked_at=now)
        for pk in asked:
            outbox.ask("signals.run_chunk", pk)
    return len(asked)
