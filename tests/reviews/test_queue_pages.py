"""Home, the review queue and its claims over HTTP: who sees what, in which order, and with how many queries."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from lantern_site.members.models import Organisation
from lantern_site.members.roles import MEMBER_ROLES, Role
from lantern_site.work import heartbeats
from reviews.models import Claim
from reviews.services import claims
from signals.kinds import HarmTerm
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import MOST_QUERIES, at, enter, queries, reviewer, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


# Home


def test_whoever_is_not_signed_in_is_sent_on(client: Client) -> None:
    assert client.get("/").status_code == 302


def test_home_shows_my_claims_and_what_waits_for_us(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    mine, other = builders.submitted(pixelpond), builders.submitted(pixelpond)
    claims.claim(signal_id=mine.public_id, actor=person.actor(NOW), now=NOW)

    page = text(client.get("/"))

    assert mine.reference in page.partition("Due today")[0]
    assert other.reference in page.partition("Due today")[2]
    assert "signals wait in the queue" in page


@pytest.mark.parametrize("role", Role)
def test_home_and_its_rail_open_for_every_role(role: Role, pixelpond: Organisation) -> None:
    house = pixelpond if role in MEMBER_ROLES else builders.programme()
    client, person = enter(house, role)
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})

    page = text(client.get("/"))

    reviews = role in {Role.REVIEWER, Role.STEWARD}
    assert ('href="/queue/"' in page) is reviews


def test_the_programme_is_told_when_the_index_is_not_to_be_trusted(pixelpond: Organisation) -> None:
    heartbeats.alarm("index_stale", now=NOW)

    told = text(enter(builders.programme(), Role.STEWARD)[0].get("/"))

    assert "cannot keep up with the ledger" in told
    assert "cannot keep up with the ledger" not in text(enter(pixelpond, Role.ANALYST)[0].get("/"))


# The queue


def test_the_queue_shows_what_waits_for_ones_own_organisation(pixelpond: Organisation, kestrel: Organisation) -> None:
    ours, theirs = builders.submitted(pixelpond), builders.submitted(kestrel)

    page = text(reviewer(pixelpond).get("/queue/"))

    assert ours.reference in page
    assert theirs.reference not in page


def test_the_danger_lane_comes_first(pixelpond: Organisation) -> None:
    urgent = builders.submitted(pixelpond, now=NOW - timedelta(days=1))
    danger = builders.submitted(pixelpond, says=builders.statement(danger=True, authority_informed="Hotline, 10:20"))

    page = text(reviewer(pixelpond).get("/queue/"))

    assert page.index(danger.reference) < page.index(urgent.reference)


def test_the_number_of_queries_does_not_grow_with_the_queue(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    builders.submitted(pixelpond)
    with_one = queries(client, "/queue/")
    for _ in range(19):
        builders.submitted(pixelpond)

    assert queries(client, "/queue/") == with_one <= MOST_QUERIES


def test_filters_stand_in_the_address(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    grooming = builders.submitted(pixelpond)
    hashed = builders.submitted(pixelpond, builders.file_hash(1), says=builders.statement(harm=HarmTerm.SEXUALISED))

    def shown(address: str) -> set[str]:
        page = text(client.get(address))
        return {one.reference for one in (grooming, hashed) if f'<span class="num">{one.reference}</span>' in page}

    assert shown("/queue/") == {grooming.reference, hashed.reference}
    assert shown("/queue/?kind=sha256") == {hashed.reference}
    assert shown("/queue/?severity=3") == {grooming.reference}
    assert shown("/queue/?harm=sexualised") == {hashed.reference}
    assert shown(f"/queue/?q={grooming.reference.lower()}") == {grooming.reference}
    assert shown("/queue/?kind=pdq") == set()


def test_what_is_no_reference_is_said_to_be_none(pixelpond: Organisation) -> None:
    page = text(reviewer(pixelpond).get("/queue/?q=somebody@example.org"))

    assert "is no reference" in page


def test_a_long_queue_comes_in_pages_that_lead_on_and_back(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    waiting = [builders.submitted(pixelpond, now=NOW + timedelta(minutes=number)) for number in range(23)]

    first = client.get("/queue/")
    second = client.get(first.context["older_url"])
    back = client.get(second.context["newer_url"])

    assert [row.id for row in first.context["rows"]] == [signal.public_id for signal in waiting[:20]]
    assert [row.id for row in second.context["rows"]] == [signal.public_id for signal in waiting[20:]]
    assert [row.id for row in back.context["rows"]] == [signal.public_id for signal in waiting[:20]]
    assert not second.context["older_url"]
    assert not back.context["newer_url"]


def test_htmx_gets_the_list_alone(pixelpond: Organisation) -> None:
    builders.submitted(pixelpond)

    response = reviewer(pixelpond).get("/queue/", headers={"HX-Request": "true"})

    assert "<html" not in text(response)
    assert 'id="results"' in text(response)
    assert "HX-Request" in response["Vary"]


def test_an_empty_queue_says_so_kindly(pixelpond: Organisation) -> None:
    assert "Enjoy the quiet" in text(reviewer(pixelpond).get("/queue/"))


def test_the_live_count_counts_what_came_since(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    builders.submitted(pixelpond)
    url = client.get("/queue/").context["live_url"]
    assert "new signal" not in text(client.get(url))

    builders.submitted(pixelpond)

    assert "1 new signal" in text(client.get(url))


def test_the_preview_is_for_those_whose_queue_it_is(pixelpond: Organisation, kestrel: Organisation) -> None:
    waits, shared = builders.submitted(pixelpond), builders.active(pixelpond)

    assert reviewer(pixelpond).get(at("preview", waits)).status_code == 200
    assert reviewer(kestrel).get(at("preview", waits)).status_code == 404
    assert reviewer(kestrel).get(at("preview", shared)).status_code == 404


def test_a_steward_has_tabs_for_second_approvals_and_checks() -> None:
    client, _person = enter(builders.programme(), Role.STEWARD)
    critical = builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL)
    provisional = builders.active(builders.member(), says=critical)

    response = client.get("/queue/?tab=checks")

    assert [row.id for row in response.context["rows"]] == [provisional.public_id]
    assert "Second approval" in text(response)


# Claims


def test_a_claim_answers_htmx_with_its_cell(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)

    response = reviewer(pixelpond).post(at("claim", signal), headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "Yours" in text(response)


def test_who_comes_second_is_told_who_was_first(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    first, _person = enter(pixelpond, Role.REVIEWER, name="Amal Okafor")
    first.post(at("claim", signal))

    in_list = reviewer(pixelpond).post(at("claim", signal), headers={"HX-Request": "true"})
    on_page = reviewer(pixelpond).post(at("claim", signal))

    assert in_list.status_code == on_page.status_code == 409
    assert "Amal Okafor is working on this" in text(in_list)
    assert "Amal Okafor is working on this" in text(on_page)


def test_claim_next_takes_five(pixelpond: Organisation) -> None:
    for _ in range(7):
        builders.submitted(pixelpond)

    response = reviewer(pixelpond).post(reverse("reviews:claim_next"), follow=True)

    assert Claim.objects.held_at(NOW).count() == 5
    assert "You hold 5 more signals" in text(response)


def test_a_claim_is_parked_handed_over_and_released(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    client = reviewer(pixelpond)
    colleague, other = enter(pixelpond, Role.REVIEWER)
    client.post(at("claim", signal))

    refused = client.post(at("park", signal), {"note": ""})
    parked = client.post(at("park", signal), {"note": "Waits for our lawyers"}, follow=True)
    client.post(at("hand_over", signal), {"to": str(other.public_id)})
    held_by = Claim.objects.get().staff
    colleague.post(at("release", signal))

    assert refused.status_code == 422
    assert "Waits for our lawyers" in text(parked)
    assert held_by == other
    assert not Claim.objects.held_at(NOW).exists()


def test_a_steward_sees_which_application_is_overdue() -> None:
    steward, _person = enter(builders.programme(), Role.STEWARD)
    builders.application("Saltmarsh Social", now=NOW - timedelta(days=29))
    builders.application("Gullwing", now=NOW - timedelta(days=1))

    home, inbox = text(steward.get("/")), text(steward.get(reverse("members:applications")))

    assert "Applications overdue" in home
    for page in (home, inbox):
        assert page.index("Saltmarsh Social") < page.index("3 days late") < page.index("Gullwing")
