import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Community, Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import organisations, staff
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def enrol(of: Organisation, by: Actor, *held: Role, email: str = "new.person@example.org") -> Staff:
    return staff.enrol(
        organisation_id=of.public_id, email=email, name="New Person", held=held, trained_until=None, actor=by, now=NOW
    )


def admit(name: str, kind: MemberKind, by: Actor) -> Organisation:
    return organisations.admit(
        name=name,
        kind=kind,
        region="europe",
        joined_on=NOW.date(),
        probation_ends_on=None,
        identifiers_allowed_from=None,
        actor=by,
        now=NOW,
    )


def test_who_is_admitted_stands_among_everyone_and_in_the_ledger() -> None:
    pixelpond = admit("Pixelpond", MemberKind.PLATFORM, builders.actor(builders.programme(), Role.STEWARD))

    assert Community.objects.with_member(pixelpond.pk).get().is_everyone
    entry = Entry.objects.about("member", pixelpond.public_id).get()
    assert entry.facts == {"kind": "platform", "state": "active"}


def test_the_programme_is_no_member_of_a_community() -> None:
    programme = admit("Programme", MemberKind.PROGRAMME, Actor.clock())

    assert not Community.objects.with_member(programme.pk).exists()


def test_members_admit_nobody() -> None:
    with pytest.raises(NotAllowed):
        admit("Friend", MemberKind.PLATFORM, builders.actor(builders.member(), Role.MEMBER_ADMIN))


def test_a_name_is_taken_once() -> None:
    admit("Pixelpond", MemberKind.PLATFORM, Actor.clock())

    with pytest.raises(Invalid, match="name"):
        admit("pixelpond", MemberKind.PLATFORM, Actor.clock())


def test_a_member_admin_enrols_people_of_the_own_organisation_only() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)

    person = enrol(pixelpond, admin, Role.REVIEWER)
    assert person.actor(NOW).roles == {Role.REVIEWER}
    with pytest.raises(NotAllowed, match="own organisation"):
        enrol(kestrel, admin, Role.REVIEWER)


def test_neither_name_nor_address_stands_in_the_ledger() -> None:
    pixelpond = builders.member()
    person = enrol(pixelpond, builders.actor(pixelpond, Role.MEMBER_ADMIN), Role.ANALYST)

    entry = Entry.objects.about("staff", person.public_id).get()
    assert "example.org" not in str(entry.facts)
    assert person.name not in entry.leaf_input().decode()
    assert entry.facts == {"roles": ["analyst"]}
    assert person.name not in person.pseudonym


@pytest.mark.parametrize("role", [Role.STEWARD, Role.AUDITOR])
def test_a_member_has_no_programme_roles(role: Role) -> None:
    pixelpond = builders.member()

    with pytest.raises(Invalid, match="do not belong"):
        enrol(pixelpond, builders.actor(pixelpond, Role.MEMBER_ADMIN), role)


def test_an_address_is_enrolled_once() -> None:
    pixelpond = builders.member()
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    enrol(pixelpond, admin, email="same@example.org")

    with pytest.raises(Invalid, match="this address"):
        enrol(pixelpond, admin, email="Same@example.org")


def test_deactivation_ends_the_session_at_once() -> None:
    pixelpond = builders.member()
    person = builders.person(pixelpond, Role.REVIEWER)
    browser = Client()
    builders.sign_in(browser, person)
    assert browser.get("/queue/").status_code == 200

    staff.deactivate(staff_id=person.public_id, actor=builders.actor(pixelpond, Role.MEMBER_ADMIN), now=NOW)

    assert browser.get("/queue/").status_code == 302


def test_the_first_steward_is_made_on_an_empty_database_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda: "a long enough passphrase")
    out = io.StringIO()

    call_command("bootstrap", email="first@example.org", name="First Steward", stdout=out, stderr=io.StringIO())

    person = Staff.objects.get()
    assert person.check_password("a long enough passphrase")
    assert person.organisation.is_programme
    with pytest.raises(CommandError, match="already"):
        call_command("bootstrap", email="second@example.org", name="Second", stdout=out)


def test_a_weak_password_is_refused_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda: "1234")

    with pytest.raises(CommandError, match="too short"):
        call_command("bootstrap", email="first@example.org", name="First", stderr=io.StringIO())
    assert not Organisation.objects.exists()
