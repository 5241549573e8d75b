"""Judgement lived at random beside a pure model of it: what the model forbids is refused and leaves no trace, a signal
is held exactly while something holds it, separation always holds, and the ledger leads to the tables.

`LANTERN_STEPS` says how many steps are taken in all; the suite takes a few.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Refusal
from lantern_site.members.roles import Role
from reviews import replay
from reviews.models import Delivery, Dispute, Recall
from reviews.services import claims, decisions, disputes, duties, hearings, holds, recalls
from reviews.services.decisions import Judgement
from reviews.services.recalls import Answer
from reviews.workflow import HoldReason, Reason, RecallAnswer, ReportCorrected, Result, Scope, Verdict
from signals.models import Signal
from signals.services import corrections, sharing
from tests import builders
from tests.builders import NOW
from tests.reviews.judging_model import Objection, Statement

STEPS = int(os.environ.get("LANTERN_STEPS", "60"))
STEPS_OF_A_LIFE = 30

A_YEAR_OF_ACCESS = timedelta(days=300)
"""People work there whose access is confirmed yearly."""
OPEN = {"opened", "answered", "appealed"}
FIRST = {"opened", "answered"}
TEXT = "What was said."
OWNERS, OPENERS = ("olga", "oscar"), ("kim", "kasper")


class Judging(RuleBasedStateMachine):
    """Two signals of one owner, two people of the owner, two of another member, two judges, one from outside, and two
    stewards. All fit for everything that their organisation may do: the rules alone separate them."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.now = NOW
        owner, other, programme = builders.member(), builders.member("Kestrel"), builders.programme()
        self.member = other
        everything = (Role.SUBMITTER, Role.REVIEWER, Role.ANALYST)
        self.people: dict[str, Actor] = {
            **{name: builders.actor(owner, *everything) for name in OWNERS},
            **{name: builders.actor(other, *everything) for name in OPENERS},
            **{name: builders.actor(programme, Role.ADJUDICATOR) for name in ("judith", "jan")},
            "edith": builders.actor(programme, Role.EXTERNAL_ADJUDICATOR),
            **{name: builders.actor(programme, Role.STEWARD) for name in ("sol", "sam")},
        }
        self.signals: list[Statement] = []
        self.disputes: list[Objection] = []
        for number in (1, 2):
            (signal,) = sharing.submit(
                items=[builders.email(number)],
                statement=builders.statement(),
                community_id=builders.everyone().public_id,
                actor=self.people["olga"],
                now=self.now,
            )
            self.signals.append(Statement(signal.public_id))

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def attempt(self, act: Callable[[], Any], *, allowed: bool) -> Any:
        """Do it; what the model forbids is refused and leaves no trace, what it allows leaves one."""
        before = Entry.objects.count()
        self.now += timedelta(seconds=1)
        try:
            done = act()
        except Refusal:
            assert not allowed
            assert Entry.objects.count() == before
            return None
        assert allowed
        assert Entry.objects.count() > before
        return done

    def open_about(self, signal: Statement) -> list[Objection]:
        return [one for one in self.disputes if one.state in OPEN and signal.id in one.signals]

    def settle(self) -> None:
        """A signal is held exactly while an open dispute or the programme holds it."""
        for one in self.signals:
            if one.status in ("active", "held"):
                holding = one.is_held_by_the_programme or any(each.holding for each in self.open_about(one))
                one.status = "held" if holding else "active"

    # The signal and its versions

    @rule(which=st.sampled_from([0, 1]), who=st.sampled_from([*OWNERS, *OPENERS]), verdict=st.sampled_from(Verdict))
    def review(self, which: int, who: str, verdict: Verdict) -> None:
        signal = self.signals[which]
        if signal.proposed_by:
            author, version = signal.proposed_by, signal.newest
            waits = signal.status == "active" and not self.open_about(signal) and verdict != Verdict.RETURN
        else:
            author, version, waits = signal.by, signal.version, signal.status == "submitted"
        said = Judgement(verdict, outward="Because.", attested=True)
        done = self.attempt(
            lambda: decisions.decide(
                signal_id=signal.id, judgement=said, version=version, actor=self.people[who], now=self.now
            ),
            allowed=waits and who in OWNERS and who != author and not self.is_taken(signal, who),
        )
        if done is None:
            return
        signal.acted.add(who)
        signal.claimed_by = ""
        if signal.proposed_by:
            signal.version = signal.newest if verdict == Verdict.APPROVE else signal.version
            signal.proposed_by = ""
            return
        signal.status = {"approve": "active", "reject": "rejected", "return": "returned"}[verdict]
        if verdict == Verdict.APPROVE:
            self.receive(signal)

    @rule(which=st.sampled_from([0, 1]), who=st.sampled_from([*OWNERS, *OPENERS]))
    def correct(self, which: int, who: str) -> None:
        signal = self.signals[which]
        note = f"Seen again at {self.now:%H:%M:%S} on {self.now:%d %B}."
        changes = {"outward_note": note, "no_authority_asked": True}
        open_now = signal.status == "active" and not self.open_about(signal) and not signal.proposed_by
        done = self.attempt(
            lambda: corrections.propose(signal_id=signal.id, changes=changes, actor=self.people[who], now=self.now),
            allowed=open_now and who in OWNERS,
        )
        if done is not None:
            signal.newest += 1
            signal.proposed_by = who
            signal.acted.add(who)

    def receive(self, signal: Statement) -> None:
        with acting_as(Actor.clock()):
            builders.receipt(Signal.objects.get(public_id=signal.id), self.member, now=self.now)

    @rule(which=st.sampled_from([0, 1]), who=st.sampled_from(OWNERS), wrong=st.booleans())
    def withdraw(self, which: int, who: str, wrong: bool) -> None:
        signal = self.signals[which]
        allowed = signal.status == "active" and not self.open_about(signal)
        done = self.attempt(
            lambda: decisions.withdraw(
                signal_id=signal.id, could_be_wrong=wrong, note=TEXT, actor=self.people[who], now=self.now
            ),
            allowed=allowed,
        )
        if done is not None:
            signal.status, signal.proposed_by = "retracted" if wrong else "withdrawn", ""
            signal.acted.add(who)

    # Claims

    def is_taken(self, signal: Statement, who: str) -> bool:
        """Somebody else works on it."""
        return signal.claimed_by not in ("", who) and self.now + timedelta(seconds=1) < signal.claimed_until

    @rule(which=st.sampled_from([0, 1]), who=st.sampled_from([*OWNERS, *OPENERS]))
    def claim(self, which: int, who: str) -> None:
        """A claim is no entry of the ledger; two people never have the same one."""
        signal = self.signals[which]
        waits = signal.status == "submitted" or bool(signal.proposed_by)
        fits = who in OWNERS and who != (signal.proposed_by or signal.by)
        taken = self.is_taken(signal, who)
        self.now += timedelta(seconds=1)
        try:
            claims.claim(signal_id=signal.id, actor=self.people[who], now=self.now)
        except Refusal:
            assert not (waits and fits) or taken
        else:
            assert fits
            assert not taken
            signal.claimed_by, signal.claimed_until = who, self.now + claims.TERM

    # Disputes

    @rule(
        which=st.sampled_from([0, 1]),
        who=st.sampled_from([*OWNERS, *OPENERS]),
        about_a_person=st.booleans(),
        hold_asked=st.booleans(),
    )
    def dispute(self, which: int, who: str, about_a_person: bool, hold_asked: bool) -> None:
        signal = self.signals[which]
        shown = signal.status in ("active", "held", "expired")
        ours = [one for one in self.open_about(signal) if one.by in OPENERS]
        done = self.attempt(
            lambda: disputes.open(
                signal_id=signal.id,
                scope=Scope.SIGNAL,
                reason=Reason.WRONG_PERSON if about_a_person else Reason.STALE,
                statement=TEXT,
                opener_named=True,
                hold_asked=hold_asked,
                actor=self.people[who],
                now=self.now,
            ),
            allowed=shown and who in OPENERS and not ours and (about_a_person or not hold_asked),
        )
        if done is not None:
            opened = Objection(done.public_id, who, about_a_person, hold_asked, {signal.id}, acted={who})
            self.disputes.append(opened)

    def some(self, number: int) -> Objection:
        return self.disputes[number % len(self.disputes)]

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), who=st.sampled_from([*OPENERS, *OWNERS, "sol"]))
    def hold(self, number: int, who: str) -> None:
        one = self.some(number)
        by_second = who in OPENERS and who != one.by and one.hold_asked and one.about_a_person
        done = self.attempt(
            lambda: disputes.confirm_hold(dispute_id=one.id, actor=self.people[who], now=self.now),
            allowed=one.state in FIRST and not one.had_hold and (by_second or who == "sol"),
        )
        if done is not None:
            one.holding = one.had_hold = True
            one.acted.add(who)

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), who=st.sampled_from(["sol", "sam", "kim", "judith"]))
    def end_hold(self, number: int, who: str) -> None:
        one = self.some(number)
        done = self.attempt(
            lambda: disputes.end_hold(dispute_id=one.id, actor=self.people[who], now=self.now),
            allowed=one.holding and who in ("sol", "sam"),
        )
        if done is not None:
            one.holding = False

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), who=st.sampled_from([*OWNERS, *OPENERS, "judith"]))
    def answer(self, number: int, who: str) -> None:
        one = self.some(number)
        done = self.attempt(
            lambda: disputes.answer(dispute_id=one.id, text=TEXT, actor=self.people[who], now=self.now),
            allowed=one.state == "opened" and who in OWNERS,
        )
        if done is not None:
            one.state = "answered"

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), who=st.sampled_from([*OWNERS, *OPENERS]))
    def accept(self, number: int, who: str) -> None:
        one = self.some(number)
        done = self.attempt(
            lambda: disputes.accept(dispute_id=one.id, actor=self.people[who], now=self.now),
            allowed=one.state in FIRST and who in OWNERS,
        )
        if done is not None:
            one.state, one.holding = "accepted", False
            self.retract(one, by=who, remembered=False)

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), who=st.sampled_from([*OWNERS, *OPENERS]))
    def take_back(self, number: int, who: str) -> None:
        one = self.some(number)
        done = self.attempt(
            lambda: disputes.withdraw(dispute_id=one.id, actor=self.people[who], now=self.now),
            allowed=one.state in FIRST and who in OPENERS,
        )
        if done is not None:
            one.state, one.holding = "withdrawn", False

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), whom=st.sampled_from(["judith", "jan", "edith", "sol"]))
    def give(self, number: int, whom: str) -> None:
        one = self.some(number)
        fits = whom in ("judith", "jan") if one.state in FIRST else whom == "edith"
        done = self.attempt(
            lambda: hearings.assign(
                dispute_id=one.id, person_id=self.people[whom].id, actor=self.people["sam"], now=self.now
            ),
            allowed=one.state in OPEN and fits and not self.took_part(whom, one),
        )
        if done is not None:
            one.given_to = whom

    def took_part(self, who: str, one: Objection) -> bool:
        return who in one.acted or any(who in each.acted for each in self.signals if each.id in one.signals)

    @precondition(lambda self: self.disputes)
    @rule(
        number=st.integers(0, 9),
        who=st.sampled_from(["judith", "jan", "edith", "sol", "olga", "kim"]),
        result=st.sampled_from(Result),
    )
    def decide(self, number: int, who: str, result: Result) -> None:
        one = self.some(number)
        theirs = one.given_to in ("", who)
        done = self.attempt(
            lambda: disputes.decide(dispute_id=one.id, result=result, text=TEXT, actor=self.people[who], now=self.now),
            allowed=one.state in FIRST and who in ("judith", "jan") and theirs and not self.took_part(who, one),
        )
        if done is not None:
            one.state, one.result, one.holding = "decided", result.value, False
            one.decided_at = self.now
            one.acted.add(who)
            if result == Result.UPHELD:
                self.retract(one, by=who)

    def retract(self, one: Objection, *, by: str, remembered: bool = True) -> None:
        for signal in self.signals:
            if signal.id in one.signals and signal.status in ("active", "held"):
                signal.status, signal.proposed_by = "retracted", ""
                signal.acted.add(by)
                if remembered:
                    one.retracted.add(signal.id)

    @precondition(lambda self: self.disputes)
    @rule(number=st.integers(0, 9), who=st.sampled_from([*OWNERS, *OPENERS, "judith"]))
    def appeal(self, number: int, who: str) -> None:
        one = self.some(number)
        in_time = self.now + timedelta(seconds=1) <= one.decided_at + timedelta(days=30)
        done = self.attempt(
            lambda: disputes.appeal(dispute_id=one.id, text=TEXT, actor=self.people[who], now=self.now),
            allowed=one.state == "decided" and who in (*OWNERS, *OPENERS) and in_time,
        )
        if done is not None:
            one.state, one.given_to = "appealed", ""

    @precondition(lambda self: any(one.state == "appealed" for one in self.disputes))
    @rule(who=st.sampled_from(["judith", "edith"]), result=st.sampled_from(Result))
    def decide_appeal(self, who: str, result: Result) -> None:
        one = next(each for each in self.disputes if each.state == "appealed")
        done = self.attempt(
            lambda: disputes.decide_appeal(
                dispute_id=one.id, result=result, text=TEXT, actor=self.people[who], now=self.now
            ),
            allowed=who == "edith" and one.given_to == "edith" and not self.took_part("edith", one),
        )
        if done is None:
            return
        one.state, one.result = "closed", result.value
        one.acted.add(who)
        if result == Result.UPHELD:
            self.retract(one, by=who)
            return
        for signal in self.signals:
            if signal.id in one.retracted and signal.status == "retracted":
                signal.status = "active"
                signal.acted.add(who)
                one.retracted.discard(signal.id)

    # The programme and the clock

    @rule(which=st.sampled_from([0, 1]), who=st.sampled_from(["sol", "judith", "olga"]), held=st.booleans())
    def hold_for_the_programme(self, which: int, who: str, held: bool) -> None:
        signal = self.signals[which]
        actor = self.people[who]
        if held:
            done = self.attempt(
                lambda: holds.hold(signal_id=signal.id, reason=HoldReason.UNCLEAR, actor=actor, now=self.now),
                allowed=who == "sol" and signal.status in ("active", "held") and not signal.is_held_by_the_programme,
            )
        else:
            done = self.attempt(
                lambda: holds.release(signal_id=signal.id, actor=actor, now=self.now),
                allowed=who == "sol" and signal.is_held_by_the_programme,
            )
        if done is not None:
            signal.is_held_by_the_programme = held
            signal.acted.add(who)

    @precondition(lambda self: self.now < NOW + A_YEAR_OF_ACCESS)
    @rule(days=st.sampled_from([1, 4, 8, 15, 31]))
    def time_passes(self, days: int) -> None:
        """Silence about a person, and a hold that has run its term, mean upheld."""
        self.now += timedelta(days=days)
        duties.end_holds(now=self.now)
        duties.uphold_unanswered(now=self.now)
        duties.note_overdue_recalls(now=self.now)
        with acting_as(Actor.clock()):
            rows = {dispute.public_id: dispute for dispute in Dispute.objects.all()}
        for one in self.disputes:
            row = rows[one.id]
            is_late = row.answer_due_at <= self.now and one.state == "opened"
            hold_is_over = one.holding and row.hold_until is not None and row.hold_until <= self.now
            if one.state in FIRST and one.about_a_person and (is_late or hold_is_over):
                one.state, one.result, one.holding = "decided", "upheld", False
                one.decided_at = self.now
                self.retract(one, by="the clock")
            elif hold_is_over:
                one.holding = False

    # Recalls

    @rule(who=st.sampled_from([*OPENERS, "olga"]), answer=st.sampled_from(RecallAnswer), which=st.sampled_from([0, 1]))
    def acknowledge(self, who: str, answer: RecallAnswer, which: int) -> None:
        with acting_as(Actor.clock()):
            of_signal = Recall.objects.filter(signal__public_id=self.signals[which].id)
            recall = of_signal.order_by("-pk").first()
            due = Delivery.objects.filter(recall=recall, organisation=self.member).first()
        if recall is None:
            return
        waits = due is not None and not due.is_acknowledged
        said = Answer(answer, ReportCorrected.NONE_MADE, 0)
        self.attempt(
            lambda: recalls.acknowledge(recall_id=recall.public_id, answer=said, actor=self.people[who], now=self.now),
            allowed=who in OPENERS and waits,
        )

    # What is always so

    @invariant()
    def the_tables_are_as_the_model(self) -> None:
        if not hasattr(self, "disputes"):
            return
        self.settle()
        with acting_as(Actor.clock()):
            rows = {row.public_id: row for row in Signal.objects.select_related("current_version")}
            for signal in self.signals:
                row = rows[signal.id]
                assert row.status == signal.status
                assert row.version.number == signal.version
                assert row.contested == bool(self.open_about(signal)) or signal.status not in ("active", "held")
            told = {row.public_id: row for row in Dispute.objects.all()}
            for one in self.disputes:
                found = told[one.id]
                assert (found.state, found.final_result, found.is_holding) == (one.state, one.result, one.holding)

    @invariant()
    def those_who_judge_are_not_those_who_act(self) -> None:
        if not hasattr(self, "disputes"):
            return
        programme = self.people["sol"].organisation_id
        with acting_as(Actor.clock()):
            for row in Dispute.objects.select_related("decided_by", "appeal_decided_by"):
                assert row.held_by_id is None or row.held_by_id != row.opened_by_id
                first = row.decided_by if row.state != "accepted" else None
                judges = [judge for judge in (first, row.appeal_decided_by) if judge is not None]
                assert all(judge.organisation_id == programme for judge in judges)
                assert len({judge.pk for judge in judges}) == len(judges)

    @invariant()
    def the_ledger_leads_to_the_tables(self) -> None:
        if hasattr(self, "disputes"):
            assert replay.compare() == []
            assert replay.unfounded() == []


@pytest.mark.django_db
@pytest.mark.slow
def test_judgement_lived_at_random_never_leaves_the_rules() -> None:
    run_state_machine_as_test(
        Judging,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_OF_A_LIFE),
            stateful_step_count=STEPS_OF_A_LIFE,
            deadline=None,
            phases=[Phase.generate],  # a life is short enough to read as it was
            suppress_health_check=list(HealthCheck),
        ),
    )
