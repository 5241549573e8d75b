"""The pages about a member's standing and about communities, over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.members.lifecycle import MemberState, Suspension
from lantern_site.members.models import Community, Departure, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import communities
from lantern_site.members.services.communities import Outline
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


def enter(of: Organisation, role: Role) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    builders.sign_in(client, builders.person(of, role))
    return client


@pytest.fixture
def steward() -> Client:
    return enter(builders.programme(), Role.STEWARD)


def text(response: Any) -> str:
    return str(response.content.decode())


def at(name: str, subject: Organisation | Community) -> str:
    return reverse(f"signals:{name}", args=[subject.public_id])


def test_the_page_says_in_numbers_what_a_suspension_does(kestrel: Organisation, steward: Client) -> None:
    builders.active(kestrel)
    builders.submitted(kestrel)
    received = builders.active(builders.member("Pixelpond"))
    builders.receipt(received, kestrel)

    page = text(steward.get(at("standing", kestrel)))

    assert "1 signal that it shares stays in use; 1 that wait are not shared." in page
    assert "hide 1 signal that it has received" in page
    assert "checked" not in page


def test_a_steward_suspends_and_resumes_a_member(kestrel: Organisation, steward: Client) -> None:
    assert steward.post(at("suspend", kestrel), {"what": "all", "reason": "Keys leaked."}).status_code == 302
    assert Organisation.objects.get(pk=kestrel.pk).suspended == Suspension.ALL
    assert steward.post(at("lift", kestrel), {"reason": "New keys."}).status_code == 302
    assert Organisation.objects.get(pk=kestrel.pk).suspended == Suspension.NONE
    page = text(steward.get(at("standing", kestrel)))

    assert page.index("The suspension ended") < page.index("Suspended")


def test_a_refused_step_keeps_what_was_typed(kestrel: Organisation, steward: Client) -> None:
    answer = steward.post(at("suspend", kestrel), {"what": "", "reason": "Because of the review of May."})

    assert answer.status_code == 422
    assert "Because of the review of May." in text(answer)
    assert Organisation.objects.get(pk=kestrel.pk).suspended == Suspension.NONE


def test_a_stale_second_factor_is_asked_for_and_nothing_is_lost(kestrel: Organisation) -> None:
    client = Client()
    person = builders.person(builders.programme(), Role.STEWARD)
    builders.sign_in(client, person)
    with clock.at(NOW + timedelta(minutes=31)):
        page = text(client.get(at("standing", kestrel)))
        answer = client.post(at("suspend", kestrel), {"what": "all", "reason": "Keys leaked."})

    assert reverse("members:prove") in page
    assert answer.status_code == 403
    assert "Show your second factor again" in text(answer)
    assert Organisation.objects.get(pk=kestrel.pk).suspended == Suspension.NONE


def test_a_member_admin_gives_notice_and_the_programme_parts(kestrel: Organisation, steward: Client) -> None:
    admin = enter(kestrel, Role.MEMBER_ADMIN)

    answer = admin.post(at("give_notice", kestrel), {"rule": "withdraw", "leaves_on": NOW.date().isoformat()})
    assert answer.status_code == 302
    assert admin.post(at("part", kestrel)).status_code == 403
    assert steward.post(at("part", kestrel)).status_code == 302
    assert steward.post(at("certify", kestrel), {"note": "Letter of counsel."}).status_code == 302

    assert Organisation.objects.get(pk=kestrel.pk).state == MemberState.LEFT
    assert Departure.objects.get(organisation=kestrel).certificate_note == "Letter of counsel."
    assert "Letter of counsel." in text(steward.get(at("standing", kestrel)))


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.REVIEWER, Role.ANALYST])
def test_the_standing_is_shown_to_admins_stewards_and_auditors_only(role: Role, kestrel: Organisation) -> None:
    assert enter(kestrel, role).get(at("standing", kestrel)).status_code == 404
    assert enter(kestrel, Role.MEMBER_ADMIN).get(at("standing", kestrel)).status_code == 200
    other = builders.member("Other")
    assert enter(other, Role.MEMBER_ADMIN).get(at("standing", kestrel)).status_code == 404
    assert enter(builders.programme(), Role.AUDITOR).get(at("standing", kestrel)).status_code == 200


def test_a_community_is_founded_filled_changed_and_closed(kestrel: Organisation, steward: Client) -> None:
    made = steward.post(reverse("signals:found_community"), {"name": "Games", "purpose": "Games with a chat."})
    circle = Community.objects.get(name="Games")
    assert made["Location"] == at("community", circle)
    asked = {"organisation": str(kestrel.public_id)}
    assert steward.post(at("add_to_community", circle), asked).status_code == 302
    assert "Kestrel" in text(steward.get(at("community", circle)))
    assert steward.post(at("add_to_community", circle), {"organisation": "nothing"}).status_code == 404
    assert steward.post(at("remove_from_community", circle), asked).status_code == 302
    assert steward.post(at("open_community", circle)).status_code == 302
    assert steward.post(at("close_to_later", circle)).status_code == 302
    assert steward.post(at("close_community", circle)).status_code == 302
    assert Community.objects.get(pk=circle.pk).closed_at is not None


def test_a_rule_is_shown_before_it_is_taken(kestrel: Organisation, steward: Client) -> None:
    bank = builders.financial_member("Halden Bank")
    steward.post(reverse("signals:found_community"), {"name": "Banks"})
    banks = Community.objects.get(name="Banks")
    steward.post(at("add_to_community", banks), {"organisation": str(kestrel.public_id)})
    rule = {"name": "Banks", "by_rule": "on", "kinds": "financial"}

    shown = text(steward.post(at("change_community", banks), rule | {"preview": "1"}))
    assert "What this rule would change" in shown
    assert shown.index("Would join") < shown.index("Halden Bank") < shown.index("Would leave")
    assert [one.organisation for one in banks.memberships.current()] == [kestrel]

    assert steward.post(at("change_community", banks), rule).status_code == 302
    assert [one.organisation for one in banks.memberships.current()] == [bank]


def test_members_see_their_own_communities_and_change_none(kestrel: Organisation) -> None:
    steward = builders.actor(builders.programme(), Role.STEWARD)
    circle = communities.found(outline=Outline("Circle"), open_to_later_members=False, actor=steward, now=NOW)
    admin = enter(kestrel, Role.MEMBER_ADMIN)

    page = text(admin.get(reverse("signals:communities")))
    assert "Everyone" in page
    assert "Circle" not in page
    assert admin.get(at("community", circle)).status_code == 404
    assert admin.post(at("close_community", circle)).status_code == 403
    assert admin.post(reverse("signals:found_community"), {"name": "Mine"}).status_code == 403
    assert Community.objects.count() == 2
