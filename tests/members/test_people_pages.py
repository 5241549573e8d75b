"""The pages about people over HTTP: who gets in, what a refusal looks like, how many queries a list needs."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Invitation, Organisation, Staff, Training
from lantern_site.members.roles import SECOND_FACTOR_REQUIRED, Role
from lantern_site.members.services import invitations, staff
from lantern_site.public_ids import shown
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
BOOKKEEPING = re.compile(r"SAVEPOINT|set_config|current_setting")
PASSWORD = "a harbour without boats"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


def enter(of: Organisation, *held: Role, name: str = "") -> tuple[Client, Staff]:
    person = builders.person(of, *held, name=name)
    if SECOND_FACTOR_REQUIRED & set(held):
        TOTP.activate(person, generate_totp_secret())
    client = Client()
    builders.sign_in(client, person)
    return client, person


def text(response: Any) -> str:
    return str(response.content.decode())


def list_of(organisation: Organisation) -> str:
    return reverse("members:people", args=[organisation.public_id])


def page_of(person: Staff) -> str:
    return reverse("members:person", args=[person.public_id])


def fresh(person: Staff) -> Staff:
    return Staff.objects.select_related("organisation").get(pk=person.pk)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len([query for query in captured if not BOOKKEEPING.search(query["sql"])])


# Who sees whom

SEEN = {
    # role: (people of the own organisation, of another one, a colleague's page, the page of somebody elsewhere)
    Role.SUBMITTER: (200, 404, 404, 404),
    Role.REVIEWER: (200, 404, 404, 404),
    Role.ANALYST: (200, 404, 404, 404),
    Role.MEMBER_ADMIN: (200, 404, 200, 404),
    Role.STEWARD: (200, 200, 200, 200),
    Role.AUDITOR: (200, 200, 200, 200),
    Role.ADJUDICATOR: (200, 404, 404, 404),
    Role.EXTERNAL_ADJUDICATOR: (200, 404, 404, 404),
    Role.EDITOR: (200, 404, 404, 404),
    Role.PUBLISHER: (200, 404, 404, 404),
}


@pytest.mark.parametrize("role", Role)
def test_people_are_seen_by_colleagues_and_by_whom_the_programme_charges_with_it(
    role: Role, pixelpond: Organisation
) -> None:
    own = pixelpond if role in {"submitter", "reviewer", "analyst", "member_admin"} else builders.programme()
    other = builders.member("Kestrel")
    client, _person = enter(own, role)
    colleague, stranger = builders.person(own, name="Quiet Colleague"), builders.person(other)
    urls = (list_of(own), list_of(other), page_of(colleague), page_of(stranger))

    assert tuple(client.get(url).status_code for url in urls) == SEEN[role]


def test_a_colleague_who_administers_nothing_sees_names_and_roles_only(pixelpond: Organisation) -> None:
    builders.invited(pixelpond, email="waits@example.org")
    client, _person = enter(pixelpond, Role.REVIEWER)

    page = text(client.get(list_of(pixelpond)))

    assert "Reviewer" in page
    for word in ("Trained until", "Second factor", "waits@example.org", "Invite somebody", "checkbox"):
        assert word not in page


def test_everybody_sees_their_own_page_and_changes_nothing_there(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)

    page = text(client.get(page_of(person)))

    assert "This needs the role member admin or steward." in page
    assert "/grant/" not in page


def test_the_rail_names_who_is_signed_in_and_not_whose_page_it_is(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN, name="Ada Admin")
    person = builders.person(pixelpond, name="Quiet Colleague")

    rail = text(client.get(page_of(person))).partition("<main")[0].partition("<body")[2]

    assert "Ada Admin" in rail
    assert "Quiet Colleague" not in rail


def test_an_auditor_reads_and_changes_nothing(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    client, _auditor = enter(builders.programme(), Role.AUDITOR)

    for url in (list_of(pixelpond), page_of(person)):
        assert '<form method="post" action="/people/' not in text(client.get(url))
    assert client.post(page_of(person) + "deactivate/").status_code == 403
    assert client.post(list_of(pixelpond), {"email": "a@example.org", "name": "A"}).status_code == 403
    assert fresh(person).is_active


@pytest.mark.parametrize(
    "name", ["grant_role", "end_role", "record_training", "deactivate", "reactivate", "withdraw_training"]
)
def test_another_member_cannot_tell_a_person_from_nobody(name: str, pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    client, _stranger = enter(builders.member("Kestrel"), Role.MEMBER_ADMIN)
    sent = {"role": "reviewer", "course": "Yearly", "held_on": "2026-02-01"}

    for subject in (person.public_id, 1):
        response = client.post(reverse(f"members:{name}", args=[subject]), sent)
        assert response.status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER_ADMIN, Role.STEWARD])
def test_lists_need_as_many_queries_for_many_people_as_for_few(role: Role, pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond if role == Role.MEMBER_ADMIN else builders.programme(), role)
    builders.person(pixelpond, Role.REVIEWER)
    builders.invited(pixelpond, email="one@example.org", by=_steward_or_admin(pixelpond, role))
    few = queries(client, list_of(pixelpond))
    for number in range(20):
        builders.person(pixelpond, Role.REVIEWER, Role.ANALYST)
        builders.invited(pixelpond, email=f"more{number}@example.org", by=_steward_or_admin(pixelpond, role))

    assert queries(client, list_of(pixelpond)) == few


def _steward_or_admin(pixelpond: Organisation, role: Role) -> Actor:
    if role == Role.MEMBER_ADMIN:
        return builders.actor(pixelpond, Role.MEMBER_ADMIN)
    return builders.actor(builders.programme(), Role.STEWARD)


# Inviting


def test_an_admin_invites_and_whoever_comes_sets_up_a_second_factor(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    sent = {
        "email": "New.Admin@example.org",
        "name": "New Admin",
        "member_admin": "on",
        "reviewer": "on",
        "reviewer_until": "2026-12-31",
        "trained_on": "2026-01-10",
    }

    page = text(client.post(list_of(pixelpond), sent, follow=True))

    assert "The invitation is on its way to new.admin@example.org." in page.replace("New.Admin", "new.admin")
    with acting_as(Actor.clock()):
        invitation = Invitation.objects.get()
    assert invitation.roles == {"reviewer": "2026-12-31", "member_admin": None}
    invitations.deliver(invitation_id=invitation.pk, now=NOW)
    (link,) = re.findall(r"http://localhost:8000(/invitations/\S+)", str(mail.outbox[0].body))[:1]
    newcomer = Client()
    assert "Welcome, New Admin" in text(newcomer.get(link))
    response = newcomer.post(link, {"password": PASSWORD, "again": PASSWORD})
    assert response["Location"] == "/accounts/2fa/"
    assert newcomer.get("/accounts/2fa/totp/activate/").status_code == 200
    person = Staff.objects.get(email="new.admin@example.org")
    assert person.trained_until is not None
    assert newcomer.get(link).status_code == 404


def test_whoever_needs_no_second_factor_is_at_work_at_once(pixelpond: Organisation) -> None:
    invitation = builders.invited(pixelpond, Role.REVIEWER)
    invitations.deliver(invitation_id=invitation.pk, now=NOW)
    (link,) = re.findall(r"http://localhost:8000(/invitations/\S+)", str(mail.outbox[0].body))[:1]
    newcomer = Client()

    response = newcomer.post(link, {"password": PASSWORD, "again": PASSWORD})

    assert response["Location"] == "/"
    assert newcomer.get("/queue/").status_code == 200


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"password": PASSWORD, "again": "another harbour"}, "two different passwords"),
        ({"password": "short", "again": "short"}, "too short"),
        ({}, "This field is required"),
    ],
)
def test_a_password_that_cannot_be_taken_comes_back_with_the_sentence(
    sent: dict[str, str], sentence: str, pixelpond: Organisation
) -> None:
    invitation = builders.invited(pixelpond)
    invitations.deliver(invitation_id=invitation.pk, now=NOW)
    (link,) = re.findall(r"http://localhost:8000(/invitations/\S+)", str(mail.outbox[0].body))[:1]

    response = Client().post(link, sent)

    assert response.status_code == 422
    assert sentence in text(response)


def test_a_link_that_opens_nothing_says_so_without_a_reason() -> None:
    answers = [Client().get("/invitations/nothing/"), Client().post("/invitations/x/", {"password": PASSWORD})]

    assert answers[0].status_code == 404
    assert "This link no longer works" in text(answers[0])
    assert "no-store" in answers[0]["Cache-Control"]
    assert answers[1].status_code == 404


def test_a_refused_invitation_keeps_what_was_typed(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    sent = {"email": "nobody", "name": "Somebody New", "reviewer": "on", "reviewer_until": "2026-12-31"}

    response = client.post(list_of(pixelpond), sent)

    page = text(response)
    assert response.status_code == 422
    assert "This is not an e-mail address." in page
    assert 'value="Somebody New"' in page
    assert 'value="2026-12-31"' in page
    assert re.search(r'name="reviewer"[^>]*checked', page)
    assert "Tick the role" in text(client.post(list_of(pixelpond), sent | {"reviewer": "", "email": "a@example.org"}))


def test_an_invitation_is_sent_again_and_revoked_from_the_list(pixelpond: Organisation) -> None:
    client, admin = enter(pixelpond, Role.MEMBER_ADMIN)
    invitation = builders.invited(pixelpond, by=admin.actor(NOW))

    again = client.post(reverse("members:resend_invitation", args=[invitation.public_id]), follow=True)
    revoked = client.post(reverse("members:revoke_invitation", args=[invitation.public_id]), follow=True)

    assert "goes out again" in text(again)
    assert "is revoked" in text(revoked)
    assert client.post(reverse("members:revoke_invitation", args=[invitation.public_id])).status_code == 409


# Roles, training, access


def test_an_admin_grants_and_ends_a_role(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    person = builders.person(pixelpond)

    client.post(page_of(person) + "grant/", {"role": "analyst", "until": "2026-05-01"})
    assert fresh(person).actor(NOW).roles == {"analyst"}
    assert "1 May 2026" in text(client.get(page_of(person)))
    client.post(page_of(person) + "end-role/", {"role": "analyst"})

    assert fresh(person).actor(NOW).roles == set()
    assert client.post(page_of(person) + "end-role/", {"role": "analyst"}).status_code == 409


def test_a_refused_grant_comes_back_with_the_sentence(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    person = builders.person(pixelpond)

    response = client.post(page_of(person) + "grant/", {"role": "analyst", "until": "2026-01-01"})

    assert response.status_code == 422
    assert "The last day must not lie in the past." in text(response)
    assert re.search(r'<option value="analyst" selected', text(response))


def test_a_training_is_recorded_and_taken_back(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    person = builders.person(pixelpond)

    client.post(page_of(person) + "train/", {"course": "Yearly training", "held_on": "2026-02-20", "note": "No. 7"})
    with acting_as(Actor.clock()):
        kept = Training.objects.get()
    assert "No. 7" in text(client.get(page_of(person)))
    client.post(reverse("members:withdraw_training", args=[kept.public_id]))

    assert fresh(person).trained_until is None
    assert "taken back" in text(client.get(page_of(person)))


def test_access_is_confirmed_for_everybody_who_was_ticked(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    people = [builders.person(pixelpond, Role.REVIEWER) for _ in range(3)]
    Staff.objects.filter(pk__in=[p.pk for p in people]).update(access_confirmed_on=TODAY - timedelta(days=370))
    assert "For 3 people it is time" in text(client.get(list_of(pixelpond)))
    chosen = [shown(person.public_id) for person in people[:2]]

    page = text(client.post(list_of(pixelpond) + "confirm/", {"people": chosen}, follow=True))

    assert "Access is confirmed for 2 people." in page
    assert [fresh(person).access_confirmed_on == TODAY for person in people] == [True, True, False]


def test_access_ends_after_what_happens_was_seen(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    person = builders.person(pixelpond, Role.REVIEWER, name="Somebody Leaving")
    chosen = {"people": [shown(person.public_id)]}

    preview = client.post(list_of(pixelpond) + "end/", chosen)
    assert preview.status_code == 200
    assert "1 role ends." in text(preview)
    assert fresh(person).is_active
    done = client.post(list_of(pixelpond) + "end/", chosen | {"sure": "1"}, follow=True)

    assert "The access of 1 person has ended." in text(done)
    assert not fresh(person).is_active


def test_choosing_nobody_or_a_stranger_is_refused(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    stranger = builders.person(builders.member("Kestrel"))

    for chosen in ([], [shown(stranger.public_id)]):
        for act in ("confirm/", "end/"):
            assert client.post(list_of(pixelpond) + act, {"people": chosen, "sure": "1"}).status_code == 422
    assert "Choose at least one person." in text(client.post(list_of(pixelpond) + "confirm/"))


def test_the_page_of_a_person_says_what_ending_the_access_means(pixelpond: Organisation) -> None:
    client, _admin = enter(pixelpond, Role.MEMBER_ADMIN)
    browser, person = enter(pixelpond, Role.REVIEWER)

    page = text(client.get(page_of(person)))
    assert "1 session ends at once." in page
    assert "stay valid, so that machines go on working" in page
    client.post(page_of(person) + "deactivate/")

    assert browser.get("/queue/").status_code == 302
    assert "Open the access again" in text(client.get(page_of(person)))
    client.post(page_of(person) + "reactivate/")
    assert fresh(person).is_active


def test_a_refusal_of_one_button_stands_on_the_page(pixelpond: Organisation) -> None:
    client, admin = enter(pixelpond, Role.MEMBER_ADMIN)

    response = client.post(page_of(admin) + "deactivate/")

    assert response.status_code == 403
    assert "Nobody changes their own roles or access." in text(response)


def test_whose_roles_rest_may_sign_in_and_reads_why(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    Staff.objects.filter(pk=person.pk).update(access_confirmed_on=TODAY - timedelta(days=379))

    page = text(client.get("/settings/"))

    assert "Your roles rest" in page
    assert "since 2 Mar 2026" in page
    assert "Your roles rest" in text(client.get("/"))
    assert 'href="/queue/"' not in text(client.get("/"))


def test_settings_say_when_a_training_lapses(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    Staff.objects.filter(pk=person.pk).update(trained_until=TODAY + timedelta(days=6))
    assert "Your training counts until 8 Mar 2026." in text(client.get("/settings/"))
    Staff.objects.filter(pk=person.pk).update(trained_until=TODAY - timedelta(days=1))

    page = text(client.get("/settings/"))

    assert "Without a training of the last year" in page


def test_the_page_of_somebody_forgotten_names_nobody(pixelpond: Organisation) -> None:
    client, admin = enter(pixelpond, Role.MEMBER_ADMIN)
    person = builders.person(pixelpond, Role.REVIEWER)
    staff.deactivate(staff_id=person.public_id, actor=admin.actor(NOW), now=NOW)
    Staff.objects.filter(pk=person.pk).update(name=person.pseudonym, email="left@invalid", forgotten_at=NOW)

    page = text(client.get(page_of(person)))

    assert "Nothing is known any more" in page
    assert "@invalid" not in page
