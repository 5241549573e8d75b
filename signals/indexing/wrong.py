"""Perceptual hashes on which a signal was found wrong: what is near one of them does not come back unseen.

They are few. So each question asks the database which there are, and decrypts only what is new to this process; it sees
what the caller's own transaction has written, and keeps nothing that was rolled back.
"""

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from django.db.models import Exists, OuterRef, QuerySet

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals.indexing import ledger
from signals.indexing.parts import Hashes, Near
from signals.kinds import Kind
from signals.models import IndicatorValue, Signal
from signals.workflow import Status

_lock = Lock()
_parts: dict[Kind, Hashes] = {}
_held: dict[Kind, dict[int, bytes]] = defaultdict(dict)
"""Which indicators the part of a kind holds, with their digests: another value under the same number is noticed."""


def near(kind: Kind, values: Sequence[str]) -> list[Near]:
    """Indicators within the radius of a perceptual kind on which a signal is retracted, whoever shared it."""
    with _lock, acting_as(Actor.clock()):
        part, held = _parts.setdefault(kind, Hashes(kind)), _held[kind]
        wanted = {pk: bytes(digest) for pk, digest in _wrong(kind).values_list("pk", "indicator__digest")}
        changed = {pk for pk in held.keys() | wanted.keys() if held.get(pk) != wanted.get(pk)}
        if changed:
            new = ledger.plain(_wrong(kind).filter(pk__in=changed & wanted.keys())).get(kind, {})
            part.update({}, changed)
            part.update(new, changed)
            _held[kind] = wanted
        return part.search(values)


def _wrong(kind: Kind) -> QuerySet[IndicatorValue]:
    retracted = Signal.objects.filter(indicator=OuterRef("pk"), status=Status.RETRACTED)
    return IndicatorValue.objects.filter(Exists(retracted), indicator__kind=kind)
