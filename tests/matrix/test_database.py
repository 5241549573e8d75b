"""What the database shows and takes by itself, as `lantern_app` and with the eyes of each kind of actor."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from tests.matrix.notation import Place
from tests.matrix.world import STANDINGS, World

OWN = "own"
OTHER = "other"
OUTSIDE = "outside"
SUSPENDED = "other, suspended"
DEAF = "other, may not receive"
LEFT = "other, left"
ELSEWHERE = "other, of a region that it is not to be sent to"
PROGRAMME = "programme"
CLOCK = "clock"
NOBODY = "nobody"
EXTERNAL = "external"
EYES = (OWN, OTHER, OUTSIDE, SUSPENDED, DEAF, LEFT, ELSEWHERE, PROGRAMME, EXTERNAL, CLOCK, NOBODY)

OVERSEEN = {OWN, PROGRAMME, CLOCK}
ANY_OTHER = {OTHER, SUSPENDED, DEAF, LEFT, ELSEWHERE}

BY_ID = "public_id = %s"
OF_SIGNAL = "signal_id = (SELECT id FROM signals_signal WHERE public_id = %s)"
OF_INDICATOR = "indicator_id = (SELECT indicator_id FROM signals_signal WHERE public_id = %s)"
OF_LEAD = "lead_id = (SELECT id FROM signals_lead WHERE public_id = %s)"

OF_OWNER = "organisation_id = (SELECT organisation_id FROM reviews_secondlook WHERE public_id = %s)"
OF_JOB = "job_id = (SELECT id FROM signals_matchjob WHERE public_id = %s)"

Sight = tuple[str, str, str, set[str], set[str]]
SIGHTS: Mapping[str, Sight] = {
    # what: table, how it is found, by whose id, who sees it, who may write it
    "signal that waits": ("signals_signal", BY_ID, "waiting", OVERSEEN, OVERSEEN),
    "signal that is shared": ("signals_signal", BY_ID, "shared", OVERSEEN | {OTHER}, OVERSEEN),
    "signal that is held": ("signals_signal", BY_ID, "held", OVERSEEN | {OTHER}, OVERSEEN),
    "signal that was received and retracted": (
        "signals_signal",
        BY_ID,
        "signal of recall",
        OVERSEEN | ANY_OTHER,
        OVERSEEN,
    ),
    "version that waits": ("signals_signalversion", OF_SIGNAL, "waiting", OVERSEEN, OVERSEEN),
    "version that is shared": ("signals_signalversion", OF_SIGNAL, "shared", OVERSEEN | {OTHER}, OVERSEEN),
    "value that waits": ("signals_indicatorvalue", OF_INDICATOR, "waiting", OVERSEEN, OVERSEEN),
    "value that is shared": ("signals_indicatorvalue", OF_INDICATOR, "shared", OVERSEEN | {OTHER}, OVERSEEN),
    "lead": ("signals_lead", BY_ID, "lead", OVERSEEN, OVERSEEN),
    "job": ("signals_matchjob", BY_ID, "job", OVERSEEN, OVERSEEN),
    "chunk of a job": ("signals_chunk", OF_JOB, "job", {OWN, CLOCK}, {OWN, CLOCK}),
    "watch list": ("signals_watchlist", OF_JOB, "watch list", OVERSEEN, OVERSEEN),
    "draft": ("signals_draft", BY_ID, "draft", {OWN, CLOCK}, {OWN, CLOCK}),
    "notice": ("reviews_inboxnotice", BY_ID, "notice", {OWN, CLOCK}, {OWN, CLOCK}),
    "second look": ("reviews_secondlook", BY_ID, "look", {OWN, CLOCK}, {OWN, CLOCK}),
    "case to practise on": ("reviews_practiceitem", BY_ID, "practice", {OWN, CLOCK}, {OWN, CLOCK}),
    "choice of second looks": ("reviews_qualityrule", OF_OWNER, "look", {OWN, CLOCK}, {OWN, CLOCK}),
    "finding": ("reviews_finding", OF_LEAD, "lead examined", OVERSEEN, OVERSEEN),
    "dispute on appeal": (
        "reviews_dispute",
        BY_ID,
        "dispute appealed",
        OVERSEEN | ANY_OTHER | {EXTERNAL},
        ANY_OTHER | {PROGRAMME, CLOCK},
    ),
    "signal of a dispute on appeal": (
        "signals_signal",
        BY_ID,
        "signal of dispute appealed",
        OVERSEEN | {OTHER, EXTERNAL},
        OVERSEEN,
    ),
    "redress": ("reviews_redress", BY_ID, "redress", OVERSEEN, OVERSEEN),
    "dispute": ("reviews_dispute", BY_ID, "dispute", OVERSEEN | ANY_OTHER, ANY_OTHER | {PROGRAMME, CLOCK}),
}
NEUTRAL = {
    "signals_signal": "renewals",
    "signals_signalversion": "clause",
    "signals_indicatorvalue": "key_id",
    "signals_lead": "distance",
    "signals_matchjob": "refused",
    "signals_chunk": "size",
    "signals_watchlist": "compared_to",
    "signals_draft": "kind",
    "reviews_inboxnotice": "kind",
    "reviews_finding": "hits",
    "reviews_secondlook": "reason",
    "reviews_practiceitem": "because",
    "reviews_qualityrule": "percent",
    "reviews_redress": "declined_because",
    "reviews_dispute": "statement",
}
"""A column of each table that an update sets to what it is."""
KEYS = {"signals_indicatorvalue": "indicator_id"}

CELLS = [(what, eyes) for what in SIGHTS for eyes in EYES]


@contextmanager
def looking(world: World, eyes: str) -> Iterator[Any]:
    """A cursor of the application with the eyes of one of these; nothing of what it does stays."""
    with transaction.atomic():
        if eyes == ELSEWHERE:
            with acting_as(Actor.clock()), connection.cursor() as cursor:
                cursor.execute("UPDATE signals_signal SET not_to_regions = '{europe}'")
        elif standing := Place(eyes).standing if eyes in tuple(Place) else "":
            Organisation.objects.filter(pk=world.other.pk).update(**STANDINGS[standing])
        actor = actor_of(world, eyes)
        with nullcontext() if actor is None else acting_as(actor), connection.cursor() as cursor:
            yield cursor
        transaction.set_rollback(True)


def actor_of(world: World, eyes: str) -> Actor | None:
    if eyes == NOBODY:
        return None
    if eyes == CLOCK:
        return Actor.clock()
    if eyes == EXTERNAL:
        return world.actor("programme", Role.EXTERNAL_ADJUDICATOR)
    house = eyes.partition(",")[0]
    return world.actor(house, Role.STEWARD if house == "programme" else Role.REVIEWER)


@pytest.mark.parametrize(("what", "eyes"), CELLS)
def test_a_row_is_seen_by_those_only(what: str, eyes: str, world: World) -> None:
    table, _where, _thing, seen_by, _written_by = SIGHTS[what]
    row = found(world, what)

    with looking(world, eyes) as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("lantern_app",)
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {row}")
        assert (cursor.fetchone()[0] > 0) == (eyes in seen_by)


@pytest.mark.parametrize(("what", "eyes"), CELLS)
def test_a_foreign_row_is_not_changed(what: str, eyes: str, world: World) -> None:
    table, _where, _thing, seen_by, written_by = SIGHTS[what]
    column, row = NEUTRAL[table], found(world, what)

    with looking(world, eyes) as cursor:
        changed = done(cursor, f"UPDATE {table} SET {column} = {column} WHERE {row}")

    assert changed == (eyes in written_by and eyes in seen_by)


@pytest.mark.parametrize(("what", "eyes"), CELLS)
def test_a_foreign_row_is_not_removed(what: str, eyes: str, world: World) -> None:
    table, _where, _thing, seen_by, written_by = SIGHTS[what]
    row = found(world, what)

    with looking(world, eyes) as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        removed = done(cursor, f"DELETE FROM {table} WHERE {row}")

    assert removed == (eyes in written_by and eyes in seen_by)


@pytest.mark.parametrize(("what", "eyes"), CELLS)
def test_a_row_is_not_added_for_somebody_else(what: str, eyes: str, world: World) -> None:
    """A copy of the row under another key: those who may fail at a constraint, if at all, all others at the wall."""
    table, _where, _thing, _seen_by, written_by = SIGHTS[what]
    copied = found(world, what)
    with looking(world, CLOCK) as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE {copied}")
        row = json.loads(cursor.fetchone()[0])
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        written = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
    row |= {name: 987_654_321 for name in ("id", "public_id") if name in row}

    with looking(world, eyes) as cursor:
        refused = refusal_of(
            cursor,
            f"INSERT INTO {table} ({written}) SELECT {written} FROM jsonb_populate_record(NULL::{table}, %s)",
            [json.dumps(row)],
        )

    assert ("row-level security" in refused) == (eyes not in written_by)


def found(world: World, what: str) -> str:
    """The row by its primary key, so that a hidden signal does not hide what belongs to it by accident."""
    table, where, thing, _seen_by, _written_by = SIGHTS[what]
    key = KEYS.get(table, "id")
    with looking(world, CLOCK) as cursor:
        cursor.execute(f"SELECT {key} FROM {table} WHERE {where}", [world.ids[thing]])
        return f"{key} = {cursor.fetchone()[0]}"


def done(cursor: Any, statement: str) -> bool:
    """Whether the statement changed a row. The wall answers with no row, or with a refusal."""
    refused = refusal_of(cursor, statement, [])
    assert not refused or "row-level security" in refused
    return bool(not refused and cursor.rowcount > 0)


def refusal_of(cursor: Any, statement: str, values: list[str]) -> str:
    try:
        with transaction.atomic():
            cursor.execute(statement, values)
    except DatabaseError as error:
        return str(error)
    return ""
