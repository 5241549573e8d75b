"""A dispute on the table: locked with all that it touches, moved along its life, and told about in the ledger.

Parts of services; whoever calls them has asked the policies.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid
from reviews import workflow
from reviews.models import Dispute
from reviews.services import holds
from reviews.workflow import DisputeMove
from signals.models import Signal

LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Case:
    """A dispute and the signals that it touches, all locked, with the recorder of the one who acts."""

    record: Recorder
    dispute: Dispute
    signals: list[Signal]

    @property
    def actor(self) -> Actor:
        return self.record.actor

    @property
    def age(self) -> int:
        """In seconds, since the dispute was opened."""
        return int((self.record.now - self.dispute.opened_at).total_seconds())


@contextmanager
def opened(dispute_id: int, actor: Actor, now: datetime) -> Iterator[Case]:
    """Lock a dispute that the actor may see, and everything that it touches: signals first, by key, then the dispute.

    A dispute has consequences for signals that a party may not see (another owner's, or a community it has left), so
    the transaction as a whole is the clock's, and the block runs with its eyes; the entries are the actor's.
    """
    with recording(Actor.clock(), now), recording(actor, now) as record:
        found = Dispute.objects.visible_to(actor).filter(public_id=dispute_id).first()
        if found is None:
            raise Hidden(_("There is no such dispute."))
        with acting_as(Actor.clock()):
            signals = locked(list(found.touches.values_list("signal", flat=True)))
            parties = Dispute.objects.select_related("opener", "opened_by", "signal__organisation")
            yield Case(record, parties.select_for_update(of=("self",)).get(pk=found.pk), signals)


def locked(pks: list[int]) -> list[Signal]:
    rows = Signal.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return list(rows.select_related("indicator", "organisation", "community", "current_version"))


def settle(case: Case) -> None:
    for signal in case.signals:
        holds.settle(case.record, signal)


def move(case: Case, move: DisputeMove, *fields: str) -> None:
    case.dispute.state = workflow.target(case.dispute.state, move)
    case.dispute.save(update_fields=["state", *fields])


def note(
    case: Case, action: str, *, payload: Mapping[str, str] | None = None, facts: Mapping[str, Fact] | None = None
) -> None:
    """Record an entry about the dispute, with the state that a replay must arrive at. It concerns the other side."""
    dispute = case.dispute
    state: dict[str, Fact] = {
        "reason": dispute.reason,
        "scope": dispute.scope,
        "state": dispute.state,
        "result": dispute.final_result,
        "signal": dispute.signal.public_id,
        "holding": dispute.is_holding,
        "signals": len(case.signals),
    }
    case.record(
        action,
        subject_kind="dispute",
        subject=dispute.public_id,
        audience=f"organisation:{_other_side(case)}",
        facts=state | dict(facts or {}),
        payload=payload,
    )


def _other_side(case: Case) -> int:
    """The party that an act concerns. What an opener does who is not named concerns the opener alone, lest the owner
    finds it among the entries that it may search."""
    opener, owner = case.dispute.opener, case.dispute.signal.organisation
    by_opener = case.actor.organisation_id == opener.pk
    if by_opener:
        return owner.public_id if case.dispute.opener_named else opener.public_id
    return owner.public_id if case.actor.programme or case.actor.is_clock else opener.public_id


def check_text(text: str, sentence: str, field: str) -> None:
    if not text.strip():
        raise Invalid(sentence, field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("Use at most %(most)d characters.") % {"most": LONGEST_TEXT}, field)
