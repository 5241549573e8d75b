"""Row-level security: which actor the database answers to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from lantern_site.audit.actors import Actor

Eyes = tuple[str, str, str]
_NOBODY: Eyes = ("", "", "")
_eyes: ContextVar[Eyes] = ContextVar("eyes", default=_NOBODY)
"""Scope, organisation and person as the open transaction has them; spares asking the database."""
_is_told: ContextVar[bool] = ContextVar("database_is_told", default=True)


@contextmanager
def as_owner() -> Iterator[None]:
    """Everything inside happens in the role that owns the tables. The database's own rules do not bind it, so it is not
    told who looks; what the services decide holds as ever."""
    token = _is_told.set(False)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
    try:
        yield
    finally:
        _is_told.reset(token)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Open (or join) a transaction in which the database shows only what `actor` may see.

    The variables are local to the transaction. A nested block for another actor puts the outer one back at its end,
    and undoes nothing when it fails: use `recording` or a savepoint where something was changed.
    """
    eyes = _eyes_of(actor)
    if not connection.in_atomic_block:
        with transaction.atomic():
            yield from _through(eyes, then=None)
        return
    before = _eyes.get()
    yield from _through(eyes, then=before) if eyes != before else iter((None,))


def _eyes_of(actor: Actor) -> Eyes:
    """Members and the programme see as organisations; an external adjudicator as the person who was given a case."""
    if actor.is_external:
        return (actor.scope, "", str(actor.staff_id or ""))
    return (actor.scope, str(actor.organisation_id or ""), "")


def _through(eyes: Eyes, *, then: Eyes | None) -> Iterator[None]:
    """See with `eyes`, and with `then` afterwards; None when the transaction ends anyway."""
    token = _eyes.set(eyes)
    _tell_database(eyes)
    try:
        yield
    finally:
        _eyes.reset(token)
        if then is not None and _transaction_is_sound():
            _tell_database(then)


def _tell_database(eyes: Eyes) -> None:
    if not _is_told.get():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lantern.scope', %s, true), set_config('lantern.organisation', %s, true),"
            " set_config('lantern.person', %s, true)",
            eyes,
        )


def _transaction_is_sound() -> bool:
    """After a database error nothing can be said any more; the rollback to a savepoint puts the variables back."""
    return bool(connection.connection.info.transaction_status == TransactionStatus.INTRANS)
