"""A database with as many active signals as it takes: copies of one that the services made, in PostgreSQL's own way."""

import os
from collections.abc import Callable, Sequence

import psycopg
from psycopg import sql

from lantern_site import clock, encryption
from signals import normalise, protection
from signals.kinds import Kind
from signals.models import IndicatorValue, Signal
from signals.normalise import Normal

FIRST = 1_000_000_000
"""Far above the numbers that the services give."""


def fill(like: Signal, kind: Kind, values: Sequence[str]) -> dict[int, str]:
    """An active signal on each value that says what `like` says, by the same member. Returns indicators and values.

    Written past the services and the ledger, without checks of foreign keys: at this size the services would take
    hours, and what is measured only reads these tables.
    """
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        begin = FIRST + _held(connection)
        numbered = dict(enumerate(values, start=begin))
        _copy(
            connection,
            "signals_indicator",
            "id, kind, digest, pepper_id, bucket, created_at",
            _indicators(kind),
            numbered,
        )
        _copy(connection, "signals_indicatorvalue", "indicator_id, ciphertext, key_id", _value, numbered)
        span = (begin, begin + len(values) - 1)
        _multiply(connection, "signals_signalversion", like.version.pk, {"signal_id"}, span)
        changes = {"indicator_id", "current_version_id", "public_id"}
        _multiply(connection, "signals_signal", like.pk, changes, span)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return numbered


def _held(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM signals_indicator WHERE id >= %s", [FIRST]).fetchone()
    return int(row[0]) if row else 0


def _copy(
    connection: psycopg.Connection,
    table: str,
    columns: str,
    row: Callable[[int, str], tuple[object, ...]],
    numbered: dict[int, str],
) -> None:
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for number, value in numbered.items():
            copy.write_row(row(number, value))


def _indicators(kind: Kind) -> Callable[[int, str], tuple[object, ...]]:
    now, pepper = clock.now(), protection.newest()

    def row(number: int, value: str) -> tuple[object, ...]:
        public = normalise.public_digest(Normal(kind, value))
        return number, str(kind), protection.digest(public), pepper, protection.bucket(public), now

    return row


def _value(number: int, value: str) -> tuple[object, ...]:
    return number, *encryption.encrypt(value, bound_to=IndicatorValue.binding_of(number))


def _multiply(connection: psycopg.Connection, table: str, pk: int, numbered: set[str], span: tuple[int, int]) -> None:
    """The row once for each number of a span, which becomes its id and stands in these columns."""
    written = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    names = [name for (name,) in connection.execute(written, [table])]
    chosen = [sql.Identifier("copy" if name in numbered | {"id"} else name) for name in names]
    query = "INSERT INTO {} ({}) SELECT {} FROM {}, generate_series(%s::bigint, %s::bigint) AS copy WHERE id = %s"
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    made = sql.SQL(query).format(sql.Identifier(table), columns, sql.SQL(", ").join(chosen), sql.Identifier(table))
    connection.execute(made, [*span, pk])
