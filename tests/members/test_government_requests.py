from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import GovernmentRequest
from lantern_site.members.registers import Answered, Asked, Authority, Told
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import government_requests
from tests import builders
from tests.builders import NOW
from tests.members.cases import TODAY, admin, auditor, facts, government_request, refused, steward

pytestmark = pytest.mark.django_db


def receiving(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "received_on": TODAY,
        "authority": Authority.COURT,
        "jurisdiction": "DE",
        "legal_basis": "A court order",
        "asked": Asked.REMOVAL,
        "actor": steward(),
        "now": NOW,
    }
    return given | changes


def answering(entered: GovernmentRequest, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "case_id": entered.public_id,
        "outcome": Answered.REFUSED,
        "told": Told.TOLD,
        "reason": "The programme holds no such data.",
        "answered_on": TODAY,
        "actor": steward(),
        "now": NOW,
    }
    return given | changes


def test_a_request_is_entered_with_closed_words_in_the_ledger_and_free_text_beside_it() -> None:
    entered = government_request()

    assert facts("government_request.received", entered) == {
        "authority": "police",
        "jurisdiction": "FR",
        "asked": "about_signal",
    }
    entry = Entry.objects.get(subject=entered.public_id)
    assert b"criminal procedure" in bytes(Payload.objects.get(position=entry.position).body)
    assert entry.audience == ""


def test_an_answer_says_what_when_and_who_was_told() -> None:
    entered = government_request()

    government_requests.answer(**answering(entered))

    said = facts("government_request.answered", entered)
    assert (said["outcome"], said["told"], said["days"]) == ("refused", "told", 10)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": date(2026, 3, 3)}, "received_on"),
        ({"jurisdiction": "fr"}, "jurisdiction"),
        ({"jurisdiction": "FRA"}, "jurisdiction"),
        ({"legal_basis": " "}, "legal_basis"),
    ],
)
def test_what_is_entered_is_complete(changes: dict[str, Any], field: str) -> None:
    refusal = refused(Invalid, government_requests.receive, **receiving(**changes))

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": Answered.PENDING}, "outcome"),
        ({"reason": ""}, "reason"),
        ({"answered_on": date(2026, 2, 19)}, "answered_on"),
        ({"answered_on": date(2026, 3, 3)}, "answered_on"),
    ],
)
def test_an_answer_is_complete(changes: dict[str, Any], field: str) -> None:
    refusal = refused(Invalid, government_requests.answer, **answering(government_request(), **changes))

    assert isinstance(refusal, Invalid)
    assert refusal.field == field


@pytest.mark.parametrize("outcome", [Answered.COMPLIED, Answered.PARTLY])
def test_no_authority_inserts_a_value(outcome: Answered) -> None:
    entered = government_request(Asked.INSERTION)

    refused(Invalid, government_requests.answer, match="inserts no value", **answering(entered, outcome=outcome))
    assert government_requests.answer(**answering(entered)).outcome == Answered.REFUSED


def test_the_database_lets_nobody_insert_for_an_authority_either() -> None:
    entered = government_request(Asked.INSERTION)
    answered = {"outcome": "complied", "answered_on": TODAY, "answered_by": entered.recorded_by}

    with acting_as(Actor.clock()), pytest.raises(IntegrityError, match="no_authority_inserts_a_value"):
        GovernmentRequest.objects.filter(pk=entered.pk).update(**answered)


def test_a_request_is_answered_once() -> None:
    entered = government_request()
    government_requests.answer(**answering(entered))

    refused(WrongState, government_requests.answer, **answering(entered))


def test_a_member_may_neither_enter_nor_know_of_a_request() -> None:
    entered, pixelpond = government_request(), admin(builders.member())

    refused(NotAllowed, government_requests.receive, **receiving(actor=pixelpond))
    refused(Hidden, government_requests.answer, **answering(entered, actor=pixelpond))
    with acting_as(pixelpond):
        assert not GovernmentRequest.objects.exists()


def test_an_auditor_reads_and_answers_nothing_and_an_editor_does_not_even_read() -> None:
    entered = government_request()
    editor = builders.actor(builders.programme(), Role.EDITOR)

    refused(NotAllowed, government_requests.answer, **answering(entered, actor=auditor()))
    refused(Hidden, government_requests.answer, **answering(entered, actor=editor))
