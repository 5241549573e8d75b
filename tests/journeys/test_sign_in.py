"""A security key from the first sign-in to the last one that stays, in Chromium with a key made of software."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from lantern_site.audit.models import Entry
from lantern_site.members.models import Staff
from lantern_site.members.roles import Role
from tests import builders
from tests.journeys.conftest import Windows
from tests.journeys.test_life import field, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def hold_key(page: Page) -> None:
    """Put a key into the hand of whoever sits at the window."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def confirm_by_password(page: Page) -> None:
    field(page, "Password").fill(builders.PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def add_key(page: Page, name: str) -> None:
    field(page, "Name").fill(name)
    page.get_by_role("button", name="Add", exact=True).click()


def test_a_key_opens_the_door_proves_and_stays(windows: Windows, live_server: LiveServer) -> None:
    cache.clear()
    person = builders.person(builders.member(), Role.MEMBER_ADMIN)
    page = windows.open(str(live_server))
    hold_key(page)

    set_up(page, person)
    sign_in_with_key(page, person)
    prove(page)
    keep_the_last(page, person)


def set_up(page: Page, person: Staff) -> None:
    """The role asks for a second factor; after the set-up the person is where they were going."""
    page.goto("/accounts/login/?next=/members/")
    field(page, "Email").fill(person.email)
    field(page, "Password").fill(builders.PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("a password is not enough")).to_be_visible()
    page.get_by_role("link", name="Add a key").click()
    confirm_by_password(page)
    add_key(page, "Blue key")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator("#codes li")).to_have_count(10)
    page.get_by_role("link", name="Go on").click()
    expect(page).to_have_url(re.compile("/members/$"))
    changes = Entry.objects.about("staff", person.public_id).filter(action="staff.sign_in_changed")
    assert [entry.facts["change"] for entry in changes] == ["webauthn_added"]


def sign_in_with_key(page: Page, person: Staff) -> None:
    page.context.clear_cookies()
    sign_in(page, person)
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")


def prove(page: Page) -> None:
    """Showing the key again leads back to where it was asked for."""
    page.goto("/prove/?next=/settings/")
    expect(page).to_have_url(re.compile("/webauthn/reauthenticate/"))
    page.get_by_role("button", name="Use your security key").click()
    expect(page).to_have_url(re.compile("/settings/$"))
    expect(page.get_by_text("Blue key")).to_be_visible()


def keep_the_last(page: Page, person: Staff) -> None:
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Rename Blue key").click()
    field(page, "Name").fill("Green key")
    page.get_by_role("button", name="Rename").click()
    refused = page.context.request.get(page.get_by_role("link", name="Remove Green key").evaluate("one => one.href"))
    assert refused.status == 409
    assert "Your role needs a second factor" in refused.text()
    assert Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).count() == 1


def test_whoever_changes_their_mind_reads_a_sentence(windows: Windows, live_server: LiveServer) -> None:
    cache.clear()
    page = windows.open(str(live_server))
    sign_in(page, builders.person(builders.member(), Role.REVIEWER))
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_by_password(page)
    refuse = "async () => { throw new DOMException('', 'NotAllowedError'); }"
    page.evaluate(f"() => {{ navigator.credentials.create = {refuse}; }}")

    add_key(page, "Blue key")

    expect(page.get_by_role("status").filter(has_text="The key did not answer")).to_be_visible()
    expect(field(page, "Name")).to_have_value("Blue key")
