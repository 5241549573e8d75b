"""What cannot be found by digest, because it is compared by distance or inside texts: the index of this process.

It holds the values of active signals, and follows the ledger, whose positions have no gaps: what was committed up to
`position` is in the index. (Row ids would not do: a row with a lower id may be committed later.) The index knows no
visibility; what it finds is confirmed in PostgreSQL.

Callers use `current()` and the three questions of `Index`; how the values are kept is nobody else's business.
"""

import logging
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, OperationalError

from lantern_site.work import heartbeats
from signals.indexing.index import KINDS, Index
from signals.indexing.ledger import Tick, Unreadable
from signals.indexing.parts import Near, empty

__all__ = ["KINDS", "Index", "Near", "Stale", "Tick", "current", "empty"]

log = logging.getLogger(__name__)


class Stale(OperationalError):
    """The index cannot keep up with the ledger: what it does not find proves nothing. To be tried again later, as when
    the database does not answer."""


_index: list[Index] = []


def current(*, now: datetime, tick: Tick = lambda: None) -> Index:
    """The index of this process, with everything that was committed before the call.

    When the ledger or a value cannot be read, the index is believed for two more minutes; then it raises Stale, and an
    alarm stands.
    """
    if not _index:
        _index.append(Index())
    index = _index[0]
    try:
        index.refresh(now=now, tick=tick)
    except (DatabaseError, Unreadable) as problem:
        if index.is_stale(now):
            with suppress(DatabaseError):
                heartbeats.alarm("index_stale", now=now)
            raise Stale("The index cannot keep up with the ledger.") from problem
        log.warning("the index could not be refreshed: %s", type(problem).__name__)
    return index
