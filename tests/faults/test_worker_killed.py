"""A worker is killed in the middle of a job or an import, at the worst moment, and it is done all the same: once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
import redis
from django.db import connection, transaction

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.local import children
from lantern_site.members.roles import Role
from signals import candidates, normalise
from signals.candidates import Candidate
from signals.kinds import Kind
from signals.models import Import, MatchJob, Receipt, Verdict
from signals.purposes import Purpose, Surface
from signals.services import imports, jobs
from signals.services.jobs import Plan, limits
from tests import builders
from tests.signals import importing

SHARED = 12
CHUNK = 20
CHUNKS = 12

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Workers:
    """Real workers with a clock, on the servers of this test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        number = len(self.started)
        command = [
            children.tool("celery"),
            "--app",
            "lantern_site",
            "worker",
            "--loglevel",
            "info",
            "--concurrency",
            "1",
        ]
        command += ["--beat", "--schedule", str(self.folder / f"clock{number}"), "--without-mingle", "--without-gossip"]
        with (self.folder / f"worker{number}.log").open("wb") as log:
            self.started.append(process := children.spawn(command, log))
        return process

    def kill_all(self) -> None:
        """SIGKILL to each worker and its pool: none of them gets to say anything."""
        for process in self.started:
            self.kill(process)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to one worker and its pool."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-4_000:] for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    monkeypatch.setenv("DATABASE_URL", f"{server}/{connection.settings_dict['NAME']}")
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as broker:
        broker.flushdb()
    running = Workers(tmp_path)
    yield running
    running.kill_all()


@pytest.fixture
def job(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> MatchJob:
    """Twelve chunks; one row of each is an address that somebody shared."""
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, chunk=CHUNK))
    sharer, member = builders.member("Pixelpond"), builders.member("Harbourline")
    for number in range(SHARED):
        builders.active(sharer, builders.email(number))
    lines = [f"nobody{row}@example.org" for row in range(CHUNK * CHUNKS)]
    for number in range(SHARED):
        lines[number * len(lines) // SHARED] = builders.email(number).raw
    now = clock.now()
    return jobs.start(
        plan=Plan("Killed on the way", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA),
        candidates=candidates.parse("\n".join(lines)).candidates,
        actor=builders.actor(member, Role.ANALYST, now=now),
        now=now,
    )


@contextmanager
def holding_the_ledger() -> Iterator[None]:
    """While we hold the head of the ledger nobody commits: a worker has compared, has written its leads, and waits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT position FROM audit_head WHERE id = 1 FOR UPDATE")
        yield


def somebody_waits() -> bool:
    """Whether a session of this database waits for a lock."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        row = server.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return bool(row and row[0])


def fresh(job: MatchJob) -> MatchJob:
    with acting_as(Actor.clock()):
        return MatchJob.objects.get(pk=job.pk)


def done(job: MatchJob) -> int:
    """How many chunks are done."""
    with acting_as(Actor.clock()):
        return job.chunks.filter(done_at__isnull=False).count()


def wait_for(what: Callable[[], bool], seconds: float, workers: Workers) -> float:
    """Returns how long it took; fails with what the workers said."""
    began = time.monotonic()
    while not what():
        waited = time.monotonic() - began
        assert waited < seconds, workers.log()
        time.sleep(0.01)
    return time.monotonic() - began


def test_a_job_whose_worker_is_killed_is_done_once_within_a_minute(job: MatchJob, workers: Workers) -> None:
    with holding_the_ledger():
        workers.start()
        wait_for(somebody_waits, 60, workers)
    wait_for(lambda: done(job) > 0, 10, workers)
    with holding_the_ledger():
        wait_for(somebody_waits, 10, workers)
        workers.kill_all()
    killed_at = time.monotonic()
    assert 0 < done(job) < CHUNKS
    with acting_as(Actor.clock()):
        cut_short = job.chunks.get(done_at__isnull=True, leased_until__isnull=False)

    workers.start()
    wait_for(lambda: not fresh(job).is_running, 90, workers)

    assert time.monotonic() - killed_at < 60, workers.log()
    assert fresh(job).state == MatchJob.State.DONE
    with acting_as(Actor.clock()):
        assert job.chunks.get(pk=cut_short.pk).attempts == 2
        assert not job.chunks.filter(ciphertext__isnull=False).exists()
        rows = sorted(job.leads.values_list("row", flat=True))
    assert rows == [1 + number * CHUNK * CHUNKS // SHARED for number in range(SHARED)]
    assert Receipt.objects.filter(way=Receipt.Way.LEAD).count() == SHARED
    actions = list(Entry.objects.about("job", job.public_id).values_list("action", flat=True))
    assert actions == ["job.started", *["job.chunk_done"] * CHUNKS, "job.finished"]


MANY = 20_000


def test_of_two_workers_one_is_killed_and_every_lead_is_there_once(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, chunk=MANY // 50))
    for number in range(20):
        builders.active(builders.member("Pixelpond"), builders.email(number))
    normal = (normalise.normal_form(Kind.EMAIL, builders.email(number).raw) for number in range(20))
    known = {normalise.public_digest(one).hex() for one in normal}
    given = [sha256(f"nobody {row}".encode()).hexdigest() for row in range(MANY)]
    given[:: MANY // 40] = [digest for digest in sorted(known) for _time in range(2)]
    now = clock.now()
    job = jobs.start(
        plan=Plan("One of two killed", Purpose.WHOLE_SERVICE, Surface.ACCOUNT_DATA),
        candidates=(Candidate(row, Kind.EMAIL, digest, is_digest=True) for row, digest in enumerate(given, start=1)),
        actor=builders.actor(builders.member("Harbourline"), Role.ANALYST, now=now),
        now=now,
    )
    first, _second = workers.start(), workers.start()
    wait_for(lambda: done(job) >= 5, 90, workers)
    workers.kill(first)
    assert fresh(job).is_running

    wait_for(lambda: not fresh(job).is_running, 120, workers)

    assert fresh(job).state == MatchJob.State.DONE
    assert fresh(job).compared == MANY
    with acting_as(Actor.clock()):
        rows = sorted(job.leads.values_list("row", flat=True))
    assert rows == [row for row, digest in enumerate(given, start=1) if digest in known]
    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_an_import_whose_worker_is_killed_shares_each_row_once_within_a_minute(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "LIMITS", replace(imports.LIMITS, part=CHUNK))
    now, rows = clock.now(), CHUNK * CHUNKS
    member = builders.member("Harbourline")
    actor = builders.actor(member, Role.SUBMITTER, now=now)
    found = importing.checked(member, importing.addresses(rows), actor=actor, now=now)
    importing.submit(found, actor=actor, now=now)

    def parts_done() -> int:
        with acting_as(Actor.clock()):
            return found.parts.filter(done_at__isnull=False).count()

    with holding_the_ledger():
        workers.start()
        wait_for(somebody_waits, 60, workers)
    wait_for(lambda: parts_done() > 0, 10, workers)
    with holding_the_ledger():
        wait_for(somebody_waits, 10, workers)
        workers.kill_all()
    killed_at = time.monotonic()
    assert 0 < parts_done() < CHUNKS

    workers.start()
    wait_for(lambda: not importing.fresh(found).is_at_work, 90, workers)

    assert time.monotonic() - killed_at < 60, workers.log()
    assert importing.fresh(found).state == Import.State.DONE
    assert list(importing.verdicts(found).values()) == [Verdict.SHARED] * rows
    assert importing.shared() == rows
    assert Entry.objects.filter(action="signal.submitted").count() == rows
    assert importing.plain_rows_left(found) == 0
