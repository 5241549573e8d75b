"""Sharing many values at once, each row for itself, and the same batch only once."""

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from django.db import OperationalError
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid, Refusal, WrongState
from lantern_site.members.policies import organisation_of
from lantern_site.work import answers
from signals import intake, normalise, policies, protection
from signals.intake import Item, Statement
from signals.models import Signal
from signals.services import sharing

MOST_ROWS = 100
MOST_VALUES = 500
ATTEMPTS = 3


@dataclass(frozen=True)
class Row:
    """One case: a value, or several that belong together, and what is said about them."""

    items: tuple[Item, ...]
    statement: Statement
    community_id: int


@dataclass(frozen=True)
class Once:
    """The name that a client gives a batch so that it can send it again, and the SHA-256 of what it sent."""

    key: str
    body_hash: bytes


class Outcome(StrEnum):
    CREATED = "created"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True)
class Result:
    """What became of one row. `signals` are public ids: the new ones, or those that run already; `warnings` are the
    codes of what asks for a second approval of the new ones."""

    row: int
    status: str
    signals: Sequence[int] = ()
    incident: int | None = None
    detail: str = ""
    field: str = ""
    warnings: Sequence[str] = ()


def share(*, rows: Sequence[Row | Invalid], once: Once | None, actor: Actor, now: datetime) -> list[Result]:
    """One result per row, in order; a row that is refused spoils only itself. An Invalid row was refused before.

    All rows are one transaction: with `once`, a batch that is sent again is answered as it was the first time, whatever
    broke in between. Raises NotAllowed, Invalid for `rows`, WrongState when `once` came with another body.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return _share_once(rows, once, actor, now)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        time.sleep(attempt * random.random())  # noqa: S311 - so that two that met do not meet again
    return _share_once(rows, once, actor, now)


def _share_once(rows: Sequence[Row | Invalid], once: Once | None, actor: Actor, now: datetime) -> list[Result]:
    _not_too_many(rows)
    with recording(actor, now):
        organisation = organisation_of(actor)
        policies.may_share(actor, danger=True)  # the least that every row needs
        if once is None:
            return _share_all(rows, actor, now)
        body_hash = protection.digest(once.body_hash)
        before = protection.digests(once.body_hash).values()
        answer = answers.claim(
            organisation=organisation.public_id, key=once.key, body_hash=body_hash, same=set(before), now=now
        )
        if answer.answer is None:
            answer.answer = [asdict(result) for result in _share_all(rows, actor, now)]
            answer.save(update_fields=["answer"])
        return [Result(**kept) for kept in answer.answer]


def _not_too_many(rows: Sequence[Row | Invalid]) -> None:
    if not 0 < len(rows) <= MOST_ROWS:
        raise Invalid(_("Send 1 to %(most)d rows at once.") % {"most": MOST_ROWS}, "rows")
    if sum(len(row.items) for row in rows if isinstance(row, Row)) > MOST_VALUES:
        raise Invalid(_("Send %(most)d values at once at most.") % {"most": MOST_VALUES}, "rows")


def _share_all(rows: Sequence[Row | Invalid], actor: Actor, now: datetime) -> list[Result]:
    """In one order whoever sends it: two batches of the same values would else wait for each other in a circle."""
    ordered = sorted(enumerate(rows), key=lambda numbered: _place(numbered[1]))
    results = [_share_row(number, row, actor, now) for number, row in ordered]
    return sorted(results, key=lambda result: result.row)


def _place(row: Row | Invalid) -> bytes:
    try:
        items = row.items if isinstance(row, Row) else ()
        return min((normalise.public_digest(intake.take(item).normal) for item in items), default=b"")
    except Invalid:
        return b""


def _share_row(number: int, row: Row | Invalid, actor: Actor, now: datetime) -> Result:
    if isinstance(row, Invalid):
        return _refused(number, row)
    try:
        made = sharing.submit(
            items=row.items, statement=row.statement, community_id=row.community_id, actor=actor, now=now
        )
    except WrongState as refusal:
        return Result(number, Outcome.DUPLICATE, _running(row, actor), detail=str(refusal))
    except Refusal as refusal:
        return _refused(number, refusal)
    incident = made[0].incident
    ids = [signal.public_id for signal in made]
    warnings = list(dict.fromkeys(code for signal in made for code in signal.warnings))
    return Result(number, Outcome.CREATED, ids, incident.public_id if incident else None, warnings=warnings)


def _refused(number: int, refusal: Refusal) -> Result:
    field = refusal.field if isinstance(refusal, Invalid) else ""
    return Result(number, Outcome.REFUSED, detail=str(refusal), field=field)


def _running(row: Row, actor: Actor) -> list[int]:
    """The signals of the own organisation on these values that run already."""
    indicators = [intake.find_indicator(intake.take(item).normal) for item in row.items]
    live = Signal.objects.owned_by(actor.organisation_id).live()
    found = live.filter(indicator__in=[indicator for indicator in indicators if indicator]).order_by("pk")
    return list(found.values_list("public_id", flat=True))
