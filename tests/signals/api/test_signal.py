"""One signal, asked for by its id."""

from typing import Any

import pytest
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.members.lifecycle import KeyScope, Suspension
from lantern_site.members.roles import Role
from signals import intake
from signals.models import Receipt, Signal
from signals.workflow import Status
from tests import builders
from tests.signals.api.machines import key_of, machine

pytestmark = pytest.mark.django_db


def get(client: Client, signal: Signal | str) -> Any:
    return client.get(f"/api/v1/signals/{signal if isinstance(signal, str) else signal.reference}")


def test_a_signal_of_another_member_comes_masked_and_is_received() -> None:
    item = builders.email(1)
    signal = builders.active(builders.member("Pixelpond"), item, says=builders.statement(inward_note="Ours only."))
    kestrel = builders.member("Kestrel")

    answer = get(machine(kestrel), signal)

    found = answer.json()
    assert (found["id"], found["status"], found["own"]) == (signal.reference, "active", None)
    assert found["masked"] == intake.masked(signal.indicator)
    assert item.raw.encode() not in answer.content
    assert b"Ours only." not in answer.content
    receipt = Receipt.objects.get()
    assert (receipt.signal_id, receipt.organisation, receipt.way) == (signal.pk, kestrel, Receipt.Way.PAGE)


def test_the_owner_is_told_more_and_needs_no_receipt() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond, says=builders.statement(inward_note="Ours only."))

    found = get(machine(pixelpond, KeyScope.SUBMIT), signal).json()

    assert found["own"]["inward_note"] == "Ours only."
    assert found["status"] == "submitted"
    assert not Receipt.objects.exists()


def test_what_a_key_may_not_know_answers_like_what_does_not_exist() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    submitted, active = builders.submitted(pixelpond), builders.active(pixelpond)
    elsewhere = builders.active(pixelpond, says=builders.statement(not_to_regions=("europe",)))
    unknown = get(machine(kestrel), public_ids.shown(1))

    asked = [
        get(machine(kestrel), submitted),
        get(machine(kestrel), elsewhere),
        get(machine(kestrel), "LN-1"),
        get(machine(kestrel), "ln-00000-00001"),
        get(machine(kestrel, KeyScope.SUBMIT), active),
    ]

    assert unknown.status_code == 404
    assert {(answer.status_code, answer.content) for answer in asked} == {(404, unknown.content)}
    assert not Receipt.objects.exists()


def test_a_key_that_only_looks_up_is_refused_whatever_it_asks_for() -> None:
    kestrel = builders.member("Kestrel")
    own, others = builders.submitted(kestrel), builders.active(builders.member("Pixelpond"))
    client = machine(kestrel, KeyScope.LOOKUP)

    assert {get(client, signal).status_code for signal in (own, others, public_ids.shown(1))} == {403}


def test_a_member_that_may_not_receive_still_sees_its_own() -> None:
    kestrel = builders.member("Kestrel")
    own, others = builders.submitted(kestrel), builders.active(builders.member("Pixelpond"))
    client = machine(kestrel)
    builders.suspend(kestrel, Suspension.RECEIVE)

    assert [get(client, signal).status_code for signal in (own, others)] == [200, 404]


def test_a_key_sees_what_its_member_sees_and_nothing_else() -> None:
    """The queryset that pages fetch from, against the interface: same organisation, same signals, same answer."""
    names = ["Pixelpond", "Kestrel"]
    signals = [make(builders.member(name)) for name in names for make in (builders.submitted, builders.active)]

    for name in names:
        member = builders.member(name)
        actor, client = key_of(member).actor(), machine(member)
        with acting_as(actor):
            seen = set(Signal.objects.visible_to(actor).values_list("pk", flat=True))
        for signal in signals:
            assert (get(client, signal).status_code == 200) == (signal.pk in seen)


def test_the_page_and_the_interface_show_the_same_signals_in_the_same_state() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    person, client = Client(headers={"Accept-Language": "en"}), machine(kestrel)
    builders.sign_in(person, builders.person(kestrel, Role.REVIEWER))
    asked = [make(member) for member in (pixelpond, kestrel) for make in (builders.submitted, builders.active)]

    for signal in asked:
        page, answer = person.get(f"/signals/{signal.reference}/"), get(client, signal)
        assert page.status_code == answer.status_code
        if answer.status_code == 200:
            masked, status = answer.json()["masked"], Status(answer.json()["status"])
            assert masked in page.content.decode()
            assert str(status.label) in page.content.decode()
