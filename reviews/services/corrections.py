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
    moves.note_correction(record, signal, "signal.correction_refused", payload=payload)
    moves.drop_correction(signal)
    signal.save(update_fields=["correction"])
