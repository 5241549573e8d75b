"""A member's machine that follows the feed of a running site, while stewards suspend, members leave, and keys end.

The client does what the description of the interface says and no more: it reads on from its cursor, and keeps a value
while the newest entry of its signal says `active`.
"""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import KeyScope, Revocation
from lantern_site.members.models import ApiKey, Organisation, SignalsRule
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from reviews.services import decisions
from signals import intake
from signals.models import Signal
from signals.workflow import Status
from tests import builders

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATIENCE = 20.0
"""Seconds until what the worker tells has not come."""


class Machine:
    """`copy` is what the member's own systems look for: the value of each signal in use, by its id."""

    def __init__(self, address: str, of: Organisation) -> None:
        now = clock.now()
        admin = builders.actor(of, Role.MEMBER_ADMIN, now=now)
        self.key, text = keys.issue(
            label="Feed", scopes=[KeyScope.READ, KeyScope.LOOKUP], days=90, actor=admin, now=now
        )
        self.address, self.head = address, {"Authorization": f"Bearer {text}"}
        self.cursor = 0
        self.copy: dict[str, str] = {}
        self.told: dict[str, str] = {}

    def follow(self) -> None:
        """Read on to the end of the feed."""
        while True:
            page = self.get(f"/api/v1/feed?after={self.cursor}&limit=2")
            for entry in page["entries"]:
                self.told[entry["id"]] = entry["status"]
                if entry["status"] == "active":
                    self.copy[entry["id"]] = entry["value"]
                else:
                    self.copy.pop(entry["id"], None)
            if page["cursor"] == self.cursor:
                return
            self.cursor = page["cursor"]

    def follow_until(self, is_so: Callable[[], bool]) -> None:
        """Poll as machines do, until what was asked of the worker has arrived."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.follow()
            if is_so():
                return
            time.sleep(0.2)
        raise AssertionError(self.told)

    def get(self, path: str) -> dict[str, Any]:
        with urlopen(Request(self.address + path, headers=self.head)) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def refusal(self, path: str, body: object = None) -> int:
        """The status with which the call is refused."""
        head = self.head | {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(self.address + path, data, head))
        with refused.value as answer:
            return answer.code


def seen_by(of: Organisation) -> dict[str, str | None]:
    """What the member may use: what others share with it and is in use, with the values."""
    analyst = builders.actor(of, Role.ANALYST, now=clock.now())
    with acting_as(analyst):
        found = Signal.objects.visible_to(analyst).with_context().filter(status=Status.ACTIVE)
        others = found.exclude(organisation=of)
        return {signal.reference: intake.value_of(signal.indicator) for signal in others}


def has_live(of: Organisation) -> bool:
    with acting_as(Actor.clock()):
        return Signal.objects.owned_by(of.pk).live().exists()


def share(of: Organisation) -> Signal:
    return builders.active(of, now=clock.now())


def retract(signal: Signal) -> None:
    owner = builders.actor(signal.organisation, Role.REVIEWER, now=clock.now())
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=clock.now())


def desk(of: Organisation, role: Role) -> Client:
    client = Client()
    builders.sign_in(client, builders.person(of, role))
    return client


def step(client: Client, name: str, of: Organisation, **form: str) -> None:
    """Somebody sends a form of the page about a member's standing."""
    answer = client.post(reverse(f"signals:{name}", args=[of.public_id]), form)
    assert answer.status_code == 302, answer.content.decode()


def leave(of: Organisation, rule: SignalsRule, steward: Client) -> None:
    admin = desk(of, Role.MEMBER_ADMIN)
    step(admin, "give_notice", of, rule=rule.value, leaves_on=clock.now().date().isoformat())
    step(steward, "part", of)


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


@pytest.fixture
def steward() -> Client:
    return desk(builders.programme(), Role.STEWARD)


@pytest.mark.parametrize("rule", SignalsRule)
def test_the_copy_ends_as_what_the_member_may_see_through_suspension_and_its_owners_leaving(
    rule: SignalsRule,
    pixelpond: Organisation,
    kestrel: Organisation,
    steward: Client,
    live_server: LiveServer,
    worker: None,
) -> None:
    before = [share(pixelpond) for _number in range(3)]
    machine = Machine(str(live_server), kestrel)
    machine.follow()
    assert machine.copy == seen_by(kestrel)
    assert len(machine.copy) == len(before)

    step(steward, "suspend", kestrel, what="receive", reason="A key leaked.")
    machine.follow_until(lambda: machine.copy == {})
    retract(before[0])
    meanwhile = share(pixelpond)
    machine.follow()
    assert machine.told[before[0].reference] == "retracted"
    assert meanwhile.reference not in machine.told

    step(steward, "lift", kestrel, reason="New keys are in use.")
    machine.follow_until(lambda: meanwhile.reference in machine.copy and before[1].reference in machine.copy)
    assert machine.copy == seen_by(kestrel)
    assert set(machine.copy) == {signal.reference for signal in (*before[1:], meanwhile)}

    leave(pixelpond, rule, steward)
    machine.follow_until(lambda: not has_live(pixelpond))
    machine.follow()
    assert machine.copy == seen_by(kestrel)
    assert bool(machine.copy) == (rule == SignalsRule.HAND_OVER)


def test_a_member_that_left_is_told_corrections_and_nothing_else(
    pixelpond: Organisation, kestrel: Organisation, steward: Client, live_server: LiveServer, worker: None
) -> None:
    received, kept = share(pixelpond), share(pixelpond)
    machine = Machine(str(live_server), kestrel)
    machine.follow()

    leave(kestrel, SignalsRule.EXPIRE, steward)
    machine.follow_until(lambda: machine.copy == {})
    retract(received)
    unknown = share(pixelpond)
    retract(unknown)
    share(pixelpond)
    machine.follow()

    assert machine.told == {received.reference: "retracted", kept.reference: "hidden"}
    assert machine.copy == seen_by(kestrel) == {}
    assert machine.refusal("/api/v1/lookup", {"items": [{"kind": "email", "value": "nobody@example.org"}]}) == 403
    step(steward, "certify", kestrel, note="Letter of their counsel.")
    assert machine.refusal("/api/v1/feed") == 401


def test_the_first_call_after_a_revocation_is_refused(
    pixelpond: Organisation, kestrel: Organisation, live_server: LiveServer
) -> None:
    """Nothing between the revocation and the door remembers that the key was good a moment ago."""
    share(pixelpond)
    machine = Machine(str(live_server), kestrel)
    for _poll in range(3):
        machine.follow()

    page = reverse("members:revoke_key", args=[machine.key.public_id])
    answer = desk(kestrel, Role.MEMBER_ADMIN).post(page, {"reason": Revocation.LEAKED.value})

    assert answer.status_code == 302
    assert machine.refusal(f"/api/v1/feed?after={machine.cursor}") == 401
    assert machine.refusal("/api/v1/me") == 401
    assert ApiKey.objects.get(pk=machine.key.pk).revoked_because == Revocation.LEAKED
