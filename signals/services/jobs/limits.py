"""What a job or a watch list may hold, and how patient its machinery is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from signals.candidates import TEXT
from signals.kinds import RADIUS, Kind

WIDEST: Mapping[str, int] = MappingProxyType({str(kind): bits for kind, bits in RADIUS.items()} | {"username": 2})
"""The largest distance of each near kind. A member may ask for a smaller one."""

HALF_A_SECOND: Mapping[str, int] = MappingProxyType(
    {TEXT: 2_000, Kind.PDQ: 5_000, Kind.PHASH: 5_000, Kind.VPDQ: 50, Kind.URL: 4_000}
)
"""How many candidates of a kind take half a second to compare; of all others `chunk` do."""


@dataclass(frozen=True)
class Limits:
    candidates: int = 1_000_000
    plain_identifiers: int = 10_000
    texts: int = 100_000
    chunk: int = 20_000
    chunk_of: Mapping[str, int] = field(default_factory=lambda: HALF_A_SECOND)
    attempts: int = 5
    unasked: timedelta = timedelta(seconds=15)
    queued: timedelta = timedelta(minutes=5)
    values_kept: timedelta = timedelta(hours=24)
    asked_at_once: int = 100
    shadow_least: int = 100
    """A shadow job with fewer rows would tell of single values without a receipt."""
    counted_from: int = 5
    """Smaller counts of a shadow job are not told, and larger ones in steps of this."""
    watched: int = 100_000
    watched_for: timedelta = timedelta(days=30)

    def rows_of(self, kind: str) -> int:
        """How many candidates of a kind go into one chunk."""
        return min(self.chunk, self.chunk_of.get(kind, self.chunk))


LIMITS = Limits()
