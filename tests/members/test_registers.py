"""The tables of the registers against a flat copy, and what the database keeps of them."""

from itertools import product

import pytest

from lantern_site.errors import WrongState
from lantern_site.members import registers
from lantern_site.members.registers import IncidentMove, IncidentState, RequestMove, RequestState

OF_REQUESTS = {
    ("open", "ask identity"): "identity_asked",
    ("open", "prove identity"): "open",
    ("open", "search"): "open",
    ("open", "restrict"): "restricted",
    ("open", "extend"): "open",
    ("open", "decide"): "decided",
    ("identity_asked", "prove identity"): "open",
    ("identity_asked", "extend"): "identity_asked",
    ("identity_asked", "decide"): "decided",
    ("restricted", "search"): "restricted",
    ("restricted", "extend"): "restricted",
    ("restricted", "decide"): "decided",
    ("decided", "close"): "closed",
}
OF_INCIDENTS = {
    ("open", "describe"): "open",
    ("open", "contain"): "contained",
    ("open", "notify"): "open",
    ("open", "inform"): "open",
    ("contained", "describe"): "contained",
    ("contained", "notify"): "contained",
    ("contained", "inform"): "contained",
    ("contained", "close"): "closed",
}


@pytest.mark.parametrize(("state", "move"), list(product(RequestState, RequestMove)))
def test_the_life_of_a_data_subject_request(state: RequestState, move: RequestMove) -> None:
    if (state.value, move.value) in OF_REQUESTS:
        assert registers.request_target(state, move) == OF_REQUESTS[state.value, move.value]
    else:
        with pytest.raises(WrongState, match="not open"):
            registers.request_target(state, move)


@pytest.mark.parametrize(("state", "move"), list(product(IncidentState, IncidentMove)))
def test_the_life_of_a_security_incident(state: IncidentState, move: IncidentMove) -> None:
    if (state.value, move.value) in OF_INCIDENTS:
        assert registers.incident_target(state, move) == OF_INCIDENTS[state.value, move.value]
    else:
        with pytest.raises(WrongState, match="not open"):
            registers.incident_target(state, move)
