"""`python -m tests.load.report`: measure, print the table, leave it in var/bench; 0 if every floor holds."""

import argparse
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection, transaction

from lantern_site.audit import checkpoints, leaves, merkle, tree, verification
from lantern_site.local import database
from tests.load import bars
from tests.load.bars import Bar
from tests.load.report import generated
from transparency import figures

FILE = Path("var/bench/report.json")
NOW = datetime(2026, 1, 20, tzinfo=UTC)


def ready() -> None:
    database.migrate()
    settings.CHECKPOINT_KEY = bytes(32)
    settings.CHECKPOINT_FILE = Path(tempfile.mkdtemp(prefix="lantern-bench-")) / "checkpoint"


def plain_read() -> None:
    """The same rows, streamed and thrown away."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry ORDER BY position")
        while cursor.fetchmany(leaves.AT_ONCE):
            pass


def verify() -> None:
    verification.verify()


def of_the_ledger(count: int, rounds: int) -> Iterator[Bar]:
    generated.fill(count)
    began = perf_counter()
    assert checkpoints.sign(now=NOW)
    grown = perf_counter() - began
    read, verified = bars.in_turns(rounds, plain_read, verify, clock=perf_counter)
    yield Bar(
        "verify-ledger",
        verified / read,
        floor=3,
        goal=2,
        unit="× one plain SELECT",
        n=count,
        rounds=rounds,
        note=f"{verified:.1f} s over {read:.1f} s; the tree grew in {grown:.1f} s",
        better="lower",
    )
    yield from of_proofs(count)
    yield from of_figures(count)


def of_proofs(count: int) -> Iterator[Bar]:
    """How many tiles a proof reads, and whether it holds."""
    began, times = perf_counter(), 50
    for number in range(times):
        position = 1 + number * (count - 1) // times
        path = tree.consistency(position, count)
        assert merkle.is_consistent(position, count, tree.root_at(position), tree.root_at(count), path)
    spent = (perf_counter() - began) / times
    yield Bar("prove-consistency", 1000 * spent, 200, 50, "ms", count, times, "with both roots, checked", "lower")


def of_figures(count: int) -> Iterator[Bar]:
    """How the figures of a year grow with the ledger: ten times the entries, time per entry, and memory."""
    seconds, bytes_held = [], []
    for upto in (count // 10, count):
        tracemalloc.start()
        began = perf_counter()
        figures.computed(generated.YEAR, upto, tree.root_at(upto))
        seconds.append(perf_counter() - began)
        bytes_held.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    unit, time = "× for ten times more", seconds[1] / seconds[0]
    yield Bar("figures-time", time, 15, 12, unit, count, 1, f"{seconds[1]:.0f} s, traced", "lower")
    held = bytes_held[1] / bytes_held[0]
    yield Bar("figures-memory", held, 3, 1.5, unit, count, 1, f"{bytes_held[1] / 2**20:.0f} MiB at most", "lower")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.report", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--to", type=Path, default=FILE, help="where the numbers go")
    given = parser.parse_args(arguments)
    ready()
    measured = list(of_the_ledger(given.entries, given.rounds))
    bars.write(measured, given.to)
    print(bars.table(measured))
    return 0 if all(bar.reaches(bar.floor) for bar in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
