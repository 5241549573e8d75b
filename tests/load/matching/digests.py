"""Digests that are equal: the bitmap, and PostgreSQL for what it lets through, against a join in PostgreSQL."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from signals.matching.exact import DigestFilter, stacked
from tests.load.bars import Bar, in_turns

AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Sizes:
    known: int = 10_000_000
    asked: int = 1_000_000
    rounds: int = 3


QUICK = Sizes(known=5_000, asked=1_000, rounds=1)


def _digest(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def bars(sizes: Sizes, connection: Any) -> Iterator[Bar]:
    """One candidate in a hundred is known."""
    _fill(connection, sizes.known)
    bitmap = DigestFilter(stacked([_digest(number) for number in range(sizes.known)]))
    asked = [_digest(number if number % 100 == 0 else sizes.known + number) for number in range(sizes.asked)]

    def joined(digests: Sequence[bytes]) -> set[bytes]:
        query = "SELECT digest FROM known JOIN unnest(%b::bytea[]) AS asked (digest) USING (digest)"
        return {bytes(digest) for (digest,) in connection.execute(query, [list(digests)], binary=True)}

    def ours() -> set[bytes]:
        passed = bitmap.perhaps(stacked(asked)).nonzero()[0].tolist()
        return joined([asked[place] for place in passed])

    found = ours()
    if found != joined(asked) or len(found) != len(range(0, min(sizes.asked, sizes.known), 100)):
        raise AssertionError("The join and the engine do not find the same.")
    slow, fast = in_turns(sizes.rounds, lambda: joined(asked), ours, clock=perf_counter)
    note = f"{fast:.2f} s against {slow:.2f} s"
    yield Bar("exact-1m-10m", slow / fast, 15, 50, "× PostgreSQL's unnest join", sizes.asked, sizes.rounds, note)


def _fill(connection: Any, count: int) -> None:
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute("SET work_mem = '256MB'")
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("DROP TABLE IF EXISTS known")
    connection.execute("CREATE TABLE known (digest bytea NOT NULL)")
    for first in range(0, count, AT_ONCE):
        numbers = [first, min(first + AT_ONCE, count) - 1]
        connection.execute(
            "INSERT INTO known SELECT sha256(int8send(number)) FROM generate_series(%s::int8, %s::int8) number", numbers
        )
    connection.execute("ALTER TABLE known ADD PRIMARY KEY (digest)")
    connection.execute("VACUUM ANALYZE known")
