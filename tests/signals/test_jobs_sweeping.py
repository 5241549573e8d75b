"""Match jobs: what was lost is asked for again, and what cannot be done is ended."""

from datetime import timedelta

import pytest

from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals.models import Chunk, MatchJob
from signals.services import jobs
from signals.services.jobs import running
from tests import builders
from tests.signals.comparisons import LATER, chunk, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]


def asked_for(job: MatchJob) -> list[int]:
    """Numbers of the chunks that workers were asked for, in order."""
    numbers = dict(job.chunks.values_list("pk", "number"))
    arguments = Outbox.objects.filter(task="signals.run_chunk").order_by("pk").values_list("arguments", flat=True)
    return [numbers[pk] for (pk,) in arguments]


def test_a_fresh_job_is_left_to_its_messages(job: MatchJob) -> None:
    assert jobs.sweep(now=LATER + timedelta(seconds=14)) == 0


def test_chunks_whose_messages_were_lost_are_asked_for_again(job: MatchJob) -> None:
    soon = LATER + timedelta(seconds=16)

    assert jobs.sweep(now=soon) == 3
    assert jobs.sweep(now=soon + timedelta(seconds=1)) == 0

    assert asked_for(job) == [1, 2, 3, 1, 2, 3]


def test_a_chunk_whose_worker_died_is_asked_for_again(job: MatchJob) -> None:
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    running.Tenure(chunk(job, 2).pk, "dead", LATER).take()
    running.Tenure(chunk(job, 3).pk, "alive", LATER + timedelta(seconds=20)).take()

    assert jobs.sweep(now=LATER + timedelta(seconds=29)) == 0
    assert jobs.sweep(now=LATER + timedelta(seconds=31)) == 1

    assert asked_for(job) == [1, 2, 3, 2]


def test_chunks_that_wait_their_turn_are_not_asked_for_again_while_the_queue_moves(job: MatchJob) -> None:
    late = LATER + timedelta(seconds=20)
    running.Tenure(chunk(job, 1).pk, "alive", late).take()

    assert jobs.sweep(now=late) == 0

    very_late = LATER + timedelta(minutes=6)
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_until=very_late + timedelta(seconds=5))
    assert jobs.sweep(now=very_late) == 2


def test_a_job_whose_end_was_missed_is_ended(job: MatchJob) -> None:
    run(job)
    MatchJob.objects.filter(pk=job.pk).update(state=MatchJob.State.RUNNING, finished_at=None)

    jobs.sweep(now=LATER + timedelta(minutes=1))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.DONE


def test_a_chunk_that_killed_five_workers_ends_the_job(job: MatchJob) -> None:
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="dead", leased_until=LATER, attempts=5)

    jobs.sweep(now=LATER + timedelta(seconds=1))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_no_value_outlives_a_day(job: MatchJob) -> None:
    jobs.sweep(now=LATER + timedelta(hours=24))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_ended_jobs_are_left_alone_by_the_sweeper(job: MatchJob, member: Organisation) -> None:
    jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.ANALYST), now=LATER)

    assert jobs.sweep(now=LATER + timedelta(hours=25)) == 0
    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.CANCELLED
