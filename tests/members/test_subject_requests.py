from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, WrongState
from lantern_site.members.models import SubjectRequest
from lantern_site.members.registers import Proof, RequestState, Right, Ruling
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import subject_requests
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW
from tests.members.cases import TODAY, admin, auditor, facts, refused, steward, subject_request

pytestmark = pytest.mark.django_db

SIGNAL = 4711
LETTER = "Dear applicant, nothing about you is held."


def on(case: SubjectRequest, **changes: Any) -> dict[str, Any]:
    return {"case_id": case.public_id, "actor": steward(), "now": NOW, **changes}


def found(case: SubjectRequest, *signals: int) -> SubjectRequest:
    return subject_requests.note_search(**on(case, kind="email", signals=signals))


def deciding(case: SubjectRequest, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"ruling": Ruling.GRANTED, "reason": "Nothing speaks against it.", "letter": LETTER}
    return on(case, **(given | changes))


def test_a_request_is_due_a_calendar_month_after_it_came() -> None:
    case = subject_request(received_on=date(2026, 1, 31))

    assert case.due_on == date(2026, 2, 28)
    assert facts("subject_request.received", case) == {"right": "erasure", "state": "open", "proof": "code"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": date(2026, 3, 3)}, "received_on"),
        ({"file_reference": " "}, "file_reference"),
        ({"file_reference": "ada@example.org"}, "file_reference"),
    ],
)
def test_no_name_or_address_is_entered(changes: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"received_on": TODAY, "right": Right.ACCESS, "file_reference": "DP-1", "proof": None}

    refusal = refused(Invalid, subject_requests.receive, **(given | changes), actor=steward(), now=NOW)

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


def test_identity_is_asked_for_and_proven_and_then_a_search_is_open() -> None:
    case = subject_request(proof=None)
    refused(WrongState, subject_requests.note_search, match="proved", **on(case, kind="email", signals=[]))

    assert subject_requests.ask_identity(**on(case)).state == RequestState.IDENTITY_ASKED
    assert subject_requests.prove_identity(**on(case, proof=Proof.DOCUMENT)).state == RequestState.OPEN

    assert found(case).searches == 1
    refused(WrongState, subject_requests.prove_identity, **on(case, proof=Proof.CODE))
    refused(WrongState, subject_requests.ask_identity, **on(case))


def test_what_was_found_is_kept_as_ids_and_the_ledger_has_only_their_number() -> None:
    case = subject_request()

    found(case, SIGNAL, 12)
    case = found(case, SIGNAL, 99)

    assert case.signals == [12, 99, SIGNAL]
    entry = Entry.objects.filter(action="subject_request.searched").latest("position")
    assert entry.facts == {"right": "erasure", "state": "open", "kind": "email", "found": 2}
    assert str(SIGNAL) not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_the_term_is_extended_once_by_two_months_within_the_first() -> None:
    case = subject_request(received_on=date(2026, 2, 20))

    refused(Invalid, subject_requests.extend, **on(case, reason=" "))
    assert subject_requests.extend(**on(case, reason="Many signals.")).due_on == date(2026, 5, 20)
    refused(WrongState, subject_requests.extend, match="once", **on(case, reason="More."))


def test_a_term_that_is_over_is_not_extended() -> None:
    case = subject_request(received_on=date(2026, 1, 1))

    refused(WrongState, subject_requests.extend, match="first month", **on(case, reason="Late."))


def test_a_restriction_asks_for_a_second_factor_and_for_something_found() -> None:
    case = subject_request()
    refused(WrongState, subject_requests.restrict, match="No signal", **on(case))
    found(case, SIGNAL)
    unproven = builders.person(builders.programme(), Role.STEWARD).actor(NOW)

    refused(NotProven, subject_requests.restrict, **on(case, actor=unproven))
    assert subject_requests.restrict(**on(case)).state == RequestState.RESTRICTED

    assert Outbox.objects.filter(task="reviews.settle_restrictions").count() == 1
    assert facts("subject_request.restricted", case)["found"] == 1


def test_a_decision_leaves_the_ruling_in_the_facts_and_the_letter_in_the_erasable_payload() -> None:
    case = subject_request()

    decided = subject_requests.decide(**deciding(case))

    assert decided.state == RequestState.DECIDED
    entry = Entry.objects.get(action="subject_request.decided")
    assert entry.facts == {
        "right": "erasure",
        "state": "decided",
        "ruling": "granted",
        "days": 10,
        "late": False,
        "extended": False,
        "found": 0,
    }
    assert LETTER.encode() in bytes(Payload.objects.get(position=entry.position).body)


@pytest.mark.parametrize(
    ("proof", "changes", "field"),
    [
        (Proof.CODE, {"ruling": Ruling.NOT_PROVEN}, "ruling"),
        (None, {"ruling": Ruling.REFUSED}, "ruling"),
        (Proof.CODE, {"ruling": Ruling.NOTHING_HELD}, "ruling"),
        (Proof.CODE, {"reason": " "}, "reason"),
        (Proof.CODE, {"letter": " "}, "letter"),
    ],
)
def test_a_decision_fits_what_is_known(proof: Proof | None, changes: dict[str, Any], field: str) -> None:
    refusal = refused(Invalid, subject_requests.decide, **deciding(subject_request(proof=proof), **changes))

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


def test_nothing_is_held_where_a_search_found_nothing() -> None:
    case = subject_request()
    found(case)

    assert subject_requests.decide(**deciding(case, ruling=Ruling.NOTHING_HELD)).ruling == Ruling.NOTHING_HELD


def test_a_decision_ends_a_restriction_and_the_letter_closes_the_case() -> None:
    case = subject_request()
    found(case, SIGNAL)
    subject_requests.restrict(**on(case))

    subject_requests.decide(**deciding(case, ruling=Ruling.REFUSED))
    closed = subject_requests.close(**on(case))

    assert closed.state == RequestState.CLOSED
    assert Outbox.objects.filter(task="reviews.settle_restrictions").count() == 2
    refused(WrongState, subject_requests.decide, **deciding(case))


def test_a_request_that_is_not_decided_in_time_is_recorded_once() -> None:
    case = subject_request(received_on=date(2026, 2, 20))

    assert subject_requests.note_overdue(now=datetime(2026, 3, 20, 23, tzinfo=UTC)) == 0
    assert subject_requests.note_overdue(now=datetime(2026, 3, 21, tzinfo=UTC)) == 1
    assert subject_requests.note_overdue(now=datetime(2026, 3, 21, tzinfo=UTC) + timedelta(days=1)) == 0
    assert facts("subject_request.overdue", case) == {"right": "erasure", "state": "open"}


STEPS: dict[str, dict[str, Any]] = {
    "ask_identity": {},
    "prove_identity": {"proof": Proof.CODE},
    "note_search": {"kind": "email", "signals": ()},
    "extend": {"reason": "Many."},
    "decide": {"ruling": Ruling.NOT_PROVEN, "reason": "No answer.", "letter": LETTER},
}


@pytest.mark.parametrize("step", STEPS)
def test_members_know_of_no_request_and_an_auditor_only_reads(step: str) -> None:
    case, act = subject_request(proof=None), getattr(subject_requests, step)

    refused(Hidden, act, **on(case, actor=admin(builders.member()), **STEPS[step]))
    refused(NotAllowed, act, **on(case, actor=auditor(), **STEPS[step]))


def test_the_database_shows_no_request_to_a_member() -> None:
    subject_request()

    with acting_as(admin(builders.member())):
        assert not SubjectRequest.objects.exists()
    with acting_as(Actor.clock()):
        assert SubjectRequest.objects.exists()


def test_no_entry_about_a_request_has_a_member_for_its_audience() -> None:
    case = subject_request()
    found(case, SIGNAL)
    subject_requests.decide(**deciding(case))

    assert set(Entry.objects.about("subject_request", case.public_id).values_list("audience", flat=True)) == {""}
