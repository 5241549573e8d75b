"""Placeholder until the service lands within the hour: being written now."""

from lantern_site.audit.recording import Recorder
from reviews.models import Recall
from reviews.workflow import RecallCause
from signals.models import Signal


def announce(record: Recorder, signal: Signal, cause: RecallCause) -> Recall | None:
    raise NotImplementedError
