"""Match jobs: a member's batch in chunks, each done once by whichever worker holds its lease."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.recording import Fact, Projection, Recorder, recording
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.policies import organisation_of, staff_id_of
from lantern_site.work import leases, outbox
from signals import breadth, comparing, indexing, leads, policies, sealing
from signals.candidates import Candidate
from signals.kinds import IDENTIFIERS
from signals.models import Chunk, MatchJob
from signals.purposes import Purpose, Surface

LONGEST_LABEL = 60


@dataclass(frozen=True)
class Limits:
    """What a job may hold, and how patient its machinery is."""

    candidates: int = 1_000_000
    plain_identifiers: int = 10_000
    chunk: int = 2_000
    attempts: int = 5
    unasked: timedelta = timedelta(seconds=15)
    queued: timedelta = timedelta(minutes=5)
    values_kept: timedelta = timedelta(hours=24)
    asked_at_once: int = 100


LIMITS = Limits()
STATES_THAT_RUN = (MatchJob.State.QUEUED, MatchJob.State.RUNNING)


def start(
    *,
    label: str,
    purpose: str,
    surface: str,
    candidates: Sequence[Candidate],
    actor: Actor,
    now: datetime,
    refused: int = 0,
) -> MatchJob:
    """Take a batch and ask for its chunks. `refused` says how many rows could not be read; it is shown with the job.

    Raises NotAllowed, or Invalid for `label`, `purpose`, `surface` or `candidates`. The values are encrypted here and
    wiped chunk by chunk; nothing of them stands in the ledger or in a message.
    """
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        policies.may_match(actor)
        policies.may_match_surface(organisation, surface, now.date())
        _check_words(label, purpose, surface)
        _check_batch(candidates, organisation, purpose, now)
        job = MatchJob.objects.create(
            organisation=organisation,
            started_by_id=staff_id_of(actor),
            started_with=ApiKey.objects.get(public_id=actor.id) if actor.kind == ActorKind.KEY else None,
            label=label.strip(),
            purpose=purpose,
            surface=surface,
            total=len(candidates),
            refused=refused,
            started_at=now,
        )
        chunks = Chunk.objects.bulk_create(_chunks(job, candidates), batch_size=100)
        for chunk in chunks:
            outbox.ask("signals.run_chunk", chunk.pk)
        facts = _counts(candidates) | {"candidates": job.total, "refused": refused, "chunks": len(chunks)}
        _record(record, job, "job.started", facts, then=lambda position: _remember_position(job, position))
    return job


def _counts(candidates: Sequence[Candidate]) -> dict[str, Fact]:
    """How many of each kind; never a value."""
    return dict(Counter(each.kind for each in candidates))


def _remember_position(job: MatchJob, position: int) -> None:
    job.position = position
    MatchJob.objects.filter(pk=job.pk).update(position=position)


def _check_words(label: str, purpose: str, surface: str) -> None:
    if not label.strip():
        raise Invalid(_("Give the job a name that you will recognise."), "label")
    if len(label.strip()) > LONGEST_LABEL:
        raise Invalid(_("The name has at most %(most)d characters.") % {"most": LONGEST_LABEL}, "label")
    if purpose not in Purpose.values:
        raise Invalid(_("Choose the purpose of the job."), "purpose")
    if surface not in Surface.values:
        raise Invalid(_("Choose where on your service the values come from."), "surface")


def _check_batch(candidates: Sequence[Candidate], organisation: Organisation, purpose: str, now: datetime) -> None:
    if not candidates:
        raise Invalid(_("There is nothing to compare: give at least one value."), "candidates")
    if len(candidates) > LIMITS.candidates:
        raise Invalid(
            _("A job compares at most %(most)d values; these are %(count)d. Cut the list into several jobs.")
            % {"most": LIMITS.candidates, "count": len(candidates)},
            "candidates",
        )
    if any(each.kind in IDENTIFIERS for each in candidates) and not organisation.may_handle_identifiers(now.date()):
        raise NotAllowed(_("Your organisation's legal gate for identifiers is not open: compare content kinds only."))
    plain = sum(each.is_plain_identifier for each in candidates)
    if plain and purpose != Purpose.ACCOUNTS_UNDER_REVIEW:
        raise Invalid(
            _("Plain identifiers may be compared for accounts under review only. Give public digests instead."),
            "purpose",
        )
    if plain > LIMITS.plain_identifiers:
        raise Invalid(
            ngettext(
                "A job compares at most %(most)d plain identifier. Give public digests instead.",
                "A job compares at most %(most)d plain identifiers. Give public digests instead.",
                LIMITS.plain_identifiers,
            )
            % {"most": LIMITS.plain_identifiers},
            "candidates",
        )


# Chunks and their values


def _chunks(job: MatchJob, candidates: Sequence[Candidate]) -> list[Chunk]:
    made = []
    for number, begin in enumerate(range(0, len(candidates), LIMITS.chunk), start=1):
        part = candidates[begin : begin + LIMITS.chunk]
        chunk = Chunk(job=job, number=number, size=len(part), asked_at=job.started_at)
        chunk.ciphertext = sealing.seal(json.dumps([each.fields() for each in part]), bound_to=_binding(chunk))
        made.append(chunk)
    return made


def _opened(chunk: Chunk) -> list[Candidate]:
    assert chunk.ciphertext is not None
    return [Candidate(*fields) for fields in json.loads(sealing.unseal(chunk.ciphertext, bound_to=_binding(chunk)))]


def _binding(chunk: Chunk) -> str:
    return f"job:{chunk.job.public_id}:chunk:{chunk.number}"


# Running


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

    def take(self) -> bool:
        return leases.take(Chunk, self.chunk_id, holder=self.holder, now=self._start)

    def keep(self) -> None:
        """Extend the lease once a third of it has passed. Raises LeaseLost when there is no use in going on."""
        now = self.now()
        if now - self._kept < Chunk.lease / 3:
            return
        running = MatchJob.objects.filter(chunks=self.chunk_id, state__in=STATES_THAT_RUN)
        if not running.exists() or not leases.extend(Chunk, self.chunk_id, holder=self.holder, now=now):
            raise LeaseLost
        self._kept = now


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
    except LeaseLost:
        leases.give_back(Chunk, chunk_id, holder=holder)
    except Exception:
        if chunk.attempts >= LIMITS.attempts:
            _fail(chunk.job_id, tenure.now())
        raise


def _taken(tenure: Tenure) -> Chunk | None:
    """The chunk, leased to us, if there is anything left to do about it."""
    if not tenure.take():
        return None
    chunk = Chunk.objects.select_related("job__organisation", "job__started_by", "job__started_with").get(
        pk=tenure.chunk_id
    )
    if chunk.done_at is not None or not chunk.job.is_running:
        leases.give_back(Chunk, chunk.pk, holder=tenure.holder)
        return None
    MatchJob.objects.filter(pk=chunk.job_id, state=MatchJob.State.QUEUED).update(state=MatchJob.State.RUNNING)
    return chunk


def _compare(chunk: Chunk, tenure: Tenure) -> None:
    """The slow part without a transaction, then everything that it brought in one."""
    candidates = _opened(chunk)
    index = indexing.current(now=tenure.now(), tick=tenure.keep)
    hits = comparing.hits(candidates, index, tenure.keep)
    with recording(Actor.clock(), tenure.now()) as record:
        job = _locked(chunk, tenure.holder)
        met = {hit.indicator_id for hit in hits}
        with acting_as(_on_behalf_of(job)):
            confirmed = comparing.confirm(met, job.organisation, shown_before=job.started_at)
            confirmed = breadth.narrowed(record, job, candidates, hits, confirmed)
            written = leads.write(job, candidates, hits, confirmed, record.now)
        dropped = sum(hit.indicator_id in confirmed.ended for hit in hits)
        _mark_done(chunk, record.now)
        job.not_eligible += dropped
        job.save(update_fields=["not_eligible"])
        facts: dict[str, Fact] = {"chunk": chunk.number, "size": chunk.size, "leads": written, "not_eligible": dropped}
        _record(record, job, "job.chunk_done", facts)
        _end_if_complete(record, job)


def _locked(chunk: Chunk, holder: str) -> MatchJob:
    """The chunk's job, with both rows locked: first the job, as everywhere. Raises LeaseLost."""
    job = _locked_job(chunk.job_id)
    held = Chunk.objects.select_for_update().filter(pk=chunk.pk, leased_by=holder, done_at__isnull=True)
    if not job.is_running or held.first() is None:
        raise LeaseLost
    return job


def _locked_job(job_id: int) -> MatchJob:
    return (
        MatchJob.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "started_by", "started_with")
        .get(pk=job_id)
    )


def _on_behalf_of(job: MatchJob) -> Actor:
    """The member as the database sees it: a worker finds nothing for a member that the member could not see."""
    return Actor(
        kind=ActorKind.STAFF,
        id=job.started_by.public_id,
        organisation_id=job.organisation_id,
        organisation=job.organisation.public_id,
    )


def _mark_done(chunk: Chunk, now: datetime) -> None:
    Chunk.objects.filter(pk=chunk.pk).update(done_at=now, ciphertext=None, leased_by="", leased_until=None)


# Ending


def cancel(*, job_id: int, actor: Actor, now: datetime) -> MatchJob:
    """Stop a job. Leads that were written stay; what was not compared yet is wiped at once.

    A chunk that is being compared at this moment notices, and writes nothing.
    """
    with recording(actor, now) as record:
        found = MatchJob.objects.visible_to(actor).filter(public_id=job_id).first()
        if found is None:
            raise policies.unknown_job()
        job = _locked_job(found.pk)
        policies.may_steer_job(actor, job)
        if not job.is_running:
            raise WrongState(_("This job has ended already."))
        job.cancel_asked_at = now
        _end(record, job, MatchJob.State.CANCELLED, "job.cancelled")
    return job


def _end_if_complete(record: Recorder, job: MatchJob) -> None:
    if not job.chunks.filter(done_at__isnull=True).exists():
        _end(record, job, MatchJob.State.DONE, "job.finished")


def _fail(job_id: int, now: datetime) -> None:
    with recording(Actor.clock(), now) as record:
        job = _locked_job(job_id)
        if job.is_running:
            _end(record, job, MatchJob.State.FAILED, "job.finished")


def _end(record: Recorder, job: MatchJob, state: MatchJob.State, action: str) -> None:
    """The last words about a job. Its remaining values are wiped; its row is locked by the caller."""
    job.state, job.finished_at = state, record.now
    job.save(update_fields=["state", "finished_at", "cancel_asked_at"])
    job.chunks.filter(done_at__isnull=True).update(ciphertext=None)
    compared = job.chunks.filter(done_at__isnull=False).aggregate(size=Sum("size", default=0))["size"]
    facts: dict[str, Fact] = {
        "state": str(state),
        "candidates": compared,
        "leads": job.leads.count(),
        "not_eligible": job.not_eligible,
    }
    _record(record, job, action, facts)


# Sweeping


def sweep(*, now: datetime) -> int:
    """Make jobs agree with their chunks again after a crash or a lost message. Returns how many chunks were asked for.

    Chunks whose holder died are asked for again, those of a lost message too; a chunk that failed too often, or a job
    that is older than values may live, ends the job as failed.
    """
    for job_id in _hopeless(now):
        _fail(job_id, now)
    for job_id in _complete():
        with recording(Actor.clock(), now) as record:
            job = _locked_job(job_id)
            if job.is_running:
                _end_if_complete(record, job)
    return _ask_again(now)


def _hopeless(now: datetime) -> list[int]:
    worn_out = Q(chunks__done_at__isnull=True, chunks__leased_until__lte=now, chunks__attempts__gte=LIMITS.attempts)
    too_old = Q(started_at__lte=now - LIMITS.values_kept)
    return list(
        MatchJob.objects.filter(worn_out | too_old, state__in=STATES_THAT_RUN).values_list("pk", flat=True).distinct()
    )


def _complete() -> list[int]:
    left = Chunk.objects.filter(job=OuterRef("pk"), done_at__isnull=True)
    return list(MatchJob.objects.filter(~Exists(left), state__in=STATES_THAT_RUN).values_list("pk", flat=True))


def _ask_again(now: datetime) -> int:
    """A chunk that was never taken may simply wait its turn: while any chunk is being worked on the queue moves, and
    only after some minutes its message counts as lost. Otherwise a long queue would grow with every sweep."""
    moves = Chunk.objects.filter(done_at__isnull=True, leased_until__gt=now).exists()
    lost = Q(leased_until__isnull=True, asked_at__lte=now - (LIMITS.queued if moves else LIMITS.unasked))
    dropped = Q(leased_until__lte=now, asked_at__lte=now - LIMITS.unasked)
    waiting = Chunk.objects.filter(lost | dropped, done_at__isnull=True, job__state__in=STATES_THAT_RUN)
    with acting_as(Actor.clock()):
        due = waiting.select_for_update(of=("self",), skip_locked=True).order_by("asked_at", "pk")
        asked = [chunk.pk for chunk in due[: LIMITS.asked_at_once]]
        Chunk.objects.filter(pk__in=asked).update(asked_at=now)
        for pk in asked:
            outbox.ask("signals.run_chunk", pk)
    return len(asked)


def _record(
    record: Recorder, job: MatchJob, action: str, facts: dict[str, Fact], *, then: Projection | None = None
) -> None:
    organisation = job.organisation.public_id
    record(
        action,
        subject_kind="job",
        subject=job.public_id,
        organisation=organisation,
        audience=f"organisation:{organisation}",
        facts={"purpose": job.purpose, "surface": job.surface} | facts,
        then=then,
    )
