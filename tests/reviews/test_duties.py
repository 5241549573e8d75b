"""The clock moves, and what nobody did in time is done. Every run twice: the second changes nothing."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.celery import JOBS, app
from lantern_site.errors import WrongState
from lantern_site.members.roles import Role
from reviews import replay, tasks
from reviews.models import Dispute, Recall, StewardHold
from reviews.services import decisions, disputes, duties, holds
from reviews.workflow import DisputeState, HoldReason, Reason, RecallCause, Result, Scope
from signals.kinds import HarmTerm
from signals.models import Signal
from signals.services import sharing
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import given

pytestmark = pytest.mark.django_db

CRITICAL = builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL)
DUTIES: list[Callable[..., int]] = [
    duties.caution_missed_checks,
    duties.hold_missed_checks,
    duties.share_checked_floods,
    duties.settle_strays,
    duties.end_holds,
    duties.uphold_unanswered,
    duties.note_overdue_recalls,
    duties.settle_restrictions,
    duties.deliver_recalls,
    duties.note_late_redress,
    duties.settle_pleas,
    duties.purge,
    duties.expire,
]


def run(*, at: datetime) -> dict[str, int]:
    """All duties, twice; how many items each changed at first."""
    changed = {duty.__name__: duty(now=at) for duty in DUTIES}
    again = {duty.__name__: duty(now=at) for duty in DUTIES}
    assert not any(again.values()), again
    return {name: number for name, number in changed.items() if number}


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


@pytest.fixture(autouse=True)
def ledger_and_tables_agree() -> Iterator[None]:
    yield
    assert replay.compare() == []
    assert replay.unfounded() == []


def dispute(signal: Signal, reason: Reason = Reason.WRONG_PERSON, *, held: bool = False) -> Dispute:
    kestrel = builders.member("Kestrel")
    opened = disputes.open(
        signal_id=signal.public_id,
        scope=Scope.SIGNAL,
        reason=reason,
        statement="This is somebody else.",
        opener_named=True,
        hold_asked=held,
        actor=builders.actor(kestrel, Role.ANALYST),
        now=NOW,
    )
    if not held:
        return opened
    second = builders.actor(kestrel, Role.REVIEWER)
    return disputes.confirm_hold(dispute_id=opened.public_id, actor=second, now=NOW)


def fresh(one: Dispute) -> Dispute:
    with acting_as(Actor.clock()):
        return Dispute.objects.get(pk=one.pk)


def answer(one: Dispute) -> None:
    owner = builders.actor(builders.member(), Role.REVIEWER)
    disputes.answer(dispute_id=one.public_id, text="It is not.", actor=owner, now=NOW)


# Completeness checks


def test_a_missed_check_means_caution_and_two_days_later_a_hold() -> None:
    signal = builders.active(builders.member(), says=CRITICAL)
    builders.receipt(signal, builders.member("Kestrel"))

    assert run(at=after(hours=23)) == {}
    assert not builders.fresh(signal).caution
    assert run(at=after(hours=24)) == {"caution_missed_checks": 1}
    assert (builders.fresh(signal).status, builders.fresh(signal).caution) == (Status.ACTIVE, True)
    assert run(at=after(hours=71)) == {}
    assert run(at=after(hours=72)) == {"hold_missed_checks": 1}

    assert builders.fresh(signal).status == Status.HELD
    assert Recall.objects.get().cause == RecallCause.HELD
    placed = StewardHold.objects.get()
    assert placed.held_by is None
    entry = Entry.objects.about("signal", signal.public_id).get(action="signal.hold_placed")
    assert (entry.actor_kind, entry.facts["reason"]) == ("clock", "check_overdue")


def test_the_hold_for_a_missed_check_ends_with_the_check_and_not_before() -> None:
    signal = builders.active(builders.member(), says=CRITICAL)
    run(at=after(hours=80))
    steward = builders.actor(builders.programme(), Role.STEWARD)

    with pytest.raises(WrongState, match="when it is passed"):
        holds.release(signal_id=signal.public_id, actor=steward, now=after(hours=81))
    decisions.check(signal_id=signal.public_id, passed=True, note="", actor=steward, now=after(hours=82))
    run(at=after(hours=83))

    signal = builders.fresh(signal)
    assert (signal.status, signal.caution, signal.provisional) == (Status.ACTIVE, False, False)


def test_a_check_in_time_leaves_nothing_to_do() -> None:
    signal = builders.active(builders.member(), says=CRITICAL)
    steward = builders.actor(builders.programme(), Role.STEWARD)

    decisions.check(signal_id=signal.public_id, passed=True, note="", actor=steward, now=after(hours=20))

    assert run(at=after(hours=100)) == {}


# Disputes


def test_silence_about_a_person_means_upheld() -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Kestrel"))
    one = dispute(signal)

    assert run(at=after(days=6)) == {}
    assert run(at=after(days=7)) == {"uphold_unanswered": 1}

    assert builders.fresh(signal).status == Status.RETRACTED
    assert (fresh(one).state, fresh(one).result, fresh(one).decided_by) == (DisputeState.DECIDED, Result.UPHELD, None)
    assert Recall.objects.get().cause == RecallCause.RETRACTED
    entry = Entry.objects.about("dispute", one.public_id).get(action="dispute.decided")
    assert entry.facts["why"] == "silence"


def test_silence_about_anything_else_waits_for_the_adjudicator() -> None:
    signal = builders.active(builders.member())
    one = dispute(signal, Reason.STALE)

    assert run(at=after(days=60)) == {}

    assert fresh(one).is_open
    assert builders.fresh(signal).caution


def test_an_answered_dispute_is_not_upheld_by_silence() -> None:
    one = dispute(builders.active(builders.member()))
    answer(one)

    assert run(at=after(days=60)) == {}
    assert fresh(one).state == DisputeState.ANSWERED


def test_a_hold_that_ends_undecided_upholds_without_prejudice() -> None:
    signal = builders.active(builders.member())
    one = dispute(signal, held=True)
    answer(one)

    assert run(at=after(days=13)) == {}
    assert run(at=after(days=14)) == {"end_holds": 1}

    assert builders.fresh(signal).status == Status.RETRACTED
    assert Entry.objects.about("dispute", one.public_id).get(action="dispute.decided").facts["why"] == "hold_over"


def test_an_extended_hold_lasts_five_working_days_longer() -> None:
    signal = builders.active(builders.member())
    one = dispute(signal, held=True)
    answer(one)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    disputes.extend_hold(dispute_id=one.public_id, actor=steward, now=after(days=10))

    assert run(at=after(days=20)) == {}
    assert run(at=after(days=21)) == {"end_holds": 1}


def test_a_steward_s_hold_for_another_reason_returns_to_caution() -> None:
    signal = builders.active(builders.member())
    one = dispute(signal, Reason.BROAD)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    disputes.confirm_hold(dispute_id=one.public_id, actor=steward, now=NOW)

    assert run(at=after(days=14)) == {"end_holds": 1}

    signal = builders.fresh(signal)
    assert (signal.status, signal.caution, signal.contested) == (Status.ACTIVE, True, True)
    assert fresh(one).is_open


def test_an_owner_may_appeal_against_the_clock() -> None:
    pixelpond = builders.member()
    signal = builders.active(pixelpond)
    one = dispute(signal)
    run(at=after(days=7))

    owner = builders.actor(pixelpond, Role.REVIEWER)
    disputes.appeal(dispute_id=one.public_id, text="We were closed.", actor=owner, now=after(days=8))
    disputes.decide_appeal(
        dispute_id=one.public_id,
        result=Result.NOT_UPHELD,
        text="The evidence stands.",
        actor=given(one, Role.EXTERNAL_ADJUDICATOR, at=after(days=9)),
        now=after(days=9),
    )

    assert builders.fresh(signal).status == Status.ACTIVE


# Recalls, expiry


def test_an_unanswered_recall_is_noted_once_and_again_when_its_cause_changes() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    one = dispute(signal, held=True)
    answer(one)

    assert run(at=after(hours=71)) == {}
    assert run(at=after(hours=72)) == {"note_overdue_recalls": 1}
    assert run(at=after(hours=200)) == {}
    disputes.withdraw(dispute_id=one.public_id, actor=builders.actor(kestrel, Role.ANALYST), now=after(hours=210))
    assert run(at=after(hours=210 + 72)) == {"note_overdue_recalls": 1}

    assert Entry.objects.filter(action="recall.overdue").count() == 2


def test_a_signal_expires_while_its_dispute_runs_on() -> None:
    signal = builders.active(builders.member())
    one = dispute(signal, Reason.STALE)

    assert run(at=signal.expires_at) == {"expire": 1}

    assert builders.fresh(signal).status == Status.EXPIRED
    assert builders.fresh(signal).contested
    assert fresh(one).is_open


def test_what_was_renewed_while_the_programme_holds_it_goes_back_on_hold() -> None:
    pixelpond = builders.member()
    signal = builders.active(pixelpond)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.PERSON, actor=steward, now=NOW)
    run(at=signal.expires_at)
    reviewer = builders.actor(pixelpond, Role.REVIEWER)
    sharing.renew(signal_id=signal.public_id, new_evidence="Seen again.", actor=reviewer, now=signal.expires_at)

    assert run(at=signal.expires_at) == {"settle_strays": 1}

    assert builders.fresh(signal).status == Status.HELD


def test_over_two_years_everything_ends() -> None:
    pixelpond = builders.member()
    for number, reason in enumerate(reason for reason in Reason if reason != Reason.LEGAL_ORDER):
        dispute(builders.active(pixelpond, builders.email(number)), reason)
    checked = builders.active(pixelpond, says=CRITICAL)

    for week in range(0, 104, 2):
        run(at=after(weeks=week))

    with acting_as(Actor.clock()):
        undecided = set(Dispute.objects.open().values_list("reason", flat=True))
        assert not Signal.objects.live().exists()
    assert undecided & {Reason.CHILD, Reason.WRONG_PERSON, Reason.REDRESS} == set()
    assert Reason.STALE in undecided
    assert builders.fresh(checked).status == Status.EXPIRED


# Machinery


WITH_ARGUMENTS = (tasks.caution_broad, tasks.mail_digest)
"""Asked for by a service, not by the clock."""


def test_every_duty_has_a_task_and_stands_in_the_clock_s_table(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, datetime]] = []

    def note(name: str) -> Callable[..., None]:
        return lambda *, now: ran.append((name, now))

    for duty in DUTIES:
        monkeypatch.setattr(duties, duty.__name__, note(duty.__name__))
    scheduled = {job["task"] for job in JOBS.values()}
    every = (task for task in vars(tasks).values() if hasattr(task, "delay"))
    mine: dict[str, Any] = {task.name: task for task in every if task not in WITH_ARGUMENTS}

    with clock.at(NOW):
        for task in mine.values():
            task()

    assert sorted(ran) == sorted((duty.__name__, NOW) for duty in DUTIES)
    assert set(mine) <= scheduled
    assert set(mine) <= set(app.tasks)


def test_one_run_takes_a_batch_and_the_next_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "BATCH", 2)
    pixelpond = builders.member()
    for number in range(3):
        dispute(builders.active(pixelpond, builders.email(number)))

    assert [duties.uphold_unanswered(now=after(days=8)) for _ in range(3)] == [2, 1, 0]


def test_what_somebody_settled_meanwhile_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    one = dispute(builders.active(builders.member()))

    def already_decided(**_: object) -> None:
        raise WrongState("Somebody was faster.")

    monkeypatch.setattr(disputes, "uphold", already_decided)

    assert duties.uphold_unanswered(now=after(days=8)) == 0
    assert fresh(one).state == DisputeState.OPENED
