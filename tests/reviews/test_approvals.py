"""The approvals rule: who must have looked, before a signal is shared and after."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import approvals
from reviews.approvals import Approvals, Circumstances, Why
from reviews.workflow import Attestation
from signals.kinds import IDENTIFIERS, Kind, Severity

OWN = frozenset({Attestation.EVIDENCE})
BOTH = frozenset({Attestation.EVIDENCE, Attestation.COMPLETENESS})
PLAIN = Circumstances(
    kind=Kind.EMAIL,
    severity=Severity.HIGH,
    danger=False,
    possibly_child=False,
    warnings=frozenset(),
    asks_first=False,
    on_probation=False,
    identifiers_shared=1000,
    identifiers_in_24h=1,
    checked_in_24h=0,
    draw=50,
)
ORDINARY = Approvals(OWN)


def first(why: Why) -> Approvals:
    return Approvals(BOTH, why=why)


def afterwards(why: Why, *, provisional: bool = False) -> Approvals:
    return Approvals(OWN, 24, provisional=provisional, why=why)


CASES: list[tuple[str, dict[str, Any], Approvals]] = [
    ("an ordinary identifier", {}, ORDINARY),
    ("a hash", {"kind": Kind.PDQ}, ORDINARY),
    ("a critical hash", {"kind": Kind.SHA256, "severity": Severity.CRITICAL}, ORDINARY),
    ("a URL", {"kind": Kind.URL}, ORDINARY),
    ("the last of the sample", {"draw": 4}, afterwards(Why.SAMPLE)),
    ("just out of the sample", {"draw": 5}, ORDINARY),
    ("a hash in the sample", {"kind": Kind.PDQ, "draw": 0}, afterwards(Why.SAMPLE)),
    ("a critical identifier", {"severity": Severity.CRITICAL}, afterwards(Why.CRITICAL, provisional=True)),
    ("a keyword", {"kind": Kind.KEYWORD}, first(Why.KEYWORD)),
    ("a warning", {"warnings": frozenset({"common"})}, first(Why.WARNING)),
    ("too broad", {"warnings": frozenset({"broad", "common"})}, first(Why.BROAD)),
    ("found wrong, another's", {"warnings": frozenset({"corrected_before"})}, first(Why.RETRACTED_BEFORE)),
    ("retracted before", {"warnings": frozenset({"retracted_before"})}, first(Why.RETRACTED_BEFORE)),
    ("warned and retracted", {"warnings": frozenset({"broad", "retracted_before"})}, first(Why.RETRACTED_BEFORE)),
    ("a warned hash", {"kind": Kind.MD5, "warnings": frozenset({"common"})}, first(Why.WARNING)),
    ("possibly a child", {"possibly_child": True}, first(Why.POSSIBLY_CHILD)),
    ("possibly a child, critical", {"possibly_child": True, "severity": Severity.CRITICAL}, first(Why.POSSIBLY_CHILD)),
    ("supported, and asks first", {"asks_first": True}, first(Why.SUPPORTED)),
    ("a hash of a member that asks first", {"kind": Kind.PDQ, "asks_first": True}, first(Why.SUPPORTED)),
    ("critical, and asks first", {"severity": Severity.CRITICAL, "asks_first": True}, first(Why.SUPPORTED)),
    ("a keyword of a member that asks first", {"kind": Kind.KEYWORD, "asks_first": True}, first(Why.KEYWORD)),
    ("danger, though it asks first", {"danger": True, "asks_first": True}, afterwards(Why.DANGER)),
    ("500 in a day", {"identifiers_in_24h": 500}, ORDINARY),
    ("501 in a day", {"identifiers_in_24h": 501}, first(Why.VOLUME)),
    ("501 in a day, 29 checked", {"identifiers_in_24h": 501, "checked_in_24h": 29}, first(Why.VOLUME)),
    ("501 in a day, 30 checked", {"identifiers_in_24h": 501, "checked_in_24h": 30}, ORDINARY),
    ("501 hashes in a day", {"kind": Kind.PDQ, "identifiers_in_24h": 501}, ORDINARY),
    ("the 50th on probation", {"on_probation": True, "identifiers_shared": 49}, first(Why.PROBATION)),
    ("the 51st on probation", {"on_probation": True, "identifiers_shared": 50}, ORDINARY),
    ("drawn on probation", {"on_probation": True, "draw": 19}, afterwards(Why.PROBATION)),
    ("just not drawn on probation", {"on_probation": True, "draw": 20}, ORDINARY),
    ("a first hash on probation", {"kind": Kind.PDQ, "on_probation": True, "identifiers_shared": 0}, ORDINARY),
    (
        "critical on probation",
        {"on_probation": True, "severity": Severity.CRITICAL},
        afterwards(Why.CRITICAL, provisional=True),
    ),
    ("danger", {"danger": True, "severity": Severity.CRITICAL}, afterwards(Why.DANGER)),
    ("a keyword in danger", {"danger": True, "kind": Kind.KEYWORD}, afterwards(Why.DANGER)),
    ("danger on probation", {"danger": True, "on_probation": True, "identifiers_shared": 0}, afterwards(Why.DANGER)),
]


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_rule(changes: dict[str, Any], expected: Approvals) -> None:
    assert approvals.needed(replace(PLAIN, **changes)) == expected


anything = st.builds(
    Circumstances,
    kind=st.sampled_from(Kind),
    severity=st.sampled_from(Severity),
    danger=st.booleans(),
    possibly_child=st.booleans(),
    warnings=st.frozensets(st.sampled_from(["broad", "common", "retracted_before"])),
    asks_first=st.booleans(),
    on_probation=st.booleans(),
    identifiers_shared=st.integers(0, 300),
    identifiers_in_24h=st.integers(0, 1000),
    checked_in_24h=st.integers(0, 60),
    draw=st.integers(0, 99),
)


@given(anything)
def test_the_own_reviewer_always_sees_the_evidence(circumstances: Circumstances) -> None:
    assert Attestation.EVIDENCE in approvals.needed(circumstances).first


@given(anything)
def test_the_danger_lane_never_waits_and_is_always_checked(circumstances: Circumstances) -> None:
    plan = approvals.needed(replace(circumstances, danger=True))

    assert plan == afterwards(Why.DANGER)


@given(anything)
def test_a_check_comes_before_or_after_and_then_it_says_why(circumstances: Circumstances) -> None:
    plan = approvals.needed(circumstances)

    assert not (plan.first == BOTH and plan.check_within_hours is not None), "once is enough"
    assert (plan.why is None) is (plan == ORDINARY)
    assert not plan.provisional or plan.check_within_hours == 24


@given(anything)
def test_only_critical_identifiers_are_provisional(circumstances: Circumstances) -> None:
    if approvals.needed(circumstances).provisional:
        assert circumstances.kind in IDENTIFIERS
        assert circumstances.severity == Severity.CRITICAL


STRICTER: list[dict[str, Any]] = [
    {"possibly_child": True},
    {"warnings": frozenset({"broad"})},
    {"kind": Kind.KEYWORD},
    {"asks_first": True},
]


@given(anything, st.sampled_from(STRICTER))
def test_what_asks_for_care_outside_the_danger_lane_lets_the_programme_look_first(
    circumstances: Circumstances, stricter: dict[str, Any]
) -> None:
    assert approvals.needed(replace(circumstances, danger=False, **stricter)).first == BOTH


@given(anything)
def test_a_member_that_has_proven_itself_is_never_treated_more_strictly(circumstances: Circumstances) -> None:
    new, proven = (approvals.needed(replace(circumstances, on_probation=on)) for on in (True, False))

    assert new.first >= proven.first
    assert proven.check_within_hours is None or new.check_within_hours is not None or new.first == BOTH


@given(anything)
def test_the_answer_depends_on_nothing_but_the_circumstances(circumstances: Circumstances) -> None:
    assert approvals.needed(circumstances) == approvals.needed(replace(circumstances))


def test_one_in_twenty_is_sampled_and_one_in_five_on_probation() -> None:
    drawn = [approvals.needed(replace(PLAIN, draw=draw)).why for draw in range(100)]
    on_probation = [approvals.needed(replace(PLAIN, draw=draw, on_probation=True)).why for draw in range(100)]

    assert drawn.count(Why.SAMPLE) == 5
    assert on_probation.count(Why.PROBATION) == 20
