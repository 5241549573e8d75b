from datetime import UTC, datetime
from hashlib import sha256
from threading import Thread

import pytest
from django.db import DatabaseError, InternalError, ProgrammingError, connection, transaction

from lantern_site.audit import merkle, replay
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry, Head, Payload
from lantern_site.audit.recording import recording

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ACTOR = Actor(ActorKind.STAFF, 150, organisation_id=7, organisation=250)
pytestmark = pytest.mark.django_db


def record_one(action: str = "signal.noted", subject: int = 1, **facts: int | str) -> None:
    with recording(ACTOR, NOW) as record:
        record(action, subject_kind="signal", subject=subject, facts=facts)


def record_and_fail() -> None:
    with recording(ACTOR, NOW) as record:
        record("lost", subject_kind="signal", subject=1)
        raise ZeroDivisionError


def execute(statement: str, *, role: str = "lantern_app") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(statement)


def test_positions_are_dense_and_the_head_follows() -> None:
    for _ in range(3):
        record_one()

    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert Head.objects.get().position == 3


def test_a_nested_recording_joins_and_is_written_once_at_the_end() -> None:
    with recording(ACTOR, NOW) as outer:
        outer("first", subject_kind="signal", subject=1)
        with recording(Actor.clock(), NOW) as inner:
            inner("second", subject_kind="signal", subject=1)
        assert not Entry.objects.exists()

    assert list(Entry.objects.order_by("position").values_list("action", "actor_kind")) == [
        ("first", "staff"),
        ("second", "clock"),
    ]


def test_what_fails_inside_takes_only_its_own_entries_along() -> None:
    with recording(ACTOR, NOW) as outer:
        outer("kept", subject_kind="signal", subject=1)
        with pytest.raises(ZeroDivisionError):
            record_and_fail()

    assert Entry.objects.get().action == "kept"


def test_what_fails_outside_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError):
        record_and_fail()

    assert not Entry.objects.exists()
    assert Head.objects.get().position == 0


def test_free_text_is_committed_to_and_can_be_erased() -> None:
    with recording(ACTOR, NOW) as record:
        record("signal.noted", subject_kind="signal", subject=1, payload={"note": "Grüße", "empty": ""})

    entry, payload = Entry.objects.get(), Payload.objects.get()
    assert bytes(payload.body) == '{"note":"Grüße"}'.encode()
    assert sha256(bytes(payload.salt) + bytes(payload.body)).digest() == bytes(entry.commitment or b"")
    payload.delete()
    assert Entry.objects.get().commitment is not None


def test_a_projection_learns_the_position() -> None:
    seen: list[int] = []
    with recording(ACTOR, NOW) as record:
        record("first", subject_kind="signal", subject=1)
        record("second", subject_kind="signal", subject=1, then=seen.append)

    assert seen == [2]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'forged'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET id = 2",
        "UPDATE audit_payload SET body = ''",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_alter_the_ledger(statement: str) -> None:
    record_one()

    with pytest.raises(ProgrammingError):
        execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'forged'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_head SET position = 0",
        "DELETE FROM audit_head",
    ],
)
def test_not_even_the_owner_of_the_tables_alters_it_by_accident(statement: str) -> None:
    record_one()

    with pytest.raises((InternalError, DatabaseError)):
        execute(statement, role="NONE")


def test_the_application_is_not_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == ("lantern_app", False)
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("lantern_app",)


def test_the_leaves_are_pinned() -> None:
    plain = Entry(
        position=1, at=NOW, action="signal.submitted", subject_kind="signal", subject=5, actor_kind="staff", actor=9
    )
    with_facts = Entry(
        position=2,
        at=datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC),
        action="signal.activated",
        subject_kind="signal",
        subject=2**50 - 1,
        organisation=77,
        audience="community:3",
        actor_kind="key",
        actor=9,
        facts={"status": "active", "version": 1, "contested": False, "warnings": ["a", "b"]},
    )
    committed = Entry(
        position=3, at=NOW, action="x", subject_kind="y", subject=1, actor_kind="clock", actor=0, commitment=bytes(32)
    )

    leaves = [merkle.leaf(entry.leaf_input()).hex() for entry in (plain, with_facts, committed)]

    assert leaves == PINNED


PINNED = [
    "a8954b6a2a285afd3302a0eb730e9be99b0f2e43253ac3528d1e3957f725e168",
    "3c859a81102b881059f3643956f47380e2af619294944b9869db19dc4e1630ab",
    "39eb200f05434b818ebe9b97b9f5cebe2186afb3193fbc1fe29400d8f4033385",
]
"""SHA-256 of 0x00 and the canonical JSON, made with another program. A change of any is a new ledger format."""


def test_replay_keeps_the_newest_value_of_each_fact() -> None:
    record_one(subject=1, status="submitted", version=1)
    record_one(subject=1, status="active")
    record_one(subject=2, status="submitted")

    assert replay.latest("signal", ["status", "version"]) == {
        1: {"status": "active", "version": 1},
        2: {"status": "submitted"},
    }
    assert replay.latest("signal", ["status"], position=1) == {1: {"status": "submitted"}}


@pytest.mark.django_db(transaction=True)
def test_eight_writers_leave_no_gap_and_commit_in_order() -> None:
    def write() -> None:
        for _ in range(10):
            record_one()
        connection.close()

    threads = [Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 81))
