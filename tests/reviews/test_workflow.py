"""Both tables of moves against a flat copy, for every pair of state and move."""

from itertools import product

import pytest

from lantern_site.errors import WrongState
from reviews import workflow as disputes
from reviews.workflow import DisputeMove, DisputeState, Party
from signals import workflow as signals
from signals.workflow import Move, Mover, Status

SIGNAL_MOVES = """
submitted  return     returned   reviewer
returned   resubmit   submitted  submitter
returned   reopen     submitted  reviewer
rejected   reopen     submitted  reviewer
submitted  cancel     cancelled  owner
returned   cancel     cancelled  owner
submitted  reject     rejected   reviewer
submitted  approve    active     reviewer
active     withdraw   withdrawn  owner
active     hold       held       holding dispute or steward
held       release    active     holding dispute or steward
active     retract    retracted  decision of a dispute, owner's admission
held       retract    retracted  decision of a dispute, owner's admission
retracted  reinstate  active     appeal
active     expire     expired    clock
held       expire     expired    clock
active     renew      active     owner
expired    renew      active     owner
"""

DISPUTE_MOVES = """
opened    answer         answered   owner
opened    accept         accepted   owner
answered  accept         accepted   owner
opened    decide         decided    adjudicator
answered  decide         decided    adjudicator
decided   appeal         appealed   owner or opener
appealed  decide_appeal  closed     external adjudicator
opened    withdraw       withdrawn  opener
answered  withdraw       withdrawn  opener
"""


def rows(table: str) -> dict[tuple[str, str], tuple[str, str]]:
    split = [line.split(maxsplit=3) for line in table.strip().splitlines()]
    return {(state, move.replace("_", " ")): (target, who) for state, move, target, who in split}


@pytest.mark.parametrize(("status", "move"), list(product(Status, Move)))
def test_every_move_of_a_signal(status: Status, move: Move) -> None:
    expected = rows(SIGNAL_MOVES).get((status.value, move.value))

    assert signals.is_open(status, move) is (expected is not None)
    if expected is None:
        with pytest.raises(WrongState):
            signals.target(status, move)
    else:
        assert (signals.target(status, move).value, signals.STEPS[move].mover.value) == expected


@pytest.mark.parametrize(("state", "move"), list(product(DisputeState, DisputeMove)))
def test_every_move_of_a_dispute(state: DisputeState, move: DisputeMove) -> None:
    expected = rows(DISPUTE_MOVES).get((state.value, move.value))

    assert disputes.is_open(state, move) is (expected is not None)
    if expected is None:
        with pytest.raises(WrongState):
            disputes.target(state, move)
    else:
        assert (disputes.target(state, move).value, disputes.STEPS[move].party.value) == expected


def test_the_copies_name_only_words_that_exist() -> None:
    signal_words = {word for (status, _), (target, _) in rows(SIGNAL_MOVES).items() for word in (status, target)}
    dispute_words = {word for (state, _), (target, _) in rows(DISPUTE_MOVES).items() for word in (state, target)}

    assert signal_words == set(Status.values)
    assert dispute_words == set(DisputeState.values)
    assert {move for _, move in rows(SIGNAL_MOVES)} == {move.value for move in Move} == {m.value for m in signals.STEPS}
    assert {move for _, move in rows(DISPUTE_MOVES)} == {move.value for move in DisputeMove}
    assert {who for _, who in rows(SIGNAL_MOVES).values()} == {mover.value for mover in Mover}
    assert {who for _, who in rows(DISPUTE_MOVES).values()} == {party.value for party in Party}


def test_what_is_live_and_what_others_see() -> None:
    assert {"submitted", "returned", "active", "held"} == signals.LIVE
    assert {"cancelled", "rejected", "withdrawn", "retracted", "expired"} == signals.ENDED
    assert {"active", "held", "withdrawn", "retracted", "expired"} == signals.SHOWN_TO_OTHERS
    assert {"opened", "answered", "appealed"} == disputes.OPEN


def test_reasons_that_concern_a_person() -> None:
    person = "child wrong_person wrong_value recycled compromised impersonated cleared redress"

    assert set(person.split()) == disputes.PERSON_HARM
