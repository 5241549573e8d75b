"""Writing the ledger.

`recording()` opens the transaction of a service and collects what happened; only its outermost exit touches the head
row, last, so that the ledger's order is the order of commits and the row is locked for as short as can be.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import rfc8785
from django.db import connection, transaction

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload

Fact = int | str | bool | None | list[int] | list[str]
Projection = Callable[[int], None]


@dataclass(frozen=True)
class _Collected:
    entry: Entry
    payload: Mapping[str, str] | None
    then: Projection | None


_open: ContextVar[list[_Collected] | None] = ContextVar("open_recording", default=None)


@dataclass(frozen=True)
class Recorder:
    """Collects entries of one actor at one time."""

    actor: Actor
    now: datetime
    collected: list[_Collected]

    def __call__(
        self,
        action: str,
        *,
        subject_kind: str,
        subject: int,
        organisation: int | None = None,
        audience: str = "",
        facts: Mapping[str, Fact] | None = None,
        payload: Mapping[str, str] | None = None,
        then: Projection | None = None,
    ) -> None:
        """Add one entry. `organisation` is a public id, by default the actor's.

        `then` is called with the entry's position inside the same transaction, once it has one.
        """
        entry = Entry(
            at=self.now,
            action=action,
            subject_kind=subject_kind,
            subject=subject,
            organisation=self.actor.organisation if organisation is None else organisation,
            audience=audience,
            actor_kind=self.actor.kind.value,
            actor=self.actor.id,
            facts=dict(facts or {}),
        )
        text = {key: value for key, value in (payload or {}).items() if value}
        self.collected.append(_Collected(entry, text or None, then))


@contextmanager
def recording(actor: Actor, now: datetime) -> Iterator[Recorder]:
    """The transaction of a service, seen by `actor`, with its ledger entries. Nested ones join the outermost."""
    outer = _open.get()
    if outer is not None:
        mark = len(outer)
        try:
            with transaction.atomic(), acting_as(actor):
                yield Recorder(actor, now, outer)
        except BaseException:
            del outer[mark:]
            raise
        return
    collected: list[_Collected] = []
    token = _open.set(collected)
    joined = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with joined, acting_as(actor):
            yield Recorder(actor, now, collected)
            _write(collected)
    finally:
        _open.reset(token)


def _write(collected: list[_Collected]) -> None:
    if not collected:
        return
    newest = _advance_head(len(collected))
    payloads = []
    for position, item in enumerate(collected, start=newest - len(collected) + 1):
        item.entry.position = position
        if item.payload is not None:
            body = rfc8785.dumps(dict(item.payload))
            salt = secrets.token_bytes(16)
            item.entry.commitment = sha256(salt + body).digest()
            payloads.append(Payload(position=position, salt=salt, body=body))
    Entry.objects.bulk_create(item.entry for item in collected)
    Payload.objects.bulk_create(payloads)
    for item in collected:
        if item.then is not None:
            item.then(item.entry.position)


def _advance_head(count: int) -> int:
    assert transaction.get_connection().in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_head SET position = position + %s WHERE id = 1 RETURNING position", [count])
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("The ledger has no head row. Restore it from a backup; do not create one by hand.")
    return int(row[0])
