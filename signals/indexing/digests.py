"""Which digests were ever shared: a bitmap that spares PostgreSQL the question for nearly all others."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from signals.indexing import ledger
from signals.indexing.ledger import Tick
from signals.matching.exact import DigestFilter, stacked

LEAST_ROOM = 100_000


class Digests:
    """What has ended stays in it: a digest that passes is looked for in PostgreSQL, whose answer is what counts."""

    def __init__(self, tick: Tick) -> None:
        """Read from PostgreSQL: everything that is committed by now is in it."""
        self.room = max(LEAST_ROOM, 2 * ledger.count_digests())
        self.held = 0
        self._filter = DigestFilter(stacked([]), room=self.room)
        for some in ledger.digests(tick):
            self.add(some)

    @property
    def is_full(self) -> bool:
        """Whether it holds more than it was made for. It still misses nothing, but lets more and more through."""
        return self.held > self.room

    def add(self, digests: Sequence[bytes]) -> None:
        if digests:
            self._filter.add(stacked(digests))
            self.held += len(digests)

    def perhaps(self, digests: Sequence[bytes]) -> npt.NDArray[np.bool_]:
        """For each digest under the outermost pepper whether it may be there. False is certain."""
        return self._filter.perhaps(stacked(digests)) if digests else np.empty(0, dtype=np.bool_)
