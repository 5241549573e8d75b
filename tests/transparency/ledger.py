"""A ledger for tests of the report: entries with the facts that services record, and nothing behind them."""

from datetime import UTC, datetime, timedelta
from itertools import count

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.recording import Fact, recording

NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
MEMBERS = (101, 102, 103, 104, 105)
_subjects = count(1_000)


def happened(at: datetime, action: str, subject: int, member: int | None = None, **facts: Fact) -> None:
    actor = Actor(ActorKind.STAFF, 7, organisation=member) if member else Actor.clock()
    with recording(actor, at) as record:
        record(action, subject_kind=action.partition(".")[0], subject=subject, facts=facts)


def day(number: int, hour: int = 9) -> datetime:
    """A day of 2025, counted from 1; before and after they lie in the years around it."""
    return NEW_YEAR + timedelta(days=number - 1, hours=hour)


def signal(at: datetime, owner: int, *, waited: timedelta = timedelta(hours=2), **says: Fact) -> int:
    """A signal that was submitted and, after a wait, activated at a time."""
    subject = next(_subjects)
    facts: dict[str, Fact] = {
        "owner": owner,
        "indicator": subject,
        "kind": "sha256",
        "harm": "csam_verified",
        "severity": 3,
        "origin": "own_detection",
        "ai": "not_indicated",
        **says,
    }
    happened(at - waited, "signal.submitted", subject, owner, **facts)
    happened(at, "signal.activated", subject, owner, **facts)
    return subject


def ended(subject: int, at: datetime, action: str, owner: int, **facts: Fact) -> None:
    happened(at, action, subject, owner, owner=owner, **facts)


def dispute(at: datetime, opener: int, reason: str = "wrong_person") -> int:
    subject = next(_subjects)
    happened(at, "dispute.opened", subject, opener, reason=reason, opener=opener, state="opened", scope="signal")
    return subject


def finding(at: datetime, member: int, outcome: str = "violation", **facts: Fact) -> None:
    says: dict[str, Fact] = {
        "outcome": outcome,
        "attribution": "decisive",
        "looks_wrong": "no",
        "seconds_since_lead": 7200,
        **facts,
    }
    happened(at, "finding.recorded", next(_subjects), member, **says)


def job(at: datetime, member: int, *, candidates: int, leads: int) -> None:
    subject = next(_subjects)
    happened(at, "job.started", subject, member, purpose="new_uploads", surface="public", candidates=candidates)
    happened(at + timedelta(minutes=1), "job.finished", subject, member, candidates=candidates, leads=leads)


def recall(at: datetime, *members: int) -> int:
    subject = next(_subjects)
    happened(at, "recall.opened", subject, MEMBERS[0], cause="retracted", state="open", members=len(members))
    for member in members:
        happened(at, "recall.delivered", subject, member, organisation=member, delivery="delivered")
    return subject


def acknowledged(subject: int, at: datetime, member: int, hours: int, delivery: str = "acknowledged") -> None:
    happened(
        at,
        "recall.acknowledged",
        subject,
        member,
        organisation=member,
        delivery=delivery,
        seconds_since_due=hours * 3600,
    )


def takes_part(member: int, at: datetime, kind: str = "platform", state: str = "active") -> None:
    happened(at, "member.activated", member, kind=kind, state=state)
