"""Looking after the index: fold changes into its snapshots, compare it with the database, build it anew."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Head
from lantern_site.audit.recording import recording
from lantern_site.errors import WrongState
from lantern_site.work import heartbeats
from signals import indexing
from signals.indexing import Index, ledger

LOOKS = 3
"""So often the index is compared before a difference counts: entries that were written meanwhile may look like one."""


def fold(*, now: datetime) -> list[str]:
    """Write the snapshots of this machine that are due; says of which kinds. One process at a time does it."""
    return [str(kind) for kind in indexing.current(now=now).fold()]


def compare(*, now: datetime) -> dict[str, int]:
    """Compare the index with the database: kinds that differ, and in how many values at least.

    A difference raises an alarm, is recorded, and has the index built anew everywhere.
    """
    index = indexing.current(now=now)
    differing = index.differences()
    for _look in range(LOOKS - 1):
        if not differing or index.position == Head.objects.get().position:
            break
        index = indexing.current(now=now)
        differing = index.differences()
    heartbeats.beat("index_compared", now=now, position=index.position)
    if not differing:
        heartbeats.end_alarm("index_differs")
        return {}
    heartbeats.alarm("index_differs", now=now)
    with recording(Actor.clock(), now) as record:
        record("index.differed", subject_kind="index", subject=index.position, facts=dict(differing))
    rebuild(now=now, index=index)
    return differing


def rebuild(*, now: datetime, index: Index | None = None, tick: Callable[[], None] = lambda: None) -> Index:
    """Have every process read its index anew, and write this machine's snapshots. `tick` is called while it reads.

    Raises WrongState when another process writes snapshots at this moment.
    """
    index = index or Index()
    with index.snapshots.writing() as ours:
        if not ours:
            raise WrongState(_("A snapshot is being written at this moment. Try again in a minute."))
        with recording(Actor.clock(), now) as record:
            record(ledger.REBUILT, subject_kind="index", subject=0)
        index.rebuild(now=now, tick=tick)
    index.refresh(now=now, tick=tick)
    return index
