"""Row-level security: which actor the database answers to."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from lantern_site.audit.actors import Actor


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Open (or join) a transaction in which the database shows only what `actor` may see.

    The variables are local to the transaction. A nested block for another actor puts the outer one back at its end.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lantern.scope', true), current_setting('lantern.organisation', true)")
        before = cursor.fetchone()
        _set(cursor, actor.scope, str(actor.organisation_id or ""))
        try:
            yield
        finally:
            if not connection.needs_rollback and connection.in_atomic_block:
                _set(cursor, before[0] or "", before[1] or "")


def _set(cursor: object, scope: str, organisation: str) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT set_config('lantern.scope', %s, true), set_config('lantern.organisation', %s, true)",
        [scope, organisation],
    )
