"""Snapshots of the index: whole or not used, written by one process at a time, and never of another ledger."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from django.db import connection

from lantern_site.audit.models import Head
from lantern_site.members.models import Organisation
from signals.indexing import Index, index, snapshots
from signals.indexing.snapshots import ABOUT, Damaged, Snapshots
from signals.kinds import Kind
from signals.matching.hashes import HammingIndex, packed
from signals.models import Signal
from signals.workflow import Move
from tests.builders import NOW
from tests.signals.comparisons import make
from tests.signals.test_indexing import near, refresh, shared, value_of


def hashes(count: int) -> HammingIndex:
    return HammingIndex.build(packed([value_of(number) for number in range(count)], 256), np.arange(count), 31)


@pytest.fixture
def kept(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "index")


def write(into: Snapshots, count: int = 3, position: int = 7) -> str:
    with into.writing() as ours:
        assert ours
        return into.write("pdq", hashes(count), position=position, leaf="ab")


# Files


def test_what_was_written_is_opened(kept: Snapshots) -> None:
    name = write(kept)

    header, built = kept.open(name)

    assert (header.kind, header.position, header.leaf, header.count) == ("pdq", 7, "ab", 3)
    assert built.search(packed([value_of(2)], 256)).id.tolist() == [2]
    assert kept.names("phash") == []


def test_the_newest_and_the_one_before_are_kept_and_a_mapped_one_goes_on_answering(kept: Snapshots) -> None:
    first = write(kept, 1)
    mapped = kept.open(first)[1]

    later = [write(kept, count) for count in (2, 3)]

    assert kept.names("pdq") == later[::-1]
    assert mapped.search(packed([value_of(0)], 256)).id.tolist() == [0]


@pytest.mark.parametrize("file", [ABOUT, "index.json", "hashes.npy", "offsets.npy", "sorter.npy"])
@pytest.mark.parametrize("harm", ["cut", "flipped", "missing"])
def test_damage_is_noticed(file: str, harm: str, kept: Snapshots) -> None:
    name = write(kept)
    path = kept.folder / name / file
    content = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(content[:-1])
    elif harm == "flipped":
        content[-9] ^= 4
        path.write_bytes(content)
    else:
        path.unlink()

    with pytest.raises(Damaged):
        kept.open(name)


def test_another_version_is_refused(kept: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "VERSION", 99)
        name = write(kept)

    with pytest.raises(Damaged, match="another version"):
        kept.open(name)


def test_a_header_that_holds_something_else_is_refused(kept: Snapshots) -> None:
    name = write(kept)
    for written in ("[]", "{}", json.dumps({"checksum": "0", "more": 1})):
        (kept.folder / name / ABOUT).write_text(written)
        with pytest.raises(Damaged, match="cannot be read"):
            kept.open(name)


class Crash(BaseException):
    """The process dies here."""


def dies(*_arguments: object, **_named: object) -> None:
    raise Crash


@pytest.mark.parametrize("place", ["fsync", "rename", "write"])
def test_a_crash_while_writing_leaves_the_last_one_and_is_cleared_away(
    place: str, kept: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(kept)
    owner: object = {"fsync": os, "rename": Path, "write": HammingIndex}[place]
    with monkeypatch.context() as patch:
        patch.setattr(owner, place, dies)
        with pytest.raises(Crash):
            write(kept, 5)
    assert kept.names("pdq") == [first]
    assert list(kept.folder.glob("unfinished-*"))

    second = write(kept, 5)

    assert kept.names("pdq") == [second, first]
    assert list(kept.folder.glob("unfinished-*")) == []


def test_one_writer_at_a_time(kept: Snapshots) -> None:
    with kept.writing() as first, kept.writing() as second:
        assert (first, second) == (True, False)
    with kept.writing() as third:
        assert third


# The index over them


@pytest.fixture
def every_kind_is_worth_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "WORTH_WRITING", 1)
    monkeypatch.setattr(index, "WAIT", 0.01)


pytestmark = pytest.mark.usefixtures("every_kind_is_worth_writing")


def opened(folder: Path) -> Index:
    made = Index(folder)
    refresh(made)
    return made


def snapshot_of(of: Index) -> str:
    return str(getattr(of.parts[Kind.PDQ], "snapshot", ""))


@pytest.mark.django_db
def test_the_first_process_writes_and_the_next_ones_map(
    tmp_path: Path, member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = shared(1, member)
    first = opened(tmp_path)
    later = shared(2, member)
    make(signal, Move.HOLD)

    with monkeypatch.context() as patch:
        patch.setattr(index, "_read", _only_of_memory(index._read))
        second = opened(tmp_path)

    refresh(first)
    assert snapshot_of(first) == snapshot_of(second) == "pdq-00000001"
    for one in (first, second):
        assert near(one, 1) == set()
        assert near(one, 2) == {later.indicator_id}


def _only_of_memory(read: Callable[..., object]) -> Callable[..., object]:
    def reading(kind: Kind, *rest: object) -> object:
        assert kind != Kind.PDQ
        return read(kind, *rest)

    return reading


@pytest.mark.django_db
def test_changes_are_folded_into_a_snapshot_that_every_process_takes(tmp_path: Path, member: Organisation) -> None:
    shared(1, member)
    first, second = opened(tmp_path), opened(tmp_path)
    assert first.fold() == []
    signal = shared(2, member)
    refresh(first)

    assert first.fold() == [Kind.PDQ]

    assert second.fold() == []  # it finds the new one, and has nothing more to do
    assert snapshot_of(first) == snapshot_of(second) == "pdq-00000002"
    third = shared(3, member)
    refresh(second)
    assert near(second, 2) == {signal.indicator_id}
    assert near(second, 3) == {third.indicator_id}


@pytest.mark.django_db
@pytest.mark.parametrize("harm", ["damaged", "a ledger that ends earlier", "another ledger"])
def test_a_snapshot_that_is_not_to_be_trusted_is_replaced(harm: str, tmp_path: Path, member: Organisation) -> None:
    signal = shared(1, member)
    stores, head = Snapshots(tmp_path), Head.objects.get().position
    with stores.writing():
        far = head + 1_000 if "earlier" in harm else head
        stores.write("pdq", hashes(50), position=far, leaf="of another entry")
    if harm == "damaged":
        (tmp_path / "pdq-00000001" / "rows.npy").write_bytes(b"")

    found = opened(tmp_path)

    assert snapshot_of(found) == "pdq-00000002"
    assert near(found, 1) == {signal.indicator_id}
    assert near(found, 2) == set()


@pytest.mark.django_db
def test_where_nothing_can_be_written_the_index_is_in_memory(tmp_path: Path, member: Organisation) -> None:
    signal = shared(1, member)
    file = tmp_path / "a file"
    file.touch()

    found = opened(file)

    assert snapshot_of(found) == ""
    assert near(found, 1) == {signal.indicator_id}


@pytest.mark.django_db(transaction=True)
def test_of_two_that_start_or_fold_at_once_one_writes(tmp_path: Path, member: Organisation) -> None:
    signals: list[Signal] = [shared(number, member) for number in range(3)]
    barrier = Barrier(2)

    def start_and_fold(place: int) -> tuple[Index, list[Kind]]:
        try:
            barrier.wait(20)
            mine = opened(tmp_path)
            barrier.wait(20)
            if place == 0:
                signals.extend(shared(number, member) for number in range(3, 6))
            barrier.wait(20)
            refresh(mine)
            barrier.wait(20)
            return mine, mine.fold()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        (one, by_one), (other, by_other) = pool.map(start_and_fold, range(2))

    assert by_one + by_other == [Kind.PDQ]
    assert sorted(Snapshots(tmp_path).names("pdq")) == ["pdq-00000001", "pdq-00000002"]
    for each in (one, other):
        each.refresh(now=NOW, tick=lambda: None)
        assert near(each, 5) == {signals[5].indicator_id}
