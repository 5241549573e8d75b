"""The yearly report in Chromium: a member confirms its numbers, an editor makes two editions of a year, and a
publisher approves and publishes them. The second restates a figure of the first."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from lantern_site import clock
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from tests import builders
from tests.journeys.conftest import Windows, enter
from tests.transparency import ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

REASON = "The owner found out in January that the signal was wrong."


def test_two_people_publish_two_editions_of_which_the_second_restates_the_first(
    windows: Windows, live_server: LiveServer
) -> None:
    site, year = str(live_server), clock.now().year - 1
    pixelpond, programme = builders.member("Pixelpond"), builders.programme()
    editor, publisher, member, reader = (windows.open(site) for _ in range(4))
    for page, of, role in (
        (editor, programme, Role.EDITOR),
        (publisher, programme, Role.PUBLISHER),
        (member, pixelpond, Role.MEMBER_ADMIN),
    ):
        enter(page, builders.person(of, role), site)
    shared = a_year(year, pixelpond)

    first = freeze(editor, year)
    state(member)
    compute(editor)
    publish(publisher, first)
    ledger.ended(shared, clock.now(), "signal.retracted", pixelpond.public_id, reason="owner")
    second = freeze(editor, year)
    compute(editor)
    explain(editor)
    publish(publisher, second)

    reader.goto(f"/reports/{year}/")
    expect(reader.locator("#restated")).to_contain_text("0.0 % → 100.0 %")
    expect(reader.locator("#restated")).to_contain_text(REASON)
    expect(reader.locator("#outcomes")).to_contain_text("reported by 1 of 1 participants")
    reader.goto(f"/reports/{year}/1/")
    expect(reader.get_by_text("This edition has been restated.")).to_be_visible()


def a_year(year: int, member: Organisation) -> int:
    """A member takes part, finds something, and shares a signal. Returns the signal."""
    ledger.takes_part(member.public_id, datetime(year, 1, 2, tzinfo=UTC))
    ledger.finding(datetime(year, 5, 4, tzinfo=UTC), member.public_id, actions=["account_actioned"])
    return ledger.signal(datetime(year, 6, 1, tzinfo=UTC), member.public_id)


def freeze(editor: Page, year: int) -> str:
    """Returns the address of the edition."""
    editor.goto("/studio/")
    editor.get_by_label("Year").fill(str(year))
    editor.get_by_role("button", name="Freeze the ledger").click()
    editor.get_by_role("button", name="Ask the members").click()
    expect(editor.get_by_text("Each member sees its own numbers")).to_be_visible()
    return editor.url


def state(member: Page) -> None:
    member.goto("/our-numbers/")
    member.get_by_role("link", name="edition 1").click()
    member.locator("#findings").get_by_role("button", name="State these numbers").click()
    expect(member.locator("#findings")).to_contain_text("Confirmed")
    member.get_by_label("Another number: Account actioned").fill("3")
    member.locator("#actions").get_by_label("Why numbers differ").fill("Two accounts more, by a tool of our own.")
    member.locator("#actions").get_by_role("button", name="State these numbers").click()
    expect(member.locator("#actions")).to_contain_text("Corrected")


def compute(editor: Page) -> None:
    editor.reload()
    editor.get_by_role("button", name="Close the members' numbers").click()
    editor.get_by_role("button", name="Compute the figures").click()
    expect(editor.get_by_text("The figures are computed and protected.")).to_be_visible()


def explain(editor: Page) -> None:
    """The reason for every figure that differs."""
    while (forms := editor.locator("textarea[name=reason]:empty")).count():
        forms.first.fill(REASON)
        forms.first.locator("xpath=ancestor::form").get_by_role("button").click()
        expect(editor.get_by_text("The reason is kept with the figure.")).to_be_visible()


def publish(publisher: Page, edition: str) -> None:
    publisher.goto(edition)
    publisher.get_by_role("button", name="Approve", exact=True).click()
    expect(publisher.get_by_text("The draft is approved as it is.")).to_be_visible()
    publisher.get_by_role("button", name="Publish", exact=True).click()
    expect(publisher.get_by_text("is public now")).to_be_visible()
