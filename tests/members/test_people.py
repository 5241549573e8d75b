"""Roles for a time, and who may say so; ending and opening somebody's access."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Grant, Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import grants, invitations, keys, people_duties, staff
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def admin(pixelpond: Organisation) -> Actor:
    return builders.actor(pixelpond, Role.MEMBER_ADMIN)


@pytest.fixture
def steward() -> Actor:
    return builders.actor(builders.programme(), Role.STEWARD)


def give(person: Staff, role: Role, by: Actor, until: date | None = None) -> Grant:
    return grants.grant(staff_id=person.public_id, role=role, until=until, actor=by, now=NOW)


def take(person: Staff, role: Role, by: Actor) -> Grant:
    return grants.end_grant(staff_id=person.public_id, role=role, actor=by, now=NOW)


def held(person: Staff, *, days: float = 0) -> set[str]:
    fresh = Staff.objects.select_related("organisation").get(pk=person.pk)
    return set(fresh.actor(NOW + timedelta(days=days)).roles)


def said(person: Staff) -> list[tuple[str, dict[str, object]]]:
    return [(entry.action, entry.facts) for entry in Entry.objects.about("staff", person.public_id)]


# Granting


def test_a_role_is_granted_up_to_a_day_and_leaves_a_trace(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond)

    give(person, Role.REVIEWER, admin, until=TODAY + timedelta(days=3))

    assert held(person) == held(person, days=3) == {"reviewer"}
    assert held(person, days=4) == set()
    assert said(person) == [("staff.role_granted", {"role": "reviewer", "days": 3, "renewed": False})]


def test_a_role_that_is_held_gets_a_new_end(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond)
    give(person, Role.REVIEWER, admin, until=TODAY + timedelta(days=3))

    give(person, Role.REVIEWER, admin)

    assert held(person, days=100) == {"reviewer"}
    assert person.grants.count() == 1
    assert said(person)[-1] == ("staff.role_granted", {"role": "reviewer", "days": None, "renewed": True})
    with pytest.raises(WrongState, match="holds this role already"):
        give(person, Role.REVIEWER, admin)


def test_a_role_that_lapsed_unnoticed_is_closed_before_it_is_granted_again(
    pixelpond: Organisation, admin: Actor
) -> None:
    person = builders.person(pixelpond)
    give(person, Role.REVIEWER, admin, until=TODAY)
    later = NOW + timedelta(days=5)

    grants.grant(staff_id=person.public_id, role=Role.REVIEWER, until=None, actor=admin, now=later)

    assert [action for action, _facts in said(person)] == [
        "staff.role_granted",
        "staff.role_ended",
        "staff.role_granted",
    ]
    assert held(person, days=3) == set()
    assert held(person, days=6) == {"reviewer"}


def test_roles_end_by_their_date_and_the_clock_notes_it_once(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond)
    give(person, Role.ANALYST, admin, until=TODAY)
    later = NOW + timedelta(days=1)

    assert people_duties.lapse_roles(now=NOW) == 0
    assert people_duties.lapse_roles(now=later) == 1
    assert people_duties.lapse_roles(now=later) == 0
    grant = person.grants.get()
    assert (grant.ended_at, grant.ended_by) == (grant.ends_at, 0)
    assert said(person)[-1] == ("staff.role_ended", {"role": "analyst", "reason": "lapsed"})


def test_a_role_is_ended_at_once(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.REVIEWER, Role.ANALYST)

    take(person, Role.REVIEWER, admin)

    assert held(person) == {"analyst"}
    assert said(person) == [("staff.role_ended", {"role": "reviewer", "reason": "ended"})]
    with pytest.raises(WrongState, match="does not hold"):
        take(person, Role.REVIEWER, admin)


@pytest.mark.parametrize(("role", "until", "field"), [("steward", None, "role"), ("reviewer", -1, "until")])
def test_what_cannot_be_granted_is_refused_and_leaves_no_trace(
    role: str, until: int | None, field: str, pixelpond: Organisation, admin: Actor
) -> None:
    person = builders.person(pixelpond)

    with pytest.raises(Invalid) as refused:
        give(person, Role(role), admin, until=None if until is None else TODAY + timedelta(days=until))

    assert refused.value.field == field
    assert said(person) == []


def test_nobody_changes_their_own_roles(pixelpond: Organisation) -> None:
    builders.person(pixelpond, Role.MEMBER_ADMIN)
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)

    with pytest.raises(NotAllowed, match="their own roles"):
        give(person, Role.REVIEWER, person.actor(NOW))
    with pytest.raises(NotAllowed, match="their own roles"):
        take(person, Role.MEMBER_ADMIN, person.actor(NOW))
    assert said(person) == []


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.REVIEWER, Role.ANALYST])
def test_only_who_administers_grants(role: Role, pixelpond: Organisation) -> None:
    person = builders.person(pixelpond)

    with pytest.raises(NotAllowed, match="member admin or steward"):
        give(person, Role.REVIEWER, builders.actor(pixelpond, role))


def test_people_of_another_member_are_unknown(pixelpond: Organisation) -> None:
    stranger = builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN)
    person = builders.person(pixelpond, Role.ANALYST)

    for act in (give, take):
        with pytest.raises(Hidden):
            act(person, Role.ANALYST, stranger)
    with pytest.raises(Hidden):
        staff.deactivate(staff_id=person.public_id, actor=stranger, now=NOW)


def test_a_steward_grants_roles_of_the_programme_and_helps_a_member_without_an_admin(
    pixelpond: Organisation, steward: Actor
) -> None:
    colleague, person = builders.person(builders.programme()), builders.person(pixelpond)

    give(colleague, Role.AUDITOR, steward)
    give(person, Role.MEMBER_ADMIN, steward)

    assert held(colleague) == {"auditor"}
    assert held(person) == {"member_admin"}
    with pytest.raises(NotAllowed, match="an admin of its own"):
        give(person, Role.REVIEWER, steward)


def test_an_admin_whose_own_access_waits_for_confirmation_counts_as_none(
    pixelpond: Organisation, steward: Actor
) -> None:
    absent = builders.person(pixelpond, Role.MEMBER_ADMIN)
    Staff.objects.filter(pk=absent.pk).update(access_confirmed_on=TODAY - timedelta(days=379))
    person = builders.person(pixelpond)

    give(person, Role.MEMBER_ADMIN, steward)

    assert held(person) == {"member_admin"}


def test_the_last_admin_of_an_active_member_keeps_the_role(pixelpond: Organisation, admin: Actor) -> None:
    second = builders.person(pixelpond, Role.MEMBER_ADMIN)
    take(second, Role.MEMBER_ADMIN, admin)
    only = Staff.objects.get(public_id=admin.id)
    give(second, Role.MEMBER_ADMIN, admin)
    take(only, Role.MEMBER_ADMIN, second.actor(NOW))

    third = builders.person(pixelpond)
    give(third, Role.MEMBER_ADMIN, second.actor(NOW), until=TODAY + timedelta(days=9))
    take(third, Role.MEMBER_ADMIN, second.actor(NOW))
    with pytest.raises(WrongState, match=f"{second.name} is the only one who administers Pixelpond"):
        grants.end_grant(staff_id=second.public_id, role=Role.MEMBER_ADMIN, actor=_acting_admin(pixelpond), now=NOW)


def _acting_admin(pixelpond: Organisation) -> Actor:
    """Somebody who was an admin a moment ago: their page was open while the role ended."""
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)
    actor = person.actor(NOW)
    person.grants.update(ended_at=NOW - timedelta(minutes=1), ended_by=0)
    return actor


def test_the_last_steward_keeps_the_role(steward: Actor) -> None:
    only = Staff.objects.get(public_id=steward.id)
    second = builders.person(builders.programme(), Role.STEWARD)
    second_actor = second.actor(NOW)
    take(second, Role.STEWARD, steward)

    with pytest.raises(WrongState, match="the only one who administers"):
        take(only, Role.STEWARD, second_actor)


def test_the_database_keeps_one_running_grant_of_a_role(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.ANALYST)

    with pytest.raises(IntegrityError, match="one_running_grant_per_role"), transaction.atomic():
        Grant.objects.create(
            staff=person, role=Role.ANALYST, granted_at=NOW, granted_by=1, ends_at=NOW + timedelta(days=1)
        )


# Ending access


def test_ending_access_ends_roles_and_invitations_and_leaves_keys(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)
    actor = person.actor(NOW, is_proven=True)
    keys.issue(label="Matcher", scopes=[KeyScope.READ], days=9, actor=actor, now=NOW)
    invitation = invitations.invite(
        organisation_id=pixelpond.public_id,
        email="later@example.org",
        name="Later",
        roles={},
        trained_on=None,
        actor=actor,
        now=NOW,
    )

    staff.deactivate(staff_id=person.public_id, actor=admin, now=NOW)

    person.refresh_from_db()
    with acting_as(actor):
        invitation.refresh_from_db()
    assert not person.is_active
    assert person.left_at == NOW
    assert held(person, days=1) == set()
    assert invitation.revoked_at == NOW
    assert ApiKey.objects.usable_at(NOW).filter(issued_by=person).exists()
    assert said(person)[-2:] == [
        ("staff.role_ended", {"role": "member_admin", "reason": "left"}),
        ("staff.deactivated", {"sessions": 0}),
    ]
    with pytest.raises(WrongState, match="ended before"):
        staff.deactivate(staff_id=person.public_id, actor=admin, now=NOW)


def test_nobody_ends_their_own_access_and_the_last_admin_stays(pixelpond: Organisation, admin: Actor) -> None:
    with pytest.raises(NotAllowed, match="own roles or access"):
        staff.deactivate(staff_id=admin.id, actor=admin, now=NOW)
    with pytest.raises(WrongState, match="the only one"):
        staff.deactivate(staff_id=admin.id, actor=_acting_admin(pixelpond), now=NOW)


def test_a_steward_shuts_out_anybody_at_once_even_the_only_admin(admin: Actor, steward: Actor) -> None:
    staff.deactivate(staff_id=admin.id, actor=steward, now=NOW)

    assert not Staff.objects.get(public_id=admin.id).is_active


def test_access_is_opened_again_without_roles(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    staff.deactivate(staff_id=person.public_id, actor=admin, now=NOW)
    later = NOW + timedelta(days=500)
    Staff.objects.filter(public_id=admin.id).update(access_confirmed_on=later.date())

    staff.reactivate(staff_id=person.public_id, actor=admin, now=later)

    person.refresh_from_db()
    assert person.is_active
    assert person.left_at is None
    assert person.access_confirmed_on == later.date()
    assert held(person, days=500) == set()
    assert said(person)[-1][0] == "staff.reactivated"
    with pytest.raises(WrongState, match="has access"):
        staff.reactivate(staff_id=person.public_id, actor=admin, now=later)


# Forgetting


def test_a_name_is_forgotten_two_years_after_leaving(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.REVIEWER, name="Quiet Somebody")
    staff.deactivate(staff_id=person.public_id, actor=admin, now=NOW)
    then = NOW + timedelta(days=730)

    assert people_duties.forget_people(now=then - timedelta(minutes=1)) == 0
    assert people_duties.forget_people(now=then) == 1
    assert people_duties.forget_people(now=then) == 0
    person.refresh_from_db()
    assert person.name == person.pseudonym
    assert person.email.startswith("left-ln-")
    assert person.email.endswith("@invalid")
    assert not person.has_usable_password()
    assert said(person)[-1] == ("staff.forgotten", {})
    with pytest.raises(WrongState, match="Nothing is known any more"):
        staff.reactivate(staff_id=person.public_id, actor=admin, now=NOW)


def test_whoever_is_here_is_not_forgotten(pixelpond: Organisation) -> None:
    builders.person(pixelpond, Role.REVIEWER)

    assert people_duties.forget_people(now=NOW + timedelta(days=5000)) == 0


def test_a_pseudonym_never_changes(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond)
    person.pseudonym = "Somebody else"

    with pytest.raises(ProgrammingError, match="a pseudonym never changes"), transaction.atomic():
        person.save(update_fields=["pseudonym"])
