"""The pages of the registers: who gets in, what may be done there, what a refusal looks like."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.models import (
    Assessment,
    Attestation,
    GovernmentRequest,
    Meeting,
    SecurityIncident,
    Staff,
    SubjectRequest,
)
from lantern_site.members.registers import Party, Register
from lantern_site.members.roles import SECOND_FACTOR_REQUIRED, Role
from lantern_site.members.services.registers import dialogue, incidents, subject_requests
from tests import builders
from tests.builders import NOW
from tests.members import cases

pytestmark = pytest.mark.django_db

LISTS = [
    "members:registers",
    "members:government_requests",
    "members:attestation_register",
    "members:subject_requests",
    "members:incidents",
    "members:assessment_register",
    "members:meetings",
    "members:advice_register",
]


def seated(person: Staff) -> Client:
    if set(person.grants.values_list("role", flat=True)) & SECOND_FACTOR_REQUIRED:
        TOTP.activate(person, generate_totp_secret())
    client = Client()
    builders.sign_in(client, person)
    return client


def steward() -> Client:
    return seated(builders.person(builders.programme(), Role.STEWARD))


def shown(response: Any) -> str:
    return str(response.content.decode())


def all_of(model: Any) -> list[Any]:
    with acting_as(Actor.clock()):
        return list(model.objects.order_by("pk"))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", Role)
def test_stewards_and_auditors_read_the_registers_and_nobody_else(name: str, role: Role) -> None:
    of = builders.member() if role in {"submitter", "reviewer", "analyst", "member_admin"} else builders.programme()

    status = seated(builders.person(of, role)).get(reverse(name)).status_code

    assert status == (200 if role in {Role.STEWARD, Role.AUDITOR} else 403)


def entries() -> dict[str, int]:
    pixelpond = builders.member()
    return {
        "members:government_request": cases.government_request().public_id,
        "members:subject_request": cases.subject_request().public_id,
        "members:incident": cases.incident(pixelpond).public_id,
        "members:assessment_draft": cases.assessment().public_id,
        "members:meeting": noted_meeting().public_id,
        "members:advice": cases.advice().advice.public_id,
    }


def noted_meeting(*, is_public: bool = False) -> Meeting:
    return dialogue.note_meeting(
        held_on=NOW.date(),
        parties=[Party.AUTHORITIES],
        subject="A round table",
        note="What was said there.",
        is_public=is_public,
        actor=cases.steward(),
        now=NOW,
    )


def test_an_entry_is_read_by_those_who_read_registers_and_unknown_to_others() -> None:
    found = entries()
    auditor = seated(builders.person(builders.programme(), Role.AUDITOR))
    editor = seated(builders.person(builders.programme(), Role.EDITOR))
    admin = seated(builders.person(builders.member(), Role.MEMBER_ADMIN))

    for name, public_id in found.items():
        url = reverse(name, args=[public_id])
        assert auditor.get(url).status_code == 200, name
        assert "decision-card" not in shown(auditor.get(url)), name
        assert editor.get(url).status_code == 404, name
        assert admin.get(url).status_code == 404, name
        assert auditor.get(reverse(name, args=[7])).status_code == 404, name


def test_a_steward_enters_a_government_request_and_answers_it() -> None:
    client = steward()
    sent = {"received_on": "2026-03-01", "authority": "court", "jurisdiction": "de", "asked": "removal"}

    client.post(reverse("members:government_requests"), {**sent, "legal_basis": "A court order"})
    [entered] = all_of(GovernmentRequest)
    assert entered.jurisdiction == "DE"
    url = reverse("members:answer_government_request", args=[entered.public_id])
    answer = {"outcome": "refused", "told": "forbidden", "reason": "Nothing is held.", "answered_on": "2026-03-02"}
    assert client.post(url, answer).status_code == 302

    [answered] = all_of(GovernmentRequest)
    assert (answered.outcome, answered.told) == ("refused", "forbidden")


def test_a_refusal_is_the_page_again_with_everything_that_was_typed() -> None:
    client = steward()
    sent = {"received_on": "2999-01-01", "authority": "court", "jurisdiction": "DE", "asked": "removal"}

    response = client.post(reverse("members:government_requests"), {**sent, "legal_basis": "A court order"})

    assert response.status_code == 422
    assert "lies in the future" in shown(response)
    assert "A court order" in shown(response)
    assert 'value="DE"' in shown(response)
    assert all_of(GovernmentRequest) == []


def test_an_auditor_who_posts_is_told_what_it_needs() -> None:
    entered = cases.government_request()
    auditor = seated(builders.person(builders.programme(), Role.AUDITOR))
    answer = {"outcome": "refused", "told": "told", "reason": "Nothing is held.", "answered_on": "2026-03-02"}

    response = auditor.post(reverse("members:answer_government_request", args=[entered.public_id]), answer)

    assert response.status_code == 403
    assert "needs the role steward" in shown(response)
    assert "Nothing is held." in shown(response)


@pytest.mark.parametrize("register", Register)
def test_a_register_is_downloaded_by_a_post(register: Register) -> None:
    client, url = steward(), reverse("members:export_register", args=[register.value])

    response = client.post(url)

    assert response["Content-Type"].startswith("text/csv")
    assert shown(response).startswith("reference,")
    assert Entry.objects.filter(action="register.exported").count() == 1
    assert client.post(reverse("members:export_register", args=["secrets"])).status_code == 404


# Attestations


def test_a_member_admin_attests_none_and_corrects_it_later() -> None:
    pixelpond = builders.member()
    asked = cases.attestation(pixelpond)
    client = seated(builders.person(pixelpond, Role.MEMBER_ADMIN))
    url = reverse("members:attestation", args=[asked.public_id])
    assert "Attest 2025-Q4" in shown(client.get("/attestations/"))

    client.post(url, {"answer": "none"})
    assert [one.requests for one in all_of(Attestation)] == [0]
    assert "none" in shown(client.get("/attestations/"))
    client.post(url, {"answer": "some", "count": "2", "correct": "yes"})

    assert [one.requests for one in all_of(Attestation)] == [2]


@pytest.mark.parametrize(
    "sent", [{}, {"answer": "some"}, {"answer": "none", "count": "3"}, {"answer": "some", "count": "0"}]
)
def test_an_attestation_is_deliberate(sent: dict[str, str]) -> None:
    pixelpond = builders.member()
    asked = cases.attestation(pixelpond)
    client = seated(builders.person(pixelpond, Role.MEMBER_ADMIN))

    response = client.post(reverse("members:attestation", args=[asked.public_id]), sent)

    assert response.status_code == 422
    assert [one.requests for one in all_of(Attestation)] == [None]


def test_colleagues_see_the_attestations_without_a_form_and_other_members_do_not() -> None:
    pixelpond = builders.member()
    asked = cases.attestation(pixelpond)
    url = reverse("members:attestation", args=[asked.public_id])

    colleague = seated(builders.person(pixelpond, Role.REVIEWER))
    assert "2025-Q4" in shown(colleague.get("/attestations/"))
    assert "decision-card" not in shown(colleague.get(url))
    stranger = seated(builders.person(builders.member("Kestrel"), Role.MEMBER_ADMIN))
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {"answer": "none"}).status_code == 404


def test_the_register_says_not_attested_and_no_number() -> None:
    cases.attestation(builders.member())

    with clock.at(NOW):
        page = shown(steward().get("/registers/attestations/"))

    assert "Not attested" in page
    assert "<td>0</td>" not in page


def test_the_programme_is_told_what_its_own_register_has() -> None:
    cases.attestation(builders.programme(), now=NOW)
    cases.government_request()
    with acting_as(Actor.clock()):
        february = Attestation.objects.latest("starts_on")

    page = shown(steward().get(reverse("members:attestation", args=[february.public_id])))

    assert "The register has 1 for this period." in page


# Data-subject requests


def test_a_request_goes_from_intake_over_search_and_decision_to_the_end() -> None:
    signal = builders.active(builders.member(), builders.email(1))
    client = steward()
    with clock.at(NOW):
        sent = {"received_on": "2026-03-01", "right": "erasure", "file_reference": "DP-7", "proof": ""}
        client.post(reverse("members:subject_requests"), sent)
        [case] = all_of(SubjectRequest)
        url = reverse("members:subject_request", args=[case.public_id])
        assert "once the person has proved" in shown(client.get(url))
        client.post(f"{url}prove/", {"proof": "code"})
        found = client.post(f"{url}search/", {"kind": "email", "value": builders.email(1).raw}, follow=True)
        assert "Signals found: 1" in shown(found)
        assert signal.reference in shown(found)
        assert builders.email(1).raw not in shown(found)
        decision = {"ruling": "refused", "reason": "It is right.", "letter": "Dear applicant"}
        assert "Dear applicant" in shown(client.post(f"{url}decide/", decision, follow=True))
        client.post(f"{url}close/")

    assert [one.state for one in all_of(SubjectRequest)] == ["closed"]


def test_a_search_that_is_refused_says_why() -> None:
    case, client = cases.subject_request(), steward()
    url = reverse("signals:subject_request_search", args=[case.public_id])

    response = client.post(url, {"kind": "email", "value": "no address"})

    assert response.status_code == 422
    assert "@ sign" in shown(response)


def test_a_restriction_asks_for_a_fresh_second_factor() -> None:
    case = cases.subject_request()
    subject_requests.note_search(case_id=case.public_id, kind="email", signals=[5], actor=cases.steward(), now=NOW)
    client, url = steward(), reverse("members:subject_request", args=[case.public_id])

    later = clock.now() + timedelta(hours=1)
    with clock.at(later):
        assert "Your second factor is needed" in shown(client.get(url))
        refused = client.post(f"{url}restrict/")

    assert refused.status_code == 403
    assert "Show your second factor again" in shown(refused)
    assert [one.state for one in all_of(SubjectRequest)] == ["open"]


@pytest.mark.parametrize("who", ["member", "auditor", "editor"])
def test_the_search_is_for_those_who_keep_registers(who: str) -> None:
    url = reverse("signals:subject_request_search", args=[cases.subject_request().public_id])
    of, role = builders.programme(), {"auditor": Role.AUDITOR, "editor": Role.EDITOR}.get(who, Role.MEMBER_ADMIN)
    client = seated(builders.person(builders.member() if who == "member" else of, role))

    assert client.get(url).status_code == (403 if who == "auditor" else 404)


# Incidents, assessments, notes


def test_an_incident_is_reported_told_and_closed() -> None:
    pixelpond, client = builders.member(), steward()
    report = {
        "detected_at": "2026-03-01T08:00",
        "kind": "key_leak",
        "severity": "high",
        "description": "A key leaked.",
        "affected_data": ["keys"],
        "member_ids": [str(pixelpond.public_id)],
    }
    with clock.at(NOW):
        client.post(reverse("members:incident_new"), report)
        [made] = all_of(SecurityIncident)
        url = reverse("members:incident", args=[made.public_id])
        assert "left" in shown(client.get(url))
        client.post(f"{url}contain/", {"measures": "The key is revoked."})
        client.post(f"{url}notify/", {"how": "notified", "notified_at": "2026-03-02T09:00", "reason": ""})
        client.post(f"{url}inform/", {"notice": "Rotate your key."})
        client.post(f"{url}close/", {"lesson": "Scan for keys."})
    assert [one.state for one in all_of(SecurityIncident)] == ["closed"]
    reader = seated(builders.person(pixelpond, Role.REVIEWER))
    assert "Rotate your key." in shown(reader.get("/notes/"))
    stranger = seated(builders.person(builders.member("Kestrel"), Role.REVIEWER))
    assert "Rotate your key." not in shown(stranger.get("/notes/"))


@pytest.mark.parametrize(
    "sent",
    [{}, {"how": "notified"}, {"how": "not", "reason": " "}, {"how": "not", "notified_at": "2026-03-02T09:00"}],
)
def test_a_notification_is_deliberate(sent: dict[str, str]) -> None:
    made, client = cases.incident(), steward()

    response = client.post(reverse("members:notify_incident", args=[made.public_id]), sent)

    assert response.status_code == 422
    assert [one.awaits_notification for one in all_of(SecurityIncident)] == [True]


def test_a_key_that_leaked_opens_the_form_with_its_kind() -> None:
    page = shown(steward().get(reverse("members:incident_new"), {"kind": "key_leak"}))

    assert '<option value="key_leak" selected>' in page


def test_an_assessment_becomes_public_with_its_answers() -> None:
    client, anybody = steward(), Client()
    made = cases.described(cases.assessment())
    url = reverse("members:assessment_draft", args=[made.public_id])
    public = reverse("members:assessment", args=[made.public_id])
    with clock.at(NOW):
        client.post(f"{url}recommend/", {"text": "Publish recall times."})
        assert anybody.get(public).status_code == 404
        client.post(
            f"{url}answer/", {"number": "1", "status": "accepted", "text": "Soon.", "answered_on": "2026-03-01"}
        )
    client.post(f"{url}publish/")

    assert [one.is_published for one in all_of(Assessment)] == [True]
    page = shown(anybody.get(public))
    assert "Publish recall times." in page
    assert "Soon." in page
    assert made.get_subject_display() in shown(anybody.get("/assessments/"))
    french = Client(headers={"Accept-Language": "fr"})
    assert "Les enfants" in shown(french.get(public))


def test_the_public_page_shows_published_assessments_and_public_meetings_only() -> None:
    cases.described(cases.assessment())
    noted_meeting()
    assert "Children are protected" not in shown(Client().get("/assessments/"))
    assert "A round table" not in shown(Client().get("/assessments/"))

    noted_meeting(is_public=True)
    cases.published_assessment("Publish recall times.")

    page = shown(Client().get("/assessments/"))
    assert "Children are protected" in page
    assert "A round table" in page


def test_the_site_leads_to_the_assessments() -> None:
    assert 'href="/assessments/"' in shown(Client().get("/reports/"))


def test_a_member_admin_confirms_the_newest_version_of_a_note() -> None:
    pixelpond, issued = builders.member(), cases.advice()
    client = seated(builders.person(pixelpond, Role.MEMBER_ADMIN))
    url = reverse("members:note", args=[issued.advice.public_id])
    dialogue.revise(advice_id=issued.advice.public_id, text="A newer text.", actor=cases.steward(), now=NOW)

    stale = client.post(url, {"version": "1"})
    assert stale.status_code == 409
    assert "newer version" in shown(stale)
    assert 'value="2"' in shown(stale)
    client.post(url, {"version": "2"})

    assert "Your organisation confirmed this version" in shown(client.get(url))
    assert "1 of 1 members" in shown(steward().get("/registers/advice/"))


def test_an_admin_finds_what_waits_in_the_rail_and_at_home() -> None:
    pixelpond = builders.member()
    cases.attestation(pixelpond)
    cases.advice()

    page = shown(seated(builders.person(pixelpond, Role.MEMBER_ADMIN)).get("/"))

    assert 'href="/attestations/"' in page
    assert 'href="/notes/"' in page
    assert "periods are not attested" in page


def fill(count: int) -> None:
    for number in range(count):
        of = builders.member(f"Member {number}")
        cases.government_request()
        cases.subject_request()
        cases.incident(of)
        cases.published_assessment("Publish recall times.")
        noted_meeting()
        cases.advice(f"Note {number}")
    cases.attestation(of)


@pytest.mark.parametrize("name", [*LISTS, "members:notes", "members:attestations"])
def test_a_list_asks_no_more_questions_when_it_grows(
    name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, url = steward(), reverse(name)
    fill(1)
    client.get(url)
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    fill(12)

    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_what_an_incident_said_to_members_is_asked_for_at_once(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    pixelpond = builders.member()
    client = seated(builders.person(pixelpond, Role.REVIEWER))
    for _ in range(5):
        made = cases.incident(pixelpond)
        incidents.inform(incident_id=made.public_id, notice="Told.", actor=cases.steward(), now=NOW)

    with django_assert_max_num_queries(20):
        client.get("/notes/")
