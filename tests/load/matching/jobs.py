"""Match jobs by real workers on real servers: how much of the time is spent matching, and what a second worker adds.

It takes Django and its servers: `tests.load.matching.fleet` runs it in a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGTERM
from statistics import median

import numpy as np

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.local import children, database
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Heartbeat
from signals import indexing
from signals.candidates import Candidate
from signals.intake import Item
from signals.kinds import Kind
from signals.matching.hashes import unpacked
from signals.matching.multi_index import Words, compare_all, halved
from signals.models import MatchJob
from signals.purposes import Purpose, Surface
from signals.services import jobs
from signals.services.jobs import Plan, limits
from tests import builders
from tests.load.bars import Bar
from tests.load.matching import hashes, limit, stock

PLAN = Plan("Measured", Purpose.WHOLE_SERVICE, Surface.PUBLIC)
PATIENCE = 600
FLEET = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Sizes:
    known: int = 1_000_000
    asked: int = 160_000
    compared: int = 10_000
    """So many of the rows are compared by brute force, too."""
    rounds: int = 3


QUICK = Sizes(known=3_000, asked=4_000, compared=200, rounds=1)


@dataclass(frozen=True)
class Ran:
    """How long a job took from its first chunk to its last, and how much of a worker's time its chunks took."""

    seconds: float
    matching: float
    working: float
    chunks: int


class Bench:
    """A database full of hashes, a member that compares with them, and workers."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes, self.folder = sizes, folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.chance = np.random.default_rng(11)
        self.known = hashes.uniform(sizes.known, hashes.PDQ, self.chance)
        sharer, self.member = builders.member("Pixelpond"), builders.member("Harbourline")
        like = builders.active(sharer, Item(Kind.PDQ, "ab3c" * 16, quality=100), now=clock.now())
        self.first = min(stock.fill(like, Kind.PDQ, unpacked(self.known)))
        indexing.current(now=clock.now())  # the snapshot that all workers map
        self.actor = _analyst(self.member)

    def add_worker(self) -> None:
        """Start one more, and give it work until it has read what it needs."""
        command = [children.tool("celery"), "--app", "lantern_site", "worker", "--concurrency", "1"]
        command += ["--without-mingle", "--without-gossip", "--loglevel", "info"]
        with (self.folder / f"worker{len(self.workers)}.log").open("wb") as log:
            self.workers.append(children.spawn(command, log))
        ready = 1 + len(self.workers)  # and this process
        usual = limits.LIMITS
        limits.LIMITS = replace(usual, chunk=2_000)  # so that each worker gets some of the chunks
        while Heartbeat.objects.filter(name__startswith="index:").count() < ready:
            self.run(self.questions(10_000))
        limits.LIMITS = usual

    def questions(self, count: int) -> Words:
        return hashes.questions(self.known, count, self.chance)

    def run(self, asked: Words) -> tuple[MatchJob, Ran]:
        rows = enumerate(unpacked(asked), start=1)
        given = (Candidate(row, Kind.PDQ, value, reference=f"post {row}", quality=100) for row, value in rows)
        job = jobs.start(plan=PLAN, candidates=given, actor=self.actor, now=clock.now())
        end = time.monotonic() + PATIENCE
        while _state(job) in (MatchJob.State.QUEUED, MatchJob.State.RUNNING):
            if time.monotonic() > end:
                raise AssertionError(self.log())
            time.sleep(0.05)
        if _state(job) != MatchJob.State.DONE:
            raise AssertionError(self.log())
        return job, _ran(job)

    def check(self, job: MatchJob, asked: Words) -> None:
        """The leads of some rows are what brute force finds."""
        some = asked[: self.sizes.compared]
        compiled = limit.compiled()
        if compiled:
            pairs = compiled.search(self.known, some, hashes.RADIUS[hashes.PDQ])
        else:
            found = compare_all(halved(self.known), some, hashes.RADIUS[hashes.PDQ])
            pairs = set(zip(found.query.tolist(), found.row.tolist(), strict=True))
        with acting_as(Actor.clock()):
            leads = set(job.leads.filter(row__lte=len(some)).values_list("row", "indicator_id"))
        if leads != {(query + 1, self.first + row) for query, row in pairs}:
            raise AssertionError("The job and brute force do not find the same.")

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3_000:] for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        children.stop(self.workers, SIGTERM, seconds=10)


def _analyst(member: Organisation) -> Actor:
    return builders.actor(member, Role.ANALYST, now=clock.now())


def _state(job: MatchJob) -> str:
    with acting_as(Actor.clock()):
        return MatchJob.objects.values_list("state", flat=True).get(pk=job.pk)


def _ran(job: MatchJob) -> Ran:
    done = list(Entry.objects.about("job", job.public_id).filter(action="job.chunk_done").values_list("at", "facts"))
    begun = min(_begun(at, facts) for at, facts in done)
    return Ran(
        seconds=(max(at for at, _facts in done) - begun).total_seconds(),
        matching=sum(facts["matching_ms"] for _at, facts in done) / 1_000,
        working=sum(facts["ms"] for _at, facts in done) / 1_000,
        chunks=len(done),
    )


def _begun(at: datetime, facts: dict[str, int]) -> datetime:
    return at - timedelta(milliseconds=facts["ms"])


@contextmanager
def bench(sizes: Sizes) -> Iterator[Bench]:
    database.migrate()
    with tempfile.TemporaryDirectory(prefix="lantern-bench-") as folder:
        made = Bench(sizes, Path(folder))
        try:
            yield made
        finally:
            made.stop()


def bars(sizes: Sizes) -> Iterator[Bar]:
    """One worker, then two, on jobs of the same size."""
    with bench(sizes) as on:
        alone, together = list[Ran](), list[Ran]()
        for runs in (alone, together):
            on.add_worker()
            for number in range(sizes.rounds):
                asked = on.questions(sizes.asked)
                job, ran = on.run(asked)
                runs.append(ran)
                if number == 0:
                    on.check(job, asked)
        one, two = (median(ran.seconds for ran in runs) for runs in (alone, together))
        share = median(ran.matching / ran.seconds for ran in alone)
        each = median(ran.seconds / ran.chunks for ran in alone)
        load = f"load of the machine {os.getloadavg()[0]:.1f}"
        note = f"{each:.2f} s a chunk, {sizes.asked / one:,.0f} rows/s; {load}"
        yield Bar("job-share-matching", share, 0.90, 0.95, "of a job's time", sizes.asked, sizes.rounds, note)
        note = f"{sizes.asked / two:,.0f} rows/s; model: {_modelled(alone, sizes.asked)}"
        yield Bar("job-2-workers-over-1", one / two, 1.7, 1.9, "× one worker", sizes.asked, sizes.rounds, note)


def _modelled(alone: list[Ran], rows: int) -> str:
    """Rows per second of larger fleets with as many cores, as one chunk costs them. Chunks of one job write their leads
    one after the other: what is not matching is taken for that."""
    chunk = median(ran.seconds / ran.chunks for ran in alone)
    serial = median((ran.working - ran.matching) / ran.chunks for ran in alone)
    size = rows / alone[0].chunks
    return ", ".join(f"{workers}: {size * min(workers / chunk, 1 / serial):,.0f}/s" for workers in FLEET)


def main() -> None:
    for bar in bars(QUICK if "--quick" in sys.argv else Sizes()):
        print(json.dumps(asdict(bar)), flush=True)
