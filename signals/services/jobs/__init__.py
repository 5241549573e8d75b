"""Match jobs: a member's batch in chunks, each done once by whichever worker holds its lease; and lists kept here."""

from signals.services.jobs.batches import Plan
from signals.services.jobs.running import run_chunk
from signals.services.jobs.starting import Started, start, start_once
from signals.services.jobs.steering import cancel, go_on
from signals.services.jobs.sweeping import sweep

__all__ = ["Plan", "Started", "cancel", "go_on", "run_chunk", "start", "start_once", "sweep"]
