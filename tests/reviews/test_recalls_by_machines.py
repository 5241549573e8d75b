"""Machines and recalls: delivered by having been read, acknowledged where there is nothing to judge."""

from datetime import timedelta

import pytest
from django.test import Client

from lantern_site import clock
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.roles import Role
from reviews.models import Delivery, Recall
from reviews.services import decisions, duties
from reviews.workflow import DeliveryState
from signals.models import Poll, Signal
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import actions
from tests.signals.api.machines import calling, issued, machine, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "ledger_and_tables_agree")]

SOON = NOW + timedelta(minutes=5)


def read(client: Client) -> None:
    assert client.get("/api/v1/feed?after=0&limit=1000").status_code == 200


def reading_key(of: Organisation) -> tuple[ApiKey, Client]:
    key, text = issued(of, KeyScope.READ)
    return key, calling(text)


def recalled(signal: Signal) -> Recall:
    owner = builders.actor(builders.member(), Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)
    return Recall.objects.get()


def state() -> str:
    return str(Delivery.objects.get().state)


def test_a_recall_is_delivered_once_every_key_that_received_it_has_read_past_it(kestrel: Organisation) -> None:
    signal = builders.active(builders.member())
    (_first, one), (second, two) = reading_key(kestrel), reading_key(kestrel)
    read(one)
    read(two)
    recall = recalled(signal)

    assert duties.deliver_recalls(now=SOON) == 0
    read(one)
    assert (duties.deliver_recalls(now=SOON), state()) == (0, DeliveryState.DUE)
    Poll.objects.create(key=second, after=0, upto=recall.position, head=recall.position, at=SOON)
    assert (duties.deliver_recalls(now=SOON), state()) == (1, DeliveryState.DELIVERED)

    assert actions("recall", recall.public_id) == ["recall.opened", "recall.delivered"]


def test_a_machine_without_hits_closes_a_recall(kestrel: Organisation) -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    recall = recalled(signal)
    client = machine(kestrel, KeyScope.FEEDBACK)

    listed = client.get("/api/v1/recalls").json()["recalls"]
    answered = post(client, f"/api/v1/recalls/{recall.reference}/removed", {"local_hits": 0})
    again = post(client, f"/api/v1/recalls/{recall.reference}/removed", {"local_hits": 0})

    assert [(one["signal"], one["cause"]) for one in listed] == [(signal.reference, "retracted")]
    assert (answered.status_code, answered.json()) == (200, {"state": "acknowledged"})
    assert again.status_code == 409
    assert client.get("/api/v1/recalls").json() == {"recalls": []}


def test_where_there_were_hits_a_person_answers(kestrel: Organisation) -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    recall = recalled(signal)
    client = machine(kestrel, KeyScope.FEEDBACK)

    answered = post(client, f"/api/v1/recalls/{recall.reference}/removed", {"local_hits": 2})

    assert (answered.status_code, answered.json()) == (200, {"state": "delivered"})
    assert Delivery.objects.get().local_hits == 2
    assert actions("recall", recall.public_id)[-1] == "recall.removed"


def test_a_key_without_the_scope_and_a_stranger_learn_nothing(kestrel: Organisation) -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    recall = recalled(signal)
    path = f"/api/v1/recalls/{recall.reference}/removed"

    assert machine(kestrel, KeyScope.READ).get("/api/v1/recalls").status_code == 403
    assert post(machine(kestrel, KeyScope.READ), path, {"local_hits": 0}).status_code == 403
    assert post(machine(builders.member("Harbourline")), path, {"local_hits": 0}).status_code == 404
    with clock.at(NOW):
        assert state() == DeliveryState.DUE
