"""Every page, at the desk and on the phone, by day and by night: accessible, nothing cut off, nothing refused."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from lantern_site import clock
from lantern_site.members.roles import Role
from tests import builders
from tests.conftest import empty_tables
from tests.journeys.conftest import DESK, PHONE, Windows, enter
from tests.journeys.world import World

PAGES = {
    "home": ("moderator", "/"),
    "home of an adjudicator": (Role.ADJUDICATOR, "/"),
    "home of a steward": (Role.STEWARD, "/"),
    "home of somebody new": (Role.SUBMITTER, "/"),
    "queue": ("moderator", "/queue/"),
    "queue, my claims": ("moderator", "/queue/?tab=yours"),
    "queue, nothing fits": ("moderator", "/queue/?kind=video_md5"),
    "queue of a steward": (Role.STEWARD, "/queue/?tab=checks"),
    "queue, decide together": ("moderator", "/queue/together/?all=1"),
    "queue, some decided": ("moderator", "/queue/together/?s={rejected}&s={returned}"),
    "queue, nothing chosen": ("moderator", "/queue/together/"),
    "inbox": ("moderator", "/inbox/"),
    "inbox, empty": (Role.AUDITOR, "/inbox/"),
    "wellbeing": ("moderator", "/wellbeing/"),
    "hours and care": (Role.MEMBER_ADMIN, "/people/hours/"),
    "signal that waits": ("moderator", "/signals/{waiting}/"),
    "signal in danger": ("moderator", "/signals/{danger}/"),
    "signal that I claimed": ("moderator", "/signals/{mine}/"),
    "signal that I parked": ("moderator", "/signals/{parked}/"),
    "signal that a colleague claimed": ("moderator", "/signals/{theirs_to_do}/"),
    "signal that was returned": ("moderator", "/signals/{returned}/"),
    "signal that was rejected": ("moderator", "/signals/{rejected}/"),
    "signal of ours": ("moderator", "/signals/{ours}/"),
    "signal of an incident": ("moderator", "/signals/{incident}/"),
    "signal of an incident that waits": ("moderator", "/signals/{of_case}/"),
    "incident that waits": ("moderator", "/incidents/{case}/"),
    "signal of another member": ("moderator", "/signals/{theirs}/"),
    "signal about a possible child": ("moderator", "/signals/{child}/"),
    "signal for a second approval": (Role.STEWARD, "/signals/{keyword}/"),
    "signal for a check": (Role.STEWARD, "/signals/{provisional}/"),
    "signal that is held": (Role.STEWARD, "/signals/{held}/"),
    "correct a signal": ("moderator", "/signals/{returned}/resubmit/"),
    "signal with a correction": ("moderator", "/signals/{to_correct}/"),
    "propose a correction": ("moderator", "/signals/{ours}/correct/"),
    "share the right value": ("moderator", "/share/?replaces={wrong_value}"),
    "share": ("moderator", "/share/"),
    "share from a draft": ("moderator", "/share/?draft={typed}"),
    "share an address": ("moderator", "/share/?kind=email"),
    "share a profile name": ("moderator", "/share/?kind=username"),
    "share a hash": ("moderator", "/share/?kind=pdq"),
    "share a keyword": ("moderator", "/share/?kind=keyword"),
    "all signals": ("moderator", "/signals/"),
    "all signals, filtered": ("moderator", "/signals/?kind=pdq&whose=others"),
    "all signals, none found": ("moderator", "/signals/?kind=keyword&harm=tools&sort=due"),
    "jobs": ("moderator", "/jobs/"),
    "job that is done": ("moderator", "/jobs/{job}/"),
    "job that waits": ("moderator", "/jobs/{queued}/"),
    "job that asks": ("moderator", "/jobs/{asking}/"),
    "job that only counts": ("moderator", "/jobs/{shadow}/"),
    "watch lists": ("moderator", "/watch-lists/"),
    "imports": ("moderator", "/imports/"),
    "import to choose from": ("moderator", "/imports/{import}/"),
    "import that is done": ("moderator", "/imports/{imported}/"),
    "import that is checked": ("moderator", "/imports/{unchecked}/"),
    "import for an analyst": (Role.ANALYST, "/imports/{import}/?verdict=refused"),
    "export our signals": ("moderator", "/signals/export/"),
    "leads": ("moderator", "/leads/"),
    "leads by hash": ("moderator", "/leads/?by=hash"),
    "leads by reference": ("moderator", "/leads/?by=reference"),
    "leads of one hash": ("moderator", "/leads/?by=hash&with={near}"),
    "leads together": ("moderator", "/leads/together/?lead={near}&lead={alias}"),
    "leads, examined": ("moderator", "/leads/?done=1"),
    "near lead": ("moderator", "/leads/{near}/"),
    "lead on an alias": ("moderator", "/leads/{alias}/"),
    "lead with a finding": ("moderator", "/leads/{examined}/"),
    "open a dispute": ("moderator", "/signals/{theirs}/dispute/"),
    "disputes": ("moderator", "/disputes/"),
    "disputes to decide": (Role.ADJUDICATOR, "/disputes/?tab=decide"),
    "dispute for its owner": ("moderator", "/disputes/{dispute}/"),
    "dispute for its opener": ("moderator", "/disputes/{opened}/"),
    "dispute for an adjudicator": (Role.ADJUDICATOR, "/disputes/{answered}/"),
    "dispute that is decided": ("other", "/disputes/{decided}/"),
    "dispute with a question": (Role.ADJUDICATOR, "/disputes/{questioned}/"),
    "dispute that a steward gives away": (Role.STEWARD, "/disputes/{questioned}/"),
    "redress": ("moderator", "/redress/"),
    "redress to send": ("moderator", "/redress/{redress}/"),
    "dispute on appeal": (Role.EXTERNAL_ADJUDICATOR, "/disputes/{appealed}/"),
    "recalls": ("moderator", "/recalls/"),
    "recalls that we sent": ("moderator", "/recalls/?tab=sent"),
    "recall to acknowledge": ("moderator", "/recalls/{recall}/"),
    "recall for a second person": ("moderator", "/recalls/{kept}/"),
    "recall that we sent": ("moderator", "/recalls/{sent}/"),
    "own quality": ("moderator", "/quality/"),
    "second look": ("moderator", "/quality/looks/{look}/"),
    "second look, seen differently": ("moderator", "/quality/looks/{look_to_settle}/"),
    "practice": ("moderator", "/quality/practice/{practice}/"),
    "quality of the team": (Role.MEMBER_ADMIN, "/quality/team/"),
    "application form": (None, "/apply/"),
    "door": (None, "/wrongly-signalled/"),
    "answer at the door": (None, "/wrongly-signalled/answer/"),
    "way back to an application": (None, "/apply/{application}/{secret}/?sent=1"),
    "applications": (Role.STEWARD, "/applications/"),
    "application": (Role.STEWARD, "/applications/{application}/"),
    "organisation in its onboarding": (Role.STEWARD, "/members/{coming}/"),
    "law and compliance": (Role.STEWARD, "/members/{coming}/compliance/"),
    "versions of the agreement": (Role.STEWARD, "/agreements/"),
    "members": (Role.STEWARD, "/members/"),
    "our organisation": (Role.MEMBER_ADMIN, "/members/{pixelpond}/"),
    "another organisation": (Role.MEMBER_ADMIN, "/members/{kestrel}/"),
    "standing of a member": (Role.STEWARD, "/members/{kestrel}/standing/"),
    "standing of a suspended member": (Role.STEWARD, "/members/{suspended}/standing/"),
    "standing of a member that leaves": (Role.STEWARD, "/members/{leaving}/standing/"),
    "our standing": (Role.MEMBER_ADMIN, "/members/{pixelpond}/standing/"),
    "communities": (Role.STEWARD, "/communities/"),
    "our communities": ("moderator", "/communities/"),
    "community of everyone": (Role.STEWARD, "/communities/{everyone}/"),
    "community by hand": (Role.STEWARD, "/communities/{circle}/"),
    "community that we are in": ("moderator", "/communities/{circle}/"),
    "keys": (Role.MEMBER_ADMIN, "/members/{pixelpond}/keys/"),
    "keys for an auditor": (Role.AUDITOR, "/members/{pixelpond}/keys/"),
    "keys, none": (Role.STEWARD, "/members/{kestrel}/keys/"),
    "key in use": (Role.MEMBER_ADMIN, "/keys/{reader}/"),
    "key that retires": (Role.MEMBER_ADMIN, "/keys/{matcher}/"),
    "key that leaked": (Role.ANALYST, "/keys/{leaked}/"),
    "key of a member": (Role.STEWARD, "/keys/{reader}/"),
    "rotate a key": (Role.MEMBER_ADMIN, "/keys/{reader}/rotate/"),
    "rotate a key again": (Role.MEMBER_ADMIN, "/keys/{matcher}/rotate/"),
    "what a key has read": (Role.MEMBER_ADMIN, "/keys/{reader}/reads/"),
    "what a leaked key has read": (Role.ANALYST, "/keys/{leaked}/reads/"),
    "registers": (Role.STEWARD, "/registers/"),
    "register of government requests": (Role.STEWARD, "/registers/government-requests/"),
    "government request to answer": (Role.STEWARD, "/registers/government-requests/{authority}/"),
    "register of attestations": (Role.AUDITOR, "/registers/attestations/?tab=all"),
    "register of data-subject requests": (Role.STEWARD, "/registers/subject-requests/"),
    "data-subject request": (Role.STEWARD, "/registers/subject-requests/{person}/"),
    "data-subject request, decided": (Role.AUDITOR, "/registers/subject-requests/{answered_person}/"),
    "search for a data-subject request": (Role.STEWARD, "/registers/subject-requests/{person}/search/"),
    "register of incidents": (Role.STEWARD, "/registers/incidents/"),
    "security incident": (Role.STEWARD, "/registers/incidents/{leak}/"),
    "report of an incident": (Role.STEWARD, "/registers/incidents/new/"),
    "register of assessments": (Role.STEWARD, "/registers/assessments/"),
    "draft of an assessment": (Role.STEWARD, "/registers/assessments/{assessment_draft}/"),
    "register of meetings": (Role.STEWARD, "/registers/dialogue/"),
    "register of advisory notes": (Role.STEWARD, "/registers/advice/"),
    "advisory note in the register": (Role.STEWARD, "/registers/advice/{advice}/"),
    "attestations of a member": (Role.MEMBER_ADMIN, "/attestations/"),
    "attestation": (Role.MEMBER_ADMIN, "/attestations/{attestation}/"),
    "advisory notes": (Role.MEMBER_ADMIN, "/notes/"),
    "advisory note": (Role.MEMBER_ADMIN, "/notes/{advice}/"),
    "assessments": (None, "/assessments/"),
    "assessment": (None, "/assessments/{assessment}/"),
    "people": (Role.MEMBER_ADMIN, "/members/{pixelpond}/people/"),
    "people for a colleague": ("moderator", "/members/{pixelpond}/people/"),
    "people for an auditor": (Role.AUDITOR, "/members/{pixelpond}/people/"),
    "person": (Role.MEMBER_ADMIN, "/people/{late}/"),
    "person with a second factor": (Role.MEMBER_ADMIN, "/people/{keyed}/"),
    "person who left": (Role.MEMBER_ADMIN, "/people/{gone}/"),
    "person for an auditor": (Role.AUDITOR, "/people/{late}/"),
    "settings": ("moderator", "/settings/"),
    "settings of somebody whose roles rest": ("resting", "/settings/"),
    "invitation": (None, "/invitations/{token}/"),
    "invitation that is over": (None, "/invitations/nothing/"),
    "security keys": (Role.STEWARD, "/accounts/2fa/webauthn/"),
    "security key to add": (Role.STEWARD, "/accounts/2fa/webauthn/add/"),
    "security key asked for": ("with a key", "/accounts/2fa/webauthn/reauthenticate/"),
    "security key to rename": ("with a key", "/accounts/2fa/webauthn/keys/{key}/edit/"),
    "security key to remove": ("with a key", "/accounts/2fa/webauthn/keys/{key}/remove/"),
    "app to connect": ("with a key", "/accounts/2fa/totp/activate/"),
    "recovery codes": ("with a key", "/accounts/2fa/recovery-codes/"),
    "recovery codes to make": (Role.STEWARD, "/accounts/2fa/recovery-codes/generate/"),
    "app to disconnect": (Role.STEWARD, "/accounts/2fa/totp/deactivate/"),
    "second factor shown again": (Role.STEWARD, "/accounts/2fa/reauthenticate/"),
    "second factor to set up": ("without a factor", "/accounts/2fa/"),
    "roles": ("moderator", "/roles/"),
    "roles of somebody of the programme": (Role.STEWARD, "/roles/"),
    "second factor": (Role.STEWARD, "/accounts/2fa/"),
    "change of password": ("moderator", "/accounts/password/change/"),
    "signing out": ("moderator", "/accounts/logout/"),
    "ledger": (Role.AUDITOR, "/ledger/"),
    "ledger of a member": (Role.MEMBER_ADMIN, "/ledger/?action=signal"),
    "ledger entry": (Role.AUDITOR, "/ledger/1/"),
    "studio": (Role.EDITOR, "/studio/"),
    "draft of a report": (Role.PUBLISHER, "/studio/{draft}/"),
    "preview of a report": (Role.PUBLISHER, "/studio/{draft}/preview/"),
    "edition that members are asked about": (Role.EDITOR, "/studio/{asked}/"),
    "our numbers of the year": (Role.MEMBER_ADMIN, "/our-numbers/"),
    "our numbers, to confirm": (Role.MEMBER_ADMIN, "/our-numbers/{asked}/"),
    "our numbers, closed": (Role.MEMBER_ADMIN, "/our-numbers/{edition}/"),
    "reports": (None, "/reports/"),
    "report": (None, "/reports/{year}/"),
    "method": (None, "/method/"),
    "one edition": (None, "/reports/{year}/1/"),
    "verify report": (None, "/reports/{year}/1/verify/"),
    "checkpoints": (None, "/ledger/checkpoints/"),
    "normal forms": (None, "/normalisation/"),
    "sign-in": (None, "/accounts/login/"),
    "forgotten password": (None, "/accounts/password/reset/"),
    "nothing here": (None, "/no/such/page/"),
    "nothing for you here": ("moderator", "/signals/LN-00000-00000/"),
}
"""Who looks (None: somebody who has not signed in), and where."""
MISSING = {"nothing here", "nothing for you here", "invitation that is over"}
SIZES = {"desk": DESK, "phone": PHONE}
Theme = Literal["light", "dark"]
LOOKS: tuple[tuple[str, Theme], ...] = (("desk", "light"), ("phone", "dark"))
"""Both sizes and both themes: what fits does not depend on colours, and colours do not depend on the width."""
EVERYTHING = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
}
BRIEF = {"resultTypes": ["violations"], "preload": False}
AXE = Axe().axe_script
WIDEST = """[...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth)
  .slice(0, 3).map(one => one.outerHTML.slice(0, 120)).join(' … ')"""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One database for all tests of this module, which only read."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        numbers = count(1)
        patch.setattr("lantern_site.public_ids.secrets.randbits", lambda bits: 100 * next(numbers) + 50)
        try:
            yield World(clock.now())
        finally:
            empty_tables()


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The address of a server on that database; `live_server` would empty it after every test."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


class Window:
    """One window, at which everybody sits in turn: opening one costs more than a page."""

    def __init__(self, windows: Windows, world: World, site: str) -> None:
        self.windows, self.world, self.site = windows, world, site
        self.page = windows.open(site)

    def show(self, name: str) -> Page:
        who, pattern = PAGES[name]
        self.page.goto("about:blank")  # a page that asks again would follow its lost session to the sign-in
        enter(self.page, None if who is None else self.world.people[who], self.site)
        self.dress("desk", "light")
        response = self.page.goto(self.world.address(pattern))
        assert response
        assert response.status == (404 if name in MISSING else 200)
        self.page.evaluate(AXE)
        return self.page

    def dress(self, size: str, theme: Theme) -> None:
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=theme)

    def faults(self, look: str, *, without: str = "") -> list[str]:
        """What axe finds, and what does not fit into the window."""
        options = {"runOnly": EVERYTHING, "rules": {without: {"enabled": False}} if without else {}}
        found = self.page.evaluate("options => axe.run(options)", options | BRIEF)["violations"]
        said = [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            said.append(f"{wide} pixels too wide: {self.page.evaluate(WIDEST)}")
        return [f"{look}: {fault}" for fault in said]


@pytest.fixture(scope="module")
def only_window(browser: Browser, world: World, site: str) -> Iterator[Window]:
    windows = Windows(browser)
    yield Window(windows, world, site)
    windows.close()


@pytest.fixture
def window(only_window: Window) -> Iterator[Window]:
    """Fails a test whose page was refused something by the content policy, misses something, or throws."""
    only_window.windows.errors.clear()
    yield only_window
    itself = f"404 (Not Found) ({only_window.page.url})"  # of a page that is missing the console says so, too
    assert [error for error in only_window.windows.errors if not error.endswith(itself)] == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(name: str, window: Window) -> None:
    page = window.show(name)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = []

    for size, theme in LOOKS:
        window.dress(size, theme)
        found += window.faults(f"{size}, {theme}")
    if page.locator("[data-sheet]").count():
        page.evaluate("location.hash = document.querySelector('[data-sheet]').id")
        found += window.faults("phone, sheet")

    assert page.locator("h1").count() == 1
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dialogs_and_the_menu_of_the_phone_are_accessible(theme: Theme, window: Window) -> None:
    page = window.show("queue")
    found = []

    window.dress("desk", theme)
    page.keyboard.press("?")
    found += window.faults("shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    found += window.faults("stepped away")
    page.keyboard.press("Escape")
    window.dress("phone", theme)
    page.get_by_role("button", name="Menu").click()
    found += window.faults("menu", without="target-size")  # axe takes the bar below the open menu for one above it

    assert found == []


@pytest.mark.browser
def test_the_description_of_the_interface_is_drawn_under_the_content_policy(window: Window) -> None:
    window.page.goto("/api/v1/docs/")

    window.page.get_by_text("/api/v1/feed").first.wait_for()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_french(name: str, world: World) -> None:
    who, pattern = PAGES[name]
    client = Client(headers={"Accept-Language": "fr"})
    if who is not None:
        builders.sign_in(client, world.people[who])

    response = client.get(world.address(pattern))

    assert response.status_code == (404 if name in MISSING else 200)
    assert '<html lang="fr"' in response.content.decode()


@pytest.mark.parametrize("who", [*Role, "moderator"])
def test_the_rail_leads_nobody_astray(who: str, world: World) -> None:
    client = Client()
    builders.sign_in(client, world.people[who])

    offered = re.findall(r'class="rail-link" href="([^"]+)"', client.get("/").content.decode())

    assert offered
    assert {url: client.get(url).status_code for url in offered} == dict.fromkeys(offered, 200)
