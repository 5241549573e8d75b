"""Proposing corrections through the machine interface."""

from typing import Any

import pytest
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import KeyScope
from signals.models import Signal
from tests import builders
from tests.signals.api.machines import machine, post

pytestmark = pytest.mark.django_db

CHANGES = {"harm": "tools", "no_authority_asked": True}


@pytest.fixture
def signal() -> Signal:
    return builders.active(builders.member("Pixelpond"))


@pytest.fixture
def client(signal: Signal) -> Client:
    return machine(signal.organisation, KeyScope.SUBMIT)


def correct(client: Client, signal: Signal, changes: Any = CHANGES, **headers: str) -> Any:
    return post(client, f"/api/v1/signals/{signal.reference}/corrections", changes, **headers)


def proposed(signal: Signal) -> int:
    return Entry.objects.about("signal", signal.public_id).filter(action="signal.correction_proposed").count()


def test_it_is_proposed_and_says_what_would_change(client: Client, signal: Signal) -> None:
    answer = correct(client, signal)

    assert answer.status_code == 200, answer.content
    assert answer.json() == {"signal": public_ids.shown(signal.public_id), "version": 2, "changed": ["harm"]}
    assert builders.fresh(signal).version.number == 1


def test_the_same_request_does_it_once(client: Client, signal: Signal) -> None:
    first = correct(client, signal, **{"Idempotency-Key": "one"})
    again = correct(client, signal, **{"Idempotency-Key": "one"})
    another = correct(client, signal, CHANGES | {"harm": "other"}, **{"Idempotency-Key": "one"})

    assert first.json() == again.json()
    assert another.status_code == 409
    assert proposed(signal) == 1


def test_the_key_of_a_request_about_one_signal_is_not_taken_for_another(client: Client, signal: Signal) -> None:
    other = builders.active(signal.organisation)
    correct(client, signal, **{"Idempotency-Key": "one"})

    assert correct(client, other, **{"Idempotency-Key": "one"}).status_code == 409
    assert proposed(other) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"no_authority_asked": True}, ""),
        ({"harm": "tools"}, "no_authority_asked"),
        (CHANGES | {"harm": "nonsense"}, "harm"),
        (CHANGES | {"value": "other@example.org"}, ""),
        (CHANGES | {"expires_on": "2036-01-01"}, "expires_on"),
    ],
    ids=["nothing new", "not confirmed", "no word", "the value", "a later end"],
)
def test_what_cannot_be_taken_is_said(client: Client, signal: Signal, changes: dict[str, Any], field: str) -> None:
    answer = correct(client, signal, changes)

    assert (answer.status_code, answer.json().get("field", "")) == (422, field)
    assert proposed(signal) == 0


def test_another_members_signal_is_not_corrected(signal: Signal) -> None:
    assert correct(machine(builders.member("Kestrel"), KeyScope.SUBMIT), signal).status_code in (403, 404)


def test_a_correction_that_waits_is_cancelled(client: Client, signal: Signal) -> None:
    first = correct(client, signal)
    address = f"/api/v1/signals/{signal.reference}/corrections/cancel"

    assert post(client, address, {}).json() == first.json()
    assert post(client, address, {}).status_code == 409
    assert builders.fresh(signal).correction_id is None
