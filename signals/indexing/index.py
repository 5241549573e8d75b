"""The index of a process, and how it keeps up with the ledger."""

import logging
import os
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock

from django.conf import settings

from lantern_site.work import heartbeats
from lantern_site.work.models import Heartbeat
from signals.indexing import ledger
from signals.indexing.ledger import Gap, Tick
from signals.indexing.parts import Hashes, Near, Part, empty
from signals.indexing.snapshots import Damaged, Header, Snapshots
from signals.kinds import RADIUS, Kind

KINDS = (*RADIUS, Kind.VPDQ, Kind.KEYWORD, Kind.USERNAME)
WORTH_WRITING = 10_000
"""So many hashes of a kind make a snapshot: fewer are read from PostgreSQL in a moment."""
STALE_AFTER = timedelta(minutes=2)
BEATS = "index:"
BEAT_EVERY = timedelta(seconds=15)
FORGOTTEN_AFTER = timedelta(days=1)
WAIT = 0.2
DRAWN = 200
log = logging.getLogger(__name__)


class Index:
    """Every active value that is compared by distance or looked for in texts. Safe to use from several threads.

    Hashes lie in snapshots that all processes of a machine share. Keywords and profile names are in memory only, read
    by each process: they are persons' data in clear, a file of them would outlive their retraction in copies and
    backups, and an encrypted one could not be shared.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.snapshots = Snapshots(folder or Path(settings.INDEX_FOLDER))
        self._lock = RLock()
        self._beaten_at: datetime | None = None
        self._clear()

    def _clear(self) -> None:
        self.position, self._leaf = 0, ""
        self._read_at: datetime | None = None
        self._refused: set[str] = set()
        self.parts: dict[Kind, Part] = {kind: empty(kind) for kind in KINDS}

    # Questions

    def near(self, kind: Kind, values: Sequence[str]) -> list[Near]:
        """Indicators within the radius of a perceptual kind, or with enough frames in common."""
        return self._ask(kind, values)

    def like(self, names: Sequence[str]) -> list[Near]:
        """Profile names that are easily taken for one of these: 1 is one edit apart, 2 is alike at a glance only."""
        return self._ask(Kind.USERNAME, names)

    def mentioned(self, texts: Sequence[str]) -> list[Near]:
        """Keywords that stand in the texts as whole words, each once per text; the distance is 0."""
        return self._ask(Kind.KEYWORD, texts)

    def _ask(self, kind: Kind, values: Sequence[str]) -> list[Near]:
        with self._lock:
            return self.parts[kind].search(values)

    def counts(self) -> Mapping[Kind, int]:
        with self._lock:
            return {kind: len(part) for kind, part in self.parts.items()}

    def is_stale(self, now: datetime) -> bool:
        """Whether it has not agreed with the ledger for too long to be believed."""
        return self._read_at is None or now - self._read_at > STALE_AFTER

    # Keeping up

    def refresh(self, *, now: datetime, tick: Tick) -> None:
        """Read what was committed since the last time. `tick` is called while reading takes its time.

        When it raises, the next call goes on where this one began, and `is_stale` says whether that can be waited for.
        """
        with self._lock:
            head, before = ledger.head(), self.position
            if not self._follows(head, tick):
                self._open(head, tick)
                _forget_the_dead(now)
            if head != before:
                self._leaf = ledger.leaf(head)
            self.position, self._read_at = head, now
            self._beat(now, moved=head != before)

    def _follows(self, head: int, tick: Tick) -> bool:
        """Catch up with the head; False where that cannot be, and everything is to be read anew."""
        if self._read_at is None or head < self.position or ledger.leaf(self.position) != self._leaf:
            return False
        if head == self.position:
            return True
        if ledger.was_rebuilt(self.position, head):
            return False
        try:
            self._take(ledger.since(self.position, head), tick)
            for kind in RADIUS:
                self._exchange(kind, head, tick)
        except Gap:
            log.warning("the ledger has a gap; the index is read anew")
            return False
        return True

    def _take(self, touched: Mapping[str, set[int]], tick: Tick) -> None:
        ours = {kind: touched[kind] for kind in KINDS if kind in touched}
        found = ledger.current({number for numbers in ours.values() for number in numbers}, tick)
        for kind, numbers in ours.items():
            self.parts[kind].update(found.get(kind, {}), numbers)

    def _open(self, head: int, tick: Tick) -> None:
        self._clear()
        for kind in KINDS:
            if kind not in RADIUS:
                self.parts[kind] = _read(kind, tick)
            elif not self._exchange(kind, head, tick):
                self.parts[kind] = self._made(kind, tick)

    def _exchange(self, kind: Kind, head: int, tick: Tick) -> bool:
        """Take the newest snapshot that belongs to this ledger, unless it is in use already."""
        before = self.parts[kind]
        for name in self.snapshots.names(kind):
            if isinstance(before, Hashes) and name == before.snapshot:
                return True
            if name in self._refused:
                continue
            try:
                header, built = self.snapshots.open(name)
                _check(name, header, kind)
                if header.position > head:
                    continue  # of a database that was restored to an earlier time, or newer than what is asked for
                part = Hashes(kind, built, name)
                numbers = ledger.since(header.position, head).get(kind, set())
                part.update(ledger.current(numbers, tick).get(kind, {}), numbers)
            except (Damaged, Gap) as problem:
                log.warning("a snapshot is not used: %s", problem)
                self._refused.add(name)
                continue
            self.parts[kind] = part
            return True
        return False

    def _made(self, kind: Kind, tick: Tick) -> Part:
        """A part that is read from PostgreSQL; a large one by one process of the machine, for all."""
        if ledger.count(kind) < WORTH_WRITING:
            return _read(kind, tick)
        try:
            while True:
                with self.snapshots.writing() as ours:
                    head = ledger.head()
                    if self._exchange(kind, head, tick):
                        return self.parts[kind]
                    if ours:
                        return self._written(_read(kind, tick), head)
                tick()
                time.sleep(WAIT)
        except (OSError, Damaged) as problem:
            log.warning("no snapshot can be written: %s", problem)
            return _read(kind, tick)

    def _written(self, part: Part, position: int) -> Hashes:
        """The part as a snapshot. The caller holds the folder's lock."""
        assert isinstance(part, Hashes)
        name = self.snapshots.write(part.kind, part.index, position=position, leaf=ledger.leaf(position))
        return Hashes(part.kind, self.snapshots.open(name)[1], name)

    # Duties

    def fold(self) -> list[Kind]:
        """Write the snapshots that are due, if nobody else is at it; says which. Call it after `refresh()`."""
        with self._lock:
            if not any(map(self._is_due, RADIUS)):
                return []
            with self.snapshots.writing() as ours:
                return [kind for kind in RADIUS if ours and self._folded(kind)]

    def _folded(self, kind: Kind) -> bool:
        self._exchange(kind, ledger.head(), lambda: None)
        if not self._is_due(kind):
            return False
        self.parts[kind] = self._written(self.parts[kind], self.position)
        return True

    def _is_due(self, kind: Kind) -> bool:
        part = self.parts[kind]
        assert isinstance(part, Hashes)
        newest = next(iter(self.snapshots.names(kind)), "")
        return bool(part.snapshot or len(part) >= WORTH_WRITING) and (part.is_due or newest != part.snapshot)

    def rebuild(self, *, now: datetime, tick: Tick) -> None:
        """Read everything anew and write all snapshots. The caller holds the folder's lock and has told the ledger."""
        with self._lock:
            self._clear()
            head = ledger.head()
            for kind in KINDS:
                part = _read(kind, tick)
                worth = isinstance(part, Hashes) and len(part) >= WORTH_WRITING
                self.parts[kind] = self._written(part, head) if worth else part
            self.position, self._leaf, self._read_at = head, ledger.leaf(head), now

    def differences(self) -> dict[str, int]:
        """Kinds for which it does not answer as the database would, and for how many values at least.

        Counts all values, and looks up some that are drawn by chance. Call it after `refresh()`: what was committed
        since then may show.
        """
        with self._lock:
            return {kind: wrong for kind in KINDS if (wrong := self._wrong(kind))}

    def _wrong(self, kind: Kind) -> int:
        drawn = list(ledger.sample(kind, DRAWN).items())
        found = {(near.query, near.indicator_id) for near in self.parts[kind].search([value for _pk, value in drawn])}
        missed = sum((place, pk) not in found for place, (pk, _value) in enumerate(drawn))
        return max(missed, abs(ledger.count(kind) - len(self.parts[kind])))

    def _beat(self, now: datetime, *, moved: bool) -> None:
        if moved or self._beaten_at is None or now - self._beaten_at >= BEAT_EVERY:
            self._beaten_at = now
            name = f"{BEATS}{socket.gethostname()[:40]}:{os.getpid()}"
            heartbeats.beat(name, now=now, position=self.position)


def _check(name: str, header: Header, kind: Kind) -> None:
    """Raises Damaged for a snapshot that does not belong to this ledger any more."""
    if header.kind != kind or header.position < ledger.last_rebuilt():
        raise Damaged(f"The snapshot {name} was replaced.")
    if header.leaf != (ledger.leaf(header.position) or header.leaf):
        raise Damaged(f"The snapshot {name} is of another ledger.")


def _read(kind: Kind, tick: Tick) -> Part:
    part = empty(kind)
    values: dict[int, str] = {}
    for some in ledger.values(kind, tick):
        values |= some
    part.update(values, values.keys())
    return part


def _forget_the_dead(now: datetime) -> None:
    """Drop the signs of life of processes that ended long ago."""
    Heartbeat.objects.filter(name__startswith=BEATS, at__lt=now - FORGOTTEN_AFTER).delete()
