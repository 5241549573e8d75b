"""The pages on which a member finds its own numbers, and where the studio shows who has answered."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW
from tests.transparency import editions, ledger
from tests.transparency.conftest import SignIn
from transparency.models import Edition
from transparency.statements import Section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def member(name: str) -> Organisation:
    found = builders.member(name)
    ledger.takes_part(found.public_id, ledger.day(-100))
    ledger.finding(ledger.day(100), found.public_id, actions=["account_actioned"])
    ledger.job(ledger.day(101), found.public_id, candidates=70, leads=3)
    return found


def asked() -> Edition:
    return editions.asked(builders.actor(builders.programme(), Role.EDITOR))


def admin(of: Organisation, signed_in: SignIn) -> Client:
    return signed_in(builders.person(of, Role.MEMBER_ADMIN))


def test_a_member_is_led_to_its_numbers_and_states_them(signed_in: SignIn) -> None:
    pixelpond = member("Pixelpond")
    edition = asked()
    client = admin(pixelpond, signed_in)
    listed = client.get("/our-numbers/").content.decode()
    url = f"/our-numbers/{edition.reference}/"

    answer = client.post(f"{url}state/", {"section": "findings", "reason": ""})

    assert f'href="{url}"' in listed
    assert answer.headers["Location"] == url
    page = client.get(url).content.decode()
    assert (page.count("Confirmed"), page.count("Candidates compared")) == (1, 2 + 1)
    assert "You have until 16 Mar 2026" in page


def test_a_refused_correction_keeps_what_was_typed(signed_in: SignIn) -> None:
    pixelpond = member("Pixelpond")
    edition = asked()
    client = admin(pixelpond, signed_in)
    url = f"/our-numbers/{edition.reference}/"
    page = client.get(url).content.decode()
    name = page.partition("Another number: Account actioned")[2].partition('name="')[2].partition('"')[0]

    answer = client.post(f"{url}state/", {"section": "actions", name: "3", "reason": ""})
    noted = client.post(f"{url}contest/", {"metric": "match_jobs", "note": ""})

    assert (answer.status_code, noted.status_code) == (422, 422)
    assert "Say why your numbers differ." in answer.content.decode()
    assert f'name="{name}" value="3"' in answer.content.decode()


def test_when_it_is_closed_the_page_says_what_was_said_and_takes_no_more(signed_in: SignIn) -> None:
    pixelpond = member("Pixelpond")
    edition = asked()
    editions.confirms(edition, pixelpond, Section.FINDINGS)
    edition = editions.closed_by_the_clock(edition)
    client = admin(pixelpond, signed_in)

    page = client.get(f"/our-numbers/{edition.reference}/").content.decode()
    late = client.post(f"/our-numbers/{edition.reference}/state/", {"section": "actions"})

    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert "Not reported" in page
    assert late.status_code == 409


def test_the_studio_asks_the_database_as_often_for_one_member_as_for_three(signed_in: SignIn) -> None:
    editor = signed_in(builders.person(builders.programme(), Role.EDITOR))
    counts = []
    for names in (("Pixelpond",), ("Kestrel", "Quillwood")):
        for name in names:
            member(name)
        edition = asked()
        editions.confirmed(edition, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            page = editor.get(f"/studio/{edition.reference}/").content.decode()
        counts.append(len(queries))
        assert page.count("Confirmed") == len(Section) * Organisation.objects.exclude(kind="programme").count()

    assert counts[0] == counts[1]
