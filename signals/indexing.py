"""The index of this process: what cannot be found by digest, because it is compared by distance or inside texts.

Perceptual hashes, keywords and profile names are read from PostgreSQL once and kept up to date along the ledger, whose
positions have no gaps: what was committed up to `position` is in the index. (Row ids would not do: a row with a lower
id may be committed later.) The index knows no visibility; what it finds is confirmed in PostgreSQL.

Callers use `current()` and the three questions of `Index`; how the values are kept is nobody else's business.
"""

import os
import socket
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import Generic, NamedTuple, TypeVar

from django.db.models import QuerySet

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Head
from lantern_site.work import heartbeats
from lantern_site.work.models import Heartbeat
from signals import intake
from signals.kinds import BITS, RADIUS, Kind
from signals.matching.hashes import HammingIndex, packed
from signals.matching.names import NameIndex
from signals.matching.text import KeywordIndex
from signals.models import IndicatorValue

KINDS = (*RADIUS, Kind.KEYWORD, Kind.USERNAME)
READ_AT_ONCE = 5_000
FOLD_AT = 0.05
BEATS = "index:"
BEAT_EVERY = timedelta(seconds=15)
FORGOTTEN_AFTER = timedelta(days=1)

Tick = Callable[[], None]


class Near(NamedTuple):
    """The value at place `query` of what was asked is this far from an indicator; 0 is the same."""

    query: int
    indicator_id: int
    distance: int


Built = TypeVar("Built")


class Growing(Generic[Built]):
    """An index that cannot be added to, with a small one beside it that is built anew for whatever comes later."""

    def __init__(self, build: Callable[[Mapping[int, str]], Built]) -> None:
        self._build = build
        self._values: dict[int, str] = {}
        self._later: dict[int, str] = {}
        self.parts: tuple[Built, ...] = ()

    def add(self, values: Mapping[int, str]) -> None:
        if not values:
            return
        self._later |= values
        if len(self._later) > FOLD_AT * len(self._values):
            self._values |= self._later
            self._later = {}
            self.parts = (self._build(self._values),)
        else:
            self.parts = (self.parts[0], self._build(self._later))


class Index:
    """Every value that is compared by distance or looked for in texts, in memory. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._clear()

    def _clear(self) -> None:
        self.position = 0
        self._last_read: tuple[int, datetime] | None = None
        self._beaten_at: datetime | None = None
        self._known: set[int] = set()
        self._hashes = {kind: HammingIndex(BITS[kind] // 64, RADIUS[kind]) for kind in BITS}
        self._names = Growing(lambda names: NameIndex(list(names.values()), list(names)))
        self._keywords = Growing(KeywordIndex)

    # Questions

    def near(self, kind: Kind, values: Sequence[str]) -> list[Near]:
        """Indicators within the radius of a perceptual kind."""
        if not values:
            return []
        with self._lock:
            found = self._hashes[kind].search(packed(values, BITS[kind]))
        return [Near(*numbers) for numbers in zip(*(column.tolist() for column in found), strict=True)]

    def like(self, names: Sequence[str]) -> list[Near]:
        """Profile names that are easily taken for one of these: 1 is one edit apart, 2 is alike at a glance only."""
        with self._lock:
            return [Near(*found) for part in self._names.parts for found in part.search(names)]

    def mentioned(self, texts: Sequence[str]) -> list[Near]:
        """Keywords that stand in the texts as whole words, each once per text; the distance is 0."""
        with self._lock:
            found = {(hit.text, hit.id) for part in self._keywords.parts for hit in part.search(texts)}
        return [Near(text, keyword, 0) for text, keyword in sorted(found)]

    # Keeping up

    def refresh(self, *, now: datetime, tick: Tick) -> None:
        """Read what was committed since the last time. `tick` is called while reading takes its time."""
        with self._lock, acting_as(Actor.clock()):
            head = Head.objects.get().position
            before = self.position
            if not self._continues(head):
                self._clear()
                self._take_in(IndicatorValue.objects.filter(indicator__kind__in=KINDS), tick)
                _forget_the_dead(now)
            elif head > before:
                self._take_in(IndicatorValue.objects.filter(pk__in=self._news(head)), tick)
            self.position, self._last_read = head, _entry_at(head)
            self._beat(now, moved=head != before)

    def _continues(self, head: int) -> bool:
        """Whether the ledger is still the one that was read: in another database, or a backup, reading begins anew."""
        return self._last_read is not None and head >= self.position and _entry_at(self.position) == self._last_read

    def _news(self, head: int) -> set[int]:
        """Indicators that the ledger speaks of since then, and that are not here yet."""
        entries = Entry.objects.filter(
            position__gt=self.position, position__lte=head, subject_kind="signal", facts__kind__in=KINDS
        )
        return set(entries.values_list("facts__indicator", flat=True)) - self._known

    def _take_in(self, values: QuerySet[IndicatorValue], tick: Tick) -> None:
        fresh: dict[str, dict[int, str]] = defaultdict(dict)
        rows = values.select_related("indicator").order_by("pk")
        for number, row in enumerate(rows.iterator(chunk_size=READ_AT_ONCE)):
            if number % READ_AT_ONCE == 0:
                tick()
            value = intake.value_of(row.indicator)
            if value is not None:
                fresh[row.indicator.kind][row.pk] = value
        for kind, index in self._hashes.items():
            _grow(index, kind, fresh[kind])
        self._names.add(fresh[Kind.USERNAME])
        self._keywords.add(fresh[Kind.KEYWORD])
        self._known |= {pk for found in fresh.values() for pk in found}

    def _beat(self, now: datetime, *, moved: bool) -> None:
        if moved or self._beaten_at is None or now - self._beaten_at >= BEAT_EVERY:
            self._beaten_at = now
            name = f"{BEATS}{socket.gethostname()[:40]}:{os.getpid()}"
            heartbeats.beat(name, now=now, position=self.position)


def _grow(index: HammingIndex, kind: Kind, values: Mapping[int, str]) -> None:
    if values:
        index.add(packed(list(values.values()), BITS[kind]), list(values))
        if index.unfolded > FOLD_AT:
            index.fold()


def _entry_at(position: int) -> tuple[int, datetime] | None:
    """What tells one ledger from another at a position."""
    return Entry.objects.filter(position=position).values_list("subject", "at").first()


def _forget_the_dead(now: datetime) -> None:
    """Drop the signs of life of processes that ended long ago."""
    Heartbeat.objects.filter(name__startswith=BEATS, at__lt=now - FORGOTTEN_AFTER).delete()


_index = Index()


def current(*, now: datetime, tick: Tick = lambda: None) -> Index:
    """The index of this process, with everything that was committed before the call."""
    _index.refresh(now=now, tick=tick)
    return _index
