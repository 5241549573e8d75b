"""What becomes of a job: it goes on, is cancelled, ends."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Projection, Recorder, recording
from lantern_site.errors import WrongState
from lantern_site.work import outbox
from signals import policies, shadow
from signals.models import MatchJob
from signals.services.jobs import limits

STATES_THAT_RUN = (MatchJob.State.QUEUED, MatchJob.State.RUNNING)
STATES_WITH_VALUES = (*STATES_THAT_RUN, MatchJob.State.ASKING)
"""States in which values of a batch lie here, waiting to be compared."""


def cancel(*, job_id: int, actor: Actor, now: datetime) -> MatchJob:
    """Stop a job. Leads that were written stay; what was not compared yet is wiped at once.

    A chunk that is being compared at this moment notices, and writes nothing.
    """
    with recording(actor, now) as record:
        job = found(job_id=job_id, actor=actor)
        policies.may_steer_job(actor, job)
        if not job.is_open:
            raise WrongState(_("This job has ended already."))
        job.cancel_asked_at = now
        end(record=record, job=job, state=MatchJob.State.CANCELLED, action="job.cancelled")
    return job


def go_on(*, job_id: int, actor: Actor, now: datetime) -> MatchJob:
    """Compare the rest of a job whose first part is done. Raises WrongState when it does not ask."""
    with recording(actor, now) as record:
        job = found(job_id=job_id, actor=actor)
        policies.may_steer_job(actor, job)
        if job.state != MatchJob.State.ASKING:
            raise WrongState(_("This job does not wait for an answer."))
        job.state, job.stage = MatchJob.State.RUNNING, job.stage + 1
        job.save(update_fields=["state", "stage"])
        rest = job.chunks.filter(stage=job.stage, done_at__isnull=True).order_by("number")
        rest.update(asked_at=now)
        for pk in rest.values_list("pk", flat=True):
            outbox.ask("signals.run_chunk", pk)
        note(record=record, job=job, action="job.continued", facts={"stage": job.stage})
    return job


def found(*, job_id: int, actor: Actor) -> MatchJob:
    """The job by its public id, locked. Raises Hidden, whether there is none or it is not for the actor."""
    known = MatchJob.objects.visible_to(actor).batches().filter(public_id=job_id).first()
    if known is None:
        raise policies.unknown_job()
    return locked(job_id=known.pk)


def locked(*, job_id: int) -> MatchJob:
    return (
        MatchJob.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "started_by", "started_with")
        .get(pk=job_id)
    )


def end_if_complete(*, record: Recorder, job: MatchJob) -> None:
    """End the job, or ask whether to go on, when its stage has no chunk left. Its row is locked by the caller."""
    left = job.chunks.filter(done_at__isnull=True)
    if left.filter(stage__lte=job.stage).exists():
        return
    if not left.exists():
        end(record=record, job=job, state=MatchJob.State.DONE, action="job.finished")
        return
    job.state, job.would_hit = MatchJob.State.ASKING, shadow.told(job, step=limits.LIMITS.counted_from)
    job.save(update_fields=["state", "would_hit"])
    note(record=record, job=job, action="job.stage_done", facts=_result(job) | {"stage": job.stage})


def fail(*, job_id: int, now: datetime) -> None:
    with recording(Actor.clock(), now) as record:
        job = locked(job_id=job_id)
        if job.is_open:
            end(record=record, job=job, state=MatchJob.State.FAILED, action="job.finished")


def end(*, record: Recorder, job: MatchJob, state: MatchJob.State, action: str) -> None:
    """The last words about a job. Its remaining values are wiped; its row is locked by the caller."""
    job.state, job.finished_at = state, record.now
    job.would_hit = shadow.told(job, step=limits.LIMITS.counted_from)
    job.save(update_fields=["state", "finished_at", "cancel_asked_at", "would_hit"])
    job.chunks.filter(done_at__isnull=True).update(ciphertext=None)
    shadow.forget(job)
    note(record=record, job=job, action=action, facts=_result(job) | {"state": str(state)})


def _result(job: MatchJob) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "candidates": job.compared,
        "leads": job.leads.count(),
        "not_eligible": job.not_eligible,
    }
    return facts | ({"would_hit": shadow.total(job)} if job.is_shadow else {})


def note(
    *, record: Recorder, job: MatchJob, action: str, facts: dict[str, Fact], then: Projection | None = None
) -> None:
    """An entry of the ledger about the job."""
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
