"""Pages about keys over HTTP: who gets in, what they offer, what a refusal looks like."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import Revocation
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.networks import read
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import calling, issued, key_of

pytestmark = pytest.mark.django_db

WISH = {
    "label": "Hash matcher",
    "scopes": ["read", "lookup"],
    "networks": "203.0.113.0/24\n2001:db8:7::/48",
    "days": "90",
}
ROTATION = {"scopes": ["read"], "networks": "", "days": "90", "overlap_days": "7"}


@pytest.fixture(autouse=True)
def the_clock_stands() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


def enter(of: Organisation, *held: Role, proven: bool = True) -> Client:
    """A browser in which a new person of the organisation has signed in."""
    person, client = builders.person(of, *held), Client()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    if proven:
        builders.sign_in(client, person)
    else:
        client.force_login(person)
    return client


def list_of(organisation: Organisation) -> str:
    return reverse("members:keys", args=[organisation.public_id])


def page_of(key: ApiKey, name: str = "members:key") -> str:
    return reverse(name, args=[key.public_id])


# Who gets in

SEES = {Role.MEMBER_ADMIN: 200, Role.ANALYST: 200, Role.REVIEWER: 403, Role.SUBMITTER: 403}


@pytest.mark.parametrize("role", SEES)
def test_in_the_own_organisation_admins_and_analysts_see_the_keys(role: Role, pixelpond: Organisation) -> None:
    key = key_of(pixelpond)
    client = enter(pixelpond, role)

    for address in (list_of(pixelpond), page_of(key), page_of(key, "signals:key_reads")):
        assert client.get(address).status_code == SEES[role], address


@pytest.mark.parametrize("role", [Role.STEWARD, Role.AUDITOR, Role.EDITOR])
def test_of_the_programme_stewards_and_auditors_read_them(role: Role, pixelpond: Organisation) -> None:
    key = key_of(pixelpond)
    client = enter(builders.programme(), role)

    for address in (list_of(pixelpond), page_of(key), page_of(key, "signals:key_reads")):
        assert client.get(address).status_code == (403 if role == Role.EDITOR else 200), address


def test_the_keys_of_another_member_are_answered_like_unknown_ones(pixelpond: Organisation) -> None:
    key = key_of(pixelpond)
    client = enter(builders.member("Kestrel"), Role.MEMBER_ADMIN)
    unknown = "/keys/LN-00000-00000/"
    expected = _without_token(client.get(unknown), unknown)

    for address in (
        list_of(pixelpond),
        page_of(key),
        page_of(key, "members:rotate_key"),
        page_of(key, "signals:key_reads"),
    ):
        answer = client.get(address)
        assert (answer.status_code, _without_token(answer, address)) == (404, expected), address
    posts = {
        list_of(pixelpond): WISH,
        page_of(key, "members:rotate_key"): ROTATION,
        page_of(key, "members:revoke_key"): {"reason": "leaked"},
        page_of(key, "signals:export_key_reads"): {},
    }
    for address, data in posts.items():
        assert client.post(address, data).status_code == 404, address
    assert ApiKey.objects.count() == 1


def _without_token(answer: Any, address: str) -> str:
    """The page without the token against forged requests and the address to come back to."""
    lines = answer.content.decode().replace(address, "").splitlines()
    return "\n".join(line for line in lines if "csrf" not in line.lower())


def test_an_analyst_and_an_auditor_are_offered_nothing_to_do(pixelpond: Organisation) -> None:
    key = key_of(pixelpond)

    for client in (enter(pixelpond, Role.ANALYST), enter(builders.programme(), Role.AUDITOR)):
        listed, page = client.get(list_of(pixelpond)).content.decode(), client.get(page_of(key)).content.decode()
        assert 'name="label"' not in listed
        assert page_of(key, "members:revoke_key") not in page
        assert page_of(key, "members:rotate_key") not in page
        assert client.post(page_of(key, "members:revoke_key"), {"reason": "leaked"}).status_code in (403, 422)
    assert ApiKey.objects.get().revoked_at is None


# Issuing


def test_an_admin_issues_a_key_that_works_from_where_it_was_said(pixelpond: Organisation) -> None:
    client = enter(pixelpond, Role.MEMBER_ADMIN)

    answer = client.post(list_of(pixelpond), WISH)

    text = answer.context["issued"].text
    assert text in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert calling(text).get("/api/v1/me", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert calling(text).get("/api/v1/me").status_code == 401
    assert ApiKey.objects.get().networks == ["203.0.113.0/24", "2001:db8:7::/48"]


def test_a_refused_form_comes_back_with_the_sentence_and_what_was_typed(pixelpond: Organisation) -> None:
    client = enter(pixelpond, Role.MEMBER_ADMIN)

    answer = client.post(list_of(pixelpond), WISH | {"networks": "203.0.113.7/24"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write 203.0.113.0/24 for the network" in page
    assert ">\n203.0.113.7/24</textarea>" in page
    assert 'value="Hash matcher"' in page
    assert not ApiKey.objects.exists()


def test_with_a_stale_second_factor_the_card_asks_for_it(pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN, proven=False)

    for address in (list_of(pixelpond), page_of(key, "members:rotate_key")):
        page = client.get(address).content.decode()
        assert f"{reverse('members:prove')}?next={address}" in page
        assert 'name="days"' not in page
    assert client.post(list_of(pixelpond), WISH).status_code == 403
    assert client.post(page_of(key, "members:rotate_key"), ROTATION).status_code == 403
    assert ApiKey.objects.count() == 1


def test_a_suspended_member_is_told_why_it_gets_no_key(pixelpond: Organisation) -> None:
    builders.suspend(pixelpond)
    client = enter(Organisation.objects.get(pk=pixelpond.pk), Role.MEMBER_ADMIN)

    assert "may not connect machines at present" in client.get(list_of(pixelpond)).content.decode()
    assert client.post(list_of(pixelpond), WISH).status_code == 403


# Rotating


def test_a_preview_says_what_will_happen_and_changes_nothing(pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)
    before = Entry.objects.count()

    page = client.post(page_of(key, "members:rotate_key"), ROTATION | {"preview": "1"})

    text = page.content.decode()
    assert page.status_code == 200
    assert f"The old key {key.prefix} stays valid until 9 March 2026, 10:00." in text
    assert "The new key is valid until 31 May 2026" in text
    assert "It may not do this any more: Share signals." in text
    assert (ApiKey.objects.count(), Entry.objects.count()) == (1, before)


def test_the_form_shows_what_would_happen_before_anything_is_typed(pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)

    assert "stays valid until 9 March 2026" in client.get(page_of(key, "members:rotate_key")).content.decode()


def test_a_rotation_shows_the_new_key_once_and_until_when_the_old_one_works(pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)

    answer = client.post(page_of(key, "members:rotate_key"), ROTATION)

    text, page = answer.context["issued"].text, answer.content.decode()
    assert text in page
    assert f"The old key {key.prefix} stays valid until 9 March 2026, 10:00" in page
    assert calling(text).get("/api/v1/me").json()["scopes"] == ["read"]
    assert "Retiring on 9 Mar 2026" in client.get(list_of(pixelpond)).content.decode()
    again = client.post(page_of(key, "members:rotate_key"), ROTATION)
    assert again.status_code == 409
    assert "rotated before" in again.content.decode()


@pytest.mark.parametrize("given", [{"overlap_days": "15"}, {"days": "0"}, {"scopes": []}, {"scopes": ["submit", "x"]}])
def test_a_rotation_that_makes_no_sense_comes_back(given: dict[str, Any], pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)

    for also in ({}, {"preview": "1"}):
        answer = client.post(page_of(key, "members:rotate_key"), ROTATION | given | also)
        assert answer.status_code == 422
    assert ApiKey.objects.count() == 1


# Revoking


def test_an_admin_says_that_a_key_has_leaked(pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)

    answer = client.post(page_of(key, "members:revoke_key"), {"reason": "leaked"}, follow=True)

    page = answer.content.decode()
    assert "This key has leaked" in page
    assert page_of(key, "signals:key_reads") in page
    assert ApiKey.objects.get().revoked_because == Revocation.LEAKED


@pytest.mark.parametrize("reason", ["", "bored", "left", "rotated"])
def test_without_a_reason_from_the_list_nothing_is_revoked(reason: str, pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)

    answer = client.post(page_of(key, "members:revoke_key"), {"reason": reason})

    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode() or "errorlist" in answer.content.decode()
    assert ApiKey.objects.get().revoked_at is None


def test_whoever_comes_late_is_told_so_on_the_page_of_the_key(pixelpond: Organisation) -> None:
    key, client = key_of(pixelpond), enter(pixelpond, Role.MEMBER_ADMIN)
    client.post(page_of(key, "members:revoke_key"), {"reason": "unneeded"})

    answer = client.post(page_of(key, "members:revoke_key"), {"reason": "leaked"})

    assert answer.status_code == 409
    assert "was revoked before" in answer.content.decode()


def test_a_steward_with_a_fresh_second_factor_revokes_a_leaked_key(pixelpond: Organisation) -> None:
    key = key_of(pixelpond)
    stale, fresh = (enter(builders.programme(), Role.STEWARD, proven=proven) for proven in (False, True))

    assert stale.post(page_of(key, "members:revoke_key"), {"reason": "leaked"}).status_code == 403
    assert fresh.post(page_of(key, "members:revoke_key"), {"reason": "leaked"}).status_code == 302

    page = enter(pixelpond, Role.MEMBER_ADMIN).get(page_of(key)).content.decode()
    revoked_by = ApiKey.objects.get().revoked_by
    assert revoked_by is not None
    assert revoked_by.pseudonym in page
    assert f">{revoked_by.name}<" not in page


# What a page says


def test_a_key_says_from_where_it_was_used_and_refused(pixelpond: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    key, text = keys.issue(label="Machine", scopes=["read"], days=9, networks=["203.0.113.0/24"], actor=admin, now=NOW)
    calling(text).get("/api/v1/me", REMOTE_ADDR="203.0.113.9")
    calling(text).get("/api/v1/me", REMOTE_ADDR="198.51.100.9")

    page = enter(pixelpond, Role.ANALYST).get(page_of(key)).content.decode()

    assert "203.0.113.0/24" in page
    assert "from 198.51.100.0/24, and was not let in" in page
    assert "203.0.113.9" not in page


def test_the_list_says_in_words_how_each_key_ended(pixelpond: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    leaked = key_of(pixelpond)
    keys.revoke(key_id=leaked.public_id, reason=Revocation.LEAKED, actor=admin, now=NOW)
    keys.issue(label="Short", scopes=["read"], days=1, actor=admin, now=NOW - timedelta(days=3))

    page = enter(pixelpond, Role.ANALYST).get(list_of(pixelpond)).content.decode()

    assert "Ended on 2 Mar 2026: it has leaked" in page
    assert "Expired on 28 Feb 2026" in page


def test_lists_need_no_more_queries_when_they_grow(pixelpond: Organisation) -> None:
    client = enter(pixelpond, Role.ANALYST)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    key = _with_history(pixelpond)
    addresses = (list_of(pixelpond), page_of(key), page_of(key, "signals:key_reads"))
    few = [queries(address) for address in addresses]
    for number in range(20):
        _with_history(pixelpond)
        keys.note_use(key, address=read(f"203.0.{number}.1"), now=NOW)

    assert [queries(address) for address in addresses] == few


def _with_history(organisation: Organisation) -> ApiKey:
    key, _text = issued(organisation)
    ended = key_of(organisation)
    admin = builders.actor(organisation, Role.MEMBER_ADMIN)
    keys.revoke(key_id=ended.public_id, reason=Revocation.UNNEEDED, actor=admin, now=NOW)
    return key


def test_ended_keys_are_paged(pixelpond: Organisation) -> None:
    for _ in range(26):
        _with_history(pixelpond)
    client = enter(pixelpond, Role.ANALYST)

    first = client.get(list_of(pixelpond))
    second = client.get(first.context["older_url"])

    assert [len(page.context["ended"]) for page in (first, second)] == [25, 1]
    assert client.get(f"{list_of(pixelpond)}?before=x").status_code == 200
    assert client.get(f"{list_of(pixelpond)}?before={'9' * 30}").status_code == 200
