"""What the parties of a dispute and its adjudicators do, in tests."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Refusal
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Dispute, Recall
from reviews.services import disputes, hearings
from reviews.workflow import Reason, Result, Scope
from signals.models import Signal
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(days=1)


def objector(of: Organisation) -> Actor:
    return builders.actor(of, Role.ANALYST)


def open_dispute(signal: Signal, by: Actor, **changes: Any) -> Dispute:
    said: dict[str, Any] = {
        "scope": Scope.SIGNAL,
        "reason": Reason.STALE,
        "statement": "The account was closed long before.",
        "opener_named": True,
        "hold_asked": False,
        "now": NOW,
    }
    return disputes.open(signal_id=signal.public_id, actor=by, **(said | changes))


def held(signal: Signal, by: Organisation, *, at: Any = NOW) -> Dispute:
    """A dispute about a person whose hold a second person of the opener has confirmed."""
    opened = open_dispute(signal, objector(by), reason=Reason.WRONG_PERSON, hold_asked=True, now=at)
    return disputes.confirm_hold(dispute_id=opened.public_id, actor=objector(by), now=at)


def decide(dispute: Dispute, result: Result, *, at: Any = LATER) -> Dispute:
    adjudicator = builders.actor(builders.programme(), Role.ADJUDICATOR)
    return disputes.decide(
        dispute_id=dispute.public_id, result=result, text="Decided on the evidence.", actor=adjudicator, now=at
    )


def appeal(dispute: Dispute, by: Organisation, *, at: Any = LATER) -> Dispute:
    return disputes.appeal(dispute_id=dispute.public_id, text="The evidence was not read.", actor=objector(by), now=at)


def decide_appeal(dispute: Dispute, result: Result, *, at: Any = LATER) -> Dispute:
    external = given(dispute, Role.EXTERNAL_ADJUDICATOR, at=at)
    return disputes.decide_appeal(
        dispute_id=dispute.public_id, result=result, text="Read anew.", actor=external, now=at
    )


def given(dispute: Dispute, role: Role, *, at: Any = LATER) -> Actor:
    """Somebody new to whom a steward gives the case."""
    judge = builders.actor(builders.programme(), role)
    hearings.assign(dispute_id=dispute.public_id, person_id=judge.id, actor=builders.steward(), now=at)
    return judge


def fresh(dispute: Dispute) -> Dispute:
    with acting_as(Actor.clock()):
        return Dispute.objects.get(pk=dispute.pk)


def the_recall(signal: Signal) -> Recall:
    return Recall.objects.get(signal=signal, closed_at__isnull=True)


def actions(kind: str, subject: int) -> list[str]:
    return list(Entry.objects.about(kind, subject).values_list("action", flat=True))


def fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def race(act: Callable[[int], object], runners: int) -> list[str]:
    start, outcomes = Barrier(runners), []

    def run(number: int) -> None:
        start.wait()
        try:
            act(number)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
