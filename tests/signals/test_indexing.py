"""The index of a process keeps up with the ledger, and notices when it reads another one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from threading import Event, Thread

import pytest
from django.db import connection

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Head
from lantern_site.audit.recording import recording
from lantern_site.members.models import Organisation
from lantern_site.work.models import Heartbeat
from signals.indexing import Index
from signals.indexing.parts import Growing, Near
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Signal
from signals.workflow import Move
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import make

PDQ = sha256(b"a synthetic picture").hexdigest()


def shared(number: int, by: Organisation) -> Signal:
    """A picture of its own for every number."""
    value = sha256(f"synthetic picture {number}".encode()).hexdigest()
    return builders.active(by, Item(Kind.PDQ, value, quality=90))


def value_of(number: int) -> str:
    return sha256(f"synthetic picture {number}".encode()).hexdigest()


def refresh(index: Index) -> None:
    index.refresh(now=NOW, tick=lambda: None)


def near(index: Index, number: int) -> set[int]:
    return {found.indicator_id for found in index.near(Kind.PDQ, [value_of(number)])}


@pytest.mark.django_db
def test_the_index_reads_what_is_there_and_then_what_is_new() -> None:
    member, index = builders.member(), Index()
    first = shared(1, member)
    refresh(index)
    before = index.position

    second = shared(2, member)
    refresh(index)

    assert near(index, 1) == {first.indicator_id}
    assert near(index, 2) == {second.indicator_id}
    assert before < index.position == Head.objects.get().position


@pytest.mark.django_db
def test_every_kind_that_has_no_digest_to_ask_for_is_in_the_index() -> None:
    member, index = builders.member(), Index()
    phrase = builders.active(member, Item(Kind.KEYWORD, "meet me at the pier"))
    name = builders.active(member, Item(Kind.USERNAME, "quiet_harbour", service="kestrel"))
    small = builders.active(member, Item(Kind.PHASH, PDQ[:16]))
    builders.active(member, Item(Kind.EMAIL, "some.body@example.org"))
    refresh(index)

    assert index.mentioned(["nothing", "MEET me at the pier, meet me at the pier"]) == [(1, phrase.indicator_id, 0)]
    assert index.like(["kestrel:quiet_harbor"]) == [(0, name.indicator_id, 1)]
    assert index.near(Kind.PHASH, [PDQ[:16]]) == [(0, small.indicator_id, 0)]


@pytest.mark.django_db
def test_an_indicator_that_two_members_share_stands_in_the_index_once() -> None:
    index = Index()
    picture = Item(Kind.PDQ, PDQ, quality=90)
    one = builders.active(builders.member("Pixelpond"), picture)
    refresh(index)
    builders.active(builders.member("Harbourline"), picture)
    refresh(index)

    assert index.near(Kind.PDQ, [PDQ]) == [(0, one.indicator_id, 0)]


@pytest.mark.django_db
def test_asking_for_nothing_finds_nothing() -> None:
    index = Index()
    refresh(index)

    assert index.near(Kind.PDQ, []) == []
    assert index.like([]) == []
    assert index.mentioned([]) == []


@pytest.mark.django_db
def test_the_index_says_how_far_it_has_read() -> None:
    shared(1, builders.member())
    index = Index()

    refresh(index)

    (beat,) = Heartbeat.objects.filter(name__startswith="index:")
    assert (beat.position, beat.at) == (index.position, NOW)


@pytest.mark.django_db
def test_signs_of_life_of_dead_processes_are_forgotten() -> None:
    Heartbeat.objects.create(name="index:gone:1", at=NOW - timedelta(days=2), position=1)
    Heartbeat.objects.create(name="worker", at=NOW - timedelta(days=2))

    refresh(Index())

    assert not Heartbeat.objects.filter(name="index:gone:1").exists()
    assert Heartbeat.objects.filter(name="worker").exists()


@pytest.mark.django_db
def test_another_ledger_under_the_same_positions_is_read_anew() -> None:
    """After a restored backup, ids and positions are given out a second time."""
    member, index = builders.member(), Index()
    gone = shared(1, member)
    refresh(index)
    index._leaf = "that of another entry"

    shared(2, member)
    refresh(index)

    assert near(index, 1) == {gone.indicator_id}
    assert len(near(index, 2)) == 1


@pytest.mark.django_db
def test_a_ledger_that_is_shorter_than_what_was_read_is_another_one() -> None:
    index = Index()
    shared(1, builders.member())
    refresh(index)
    index.position += 1_000

    refresh(index)

    assert index.position == Head.objects.get().position


@pytest.mark.django_db
def test_a_reading_that_was_interrupted_begins_anew() -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    index = Index()
    signal = shared(1, builders.member())
    with pytest.raises(Stopped):
        index.refresh(now=NOW, tick=stop)

    refresh(index)

    assert near(index, 1) == {signal.indicator_id}


@pytest.mark.django_db(transaction=True)
def test_a_value_that_is_committed_after_a_newer_one_is_not_missed() -> None:
    """The reason why the index follows the ledger and not the ids of rows."""
    member, index = builders.member(), Index()
    written, go_on = Event(), Event()
    older: list[Signal] = []

    def slowly() -> None:
        try:
            with recording(Actor.clock(), NOW):
                older.append(shared(1, member))
                written.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    slow = Thread(target=slowly)
    slow.start()
    assert written.wait(20)
    newer = shared(2, member)
    refresh(index)
    go_on.set()
    slow.join(20)
    refresh(index)

    assert older[0].indicator_id < newer.indicator_id
    assert near(index, 2) == {newer.indicator_id}
    assert near(index, 1) == {older[0].indicator_id}


def test_what_comes_later_is_found_beside_what_was_built() -> None:
    built: list[int] = []

    def build(values: Mapping[int, str]) -> dict[str, int]:
        built.append(len(values))
        return {value: number for number, value in values.items()}

    def ask(part: dict[str, int], values: Sequence[str]) -> Iterator[Near]:
        return (Near(place, part[value], 0) for place, value in enumerate(values) if value in part)

    growing = Growing(build, ask)

    def change(present: Mapping[int, str], *gone: int) -> None:
        growing.update(present, present.keys() | set(gone))

    change({number: str(number) for number in range(100)})
    change({100: "a"})
    change({101: "b"}, 3)
    change({}, 4)
    change({4: "4"})

    assert built == [100, 1, 2]
    assert len(growing) == 101
    assert growing.search(["0", "3", "4", "a", "b"]) == [(0, 0, 0), (2, 4, 0), (3, 100, 0), (4, 101, 0)]
    change({number: str(number) for number in range(200, 210)})
    assert built[-1] == len(growing) == 111
    assert growing.search(["3", "209"]) == [(1, 209, 0)]


@pytest.mark.django_db
def test_what_is_not_active_any_more_leaves_the_index_and_what_comes_back_returns() -> None:
    member, index = builders.member(), Index()
    signal = shared(1, member)
    name = builders.active(member, Item(Kind.USERNAME, "quiet_harbour", service="kestrel"))
    waiting = builders.submitted(member, Item(Kind.PHASH, PDQ[:16]))
    refresh(index)
    assert index.near(Kind.PHASH, [PDQ[:16]]) == []

    for ended in (signal, name):
        make(ended, Move.HOLD)
    builders.approved(waiting)
    refresh(index)
    assert near(index, 1) == set()
    assert index.like(["kestrel:quiet_harbour"]) == []
    assert index.near(Kind.PHASH, [PDQ[:16]]) == [(0, waiting.indicator_id, 0)]

    for held in (signal, name):
        make(held, Move.RELEASE)
    refresh(index)
    assert near(index, 1) == {signal.indicator_id}
    assert index.like(["kestrel:quiet_harbour"]) == [(0, name.indicator_id, 0)]


@pytest.mark.django_db
def test_an_indicator_stays_while_another_member_shares_it() -> None:
    picture, index = Item(Kind.PDQ, PDQ, quality=90), Index()
    one = builders.active(builders.member("Pixelpond"), picture)
    other = builders.active(builders.member("Harbourline"), picture)
    make(one, Move.WITHDRAW)
    refresh(index)
    assert index.near(Kind.PDQ, [PDQ]) == [(0, one.indicator_id, 0)]

    make(other, Move.WITHDRAW)
    refresh(index)

    assert index.near(Kind.PDQ, [PDQ]) == []
