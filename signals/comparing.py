"""Candidates against indicators: what hits, and which signals may be told about it.

Two steps, on purpose. `hits()` compares with everything that was ever shared and knows no visibility; `confirm()` asks
PostgreSQL, under the member's own eyes, what of it this member may be told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from django.db import connection

from lantern_site.members.models import Organisation
from signals import normalise, protection
from signals.candidates import TEXT, Candidate
from signals.indexing import Index, Near, Tick
from signals.kinds import PERCEPTUAL, Kind
from signals.matching import urls
from signals.models import Indicator, IndicatorAlias, Lead, Signal
from signals.normalise import Normal

BATCH = 1_000
"""Digests per query; between two the caller gets a tick."""
_STRENGTH = (Lead.Match.EXACT, Lead.Match.NEAR, Lead.Match.ALIAS, Lead.Match.PREFIX)

Part = TypeVar("Part")


@dataclass(frozen=True)
class Hit:
    """A candidate that met an indicator. `distance` is that of `indexing.Near`."""

    row: int
    indicator_id: int
    match: Lead.Match
    distance: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """The lower, the closer."""
        return _STRENGTH.index(self.match), self.distance


def hits(
    candidates: Sequence[Candidate],
    index: Index,
    tick: Tick = lambda: None,
    *,
    radii: Mapping[str, int] = MappingProxyType({}),
) -> list[Hit]:
    """Every indicator that a candidate meets: one hit per row and indicator, the closest one.

    `tick` is called between batches; what it raises ends the work. `radii` has the largest distance of a near kind,
    where it is to be smaller than ours.
    """
    return closest(_all_hits(candidates, index, tick, radii))


def closest(found: Iterable[Hit]) -> list[Hit]:
    """One hit per row and indicator, in the order of rows."""
    best: dict[tuple[int, int], Hit] = {}
    for hit in found:
        known = best.get((hit.row, hit.indicator_id))
        if known is None or hit.rank < known.rank:
            best[hit.row, hit.indicator_id] = hit
    return sorted(best.values(), key=lambda hit: (hit.row, hit.rank, hit.indicator_id))


def _all_hits(candidates: Sequence[Candidate], index: Index, tick: Tick, radii: Mapping[str, int]) -> Iterator[Hit]:
    valued = [candidate for candidate in candidates if candidate.kind != TEXT]
    yield from _equal(valued, tick)
    yield from _aliases(valued, tick)
    plain: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if not candidate.is_digest:
            plain[candidate.kind].append(candidate)
    for kind in sorted(PERCEPTUAL):
        yield from _within(radii.get(kind), _nearby(plain[kind], partial(index.near, kind), tick))
    yield from _within(radii.get(Kind.USERNAME), _nearby(plain[Kind.USERNAME], index.like, tick))
    yield from _nearby(plain[TEXT], index.mentioned, tick)


# By digest


Wanted = dict[bytes, list[tuple[int, Lead.Match]]]
"""Keyed digests, with the rows that ask for them and what an equal one would mean."""


def _equal(candidates: Iterable[Candidate], tick: Tick) -> Iterator[Hit]:
    """Hits by equal digest; for a URL also those above it on its host."""
    oldest = Indicator.objects.oldest_pepper()
    wanted: dict[str, Wanted] = defaultdict(lambda: defaultdict(list))
    for candidate in candidates:
        for digest in protection.digests(candidate.public_digest(), oldest).values():
            wanted[candidate.kind][digest].append((candidate.row, Lead.Match.EXACT))
        if candidate.kind == Kind.URL and not candidate.is_digest:
            for prefix in urls.prefixes(candidate.value):
                for above in protection.digests(normalise.public_digest(Normal(Kind.URL, prefix)), oldest).values():
                    wanted[Kind.URL][above].append((candidate.row, Lead.Match.PREFIX))
    for kind, digests in wanted.items():
        known = Indicator.objects.filter(kind=kind)
        for part in _parts(digests, BATCH):
            tick()
            yield from _meeting(known.filter(digest__in=part).values_list("pk", "digest"), digests)


def _aliases(candidates: Iterable[Candidate], tick: Tick) -> Iterator[Hit]:
    """Hits of e-mail addresses that the same mailbox may stand behind."""
    oldest = Indicator.objects.oldest_pepper()
    wanted: Wanted = defaultdict(list)
    for candidate in candidates:
        alias = candidate.alias_digest()
        for digest in protection.digests(alias, oldest).values() if alias is not None else ():
            wanted[digest].append((candidate.row, Lead.Match.ALIAS))
    for part in _parts(wanted, BATCH):
        tick()
        found = IndicatorAlias.objects.filter(digest__in=part).values_list("indicator_id", "digest")
        yield from _meeting(found, wanted)


def _meeting(found: Iterable[tuple[int, bytes | memoryview]], wanted: Wanted) -> Iterator[Hit]:
    for indicator_id, digest in found:
        for row, match in wanted[bytes(digest)]:
            yield Hit(row, indicator_id, match)


# By distance, and in texts


def _nearby(
    candidates: Sequence[Candidate], ask: Callable[[Sequence[str]], Sequence[Near]], tick: Tick
) -> Iterator[Hit]:
    for part in _parts(candidates, BATCH):
        tick()
        for found in ask([candidate.value for candidate in part]):
            match = Lead.Match.NEAR if found.distance else Lead.Match.EXACT
            yield Hit(part[found.query].row, found.indicator_id, match, found.distance)


def _within(radius: int | None, found: Iterable[Hit]) -> Iterator[Hit]:
    return (hit for hit in found if radius is None or hit.distance <= radius)


def _parts(items: Iterable[Part], size: int) -> Iterator[list[Part]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


# What may be told


@dataclass(frozen=True)
class Confirmed:
    """What a member may be told about some indicators.

    `signals` has the eligible ones of each indicator, the most severe first, then the oldest. `ended` are indicators
    that the member was shown once and that match no more: held, withdrawn, retracted or expired.
    """

    signals: Mapping[int, Sequence[Signal]]
    ended: frozenset[int]


def confirm(indicator_ids: Collection[int], organisation: Organisation, *, shown_before: datetime) -> Confirmed:
    """Which signals of others on these indicators the member may be told about now.

    Call it inside `acting_as` the member and in the transaction that hands the signals out: until that ends, a
    retraction of one of them waits, so that its recall finds the receipt. An indicator that the member cannot see is
    in neither part of the answer: it is answered as if it did not exist. The same holds for signals that are not to be
    sent to the member's region, and for everything when the member may not receive.
    """
    if not organisation.may_receive:
        return Confirmed({}, frozenset())
    active = set(_locked(indicator_ids))
    shown = (
        Signal.objects.shared_with(organisation.pk)
        .filter(indicator__in=indicator_ids, activated_at__lte=shown_before)
        .select_related("indicator", "organisation", "current_version")
        .order_by("-severity", "activated_at", "pk")
    )
    signals: dict[int, list[Signal]] = defaultdict(list)
    ended: set[int] = set()
    for signal in shown:
        if signal.pk in active:
            signals[signal.indicator_id].append(signal)
        else:
            ended.add(signal.indicator_id)
    return Confirmed(signals, frozenset(ended - signals.keys()))


def _locked(indicator_ids: Collection[int]) -> list[int]:
    """The active signals on these indicators, locked against change but not against other readers like us."""
    if not indicator_ids:
        return []
    matchable = Signal.objects.matchable().filter(indicator__in=indicator_ids).order_by("pk").values("pk")
    query, parameters = matchable.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(query + " FOR SHARE", parameters)
        return [pk for (pk,) in cursor.fetchall()]
