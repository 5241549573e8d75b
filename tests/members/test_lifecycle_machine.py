"""The life of a member, lived at random beside a pure model of it: the same moves are open, and each leaves a trace."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
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
from lantern_site.members.lifecycle import CRITERIA, GATES_ARE_KEPT, GateKind, Move
from lantern_site.members.models import Application, Gate, Organisation
from lantern_site.members.services import admission, gates, trials, ways_out
from tests import builders
from tests.builders import NOW

STEPS = {
    Move.DECLINE: ("applicant", "declined"),
    Move.DEFER: ("applicant", "deferred"),
    Move.REOPEN: ("deferred", "applicant"),
    Move.APPROVE: ("applicant", "approved"),
    Move.SIGN: ("approved", "signed"),
    Move.ONBOARD: ("signed", "onboarding"),
    Move.ACTIVATE: ("onboarding", "active"),
}
LEAVES_FROM = frozenset({"applicant", "deferred", "approved", "signed", "onboarding"})
PAPER = frozenset(CRITERIA)
REVIEWED = PAPER | {GateKind.COMPLIANCE_REVIEW}
NEEDED = {
    Move.APPROVE: PAPER,
    Move.SIGN: REVIEWED,
    Move.ONBOARD: REVIEWED | {GateKind.AGREEMENT, GateKind.CONTACT, GateKind.DATA_PROTECTION},
    Move.ACTIVATE: frozenset(GateKind),
}
BY_A_STEWARD = sorted(frozenset(GateKind) - {GateKind.AGREEMENT, GateKind.TEST_SIGNAL})


class Life(RuleBasedStateMachine):
    """One organisation. `passed` and `state` are the model; `changes` counts what the ledger must have gained."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.now = NOW
        self.stewards = [builders.steward(), builders.steward()]
        builders.agreement()
        application, self.secret = builders.application()
        self.application, self.organisation = application, application.organisation
        self.state, self.appealed, self.decliner = "applicant", False, -1
        self.passed: set[GateKind] = set()
        self.has_signed = False

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def attempt(self, act: Callable[[], Any], *, allowed: bool) -> None:
        """Do it; what the model forbids is refused and leaves no trace, what it allows leaves one."""
        before = Entry.objects.count()
        self.now += timedelta(minutes=1)
        try:
            act()
        except Refusal:
            assert not allowed
            assert Entry.objects.count() == before
        else:
            assert allowed
            assert Entry.objects.count() > before

    @rule(move=st.sampled_from([Move.DECLINE, Move.DEFER, Move.REOPEN, Move.APPROVE]), who=st.sampled_from([0, 1]))
    def decide(self, move: Move, who: int) -> None:
        start, end = STEPS[move]
        allowed = self.state == start and NEEDED.get(move, frozenset()) <= self.passed
        allowed = allowed and not (self.appealed and self.decliner == who)
        self.attempt(
            lambda: admission.decide(
                application_id=self.application.public_id,
                move=move,
                reason="Because.",
                actor=self.stewards[who],
                now=self.now,
            ),
            allowed=allowed,
        )
        if allowed:
            self.state = end
            if move == Move.DECLINE and not self.appealed:
                self.decliner = who

    @rule()
    def appeal(self) -> None:
        allowed = self.state == "declined" and not self.appealed
        self.attempt(
            lambda: admission.appeal(
                application_id=self.application.public_id, secret=self.secret, reason="Again.", now=self.now
            ),
            allowed=allowed,
        )
        if allowed:
            self.state, self.appealed = "applicant", True

    @rule(move=st.sampled_from([Move.SIGN, Move.ONBOARD, Move.ACTIVATE]))
    def step(self, move: Move) -> None:
        start, end = STEPS[move]
        allowed = self.state == start and NEEDED[move] <= self.passed
        if move == Move.SIGN:
            later = self.state in ("signed", "onboarding", "active")
            allowed = not self.has_signed and (allowed or later)
        self.attempt(lambda: builders.move(self.organisation, self.stewards[0], move, now=self.now), allowed=allowed)
        if allowed:
            self.state = end
            if move == Move.SIGN:
                self.has_signed = True
                self.passed.add(GateKind.AGREEMENT)

    @precondition(lambda self: self.state == "onboarding")
    @rule(by_the_programme=st.booleans())
    def go_away(self, by_the_programme: bool) -> None:
        self.leave(by_the_programme)

    @rule(by_the_programme=st.booleans())
    def try_to_go_away(self, by_the_programme: bool) -> None:
        """Refused wherever the table does not have it; where it has, lives would end too soon."""
        if self.state not in LEAVES_FROM:
            self.leave(by_the_programme)

    def leave(self, by_the_programme: bool) -> None:
        allowed = self.state in (LEAVES_FROM - {"applicant", "deferred"} if by_the_programme else LEAVES_FROM)
        if by_the_programme:
            self.attempt(
                lambda: ways_out.end(
                    organisation_id=self.organisation.public_id,
                    reason="Nothing came.",
                    actor=self.stewards[0],
                    now=self.now,
                ),
                allowed=allowed,
            )
        else:
            self.attempt(
                lambda: ways_out.withdraw(
                    application_id=self.application.public_id, secret=self.secret, reason="", now=self.now
                ),
                allowed=allowed,
            )
        if allowed:
            self.state = "ended"

    @rule(kinds=st.sets(st.sampled_from(BY_A_STEWARD), min_size=1))
    def pass_gates(self, kinds: set[GateKind]) -> None:
        allowed = self.state in {state.value for state in GATES_ARE_KEPT}
        for kind in sorted(kinds):
            self.attempt(
                lambda kind=kind: builders.pass_gate(  # type: ignore[misc]
                    self.organisation, kind, by=self.stewards[0], now=self.now
                ),
                allowed=allowed,
            )
        if allowed:
            self.passed |= kinds

    @rule()
    def pass_everything_on_paper(self) -> None:
        self.pass_gates(set(BY_A_STEWARD))

    @rule(who=st.sampled_from([0, 1]))
    def go_on(self, who: int) -> None:
        """The next step on the way in, so that lives come as far as the end."""
        if self.state == "applicant":
            self.decide(Move.APPROVE, who)
        elif self.state == "onboarding" and GateKind.TEST_SIGNAL not in self.passed:
            self.try_the_way()
        else:
            moves = [move for move, (start, _end) in STEPS.items() if start == self.state and move in NEEDED]
            for move in moves:
                self.step(move)

    @rule()
    def try_the_way(self) -> None:
        allowed = self.state in ("onboarding", "active")
        self.attempt(
            lambda: trials.send_test_signal(
                organisation_id=self.organisation.public_id, actor=self.stewards[0], now=self.now
            ),
            allowed=allowed,
        )
        if allowed:
            self.organisation.refresh_from_db()
            builders.pass_gate(self.organisation, GateKind.TEST_SIGNAL, by=self.stewards[0], now=self.now)
            self.passed.add(GateKind.TEST_SIGNAL)

    @rule(kind=st.sampled_from(GateKind))
    def reopen(self, kind: GateKind) -> None:
        allowed = kind in self.passed and self.state in {state.value for state in GATES_ARE_KEPT}
        self.attempt(
            lambda: gates.reopen_gate(
                organisation_id=self.organisation.public_id,
                kind=kind,
                reason="Outdated.",
                actor=self.stewards[1],
                now=self.now,
            ),
            allowed=allowed,
        )
        if allowed:
            self.passed.discard(kind)

    @invariant()
    def tables_agree_with_the_model_and_the_ledger(self) -> None:
        if not hasattr(self, "state"):
            return
        with acting_as(Actor.clock()):
            organisation = Organisation.objects.get(pk=self.organisation.pk)
            standing = Gate.objects.in_force(self.now.date()).filter(organisation=organisation)
            assert {GateKind(kind) for kind in standing.values_list("kind", flat=True)} == self.passed
            assert Application.objects.get(organisation=organisation).may_be_appealed == (
                self.state == "declined" and not self.appealed
            )
        assert organisation.state == self.state
        told = Entry.objects.about("member", organisation.public_id)
        states = [entry.facts["state"] for entry in told if "state" in entry.facts]
        assert states[-1] == self.state
        assert organisation.memberships.exists() == (self.state == "active")

    @invariant()
    def whoever_became_active_had_passed_every_gate(self) -> None:
        if not hasattr(self, "state") or self.state != "active":
            return
        told = list(Entry.objects.about("member", self.organisation.public_id))
        activated = next(entry.position for entry in told if entry.action == "member.activated")
        passed: set[str] = set()
        for entry in told:
            if entry.position < activated and entry.action == "member.gate_passed":
                passed.add(entry.facts["gate"])
            elif entry.position < activated and entry.action == "member.gate_reopened":
                passed.discard(entry.facts["gate"])
        assert passed == set(GateKind.values)


@pytest.mark.django_db
@pytest.mark.slow
def test_a_life_lived_at_random_never_leaves_the_table() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
