"""Ends that come near are told once each time; access that nobody confirms rests."""

from datetime import timedelta

import pytest
from django.core import mail

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Notice, Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import access, grants, people_duties, staff
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
FAR = TODAY + timedelta(days=900)


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def admin(pixelpond: Organisation) -> Actor:
    return builders.actor(pixelpond, Role.MEMBER_ADMIN)


def set_dates(person: Staff, **dates: object) -> None:
    Staff.objects.filter(pk=person.pk).update(**dates)


def told(person: Staff) -> list[tuple[str, object]]:
    return [(entry.action, entry.facts.get("days")) for entry in Entry.objects.about("staff", person.public_id)]


def warn_daily(days: range) -> None:
    for day in days:
        for hour in (0, 1):
            people_duties.warn(now=NOW + timedelta(days=day, hours=hour))


def asked() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("task", flat=True))


def test_a_lapse_of_training_is_told_thirty_seven_and_one_day_ahead_once_each(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    set_dates(person, trained_until=TODAY + timedelta(days=40), access_confirmed_on=FAR)

    warn_daily(range(60))

    assert told(person) == [("staff.training_lapses", days) for days in (30, 7, 1)]
    assert asked() == ["members.mail_notice"] * 3


def test_a_new_training_is_told_about_again(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    set_dates(person, trained_until=TODAY + timedelta(days=5), access_confirmed_on=FAR)
    people_duties.warn(now=NOW)
    set_dates(person, trained_until=TODAY + timedelta(days=6))

    people_duties.warn(now=NOW)

    assert told(person) == [("staff.training_lapses", 7)] * 2


def test_a_role_that_ends_is_told_with_its_word(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond)
    set_dates(person, access_confirmed_on=FAR)
    set_dates(Staff.objects.get(public_id=admin.id), access_confirmed_on=FAR)
    until = TODAY + timedelta(days=10)
    grants.grant(staff_id=person.public_id, role=Role.ANALYST, until=until, actor=admin, now=NOW)

    warn_daily(range(20))

    entries = Entry.objects.about("staff", person.public_id).filter(action="staff.role_lapses")
    assert [entry.facts for entry in entries] == [{"days": days, "role": "analyst"} for days in (30, 7, 1)]


def test_access_that_nobody_confirms_is_due_and_then_rests(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    set_dates(person, access_confirmed_on=TODAY - timedelta(days=330))
    set_dates(Staff.objects.get(public_id=admin.id), access_confirmed_on=FAR)
    person.refresh_from_db()

    warn_daily(range(60))

    assert told(person) == [
        ("staff.access_due", 30),
        ("staff.access_due", 7),
        ("staff.access_due", 1),
        ("staff.access_suspended", 0),
    ]
    assert person.actor(NOW + timedelta(days=48)).roles == {"reviewer"}
    assert person.actor(NOW + timedelta(days=49)).roles == set()


def test_whoever_confirms_is_written_to_once_for_all(pixelpond: Organisation, admin: Actor) -> None:
    set_dates(Staff.objects.get(public_id=admin.id), access_confirmed_on=FAR)
    for _ in range(3):
        set_dates(builders.person(pixelpond), access_confirmed_on=TODAY - timedelta(days=340))

    people_duties.warn(now=NOW)
    people_duties.remind(organisation_id=pixelpond.pk, now=NOW)

    assert asked() == ["members.mail_administrators"]
    (sent,) = mail.outbox
    assert sent.to == [Staff.objects.get(public_id=admin.id).email]
    assert "/people/" in sent.body
    assert "Person" not in sent.body


def test_mails_about_ends_name_nobody(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER, name="Quiet Somebody")
    set_dates(person, trained_until=TODAY, access_confirmed_on=TODAY - timedelta(days=400))
    people_duties.warn(now=NOW)

    with acting_as(Actor.clock()):
        notices = list(Notice.objects.values_list("pk", flat=True))
    for notice in notices:
        people_duties.deliver(notice_id=notice)

    assert len(mail.outbox) == 2
    for sent in mail.outbox:
        assert sent.to == [person.email]
        assert "Quiet" not in f"{sent.subject} {sent.body}"
        assert "reviewer" not in str(sent.body).lower()


def test_whoever_left_is_told_nothing(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    set_dates(person, trained_until=TODAY)
    staff.deactivate(staff_id=person.public_id, actor=admin, now=NOW)

    assert people_duties.warn(now=NOW) == 0


# Confirming


def confirm(*people: Staff, by: Actor) -> list[Staff]:
    return access.confirm(staff_ids=[person.public_id for person in people], actor=by, now=NOW)


def test_a_confirmation_brings_the_roles_back_for_a_year(pixelpond: Organisation, admin: Actor) -> None:
    people = [builders.person(pixelpond, Role.REVIEWER) for _ in range(2)]
    for person in people:
        set_dates(person, access_confirmed_on=TODAY - timedelta(days=500))

    confirm(*people, by=admin)

    for person in people:
        person.refresh_from_db()
        assert person.access_confirmed_on == TODAY
        assert person.actor(NOW).roles == {"reviewer"}
        assert Entry.objects.about("staff", person.public_id).get().facts == {"own": False}


def test_all_are_confirmed_or_nobody(pixelpond: Organisation, admin: Actor) -> None:
    ours, theirs = builders.person(pixelpond), builders.person(builders.member("Kestrel"))

    with pytest.raises(Hidden):
        confirm(ours, theirs, by=admin)
    with pytest.raises(Invalid, match="at least one"):
        confirm(by=admin)
    assert not Entry.objects.exists()


def test_another_admin_confirms_an_admin_and_the_only_one_does_it_alone(pixelpond: Organisation, admin: Actor) -> None:
    only = Staff.objects.get(public_id=admin.id)
    confirm(only, by=admin)
    assert Entry.objects.about("staff", only.public_id).get().facts == {"own": True}
    second = builders.person(pixelpond, Role.MEMBER_ADMIN)

    with pytest.raises(NotAllowed, match="Somebody else"):
        confirm(only, by=admin)
    confirm(only, by=second.actor(NOW))


def test_whoever_does_not_administer_confirms_nobody(pixelpond: Organisation) -> None:
    with pytest.raises(NotAllowed):
        confirm(builders.person(pixelpond), by=builders.actor(pixelpond, Role.ANALYST))


def test_access_that_is_not_needed_ends_for_all_or_nobody(pixelpond: Organisation, admin: Actor) -> None:
    people = [builders.person(pixelpond, Role.REVIEWER) for _ in range(2)]
    ids = [person.public_id for person in people]

    access.end(staff_ids=ids, actor=admin, now=NOW)

    assert not Staff.objects.filter(public_id__in=ids, is_active=True).exists()
    with pytest.raises(WrongState):
        access.end(staff_ids=[*ids], actor=admin, now=NOW)
    with pytest.raises(WrongState, match="no access any more"):
        confirm(people[0], by=admin)
