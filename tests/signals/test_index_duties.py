"""The index is looked after: compared with the database, built anew, and not believed when it cannot keep up."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry, Head
from lantern_site.members.models import Organisation
from lantern_site.work import heartbeats
from lantern_site.work.models import Heartbeat
from signals import indexing, intake
from signals.indexing import Index, Stale, index, ledger
from signals.indexing.ledger import Gap
from signals.indexing.snapshots import Snapshots
from signals.intake import Item
from signals.kinds import Kind
from signals.models import IndicatorValue, MatchJob, Signal
from signals.services import index as service
from signals.services import jobs
from signals.workflow import Move, Status
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import CLOCK, LATER, chunk, found, make
from tests.signals.test_indexing import near, refresh, shared, value_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Path:
    """An index of this process that no other test has filled."""
    settings.INDEX_FOLDER = tmp_path
    monkeypatch.setattr(index, "WORTH_WRITING", 1)
    monkeypatch.setattr(indexing, "_index", [])
    return tmp_path


def current() -> Index:
    return indexing.current(now=NOW)


# Staleness


def break_reading(patch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: object) -> None:
        raise DatabaseError("no answer")

    patch.setattr(ledger, "since", fails)


def test_an_index_that_cannot_keep_up_is_believed_for_two_minutes(
    member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = shared(1, member)
    current()
    shared(2, member)
    break_reading(monkeypatch)

    late = indexing.current(now=NOW + timedelta(minutes=2))
    assert near(late, 1) == {signal.indicator_id}
    with pytest.raises(Stale):
        indexing.current(now=NOW + timedelta(minutes=2, seconds=1))
    assert heartbeats.alarms(NOW + timedelta(minutes=3)) == ["index_stale"]

    monkeypatch.undo()
    assert heartbeats.alarms(NOW + timedelta(minutes=8)) == []


def test_a_value_that_cannot_be_decrypted_is_not_passed_over(member: Organisation) -> None:
    signal = shared(1, member)
    with acting_as(CLOCK):
        IndicatorValue.objects.filter(pk=signal.indicator_id).update(ciphertext=b"\0" * 40)

    with pytest.raises(Stale):
        current()


def test_a_chunk_is_given_back_while_the_index_is_stale(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(index.Index, "_open", _fails)
        jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    given_back = chunk(job, 1)
    assert (given_back.leased_by, given_back.done_at, given_back.attempts) == ("", None, 0)
    assert found(job) == []
    assert heartbeats.alarms(LATER + timedelta(seconds=5)) == ["index_stale"]

    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert len(found(job)) == 2


def _fails(*_arguments: object) -> None:
    raise DatabaseError("no answer")


# The ledger


def test_a_gap_in_the_ledger_has_the_index_read_anew(member: Organisation) -> None:
    shared(1, member)
    before = current().position
    Head.objects.update(position=before + 1)  # as if the entry there were lost
    second = shared(2, member)

    with pytest.raises(Gap):
        ledger.since(before, Head.objects.get().position)
    assert near(current(), 2) == {second.indicator_id}


# Comparing and building anew


def test_an_index_that_agrees_leaves_a_sign_that_it_was_compared(member: Organisation) -> None:
    shared(1, member)
    builders.active(member, Item(Kind.KEYWORD, "meet me at the pier"))
    builders.active(member, Item(Kind.USERNAME, "quiet_harbour", service="kestrel"))

    assert service.compare(now=NOW) == {}

    assert Heartbeat.objects.get(name="index_compared").position == current().position
    assert not Entry.objects.filter(action__startswith="index.").exists()
    assert heartbeats.alarms(NOW) == []


def test_a_difference_is_an_alarm_is_recorded_and_has_everything_built_anew(
    member: Organisation, of_its_own: Path
) -> None:
    signals = [shared(number, member) for number in range(3)]
    name = builders.active(member, Item(Kind.USERNAME, "quiet_harbour", service="kestrel"))
    other = Index(of_its_own)
    for one in (current(), other):
        refresh(one)
        one.parts[Kind.PDQ].update({}, [signals[1].indicator_id])
        one.parts[Kind.USERNAME].update({}, [name.indicator_id])

    assert service.compare(now=NOW) == {"pdq": 1, "username": 1}

    differed = Entry.objects.get(action="index.differed")
    assert (differed.subject_kind, differed.facts) == ("index", {"pdq": 1, "username": 1})
    assert heartbeats.alarms(NOW) == ["index_differs"]
    for one in (current(), other):
        refresh(one)
        assert near(one, 1) == {signals[1].indicator_id}
        assert one.like(["kestrel:quiet_harbour"]) == [(0, name.indicator_id, 0)]
        assert one.differences() == {}
    assert service.compare(now=NOW) == {}
    assert heartbeats.alarms(NOW) == []


def test_a_signal_in_place_of_another_is_a_difference_too(member: Organisation) -> None:
    signals = [shared(number, member) for number in range(2)]
    index = current()
    index.parts[Kind.PDQ].update({9_999: value_of(9)}, [9_999, signals[0].indicator_id])

    assert index.differences() == {"pdq": 1}


def test_the_command_builds_anew_and_says_what_there_is(member: Organisation, of_its_own: Path) -> None:
    signal = shared(1, member)
    before = current()
    said = StringIO()

    call_command("rebuild_index", stdout=said)

    assert "pdq        1" in said.getvalue()
    assert Entry.objects.filter(action="index.rebuilt").count() == 1
    refresh(before)
    assert near(before, 1) == {signal.indicator_id}
    with Snapshots(of_its_own).writing(), pytest.raises(CommandError, match="at this moment"):
        call_command("rebuild_index", stdout=said)


def test_folding_is_a_duty_that_says_what_it_did(member: Organisation, of_its_own: Path) -> None:
    shared(1, member)
    assert service.fold(now=NOW) == []
    shared(2, member)

    assert service.fold(now=NOW) == ["pdq"]
    assert len(Snapshots(of_its_own).names("pdq")) == 2


# Whatever happens


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["share", "hold", "release", "withdraw", "renew", "refresh", "fold", "restart", "rebuild"]),
        st.integers(0, 5),
    ),
    max_size=14,
)
MOVES = {"hold": Move.HOLD, "release": Move.RELEASE, "withdraw": Move.WITHDRAW, "renew": Move.EXPIRE}


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_happens_it_answers_as_the_database_does(steps: list[tuple[str, int]], member: Organisation) -> None:
    items = [Item(Kind.PDQ, value_of(number), quality=90) for number in range(3)]
    items += [
        Item(Kind.PHASH, value_of(1)[:16]),
        Item(Kind.USERNAME, "quiet_harbour", service="kestrel"),
        Item(Kind.KEYWORD, "meet me at the pier"),
    ]
    with TemporaryDirectory() as folder:
        mine, other = Index(Path(folder)), Index(Path(folder))
        for step, number in steps:
            if step == "share":
                share(member, items[number])
            elif step in MOVES:
                move_all(number, MOVES[step])
            elif step == "fold":
                refresh(other)
                other.fold()
            elif step == "restart":
                mine = Index(Path(folder))
            elif step == "rebuild" and number == 0:
                service.rebuild(now=NOW, index=other)
            else:
                refresh(mine)
        for index in (mine, other):
            refresh(index)
            assert answers(index) == by_brute_force()


def share(member: Organisation, item: Item) -> None:
    with acting_as(CLOCK):
        live = Signal.objects.live().filter(indicator__kind=item.kind).select_related("indicator__value")
        taken = [intake.value_of(signal.indicator) for signal in live]
    if not any(value and (value == item.raw or value.endswith(f":{item.raw}")) for value in taken):
        builders.active(member, item)


def move_all(number: int, move: Move) -> None:
    """The move, for every third signal for which it is open."""
    sources = {Move.HOLD: [Status.ACTIVE], Move.RELEASE: [Status.HELD], Move.WITHDRAW: [Status.ACTIVE]}
    with acting_as(CLOCK):
        signals = Signal.objects.filter(status__in=sources.get(move, [Status.ACTIVE, Status.HELD])).order_by("pk")
        chosen = [signal for place, signal in enumerate(signals) if place % 3 == number % 3]
    for signal in chosen:
        make(signal, move)


ASKED = {
    Kind.PDQ: [value_of(number) for number in range(3)],
    Kind.PHASH: [value_of(1)[:16]],
    Kind.USERNAME: ["kestrel:quiet_harbour"],
    Kind.KEYWORD: ["meet me at the pier"],
}


def answers(index: Index) -> set[tuple[str, int]]:
    """Every value that is in the index as it is."""
    return {
        (values[near.query], near.indicator_id)
        for kind, values in ASKED.items()
        for near in index.parts[kind].search(values)
        if near.distance == 0
    }


def by_brute_force() -> set[tuple[str, int]]:
    with acting_as(CLOCK):
        active = Signal.objects.filter(status="active").select_related("indicator__value")
        return {(str(intake.value_of(signal.indicator)), signal.indicator_id) for signal in active}
