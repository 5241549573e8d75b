"""The life of a member, compared with a second, flat copy for every state and move."""

import pytest

from lantern_site.errors import WrongState
from lantern_site.members.lifecycle import (
    CRITERIA,
    GATES_ARE_KEPT,
    MOVES,
    GateKind,
    MemberState,
    Move,
    capabilities,
    gates_for,
    target,
)

OPEN = {
    ("applicant", "decline"): "declined",
    ("applicant", "defer"): "deferred",
    ("applicant", "approve"): "approved",
    ("declined", "appeal"): "applicant",
    ("deferred", "reopen"): "applicant",
    ("approved", "sign"): "signed",
    ("signed", "onboard"): "onboarding",
    ("onboarding", "activate"): "active",
    ("active", "leave"): "leaving",
    ("leaving", "part"): "left",
    ("applicant", "withdraw"): "ended",
    ("deferred", "withdraw"): "ended",
    ("approved", "withdraw"): "ended",
    ("signed", "withdraw"): "ended",
    ("onboarding", "withdraw"): "ended",
    ("approved", "end"): "ended",
    ("signed", "end"): "ended",
    ("onboarding", "end"): "ended",
}
ON_PAPER = {"csea_policy", "complaints", "government_requests", "security", "retention", "staff_care", "services"}
NEEDED = {
    "approve": ON_PAPER,
    "sign": ON_PAPER | {"compliance_review"},
    "onboard": ON_PAPER | {"compliance_review", "agreement", "contact", "data_protection"},
    "activate": set(GateKind.values),
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", MemberState)
def test_each_move_is_open_where_the_table_says_and_leads_to_one_state(state: MemberState, move: Move) -> None:
    expected = OPEN.get((state.value, move.value))

    if expected is None:
        with pytest.raises(WrongState, match="is not open"):
            target(state, move)
    else:
        assert target(state, move).value == expected


@pytest.mark.parametrize("move", Move)
def test_each_move_needs_its_gates_and_those_of_the_moves_before(move: Move) -> None:
    assert {kind.value for kind in gates_for(move)} == NEEDED.get(move.value, set())


def test_every_gate_belongs_to_one_move() -> None:
    placed = [kind for step in MOVES.values() for kind in step.gates]

    assert sorted(placed) == sorted(GateKind)


def test_the_published_criteria_are_what_is_checked_before_an_approval() -> None:
    assert {kind.value for kind in CRITERIA} == ON_PAPER


@pytest.mark.parametrize("state", MemberState)
def test_only_who_takes_part_shares_and_receives(state: MemberState) -> None:
    expected = {"active": {"submit", "receive", "connect"}, "onboarding": {"connect"}}

    assert capabilities("platform", state, "") == expected.get(state.value, set())


def test_nobody_keeps_the_gates_of_who_was_declined_or_goes() -> None:
    assert {state.value for state in GATES_ARE_KEPT} == {
        "applicant",
        "deferred",
        "approved",
        "signed",
        "onboarding",
        "active",
    }
