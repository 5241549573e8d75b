"""A second factor that somebody has lost: who resets it, what it ends, and what the person does next."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, WrongState
from lantern_site.members.lifecycle import FactorLoss, IdentityCheck
from lantern_site.members.models import Organisation, Session, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import factors, sessions
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


def holder(of: Organisation, *held: Role) -> Staff:
    """Somebody with an app, a key, and a browser in which they are signed in."""
    person = builders.person(of, *held)
    TOTP.activate(person, generate_totp_secret())
    builders.security_key(person)
    builders.sign_in(Client(), person)
    return person


def reset(person: Staff, by: Actor, reason: FactorLoss = FactorLoss.LOST) -> Staff:
    return factors.reset(staff_id=person.public_id, reason=reason, checked=IdentityCheck.CALLED_BACK, actor=by, now=NOW)


def has_factor(person: Staff) -> bool:
    return bool(Authenticator.objects.filter(user=person).exists())


def test_a_reset_ends_factors_and_sessions_leaves_a_trace_and_tells_the_person(pixelpond: Organisation) -> None:
    person = holder(pixelpond, Role.REVIEWER)

    reset(person, builders.actor(pixelpond, Role.MEMBER_ADMIN), FactorLoss.STOLEN)

    assert not has_factor(person)
    assert not Session.objects.filter(staff=person).exists()
    entry = Entry.objects.about("staff", person.public_id).get()
    assert entry.action == "staff.factor_reset"
    assert entry.facts == {"reason": "stolen", "checked": "called_back", "factors": 2, "sessions": 1}
    assert list(Outbox.objects.values_list("task", "arguments")) == [("members.mail_factor_reset", [person.pk])]
    factors.deliver(staff_id=person.pk)
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert "was reset" in letter.subject
    assert person.name not in str(letter.body)


@pytest.mark.parametrize(
    ("by", "of", "is_allowed"),
    [
        ("admin", "colleague", True),
        ("admin", "other admin", True),
        ("admin", "stranger", False),
        ("admin", "programme", False),
        ("reviewer", "colleague", False),
        ("steward", "colleague", False),
        ("steward", "other admin", True),
        ("steward", "programme", True),
        ("steward", "member without an admin", True),
        ("auditor", "programme", False),
    ],
)
def test_admins_reset_for_their_own_people_and_stewards_for_admins_and_the_programme(
    by: str, of: str, is_allowed: bool, pixelpond: Organisation
) -> None:
    actors = {
        "admin": (pixelpond, Role.MEMBER_ADMIN),
        "reviewer": (pixelpond, Role.REVIEWER),
        "steward": (builders.programme(), Role.STEWARD),
        "auditor": (builders.programme(), Role.AUDITOR),
    }
    people = {
        "colleague": (pixelpond, Role.ANALYST),
        "other admin": (pixelpond, Role.MEMBER_ADMIN),
        "stranger": (builders.member("Kestrel"), Role.ANALYST),
        "programme": (builders.programme(), Role.EDITOR),
        "member without an admin": (builders.member("Farshore"), Role.ANALYST),
    }
    builders.person(pixelpond, Role.MEMBER_ADMIN)
    person = holder(*people[of])
    actor = builders.actor(*actors[by])

    if is_allowed:
        reset(person, actor)
    else:
        with pytest.raises(NotAllowed):
            reset(person, actor)

    assert has_factor(person) is not is_allowed
    assert Entry.objects.filter(action="staff.factor_reset").exists() is is_allowed


def test_nobody_resets_their_own_and_strangers_are_unknown(pixelpond: Organisation) -> None:
    admin = holder(pixelpond, Role.MEMBER_ADMIN)

    with pytest.raises(NotAllowed, match="Nobody changes their own"):
        reset(admin, admin.actor(NOW, is_proven=True))
    with pytest.raises(Hidden):
        reset(admin, builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN))

    assert has_factor(admin)


def test_it_takes_a_fresh_second_factor_of_ones_own_a_reason_and_a_check(pixelpond: Organisation) -> None:
    person, admin = holder(pixelpond, Role.REVIEWER), builders.person(pixelpond, Role.MEMBER_ADMIN)

    with pytest.raises(NotProven):
        reset(person, admin.actor(NOW))
    for field, wrong in (("reason", {"reason": "because"}), ("checked", {"checked": "by mail"})):
        given: dict[str, Any] = {"reason": FactorLoss.LOST, "checked": IdentityCheck.VIDEO} | wrong
        with pytest.raises(Invalid) as refused:
            factors.reset(**given, staff_id=person.public_id, actor=admin.actor(NOW, is_proven=True), now=NOW)
        assert refused.value.field == field

    assert has_factor(person)


def test_without_a_factor_there_is_nothing_to_reset(pixelpond: Organisation) -> None:
    with pytest.raises(WrongState, match="no second factor"):
        reset(builders.person(pixelpond, Role.REVIEWER), builders.actor(pixelpond, Role.MEMBER_ADMIN))


def test_whoever_lost_one_sets_up_another_before_anything_else_whatever_the_role(pixelpond: Organisation) -> None:
    person = holder(pixelpond, Role.REVIEWER)
    reset(person, builders.actor(pixelpond, Role.MEMBER_ADMIN))
    browser = Client()
    browser.force_login(person)

    assert browser.get("/queue/")["Location"] == reverse("mfa_index")
    TOTP.activate(person, generate_totp_secret())
    sessions.note_change(change="totp_activated", keep="", actor=person.actor(NOW), now=NOW)

    assert Staff.objects.get(pk=person.pk).factor_reset_at is None


def enter(of: Organisation, role: Role) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    builders.sign_in(client, builders.person(of, role))
    return client


def test_the_page_of_the_person_resets_and_says_what_follows(pixelpond: Organisation) -> None:
    person = holder(pixelpond, Role.REVIEWER)
    page, address = (reverse(f"members:{name}", args=[person.public_id]) for name in ("person", "reset_factor"))
    with clock.at(NOW):
        client = enter(pixelpond, Role.MEMBER_ADMIN)

        assert "Every session of the person ends at once." in client.get(page).content.decode()
        refused = client.post(address, {"reason": "stolen", "checked": ""})
        assert refused.status_code == 422
        assert '<option value="stolen" selected>' in refused.content.decode()
        done = client.post(address, {"reason": "stolen", "checked": "in_person"}, follow=True)

    assert "The second factor is reset" in done.content.decode()
    assert not has_factor(person)


def test_a_steward_reads_who_does_it_where_a_member_has_an_admin(pixelpond: Organisation) -> None:
    builders.person(pixelpond, Role.MEMBER_ADMIN)
    person = holder(pixelpond, Role.REVIEWER)
    with clock.at(NOW):
        client = enter(builders.programme(), Role.STEWARD)

        page = client.get(reverse("members:person", args=[person.public_id])).content.decode()

    assert reverse("members:reset_factor", args=[person.public_id]) not in page
    assert "This organisation has an admin of its own, who does this." in page
