"""What workers and the clock do about imports: every part once, whoever dies, and nothing is kept for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import Grant, Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals import verdicts as judging
from signals.models import Import, ImportPart, ImportRow
from signals.services import batches, import_work, imports
from tests import builders
from tests.builders import NOW
from tests.signals import importing
from tests.signals.importing import (
    CLOCK,
    actions,
    addresses,
    checked,
    fresh,
    hand_in,
    plain_rows_left,
    rows,
    run,
    submit,
    verdicts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_parts")]
SOON = NOW + timedelta(seconds=20)
LEASE = ImportPart.lease


def part(found: Import, number: int) -> ImportPart:
    with acting_as(CLOCK):
        return found.parts.get(number=number)


def change(one: ImportPart, **fields: Any) -> None:
    with acting_as(CLOCK):
        ImportPart.objects.filter(pk=one.pk).update(**fields)


def sharing(member: Organisation, count: int = 5) -> Import:
    """An import in three parts that is about to be shared."""
    return submit(checked(member, addresses(count)))


# Each part once


def test_a_part_that_is_delivered_twice_counts_once(member: Organisation) -> None:
    found = hand_in(member, addresses(5))
    for _delivery in range(2):
        import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)
    assert len(rows(found)) == 2

    submit(run(found))
    for _delivery in range(2):
        import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)

    assert importing.shared() == 2
    assert list(verdicts(found).values()) == ["shared", "shared", "new", "new", "new"]


def test_a_part_that_another_worker_holds_is_left_alone(member: Organisation) -> None:
    found = sharing(member)
    change(part(found, 1), leased_by="other", leased_until=SOON)

    import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)

    assert part(found, 1).leased_by == "other"
    assert importing.shared() == 0


@pytest.mark.parametrize("step", ["judge", "share"])
def test_a_worker_that_lost_its_lease_writes_nothing(
    member: Organisation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    found = hand_in(member, addresses(5)) if step == "judge" else sharing(member)
    at_work: Any = judging if step == "judge" else batches
    plain = getattr(at_work, step)

    def slow(*args: Any, **named: Any) -> Any:
        result = plain(*args, **named)
        change(part(found, 1), leased_by="other")
        return result

    monkeypatch.setattr(at_work, step, slow)
    import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)

    assert importing.shared() == 0
    assert set(verdicts(found).values()) == (set() if step == "judge" else {"new"})


@pytest.mark.parametrize("step", ["judge", "share"])
def test_a_crash_between_the_parts_or_within_one_leaves_each_row_once(
    member: Organisation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    found = hand_in(member, addresses(5)) if step == "judge" else sharing(member)
    import_work.run_part(part(found, 1).pk, holder="first", now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(import_work, "_row" if step == "judge" else "_keep_results", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_work.run_part(part(found, 2).pk, holder="second", now=NOW)

    import_work.run_part(part(found, 2).pk, holder="too early", now=SOON)
    assert importing.shared() == (0 if step == "judge" else 2)
    done = run(found, NOW + LEASE)

    if step == "judge":
        done = run(submit(done), NOW + LEASE)
    assert done.state == Import.State.DONE
    assert list(verdicts(done).values()) == ["shared"] * 5
    assert importing.shared() == 5
    assert Entry.objects.filter(action="signal.submitted").count() == 5
    assert actions(done) == ["import.handed_in", "import.checked", "import.submitted", "import.done"]


def test_a_part_that_fails_five_times_ends_the_import(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sharing(member)
    import_work.run_part(part(found, 2).pk, holder="worker", now=NOW)
    monkeypatch.setattr(import_work, "_keep_results", lambda *_: 1 / 0)

    for attempt in range(5):
        assert fresh(found).is_at_work
        with pytest.raises(ZeroDivisionError):
            import_work.run_part(part(found, 1).pk, holder=f"attempt {attempt}", now=NOW + attempt * LEASE)

    done = fresh(found)
    assert done.state == Import.State.FAILED
    assert plain_rows_left(done) == 0
    assert list(verdicts(done).values()) == ["new", "new", "shared", "shared", "new"]
    assert Entry.objects.get(action="import.failed").facts == {"new": 3, "shared": 2}


def test_an_import_that_is_cancelled_while_a_part_is_shared_writes_nothing_of_it(
    member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sharing(member)
    plain = batches.share

    def slow(**named: Any) -> Any:
        with acting_as(CLOCK):
            Import.objects.filter(pk=found.pk).update(state=Import.State.CANCELLED, ended_at=NOW)
        return plain(**named)

    monkeypatch.setattr(batches, "share", slow)
    import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)

    assert importing.shared() == 0
    assert "shared" not in verdicts(found).values()


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_finish_the_last_parts_at_once_end_the_import_once(
    member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sharing(member)
    import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)
    together, plain = Barrier(2, timeout=20), batches.share

    def in_step(**named: Any) -> Any:
        results = plain(**named)
        together.wait()
        return results

    monkeypatch.setattr(batches, "share", in_step)
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(apart, share_part(part(found, number), f"worker {number}")) for number in (2, 3)]
    for end in ends:
        end.result()

    assert fresh(found).state == Import.State.DONE
    assert actions(found)[-2:] == ["import.submitted", "import.done"]
    assert importing.shared() == 5


def share_part(one: ImportPart, holder: str) -> Callable[[], None]:
    return lambda: import_work.run_part(one.pk, holder=holder, now=NOW)


def apart(act: Callable[[], Any]) -> Any:
    """What `act` returns, on a connection of this thread's own."""
    try:
        return act()
    finally:
        connection.close()


# The rules hold for the one who submitted, at the time


def test_whoever_may_not_share_any_more_shares_nothing(member: Organisation) -> None:
    person = builders.person(member, Role.SUBMITTER)
    found = submit(checked(member, addresses(3)), actor=person.actor(NOW))
    import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)
    Grant.objects.filter(staff=person).update(ended_at=NOW - timedelta(minutes=1), ended_by=person.public_id)

    done = run(found)

    assert done.state == Import.State.DONE
    assert list(verdicts(done).values()) == ["shared", "shared", "refused"]
    assert "role" in rows(done)[-1].sentence
    assert importing.shared() == 2


def test_a_suspended_member_shares_nothing(member: Organisation) -> None:
    found = sharing(member)
    builders.suspend(member, Suspension.SUBMIT)

    done = run(found)

    assert set(verdicts(done).values()) == {"refused"}
    assert importing.shared() == 0


# Sweeping


def asked_for(found: Import) -> list[int]:
    """Numbers of the parts that workers were asked for, in order."""
    with acting_as(CLOCK):
        numbers = dict(found.parts.values_list("pk", "number"))
    arguments = Outbox.objects.filter(task="signals.run_import_part").order_by("pk").values_list("arguments", flat=True)
    return [numbers[pk] for (pk,) in arguments]


def test_parts_whose_messages_were_lost_are_asked_for_again(member: Organisation) -> None:
    found = hand_in(member, addresses(5))

    assert import_work.sweep(now=NOW + timedelta(seconds=14)) == 0
    assert import_work.sweep(now=SOON) == 3
    assert import_work.sweep(now=SOON + timedelta(seconds=1)) == 0

    assert asked_for(found) == [1, 2, 3, 1, 2, 3]


def test_a_part_whose_worker_died_is_asked_for_again(member: Organisation) -> None:
    found = sharing(member)
    import_work.run_part(part(found, 1).pk, holder="worker", now=NOW)
    change(part(found, 2), leased_by="dead", leased_until=NOW + LEASE, attempts=1)
    change(part(found, 3), leased_by="alive", leased_until=NOW + 2 * LEASE, attempts=1)

    assert import_work.sweep(now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert import_work.sweep(now=NOW + LEASE) == 1

    assert asked_for(found)[-1] == 2


def test_what_waits_for_somebody_to_choose_is_not_asked_for(member: Organisation) -> None:
    checked(member, addresses(5))

    assert import_work.sweep(now=NOW + timedelta(hours=1)) == 0


def test_a_part_that_killed_five_workers_ends_the_import(member: Organisation) -> None:
    found = sharing(member)
    change(part(found, 1), leased_by="dead", leased_until=NOW, attempts=5)

    import_work.sweep(now=SOON)

    assert fresh(found).state == Import.State.FAILED
    assert plain_rows_left(found) == 0


# Forgetting


def test_an_import_that_nobody_comes_back_for_is_wiped(member: Organisation) -> None:
    found = checked(member, addresses(5))
    days = imports.LIMITS.forgotten_after

    assert import_work.forget(now=NOW + days - timedelta(seconds=1)) == 0
    assert import_work.forget(now=NOW + days) == 1
    assert import_work.forget(now=NOW + days) == 0

    assert fresh(found).state == Import.State.FORGOTTEN
    assert plain_rows_left(found) == 0
    assert Entry.objects.get(action="import.forgotten").facts == {"new": 5}


def test_results_are_kept_for_a_month(member: Organisation) -> None:
    found = run(sharing(member))
    days = imports.LIMITS.results_kept

    assert import_work.forget(now=NOW + days - timedelta(seconds=1)) == 0
    assert len(rows(found)) == 5
    assert import_work.forget(now=NOW + days) == 1

    assert rows(found) == []
    assert fresh(found).state == Import.State.DONE
    assert importing.shared() == 5


# The second wall


def test_the_database_shows_an_import_to_its_own_organisation_only(member: Organisation, sharer: Organisation) -> None:
    checked(member, addresses(3))
    tables = (Import, ImportPart, ImportRow)

    def seen(by: Any) -> list[int]:
        with acting_as(by):
            return [table.objects.count() for table in tables]

    assert seen(builders.actor(member, Role.ANALYST)) == [1, 2, 3]
    assert seen(builders.actor(sharer, Role.ANALYST)) == [0, 0, 0]
    assert seen(builders.steward()) == [0, 0, 0]
    assert [table.objects.count() for table in tables] == [0, 0, 0]
