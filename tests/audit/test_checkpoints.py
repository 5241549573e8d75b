from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from lantern_site.audit import checkpoints, leaves, merkle, notes, tree, verification
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Checkpoint, Tile
from lantern_site.audit.recording import recording
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def key(settings: Settings, tmp_path: Path) -> None:
    settings.CHECKPOINT_KEY = bytes(range(32))
    settings.CHECKPOINT_FILE = tmp_path / "checkpoint"


def written(count: int) -> None:
    with recording(Actor.clock(), NOW) as record:
        for number in range(count):
            record("signal.expired", subject_kind="signal", subject=number, facts={"kind": "email"})


def owner_runs(statement: str) -> None:
    with as_owner() as cursor:
        for table in ("audit_entry", "audit_head", "audit_tile", "audit_checkpoint"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def signed() -> Checkpoint:
    checkpoint = checkpoints.sign(now=NOW)
    assert checkpoint is not None
    return checkpoint


def test_a_checkpoint_says_how_long_the_ledger_is_and_what_its_root_is() -> None:
    written(5)

    checkpoint = signed()

    says = notes.opened(checkpoint.note, notes.Verifier.parse(checkpoint.verifier))
    assert says == notes.Checkpoint("localhost:8000/ledger", 5, verification.root_at(5))
    assert (checkpoint.position, checkpoint.root) == (says.size, says.root)
    assert verification.verify() == verification.Checked(5, says.root, in_tree=5, checkpoints=1)


def test_what_is_not_new_is_not_signed_again() -> None:
    assert checkpoints.sign(now=NOW) is None  # an empty ledger
    written(1)
    signed()

    assert checkpoints.sign(now=NOW + timedelta(minutes=1)) is None
    assert Checkpoint.objects.count() == 1


def test_without_a_key_the_tree_grows_and_nothing_is_signed(settings: Settings) -> None:
    settings.CHECKPOINT_KEY = None
    written(3)

    assert checkpoints.sign(now=NOW) is None
    assert tree.size() == 3


def test_the_stored_tree_is_the_tree_over_the_entries_however_it_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (1, 254, 1, 3, 300, 1, 217):
        written(count)
        signed()
    size = 777

    assert tree.size() == size
    assert set(Tile.objects.values_list("level", "number")) == {(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)}
    for position in (1, 255, 256, 257, 512, 777):
        root = verification.root_at(position)
        assert tree.root_at(position) == root
        path = tree.consistency(position, size)
        assert merkle.is_consistent(position, size, root, tree.root_at(size), path)
    hashed = next(iter(leaves.between(299, 300)))
    assert merkle.is_included(hashed, 299, size, tree.inclusion(300, size), tree.root_at(size))
    assert verification.verify().checkpoints == 7


def test_growing_and_proving_read_a_few_tiles_however_long_the_ledger_is() -> None:
    written(700)
    signed()
    written(1)

    with CaptureQueriesContext(connection) as growing:
        tree.grow(701)
    with CaptureQueriesContext(connection) as proving:
        tree.inclusion(300, 701)

    assert len(growing) <= 12
    assert len(proving) <= 5


def test_proofs_beyond_the_tree_are_not_ready() -> None:
    written(3)
    signed()
    written(1)

    with pytest.raises(tree.Unready):
        tree.inclusion(2, 4)


def test_a_ledger_that_was_put_back_is_not_signed() -> None:
    written(5)
    signed()
    owner_runs("DELETE FROM audit_checkpoint; DELETE FROM audit_tile; DELETE FROM audit_entry WHERE position > 3")
    owner_runs("UPDATE audit_head SET position = 3")

    with pytest.raises(leaves.Fault, match="ends at 3, behind the checkpoint that was published at 5"):
        checkpoints.sign(now=NOW)
    assert not Checkpoint.objects.exists()


def test_a_ledger_that_tells_another_story_is_not_signed() -> None:
    written(5)
    signed()
    owner_runs("DELETE FROM audit_checkpoint; DELETE FROM audit_tile; UPDATE audit_entry SET subject = 9")
    written(1)

    with pytest.raises(leaves.Fault, match="up to 5 is not the one"):
        checkpoints.sign(now=NOW)
    assert not Checkpoint.objects.exists()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE audit_entry SET subject = 9 WHERE position = 4", "tile 0 of level 0 differs"),
        ("UPDATE audit_tile SET nodes = substring(nodes FROM 1 FOR 96)", "Checkpoint 5|tile|missing"),
        (
            "UPDATE audit_checkpoint SET note = replace(note, chr(10) || '5', chr(10) || '6')",
            "signature of checkpoint 5",
        ),
        ("UPDATE audit_checkpoint SET root = decode('00', 'hex')", "Checkpoint 5 was signed for another root"),
        ("UPDATE audit_checkpoint SET position = 9", "A checkpoint speaks of position 9; the ledger ends at 5"),
        ("DELETE FROM audit_entry WHERE position = 5", "position 5 is missing"),
    ],
)
def test_verifying_finds_what_was_changed_behind_our_back(change: str, fault: str) -> None:
    written(5)
    signed()
    owner_runs(change)

    if "substring" in change:  # a tree that is too short is no lie: it grows again
        assert verification.verify().in_tree == 3
        return
    with pytest.raises(leaves.Fault, match=fault):
        verification.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_checkpoint SET note = ''",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM audit_tile",
        "UPDATE audit_tile SET nodes = decode('00', 'hex')",
        "UPDATE audit_tile SET level = 3",
    ],
)
def test_the_application_changes_no_checkpoint_and_no_tile(statement: str) -> None:
    written(2)
    signed()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
