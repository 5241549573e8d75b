"""One signal from the form to the last acknowledgement, in Chromium: two people of one member, one of another."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from lantern_site.audit import verification
from lantern_site.members.models import Staff
from lantern_site.members.roles import Role
from reviews import replay
from tests import builders
from tests.journeys.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

VALUE = "quiet.harbour@example.org"
ROWS = 2_400
SIGNAL = re.compile(r"/signals/LN-[0-9A-Z-]+/$")


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+\(optional\))?\s*$"))


def paste(page: Page, into: Locator, text: str) -> None:
    """Long lists are pasted; typing one takes Chromium minutes."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    into.focus()
    page.keyboard.press("ControlOrMeta+v")
    expect(into).to_have_value(text)


def sign_in(page: Page, person: Staff) -> None:
    page.goto("/accounts/login/")
    field(page, "Email").fill(person.email)
    field(page, "Password").fill(builders.PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_the_whole_life_of_a_signal(windows: Windows, live_server: LiveServer, worker: None) -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    auditor = builders.person(builders.programme(), Role.AUDITOR)
    secret = generate_totp_secret()
    TOTP.activate(auditor, secret)
    builders.submitted(pixelpond)  # something that waited before
    submitter, reviewer, analyst, stranger = (windows.open(str(live_server)) for _ in range(4))
    sign_in(submitter, builders.person(pixelpond, Role.SUBMITTER))
    sign_in(reviewer, builders.person(pixelpond, Role.REVIEWER))
    sign_in(analyst, builders.person(kestrel, Role.ANALYST))

    reference = share(submitter)
    approve_with_keys(reviewer, reference)
    match(analyst)
    find(analyst)
    dispute(analyst, reference)
    accept(reviewer)
    acknowledge(analyst)

    assert replay.compare() == []
    sign_in(stranger, auditor)
    verify_the_ledger(stranger, secret)


def share(page: Page) -> str:
    """Returns the reference of the signal."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Share").click()
    page.get_by_role("link", name="E-mail address").click()
    field(page, "Value").fill("  Quiet.Harbour@EXAMPLE.org")
    expect(page.locator("#look")).to_contain_text(f"We will share {VALUE}")
    field(page, "Harm").select_option(label="Grooming (solicitation of a child for sexual purposes)")
    field(page, "Confidence").select_option("high")
    field(page, "Policy clause").fill("Child safety 3.2 (2026-01)")
    field(page, "Evidence seen by").fill("Child safety team")
    field(page, "How it was reviewed").select_option("conversation")
    field(page, "Where it came from").select_option("user_report")
    field(page, "Poses as a child").check()
    field(page, "No public authority asked us to share this").check()
    page.get_by_role("button", name="Submit for review").click()
    expect(page).to_have_url(SIGNAL)
    expect(page.get_by_text("waits for its first review by somebody else")).to_be_visible()
    expect(page.get_by_text(VALUE)).to_have_count(0)
    return page.url.rstrip("/").rpartition("/")[2]


def approve_with_keys(page: Page, reference: str) -> None:
    page.goto("/queue/")
    row = page.locator("tr[data-row]").filter(has_text=reference)
    expect(row).not_to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#preview")).to_contain_text(reference)
    page.keyboard.press("c")
    expect(row).to_contain_text("Yours")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/signals/{reference}/$"))

    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="Approve")).to_be_checked()
    page.keyboard.press("Tab")
    vouch = field(page, "I saw the evidence at our service")
    expect(vouch).to_be_focused()
    page.keyboard.press("Space")
    expect(vouch).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save and open next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{reference} is approved and shared.")).to_be_visible()


def match(page: Page) -> None:
    page.goto("/jobs/")
    lines = [f"nobody{row}@example.org\taccount {row}" for row in range(ROWS)]
    lines[1_700] = f"{VALUE}\tcase 7"
    field(page, "Name of this job").fill("Accounts of this week")
    field(page, "Purpose").select_option("accounts_under_review")
    field(page, "Where the values come from").select_option("account_data")
    paste(page, field(page, "Values"), "\n".join(lines))
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts of this week")
    job = page.locator(".job")
    bar = job.get_by_role("progressbar", name="Progress")
    expect(bar).to_have_attribute("max", str(ROWS))
    expect(bar).to_have_attribute("value", str(ROWS), timeout=60_000)
    expect(job).to_contain_text("Done")
    expect(job).to_contain_text("1 lead")
    expect(job.get_by_role("button", name="Cancel")).to_have_count(0)


def find(page: Page) -> None:
    page.get_by_role("link", name="See the leads").click()
    expect(page.get_by_role("cell", name="case 7")).to_be_visible()
    page.locator("a.open-signal").click()
    field(page, "Outcome").select_option("no_violation")
    field(page, "Version of our policy").fill("2026-02")
    field(page, "What part did the signal play?").select_option("not")
    field(page, "Does the signal itself look wrong?").select_option("cannot_tell")
    page.get_by_role("button", name="Record the finding").click()
    expect(page.get_by_text("The finding is recorded.")).to_be_visible()
    expect(page.get_by_text("No lead waits")).to_be_visible()


def dispute(page: Page, reference: str) -> None:
    page.goto(f"/signals/{reference}/")
    page.get_by_role("link", name="Dispute this signal").click()
    send = page.get_by_role("button", name="Open the dispute")
    expect(send).to_be_disabled()
    field(page, "What is wrong").select_option("wrong_person")
    field(page, "Statement").fill("The account belongs to a teacher with the same name.")
    send.click()
    expect(page).to_have_url(re.compile(r"/disputes/LN-"))
    expect(page.get_by_text("The signal is under caution from now on.")).to_be_visible()


def accept(page: Page) -> None:
    page.goto("/")
    page.locator(".stat", has_text="Disputes to answer").get_by_role("link").click()
    page.get_by_role("link", name="Wrong person").click()
    expect(page.get_by_role("region", name="Objection")).to_contain_text("a teacher with the same name")
    page.get_by_role("button", name="Accept the objection").click()
    expect(page.get_by_text("The dispute is accepted.")).to_be_visible()
    expect(page.get_by_role("region", name="Answer")).to_contain_text("The owner agrees")


def acknowledge(page: Page) -> None:
    page.goto("/recalls/")
    page.get_by_role("link", name="Retracted").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is retracted")
    page.get_by_role("radio", name="Found, not acted").check()
    field(page, "Hits on your service").fill("1")
    field(page, "Was a report to the authorities corrected?").select_option("none_made")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("The recall is acknowledged.")).to_be_visible()


def verify_the_ledger(page: Page, secret: str) -> None:
    """A person of the programme does not come in without the code of their app."""
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your code")
    field(page, "Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Ledger").click()
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text(verification.verify().root.hex())).to_be_visible()
