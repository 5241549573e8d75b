"""What a reviewer's word makes of a proposed correction; the caller (`decisions`) holds the lock and has written it."""

from collections.abc import Mapping

from lantern_site.audit.recording import Fact, Recorder
from reviews.services import recalls
from reviews.workflow import RecallCause
from signals import moves
from signals.models import Signal

ACTED_ON = frozenset({"harm", "account_holder", "real_child"})
"""What members act on: where it changes, everyone who received the signal is told, not only their machines."""


def take_effect(record: Recorder, signal: Signal, *, facts: Mapping[str, Fact], payload: Mapping[str, str]) -> None:
    """The corrected version counts from now on, in the feed too."""
    changed = moves.correct(record, signal, facts=facts, payload=payload)
    if not ACTED_ON.isdisjoint(changed):
        recalls.announce(record, signal, RecallCause.CORRECTED)


def refuse(record: Recorder, signal: Signal, *, payload: Mapping[str, str]) -> None:
    """The version that is in use stays."""
    note(record, signal, "signal.correction_refused", payload=payload)
    moves.drop_correction(signal)
    signal.save(update_fields=["correction"])


def note(
    record: Recorder,
    signal: Signal,
    action: str,
    *,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
) -> None:
    """An entry about a correction that is no version in use: for the owner and the programme alone."""
    record(
        action,
        subject_kind="signal",
        subject=signal.public_id,
        organisation=record.actor.organisation or signal.organisation.public_id,
        audience=f"organisation:{signal.organisation.public_id}",
        facts={"owner": signal.organisation.public_id, "proposed": signal.under_review.number} | dict(facts or {}),
        payload=payload,
    )
