"""Starting a job."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid
from lantern_site.members.policies import organisation_of
from lantern_site.work import answers, outbox
from signals import policies, protection
from signals.candidates import Refusals, Refused, Row
from signals.models import MatchJob
from signals.services.batches import Once
from signals.services.jobs import batches, limits, steering
from signals.services.jobs.batches import Plan


def start(*, plan: Plan, candidates: Iterable[Row], actor: Actor, now: datetime) -> MatchJob:
    """Take a batch and ask for its chunks. Rows that were refused are only counted; the job shows how many.

    The rows may come from a file that is read meanwhile: they are taken a few at a time. Raises NotAllowed, or Invalid
    with the field of the plan or for `candidates`; then nothing was taken. The values are encrypted here and wiped
    chunk by chunk; nothing of them stands in the ledger or in a message.
    """
    with recording(actor, now) as record:
        job = batches.created(plan=plan, state=MatchJob.State.QUEUED, actor=actor, now=now)
        taken, chunks = batches.fill(job=job, rows=candidates, most=limits.LIMITS.candidates)
        if plan.is_shadow and taken.total < limits.LIMITS.shadow_least:
            sentence = _("A job that only counts needs at least %(least)d values: fewer would tell of single ones.")
            raise Invalid(sentence % {"least": limits.LIMITS.shadow_least}, "is_shadow")
        for chunk in chunks:
            if chunk.stage == job.stage:
                outbox.ask("signals.run_chunk", chunk.pk)
        steering.note(
            record=record,
            job=job,
            action="job.started",
            facts=taken.facts()
            | {"chunks": len(chunks), "shadow": job.is_shadow, "first_percent": job.first_percent}
            | {f"{kind}_within": radius for kind, radius in job.radii.items()},
            then=lambda position: _remember_position(job, position),
        )
    return job


@dataclass(frozen=True)
class Started:
    """A job as it is by now, and the first of the rows that were refused when it was started."""

    job: MatchJob
    refused: Sequence[Refused]


def start_once(*, plan: Plan, candidates: Iterable[Row], once: Once | None, actor: Actor, now: datetime) -> Started:
    """Start a job, unless `once` names a request that has started one: then that is the answer, and no row is read.

    Raises what `start` raises, and WrongState when `once` came with another body.
    """
    refused = Refusals()
    if once is None:
        return Started(start(plan=plan, candidates=refused.noting(candidates), actor=actor, now=now), refused.first)
    with recording(actor, now):
        policies.may_match(actor)
        answer = answers.claim(
            organisation=organisation_of(actor).public_id,
            key=once.key,
            body_hash=protection.digest(once.body_hash),
            same=set(protection.digests(once.body_hash).values()),
            now=now,
        )
        if answer.answer is None:
            job = start(plan=plan, candidates=refused.noting(candidates), actor=actor, now=now)
            answer.answer = {"job": job.pk, "refused": [[row.row, row.sentence] for row in refused.first]}
            answer.save(update_fields=["answer"])
        job = MatchJob.objects.get(pk=answer.answer["job"])
        return Started(job, [Refused(*row) for row in answer.answer["refused"]])


def _remember_position(job: MatchJob, position: int) -> None:
    job.position = position
    MatchJob.objects.filter(pk=job.pk).update(position=position)
