"""Several processes over one snapshot: how much more two of them compare than one, on a machine with cores to spare."""

import os
import tempfile
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np

from signals.matching.hashes import HammingIndex
from tests.load.bars import Bar, in_turns
from tests.load.matching.hashes import PDQ, RADIUS, Sizes, uniform

CHUNKS = 8
WORKERS = 2
_index: list[HammingIndex] = []


def _open(folder: str) -> None:
    _index.append(HammingIndex.mapped(Path(folder)))


def _compare(seed: int, count: int) -> float:
    """One chunk; the seconds that it took."""
    asked = np.random.default_rng(seed).integers(0, 2**64, (count, PDQ), dtype=np.uint64)
    began = perf_counter()
    _index[0].search(asked)
    return perf_counter() - began


def bars(sizes: Sizes) -> Iterator[Bar]:
    """Chunks of one job, by one process and by two that map the same files. The ledger's part is not in it."""
    chance = np.random.default_rng(5)
    known = uniform(sizes.known, PDQ, chance)
    index = HammingIndex.build(known, np.arange(len(known)), RADIUS[PDQ])
    chunks = [(number, sizes.asked) for number in range(CHUNKS)]
    context = get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="lantern-bench-") as folder:
        index.write(Path(folder))
        with (
            context.Pool(1, _open, (folder,)) as one,
            context.Pool(WORKERS, _open, (folder,)) as several,
        ):
            for pool in (one, several):
                pool.starmap(_compare, chunks)
            alone, together = in_turns(
                sizes.rounds, lambda: one.starmap(_compare, chunks, 1), lambda: several.starmap(_compare, chunks, 1),
                clock=perf_counter,
            )  # fmt: skip
    each = alone / CHUNKS
    note = f"{each:.2f} s a chunk of {sizes.asked:,}; load of the machine {os.getloadavg()[0]:.1f}"
    yield Bar("workers-2-over-1", alone / together, 1.7, 1.9, "× one process", CHUNKS, sizes.rounds, note)
