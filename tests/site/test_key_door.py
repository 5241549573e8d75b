"""From where a key may be used, what is remembered of its use, when it stops, and that it is told nowhere."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantern_site import clock, public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.members.lifecycle import KeyScope, MemberState, Revocation
from lantern_site.members.models import ApiKey, KeyAddress, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import calling, issued, post

pytestmark = pytest.mark.django_db

OFFICE, CLOUD = "203.0.113.0/24", "2001:db8:7::/48"
INSIDE, OUTSIDE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def the_clock_stands() -> Any:
    with clock.at(NOW):
        yield


def tied(*networks: str) -> tuple[ApiKey, str]:
    """A key that may be used from these networks only."""
    admin = builders.actor(builders.member(), Role.MEMBER_ADMIN)
    return keys.issue(
        label="Machine", scopes=[*KeyScope], days=90, networks=networks or [OFFICE, CLOUD], actor=admin, now=NOW
    )


def me(text: str, address: str, **headers: str) -> Any:
    return calling(text).get("/api/v1/me", REMOTE_ADDR=address, headers=headers)


def refusals() -> list[Entry]:
    return list(Entry.objects.filter(action="key.refused_address"))


# Networks


@pytest.mark.parametrize("address", [INSIDE, f"::ffff:{INSIDE}", "2001:db8:7:1::1"])
def test_a_key_opens_the_door_from_its_networks(address: str) -> None:
    _key, text = tied()

    assert me(text, address).status_code == 200
    assert refusals() == []


@pytest.mark.parametrize("address", [OUTSIDE, f"::ffff:{OUTSIDE}", "2001:db8:8::1", "", "not an address"])
def test_from_elsewhere_it_is_answered_like_an_unknown_key(address: str) -> None:
    key, text = tied()
    unknown = me(f"lk_{'0' * 10}_{'0' * 64}", address)

    refused = me(text, address)

    assert (refused.status_code, refused.content) == (401, unknown.content)
    assert dict(refused.headers) == dict(unknown.headers)
    key.refresh_from_db()
    assert key.last_used_at is None


def test_a_refused_address_leaves_one_entry_per_key_and_hour_for_its_organisation() -> None:
    key, text = tied()

    for minutes in (0, 1, 59, 60, 61):
        with clock.at(NOW + timedelta(minutes=minutes)):
            me(text, OUTSIDE)

    first, second = refusals()
    assert second.at - first.at == timedelta(hours=1)
    assert (first.subject, first.organisation) == (key.public_id, key.organisation.public_id)
    assert first.audience == f"organisation:{key.organisation.public_id}"
    assert first.facts == {}
    assert b"198.51.100.0/24" in bytes(Payload.objects.get(position=first.position).body)
    key.refresh_from_db()
    assert key.refused_from == "198.51.100.0/24"


def test_a_wrong_secret_from_elsewhere_leaves_nothing() -> None:
    key, _text = tied()

    me(f"lk_{key.prefix}_{'0' * 64}", OUTSIDE)

    assert refusals() == []


def test_what_a_client_says_about_its_address_counts_only_behind_our_proxy(settings: Any) -> None:
    _key, text = tied()

    assert me(text, OUTSIDE, **{"X-Forwarded-For": INSIDE}).status_code == 401
    settings.PROXY_COUNT = 1
    assert me(text, "10.0.0.1", **{"X-Forwarded-For": INSIDE}).status_code == 200
    assert me(text, "10.0.0.1", **{"X-Forwarded-For": f"{INSIDE}, {OUTSIDE}"}).status_code == 401
    assert me(text, INSIDE).status_code == 401


# What is remembered


def seen(key: ApiKey) -> list[tuple[str, int]]:
    with acting_as(Actor.clock()):
        return list(KeyAddress.objects.filter(key=key).order_by("prefix").values_list("prefix", "count"))


def test_the_use_of_a_key_is_noted_once_a_minute_at_most() -> None:
    key, text = issued(builders.member())
    used = []
    for seconds in (0, 59, 60, 61):
        with clock.at(NOW + timedelta(seconds=seconds)):
            me(text, INSIDE)
        key.refresh_from_db()
        used.append((key.last_used_at, key.last_used_from))

    one = NOW + timedelta(minutes=1)
    assert used == [(NOW, OFFICE), (NOW, OFFICE), (one, OFFICE), (one, OFFICE)]
    assert seen(key) == [(OFFICE, 2)]


def test_a_stranger_is_noted_though_the_own_machine_calls_all_the_time() -> None:
    key, text = issued(builders.member())

    for address in (INSIDE, OUTSIDE, INSIDE, OUTSIDE, "2001:db8:7:1::1", "203.0.113.200"):
        me(text, address)

    assert seen(key) == [("198.51.100.0/24", 1), (CLOUD, 1), (OFFICE, 1)]
    key.refresh_from_db()
    assert key.last_used_from == OFFICE


def test_a_busy_machine_costs_no_more_than_looking_at_its_key() -> None:
    _key, text = issued(builders.member())
    me(text, INSIDE)

    with CaptureQueriesContext(connection) as caught:
        me(text, INSIDE)

    assert not any("keyaddress" in query["sql"] or "UPDATE" in query["sql"] for query in caught.captured_queries)


def test_from_where_a_key_is_used_is_seen_by_its_organisation_and_the_programme_only() -> None:
    key, text = issued(builders.member("Pixelpond"))
    me(text, INSIDE)

    def count(actor: Actor) -> int:
        with acting_as(actor):
            return KeyAddress.objects.count()

    assert count(builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN)) == 0
    assert count(builders.actor(key.organisation, Role.MEMBER_ADMIN)) == 1
    assert count(builders.actor(builders.programme(), Role.AUDITOR)) == 1
    assert KeyAddress.objects.count() == 0  # nobody asks


# When it stops

CALLS = {
    "feed": lambda client: client.get("/api/v1/feed"),
    "signal": lambda client: client.get("/api/v1/signals/LN-00000-00001"),
    "share": lambda client: post(client, "/api/v1/signals", {"rows": []}),
    "look-up": lambda client: post(client, "/api/v1/lookup", {"items": [{"kind": "md5", "value": "4e" * 16}]}),
    "me": lambda client: client.get("/api/v1/me"),
}


@pytest.mark.parametrize("call", CALLS)
def test_the_next_call_after_a_revocation_is_refused(call: str) -> None:
    key, text = issued(builders.member())
    client = calling(text)
    assert CALLS[call](client).status_code not in (401, 500)

    admin = builders.actor(key.organisation, Role.MEMBER_ADMIN)
    keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=admin, now=NOW)

    assert CALLS[call](client).status_code == 401


def test_a_key_says_in_its_last_thirty_days_when_it_stops() -> None:
    _key, text = tied()
    ends = NOW + timedelta(days=90)

    with clock.at(ends - timedelta(days=31)):
        assert "Lantern-Key-Expires" not in me(text, INSIDE).headers
    with clock.at(ends - timedelta(days=29)):
        for answer in (me(text, INSIDE), calling(text).get("/api/v1/nothing", REMOTE_ADDR=INSIDE)):
            assert answer.headers["Lantern-Key-Expires"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"
        assert "Lantern-Key-Expires" not in me(text, OUTSIDE).headers


def test_a_rotated_key_says_when_it_retires_and_what_it_stands_for() -> None:
    key, text = tied()
    admin = builders.actor(key.organisation, Role.MEMBER_ADMIN)
    keys.rotate(key_id=key.public_id, scopes=["read"], networks=[OFFICE], days=90, overlap_days=7, actor=admin, now=NOW)

    answer = me(text, INSIDE)

    retires = "2026-03-09T10:00:00Z"
    assert answer.headers["Lantern-Key-Expires"] == retires
    said = answer.json()
    assert (said["networks"], said["retire_at"], said["corrections_only"]) == ([OFFICE, CLOUD], retires, False)


def test_a_member_that_left_still_learns_what_its_key_stands_for_and_reads_nothing() -> None:
    key, text = issued(builders.member())
    Organisation.objects.filter(pk=key.organisation_id).update(state=MemberState.LEFT)
    ApiKey.objects.update(corrections_only=True)
    client = calling(text)

    assert client.get("/api/v1/me").json()["corrections_only"] is True
    assert CALLS["look-up"](client).status_code == 403
    assert CALLS["feed"](client).json()["entries"] == []


# That it is told nowhere


def test_the_secret_stands_in_no_log_entry_session_or_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pixelpond = builders.member()
    browser = Client()
    admin = builders.person(pixelpond, Role.MEMBER_ADMIN)
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={"secret": ""})
    builders.sign_in(browser, admin)
    with clock.at(NOW):
        address = f"/members/{public_ids.shown(pixelpond.public_id)}/keys/"
        page = browser.post(address, {"label": "Machine", "scopes": ["read"], "days": "90", "networks": ""})
    secret = page.context["issued"].text
    me(secret, INSIDE)
    me(secret.replace("_", "-"), INSIDE)

    hidden = secret.rpartition("_")[2]
    assert page.status_code == 200
    assert hidden in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert hidden not in page.request["PATH_INFO"] + page.request["QUERY_STRING"]
    assert hidden not in str(dict(browser.session))
    assert hidden not in browser.get(address).content.decode()
    assert hidden not in caplog.text
    kept = [str(entry.facts) for entry in Entry.objects.all()]
    kept += [str(bytes(payload.body)) for payload in Payload.objects.all()]
    assert not any(hidden in text for text in kept)
