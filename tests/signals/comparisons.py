"""Match jobs for tests: started, run as the workers would, and what they found."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.audit.recording import recording
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals import candidates, moves
from signals.candidates import Parsed
from signals.models import Chunk, MatchJob, Signal
from signals.purposes import Purpose, Surface
from signals.services import jobs
from signals.services.jobs import Plan
from signals.workflow import Move
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(hours=1)
CLOCK = Actor.clock()
PLAN = Plan("Weekly list", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA)
PDQ = sha256(b"a synthetic picture").hexdigest()
PHASH = PDQ[:16]


def start(member: Organisation, content: str | Parsed, *, now: datetime = LATER, **changes: Any) -> MatchJob:
    parsed = candidates.parse(content) if isinstance(content, str) else content
    planned = {field.name: changes.pop(field.name) for field in fields(Plan) if field.name in changes}
    given: dict[str, Any] = {
        "plan": replace(PLAN, **planned),
        "candidates": (*parsed.candidates, *parsed.refused),
        "actor": builders.actor(member, Role.ANALYST),
        "now": now,
    }
    return jobs.start(**given | changes)


def run(job: MatchJob, *, now: datetime = LATER) -> MatchJob:
    return builders.run_job(job, now=now)


def found(job: MatchJob) -> list[tuple[int, str, int]]:
    with acting_as(CLOCK):
        rows = job.leads.order_by("row", "match", "distance").values_list("row", "match", "distance")
        return [(row, match, distance) for row, match, distance in rows]


def compare(member: Organisation, content: str, **changes: Any) -> list[tuple[int, str, int]]:
    job = run(start(member, content, **changes))
    assert job.state == MatchJob.State.DONE
    return found(job)


def make(signal: Signal, move: Move, *, now: datetime = NOW) -> None:
    """A move of a signal, as the services make it."""
    with recording(CLOCK, now) as record:
        moves.apply(record, Signal.objects.select_for_update(of=("self",)).get(pk=signal.pk), move)


def chunk(job: MatchJob, number: int) -> Chunk:
    with acting_as(CLOCK):
        return job.chunks.get(number=number)


def actions(job: MatchJob) -> list[str]:
    return list(Entry.objects.about("job", job.public_id).values_list("action", flat=True))
