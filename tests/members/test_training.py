"""Training records: what a lapse gates, and nothing else; who records one."""

from datetime import timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation, Staff, Training
from lantern_site.members.permissions import TABLE, Permission
from lantern_site.members.policies import permits, require
from lantern_site.members.roles import PROGRAMME_ROLES, Role
from lantern_site.members.services import training
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
NEEDS_TRAINING = {"share", "review", "renew", "reveal", "check"}
"""A flat copy: sharing, reviewing, renewing, revealing and checking; never duties towards others, nor danger."""


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def admin(pixelpond: Organisation) -> Actor:
    return builders.actor(pixelpond, Role.MEMBER_ADMIN)


def trained(person: Staff, by: Actor, **changes: object) -> Training:
    given: dict[str, object] = {
        "course": "Yearly training",
        "held_on": TODAY - timedelta(days=5),
        "valid_until": None,
        "note": "Certificate 17",
    }
    return training.record_training(staff_id=person.public_id, actor=by, now=NOW, **(given | changes))  # type: ignore[arg-type]


def until(person: Staff) -> int | None:
    """Days from today to the end of the training."""
    end = Staff.objects.get(pk=person.pk).trained_until
    return (end - TODAY).days if end else None


@pytest.mark.parametrize("permission", Permission)
def test_a_lapse_gates_what_the_table_says_and_nothing_else(permission: Permission) -> None:
    role = min(TABLE[permission].roles)
    house = builders.programme() if role in PROGRAMME_ROLES else builders.member()
    person = builders.person(house, role)
    Staff.objects.filter(pk=person.pk).update(trained_until=TODAY)
    person.refresh_from_db()

    before = permits(require, person.actor(NOW, is_proven=True), permission)
    after = permits(require, person.actor(NOW + timedelta(days=1), is_proven=True), permission)

    assert before
    assert bool(after) is (permission not in NEEDS_TRAINING)
    assert after or "training has lapsed" in after.sentence


def test_a_training_counts_for_a_year_and_leaves_a_trace(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond)

    kept = trained(person, admin)

    assert until(person) == 360
    entry = Entry.objects.about("staff", person.public_id).get()
    assert (entry.action, entry.facts) == ("staff.trained", {"training": kept.public_id, "days": 360})
    assert Payload.objects.filter(position=entry.position).exists()
    assert kept.recorded_by is not None
    assert kept.recorded_by.public_id == admin.id


def test_the_record_that_lasts_longest_counts_and_a_mistake_can_be_taken_back(
    pixelpond: Organisation, admin: Actor
) -> None:
    person = builders.person(pixelpond)
    trained(person, admin, valid_until=TODAY + timedelta(days=100))
    longest = trained(person, admin)
    trained(person, admin, valid_until=TODAY + timedelta(days=50))
    assert until(person) == 360

    training.withdraw(training_id=longest.public_id, actor=admin, now=NOW)

    assert until(person) == 100
    assert Entry.objects.about("staff", person.public_id).last().action == "staff.training_withdrawn"  # type: ignore[union-attr]
    with pytest.raises(WrongState, match="taken back before"):
        training.withdraw(training_id=longest.public_id, actor=admin, now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"course": " "}, "course"),
        ({"course": "x" * 81}, "course"),
        ({"held_on": TODAY + timedelta(days=1)}, "held_on"),
        ({"valid_until": TODAY - timedelta(days=5)}, "valid_until"),
        ({"valid_until": TODAY + timedelta(days=361)}, "valid_until"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    change: dict[str, object], field: str, pixelpond: Organisation, admin: Actor
) -> None:
    person = builders.person(pixelpond)

    with pytest.raises(Invalid) as refused:
        trained(person, admin, **change)

    assert refused.value.field == field
    assert not Entry.objects.exists()


def test_another_admin_records_the_training_of_an_admin_and_the_only_one_their_own(
    pixelpond: Organisation, admin: Actor
) -> None:
    only = Staff.objects.get(public_id=admin.id)
    trained(only, admin)
    builders.person(pixelpond, Role.MEMBER_ADMIN)

    with pytest.raises(NotAllowed, match="Somebody else"):
        trained(only, admin)


def test_training_is_recorded_and_seen_inside_the_organisation(pixelpond: Organisation, admin: Actor) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    kept = trained(person, admin)
    stranger = builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN)

    with pytest.raises(Hidden):
        trained(person, stranger)
    with pytest.raises(Hidden):
        training.withdraw(training_id=kept.public_id, actor=stranger, now=NOW)
    with pytest.raises(NotAllowed):
        trained(person, builders.actor(pixelpond, Role.REVIEWER))
    with acting_as(stranger):
        assert not Training.objects.exists()
