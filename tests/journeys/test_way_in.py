"""A new member from the public form to the first signal that reaches it, in Chromium: an applicant, a steward, and the
first person of the new member."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from lantern_site import clock
from lantern_site.members.lifecycle import CRITERIA, GateKind, MemberState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from tests import builders
from tests.journeys.conftest import Windows, enter
from tests.journeys.test_life import field

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NAME = "Saltmarsh Social"
ADDRESS = "mina@example.org"
LINK = re.compile(r"/invitations/[^/\s]+/")


def test_an_applicant_becomes_a_member_and_receives_its_first_signal(
    windows: Windows, live_server: LiveServer, worker: None
) -> None:
    cache.clear()
    kestrel, steward = builders.member("Kestrel"), builders.person(builders.programme(), Role.STEWARD)
    applicant, desk, newcomer = (windows.open(str(live_server)) for _ in range(3))
    enter(desk, steward, str(live_server))

    apply(applicant)
    publish_the_agreement(desk)
    examine_and_approve(desk)
    expect_news(applicant)
    review_and_sign(desk)
    begin_the_onboarding(desk)
    invite_the_first_person(desk)
    accept_the_invitation(newcomer)
    send_a_test_signal(desk)
    acknowledge_the_test_signal(newcomer)
    activate(desk)
    assert Organisation.objects.get(name=NAME).state == MemberState.ACTIVE

    signal = builders.active(kestrel, now=clock.now())
    see_the_first_signal(newcomer, signal.reference)


def apply(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Take part").click()
    field(page, "Name of the organisation").fill(NAME)
    field(page, "Kind").select_option(label="Platform")
    field(page, "Where it sits").select_option(label="Europe")
    field(page, "Service 1").fill("Saltmarsh")
    page.get_by_label("Its public").first.select_option(label="From 13, under 16 too")
    field(page, "Your name").fill("Mina Aalto")
    field(page, "Your e-mail address at work").fill(ADDRESS)
    field(page, "What you would share").fill("Addresses of accounts that we closed.")
    for question in CRITERIA.values():
        field(page, str(question)).fill("See https://saltmarsh.example.org/safety.")
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    page.goto(page.locator("#link").inner_text())


def expect_news(page: Page) -> None:
    """The applicant comes back by the link that was shown."""
    page.reload()
    expect(page.get_by_text("The programme writes to you about the agreement and the next steps.")).to_be_visible()
    expect(page.get_by_text("Approved", exact=True)).to_be_visible()


def publish_the_agreement(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Members", exact=True).click()
    page.get_by_role("link", name="Agreement", exact=True).click()
    field(page, "Version").fill("1.0")
    field(page, "In force from").fill(clock.now().date().isoformat())
    field(page, "Text").fill("Signals are leads, never proof.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("link", name="1.0", exact=True)).to_be_visible()


def examine_and_approve(page: Page) -> None:
    page.goto("/")
    page.locator(".stat", has_text="Applications").get_by_role("link").click()
    page.get_by_role("link", name=NAME).click()
    pass_gates(page, *CRITERIA)
    page.get_by_role("radio", name="Approve").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text(f"The application of {NAME} is approved.")).to_be_visible()


def pass_gates(page: Page, *kinds: GateKind) -> None:
    for kind in kinds:
        field(page, f"Evidence for “{kind.label}”").fill("Seen.")
    page.get_by_role("button", name="Pass the gates with evidence").click()
    number = "1 gate is passed." if len(kinds) == 1 else f"{len(kinds)} gates are passed."
    expect(page.get_by_text(number)).to_be_visible()


def review_and_sign(page: Page) -> None:
    page.get_by_role("link", name="Its page").click()
    page.get_by_role("link", name="Review and signature").click()
    page.get_by_text("A compliance review", exact=True).click()
    field(page, "Result").select_option(label="Passed")
    field(page, "What it found").fill("In order.")
    page.get_by_role("button", name="Keep the review").click()
    page.get_by_text("A legal gate", exact=True).click()
    field(page, "Jurisdiction").select_option(label="Europe")
    field(page, "Lawful basis").fill("Legitimate interest")
    field(page, "Basis for data about offences").fill("National law, section 12")
    field(page, "Role").select_option(label="Controller of its own")
    field(page, "Transfers to other countries").fill("Standard contractual clauses")
    field(page, "Impact assessment of").fill(clock.now().date().isoformat())
    field(page, "Its reference").fill("DPIA 7")
    field(page, "Counsel").fill("Reed and Partners")
    page.get_by_role("button", name="Pass the legal gate").click()
    page.get_by_text("A signature", exact=True).click()
    field(page, "Version").select_option(label="1.0")
    field(page, "Signed by").fill("Noor Haddad")
    field(page, "Function").fill("Chief executive")
    field(page, "Signed on").fill(clock.now().date().isoformat())
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.get_by_role("cell", name="Noor Haddad")).to_be_visible()


def begin_the_onboarding(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    pass_gates(page, GateKind.CONTACT, GateKind.DATA_PROTECTION)
    page.get_by_role("button", name="Begin the onboarding").click()
    expect(page.get_by_text(f"The onboarding of {NAME} has begun.")).to_be_visible()


def invite_the_first_person(page: Page) -> None:
    page.get_by_role("link", name="Invite the first person").click()
    field(page, "E-mail address").fill(ADDRESS)
    field(page, "Name").fill("Mina Aalto")
    field(page, "Member admin").check()
    field(page, "Analyst").check()
    field(page, "Yearly training taken on").fill(clock.now().date().isoformat())
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("cell", name=ADDRESS)).to_be_visible()


def accept_the_invitation(page: Page) -> None:
    """A password and a second factor, and the person stands on the first page."""
    page.goto(invitation())
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Mina Aalto")
    field(page, "Password").fill(builders.PASSWORD)
    field(page, "The same again").fill(builders.PASSWORD)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Connect an app").click()
    secret = page.locator("#secret").inner_text()
    field(page, "Authenticator code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello Mina")
    expect(page.get_by_text(f"{NAME} is on its way in.")).to_be_visible()


def invitation() -> str:
    """The path of the link in the mail, which the worker sends."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for letter in mail.outbox:
            if letter.to == [ADDRESS] and (found := LINK.search(str(letter.body))):
                return found.group()
        time.sleep(0.1)
    raise AssertionError([letter.subject for letter in mail.outbox])


def send_a_test_signal(page: Page) -> None:
    page.get_by_role("link", name=NAME).click()
    pass_gates(page, GateKind.TRAINING)
    page.locator("#next").get_by_role("link", name="Test signal").click()
    page.get_by_role("button", name="Send a test signal").click()
    expect(page.get_by_text("The test signal is on its way")).to_be_visible()


def acknowledge_the_test_signal(page: Page) -> None:
    page.reload()
    page.locator(".stat", has_text="Test signal").get_by_role("link").click()
    page.get_by_role("button", name="It has reached us").click()
    expect(page.get_by_text("The test signal is acknowledged. Its gate is passed.")).to_be_visible()


def activate(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text(f"{NAME} is a member now, on probation.")).to_be_visible()


def see_the_first_signal(page: Page, reference: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="All signals").click()
    row = page.locator("tr").filter(has_text=reference)
    expect(row).to_contain_text("Kestrel")
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/signals/{reference}/$"))
