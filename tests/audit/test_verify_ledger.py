import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit import leaves, merkle, verification
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.audit.recording import recording
from tests.conftest import as_owner

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def written(count: int = 5) -> None:
    """Entries, each second one with free text."""
    for number in range(count):
        with recording(Actor.clock(), NOW + timedelta(seconds=number)) as record:
            record(
                "key.retired",
                subject_kind="key",
                subject=100 + number,
                facts={"kind": "email", "severity": 3, "provisional": False, "behaviours": ["lures", "moves"]},
                payload={"note": f"note {number} “with marks”"} if number % 2 else None,
            )


def owner_runs(statement: str, *values: object) -> None:
    """What somebody could do who owns the database: the test's transaction puts the triggers back."""
    with as_owner() as cursor:
        for table in ("audit_entry", "audit_payload", "audit_head"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_a_whole_ledger_gives_the_root_over_its_leaves() -> None:
    written()
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    hashed = [merkle.leaf(entry.leaf_input()) for entry in Entry.objects.order_by("position")]
    lines = out.getvalue().split()
    assert lines[:4] == ["position", "5", "root", merkle.root(hashed).hex()]
    assert "seconds" in lines


@pytest.mark.django_db
def test_the_root_at_a_position_stays_when_the_ledger_grows() -> None:
    written(3)
    before = verification.root_at(3)

    written(4)

    assert verification.root_at(3) == before
    assert verification.root_at(7) == verification.verify().root != before


@pytest.mark.django_db
def test_an_empty_ledger_is_whole() -> None:
    assert verification.verify() == verification.Checked(0, merkle.root([]))


@pytest.mark.django_db
@pytest.mark.parametrize("position", [1, 3, 5])
def test_a_missing_entry_is_named(position: int) -> None:
    written()
    owner_runs("DELETE FROM audit_entry WHERE position = %s", position)

    with pytest.raises(CommandError, match=f"The entry at position {position} is missing"):
        call_command("verify_ledger")


@pytest.mark.django_db
def test_an_entry_beyond_the_head_is_named() -> None:
    written()
    owner_runs("UPDATE audit_head SET position = 4")

    with pytest.raises(CommandError, match="Entry 5 lies beyond the head, 4"):
        call_command("verify_ledger")


@pytest.mark.django_db
def test_a_payload_that_was_changed_is_named() -> None:
    written()
    owner_runs("UPDATE audit_payload SET body = %s WHERE position = 4", b'{"note":"other"}')

    with pytest.raises(CommandError, match="payload at position 4 does not match"):
        call_command("verify_ledger")


@pytest.mark.django_db
def test_a_payload_that_nothing_commits_to_is_named() -> None:
    written()
    Payload.objects.create(position=3, salt=b"salt", body=b"{}")

    with pytest.raises(CommandError, match="position 3 has a payload but commits to none"):
        call_command("verify_ledger")


@pytest.mark.django_db
def test_a_payload_without_an_entry_is_named() -> None:
    written()
    Payload.objects.create(position=0, salt=b"salt", body=b"{}")

    with pytest.raises(CommandError, match="payload for position 0 but no entry"):
        call_command("verify_ledger")


@pytest.mark.django_db
def test_an_erased_payload_is_no_fault() -> None:
    written()
    root = verification.verify().root

    Payload.objects.filter(position=2).delete()

    assert verification.verify().root == root


@pytest.mark.django_db
def test_an_entry_that_was_changed_changes_the_root() -> None:
    written()
    root = verification.verify().root

    owner_runs("""UPDATE audit_entry SET facts = facts || '{"severity": 4}' WHERE position = 3""")

    assert verification.verify().root != root


@pytest.mark.django_db
def test_tables_that_the_ledger_does_not_lead_to_are_named() -> None:
    with recording(Actor.clock(), NOW) as record:
        record("signal.expired", subject_kind="signal", subject=50, facts={"status": "expired"})

    with pytest.raises(CommandError, match="is in the ledger and not in the tables"):
        call_command("verify_ledger")


WORDS = st.text(max_size=12)
NUMBERS = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
FACTS = st.dictionaries(
    st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12),
    st.one_of(WORDS, NUMBERS, st.booleans(), st.none(), st.lists(NUMBERS, max_size=3), st.lists(WORDS, max_size=3)),
    max_size=6,
)


@given(
    facts=FACTS,
    at=st.datetimes(min_value=datetime(2023, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    organisation=st.none() | NUMBERS,
    commitment=st.none() | st.binary(min_size=32, max_size=32),
)
def test_the_fast_form_of_a_leaf_is_the_defined_one(
    facts: dict[str, Any], at: datetime, organisation: int | None, commitment: bytes | None
) -> None:
    entry = Entry(
        position=7,
        at=at,
        action="signal.activated",
        subject_kind="signal",
        subject=99,
        organisation=organisation,
        audience="community:5",
        actor_kind="staff",
        actor=12,
        facts=facts,
        commitment=commitment,
    )

    content = leaves.content_of(
        7,
        at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        entry.action,
        entry.subject_kind,
        99,
        organisation,
        entry.audience,
        entry.actor_kind,
        12,
        json.dumps(facts),
        commitment.hex() if commitment is not None else None,
    )

    assert content == entry.leaf_input()
