"""Running chunks: each is compared by whoever holds its lease, and counts once."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.work import leases
from signals import breadth, chunks, comparing, indexing, leads, shadow
from signals.candidates import Candidate
from signals.comparing import Confirmed, Hit
from signals.models import Chunk, MatchJob
from signals.services.jobs import limits, steering

CLOCK = Actor.clock()


class LeaseLost(Exception):
    """The chunk belongs to somebody else by now, or the job was cancelled. Nothing was written."""


class Tenure:
    """A lease while it is held: it knows the time, and keeps itself alive as long as somebody asks."""

    def __init__(self, chunk_id: int, holder: str, now: datetime) -> None:
        self.chunk_id, self.holder = chunk_id, holder
        self._start, self._began = now, time.monotonic()
        self._kept = now

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    @property
    def milliseconds(self) -> int:
        """How long it has been held."""
        return round(1_000 * (time.monotonic() - self._began))

    def take(self) -> bool:
        with acting_as(CLOCK):
            return leases.take(Chunk, self.chunk_id, holder=self.holder, now=self._start)

    def keep(self) -> None:
        """Extend the lease once a third of it has passed. Raises LeaseLost when there is no use in going on."""
        now = self.now()
        if now - self._kept < Chunk.lease / 3:
            return
        with acting_as(CLOCK):
            running = MatchJob.objects.filter(chunks=self.chunk_id, state__in=steering.STATES_THAT_RUN)
            kept = running.exists() and leases.extend(Chunk, self.chunk_id, holder=self.holder, now=now)
        if not kept:
            raise LeaseLost
        self._kept = now

    def give_back(self) -> None:
        with acting_as(CLOCK):
            leases.give_back(Chunk, self.chunk_id, holder=self.holder)


def run_chunk(chunk_id: int, *, holder: str, now: datetime) -> None:
    """Compare one chunk and write its leads, once, whoever else tries the same. Call it outside of a transaction.

    `holder` names this attempt and no other. A chunk that is done, leased to another or cancelled is left alone. When
    it raises, the chunk stays leased for what is left of its term, which is the pause before the next attempt.
    """
    tenure = Tenure(chunk_id, holder, now)
    chunk = _taken(tenure)
    if chunk is None:
        return
    try:
        _compare(chunk, tenure)
    except (LeaseLost, indexing.Stale):
        tenure.give_back()
    except Exception:
        if chunk.attempts >= limits.LIMITS.attempts:
            steering.fail(job_id=chunk.job_id, now=tenure.now())
        raise


def _taken(tenure: Tenure) -> Chunk | None:
    """The chunk, leased to us, if there is anything left to do about it."""
    if not tenure.take():
        return None
    with acting_as(CLOCK):
        chunk = Chunk.objects.select_related("job__organisation", "job__started_by", "job__started_with").get(
            pk=tenure.chunk_id
        )
        if chunk.done_at is None and chunk.job.is_running:
            MatchJob.objects.filter(pk=chunk.job_id, state=MatchJob.State.QUEUED).update(state=MatchJob.State.RUNNING)
            return chunk
    tenure.give_back()
    return None


def _compare(chunk: Chunk, tenure: Tenure) -> None:
    """The slow part without a transaction, then everything that it brought in one."""
    candidates = chunks.opened(chunk)
    index = indexing.current(now=tenure.now(), tick=tenure.keep)
    before = tenure.milliseconds
    hits = comparing.hits(candidates, index, tenure.keep, radii=chunk.job.radii)
    matching = tenure.milliseconds - before
    with recording(CLOCK, tenure.now()) as record:
        job = _locked(chunk, tenure.holder)
        with acting_as(on_behalf_of(job=job)):
            met = {hit.indicator_id for hit in hits}
            confirmed = comparing.confirm(met, job.organisation, shown_before=job.started_at)
            written = _write(record, job, candidates, hits, confirmed)
        dropped = sum(hit.indicator_id in confirmed.ended for hit in hits)
        _mark_done(chunk, record.now)
        job.not_eligible += dropped
        job.compared += chunk.size
        job.save(update_fields=["not_eligible", "compared"])
        facts: dict[str, Fact] = {"chunk": chunk.number, "size": chunk.size, "leads": written, "not_eligible": dropped}
        facts |= {"matching_ms": matching, "ms": tenure.milliseconds}
        steering.note(record=record, job=job, action="job.chunk_done", facts=facts)
        steering.end_if_complete(record=record, job=job)


def _write(
    record: Recorder, job: MatchJob, candidates: Sequence[Candidate], hits: Sequence[Hit], confirmed: Confirmed
) -> int:
    """The leads, or in a shadow job only how many there would be. Returns how many leads were written."""
    if job.is_shadow:
        shadow.count(job, (hit for hit in hits if confirmed.signals.get(hit.indicator_id)))
        return 0
    told = breadth.narrowed(record, job, candidates, hits, confirmed)
    return leads.write(job, candidates, hits, told, record.now)


def _locked(chunk: Chunk, holder: str) -> MatchJob:
    """The chunk's job, with both rows locked: first the job, as everywhere. Raises LeaseLost."""
    job = steering.locked(job_id=chunk.job_id)
    held = Chunk.objects.select_for_update().filter(pk=chunk.pk, leased_by=holder, done_at__isnull=True)
    if not job.is_running or held.first() is None:
        raise LeaseLost
    return job


def on_behalf_of(*, job: MatchJob) -> Actor:
    """The member as the database sees it: a worker finds nothing for a member that the member could not see."""
    return Actor(
        kind=ActorKind.STAFF,
        id=job.started_by.public_id,
        organisation_id=job.organisation_id,
        organisation=job.organisation.public_id,
    )


def _mark_done(chunk: Chunk, now: datetime) -> None:
    Chunk.objects.filter(pk=chunk.pk).update(done_at=now, ciphertext=None, leased_by="", leased_until=None)
