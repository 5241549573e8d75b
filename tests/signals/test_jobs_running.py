"""Match jobs: every chunk counts once, whoever runs it, and until the job is cancelled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Refusal, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals import comparing
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Chunk, MatchJob, Receipt, Signal
from signals.services import jobs
from signals.services.jobs import running
from tests import builders
from tests.signals.comparisons import CLOCK, LATER, actions, chunk, found, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]


# Each chunk once


def test_a_job_runs_until_its_last_chunk_is_done(job: MatchJob) -> None:
    assert [one.size for one in job.chunks.order_by("number")] == [2, 2, 1]

    jobs.run_chunk(chunk(job, 2).pk, holder="one", now=LATER)
    job.refresh_from_db()
    assert job.state == MatchJob.State.RUNNING
    done = run(job)

    assert done.state == MatchJob.State.DONE
    assert done.finished_at is not None
    assert [row for row, *_ in found(job)] == [1, 2, 3, 4, 5]
    assert actions(job) == ["job.started", *["job.chunk_done"] * 3, "job.finished"]
    finished = Entry.objects.get(action="job.finished")
    assert finished.facts["candidates"] == 5
    assert finished.facts["leads"] == 5
    assert finished.facts["state"] == "done"


def test_a_chunk_that_is_delivered_twice_counts_once(job: MatchJob) -> None:
    for _delivery in range(2):
        jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert len(found(job)) == 2
    assert actions(job).count("job.chunk_done") == 1


def test_a_chunk_that_another_worker_holds_is_left_alone(job: MatchJob) -> None:
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="other", leased_until=LATER + timedelta(seconds=1))

    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert chunk(job, 1).leased_by == "other"
    assert found(job) == []


def test_a_worker_that_lost_its_lease_writes_nothing(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = comparing.hits

    def slow(*args: Any, **named: Any) -> list[comparing.Hit]:
        Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="other")
        return compared(*args, **named)

    monkeypatch.setattr(comparing, "hits", slow)
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert found(job) == []
    assert chunk(job, 1).leased_by == "other"
    assert "job.chunk_done" not in actions(job)


def test_a_crash_at_the_last_moment_leaves_nothing_and_a_retry_writes_the_leads_once(
    job: MatchJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(running, "_mark_done", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.run_chunk(chunk(job, 1).pk, holder="first", now=LATER)
    assert found(job) == []
    assert not Receipt.objects.filter(way=Receipt.Way.LEAD).exists()

    jobs.run_chunk(chunk(job, 1).pk, holder="too early", now=LATER)
    assert found(job) == []
    jobs.run_chunk(chunk(job, 1).pk, holder="second", now=LATER + Chunk.lease)

    assert len(found(job)) == 2
    assert Receipt.objects.filter(way=Receipt.Way.LEAD).count() == 2


def test_a_lease_is_extended_while_the_work_goes_on(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    first = chunk(job, 1)
    tenure = running.Tenure(first.pk, "worker", LATER)
    assert tenure.take()
    monkeypatch.setattr(running.Tenure, "now", lambda _self: LATER + timedelta(seconds=20))

    tenure.keep()

    assert chunk(job, 1).leased_until == LATER + timedelta(seconds=50)


def test_a_lease_that_another_worker_took_is_noticed(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    tenure = running.Tenure(chunk(job, 1).pk, "worker", LATER)
    assert tenure.take()
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="other")
    monkeypatch.setattr(running.Tenure, "now", lambda _self: LATER + timedelta(seconds=20))

    with pytest.raises(running.LeaseLost):
        tenure.keep()


def test_a_chunk_that_fails_five_times_ends_the_job_as_failed(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.run_chunk(chunk(job, 2).pk, holder="worker", now=LATER)
    monkeypatch.setattr(running, "_mark_done", lambda *_: 1 / 0)

    for attempt in range(5):
        assert MatchJob.objects.get(pk=job.pk).is_running
        with pytest.raises(ZeroDivisionError):
            jobs.run_chunk(chunk(job, 1).pk, holder=f"attempt {attempt}", now=LATER + attempt * Chunk.lease)

    job.refresh_from_db()
    assert job.state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()
    assert actions(job)[-1] == "job.finished"
    assert Entry.objects.get(action="job.finished").facts["state"] == "failed"
    assert len(found(job)) == 2


# Cancelling


def test_a_cancelled_job_is_wiped_and_keeps_the_leads_that_it_has(job: MatchJob, member: Organisation) -> None:
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    actor = builders.actor(member, Role.ANALYST)

    cancelled = jobs.cancel(job_id=job.public_id, actor=actor, now=LATER)

    assert cancelled.state == MatchJob.State.CANCELLED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()
    assert run(job).state == MatchJob.State.CANCELLED
    assert len(found(job)) == 2
    entry = Entry.objects.get(action="job.cancelled")
    assert (entry.actor, entry.facts["candidates"], entry.facts["leads"]) == (actor.id, 2, 2)


def test_a_chunk_that_runs_while_the_job_is_cancelled_writes_nothing(
    job: MatchJob, member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = builders.actor(member, Role.ANALYST)
    compared = comparing.hits

    def slow(*args: Any, **named: Any) -> list[comparing.Hit]:
        jobs.cancel(job_id=job.public_id, actor=actor, now=LATER)
        return compared(*args, **named)

    monkeypatch.setattr(comparing, "hits", slow)
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert found(job) == []
    assert actions(job) == ["job.started", "job.cancelled"]


def test_a_job_that_has_ended_is_not_cancelled(job: MatchJob, member: Organisation) -> None:
    run(job)

    with pytest.raises(WrongState):
        jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.ANALYST), now=LATER)


def test_a_stranger_cannot_tell_a_job_from_none(job: MatchJob, sharer: Organisation) -> None:
    stranger = builders.actor(sharer, Role.ANALYST)
    sentences = set()

    for job_id in (job.public_id, 12345):
        with pytest.raises(Hidden) as refusal:
            jobs.cancel(job_id=job_id, actor=stranger, now=LATER)
        sentences.add(str(refusal.value))

    assert len(sentences) == 1
    assert MatchJob.objects.get(pk=job.pk).is_running


def test_a_reviewer_of_the_member_does_not_cancel(job: MatchJob, member: Organisation) -> None:
    with pytest.raises(Refusal):
        jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.REVIEWER), now=LATER)

    assert MatchJob.objects.get(pk=job.pk).is_running


# At the same time


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_finish_the_last_chunks_at_once_end_the_job_once(
    job: MatchJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    together, compared = Barrier(2, timeout=20), comparing.hits

    def in_step(*args: Any, **named: Any) -> list[comparing.Hit]:
        hits = compared(*args, **named)
        together.wait()
        return hits

    monkeypatch.setattr(comparing, "hits", in_step)
    with ThreadPoolExecutor(2) as pool:
        ends = [
            pool.submit(apart, partial(jobs.run_chunk, chunk(job, number).pk, holder=f"worker {number}", now=LATER))
            for number in (2, 3)
        ]
    for end in ends:
        end.result()

    with acting_as(CLOCK):
        assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.DONE
    assert actions(job) == ["job.started", *["job.chunk_done"] * 3, "job.finished"]
    assert len(found(job)) == 5


@pytest.mark.django_db(transaction=True)
def test_a_retraction_waits_until_the_receipts_are_written_and_other_jobs_do_not(
    sharer: Organisation, member: Organisation
) -> None:
    signal = builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    analyst = builders.actor(member, Role.ANALYST)

    def confirm() -> int:
        with acting_as(analyst):
            confirmed = comparing.confirm({signal.indicator_id}, member, shown_before=LATER)
        return len(confirmed.signals[signal.indicator_id])

    def lock_for_a_decision() -> None:
        with acting_as(CLOCK):
            Signal.objects.select_for_update(nowait=True).get(pk=signal.pk)

    with acting_as(analyst), ThreadPoolExecutor(1) as pool:
        comparing.confirm({signal.indicator_id}, member, shown_before=LATER)

        assert pool.submit(apart, confirm).result() == 1
        with pytest.raises(OperationalError, match="could not obtain lock"):
            pool.submit(apart, lock_for_a_decision).result()


def apart(act: Callable[[], Any]) -> Any:
    """What `act` returns, on a connection of this thread's own."""
    try:
        return act()
    finally:
        connection.close()
