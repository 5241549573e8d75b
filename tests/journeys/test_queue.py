"""The queue worked with the keyboard alone, in Chromium: rows, previews, several at once, undo, a claim kept."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from lantern_site import clock
from lantern_site.members.models import Staff
from lantern_site.members.roles import Role
from reviews.models import Claim
from reviews.services import claims
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.journeys.conftest import PHONE, Windows, enter

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signals(live_server: LiveServer) -> list[Signal]:
    """Three hashes that wait, in the order of the queue."""
    began, member = clock.now() - timedelta(minutes=30), builders.member()
    times = [began + timedelta(minutes=number) for number in range(3)]
    return [builders.submitted(member, builders.file_hash(number), now=at) for number, at in enumerate(times)]


@pytest.fixture
def reviewer(signals: list[Signal]) -> Staff:
    return builders.person(builders.member(), Role.REVIEWER)


@pytest.fixture
def page(windows: Windows, live_server: LiveServer, reviewer: Staff) -> Page:
    window = windows.open(str(live_server))
    enter(window, reviewer, str(live_server))
    window.goto("/queue/")
    return window


def test_the_next_preview_is_there_before_it_is_asked_for(page: Page, signals: list[Signal]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/preview/" in request.url else None)

    page.keyboard.press("j")
    expect(page.locator("#preview")).to_contain_text(signals[1].reference)
    expect(page.locator("#preview")).to_contain_text("Why it stands here")
    page.wait_for_function(
        "performance.getEntriesByType('resource').filter(one => /preview/.test(one.name)).length > 1"
    )
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_contain_text(signals[2].reference)

    assert len([url for url in asked if signals[2].reference in url]) == 1


def test_rows_are_chosen_decided_and_taken_back_by_keys(page: Page, signals: list[Signal]) -> None:
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide together")
    expect(page.get_by_text("2 signals are chosen")).to_be_visible()

    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Reject")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("No basis in our policy.")
    page.get_by_role("button", name="Decide together").press("Enter")
    expect(page.get_by_text("2 signals are decided")).to_be_visible()
    decided = {builders.fresh(one).status for one in signals[1:]}
    page.keyboard.press("u")
    expect(page.get_by_text("2 decisions are taken back")).to_be_visible()

    assert decided == {Status.REJECTED}
    assert {builders.fresh(one).status for one in signals} == {Status.SUBMITTED}


def test_typing_keeps_the_claim_and_a_decision_is_undone(page: Page, signals: list[Signal], reviewer: Staff) -> None:
    now = clock.now()
    claims.claim(signal_id=signals[0].public_id, actor=reviewer.actor(now), now=now)
    Claim.objects.update(until=now + timedelta(minutes=3))
    page.goto(f"/signals/{signals[0].reference}/")
    expect(page.locator("#claim-time")).to_contain_text(re.compile("[23] min left"))

    page.get_by_label(re.compile("Note that stays here")).press_sequentially("Asked")
    expect(page.locator("#claim-time")).to_contain_text("14 min left")
    expect(page.get_by_label(re.compile("Note that stays here"))).to_have_value("Asked")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("3")
    page.keyboard.press("Tab")
    page.keyboard.type("Name the clause.")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("is returned to its submitter")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("Your decision is taken back")).to_be_visible()

    assert builders.fresh(signals[0]).status == Status.SUBMITTED


def test_somebody_who_lost_the_claim_reads_who_has_it_and_keeps_the_text(
    windows: Windows, page: Page, signals: list[Signal], reviewer: Staff
) -> None:
    now, other = clock.now(), builders.person(builders.member(), Role.REVIEWER, name="Amal Okafor")
    claims.claim(signal_id=signals[0].public_id, actor=reviewer.actor(now), now=now)
    page.goto(f"/signals/{signals[0].reference}/")
    Claim.objects.update(staff=other)

    page.get_by_label(re.compile("Note that stays here")).press_sequentially("Took me long")

    expect(page.locator("#claim-time")).to_contain_text("Amal Okafor is working on it")
    expect(page.get_by_label(re.compile("Note that stays here"))).to_have_value("Took me long")
    assert all("409 (Conflict)" in windows.errors.pop() for _ in list(windows.errors))


def test_on_the_phone_a_key_opens_the_sheet_in_which_it_chooses_and_covers_what_it_hides(
    page: Page, signals: list[Signal], live_server: LiveServer
) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "fr", "url": str(live_server)}])
    page.goto(f"/signals/{signals[0].reference}/")

    page.keyboard.press("3")

    expect(page.get_by_role("radio", name="Renvoyer pour correction")).to_be_focused()
    expect(page.get_by_role("link", name="Contestations")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.type("Nommez la clause.")
    page.get_by_role("button", name="Enregistrer", exact=True).press("Enter")
    expect(page.get_by_text("est renvoyé à la personne qui l’a soumis")).to_be_visible()


def test_on_the_phone_rows_are_cards_and_can_be_chosen(page: Page, signals: list[Signal]) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})

    page.get_by_role("checkbox", name=f"Choose {signals[1].reference}").check()
    page.get_by_role("button", name="Decide the chosen together").click()

    expect(page.get_by_text("1 signal is chosen")).to_be_visible()
