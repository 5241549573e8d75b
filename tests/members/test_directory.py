"""The directory: what a steward has to look after at each member, and what other members see of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members import admission
from lantern_site.members.lifecycle import GateKind
from lantern_site.members.models import ComplianceReview, Gate, Observation, Organisation
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def seen_by_the_clock() -> Iterator[None]:
    with clock.at(NOW), acting_as(Actor.clock()):
        yield


def in_order(name: str = "Pixelpond") -> Organisation:
    """A member with every gate passed, and its next review planned far ahead."""
    member = builders.member(name)
    for kind in GateKind:
        Gate.objects.create(organisation=member, kind=kind, passed_on=TODAY, valid_until=TODAY + timedelta(days=300))
    ComplianceReview.objects.create(organisation=member, due_on=TODAY + timedelta(days=300))
    return member


def due(member: Organisation) -> list[tuple[str, bool]]:
    [found] = admission.with_papers(Organisation.objects.filter(pk=member.pk))
    return [(one.sentence, one.late) for one in admission.due(found, TODAY)]


def as_(role: Role, of: Organisation) -> Client:
    client = Client()
    builders.sign_in(client, builders.person(of, role))
    return client


def test_a_member_in_order_has_nothing_due() -> None:
    assert due(in_order()) == []


def test_a_gate_that_nobody_passed_or_that_has_lapsed_is_late() -> None:
    member = in_order()
    Gate.objects.filter(organisation=member, kind=GateKind.SECURITY).delete()
    Gate.objects.filter(organisation=member, kind=GateKind.CONTACT).update(valid_until=TODAY - timedelta(days=1))

    names = ", ".join(str(kind.label) for kind in GateKind if kind in (GateKind.SECURITY, GateKind.CONTACT))
    assert due(member) == [(f"2 gates open: {names}", True)]


def test_a_gate_that_lapses_within_a_month_is_told_beforehand() -> None:
    member = in_order()
    Gate.objects.filter(organisation=member, kind=GateKind.SECURITY).update(valid_until=TODAY + timedelta(days=12))

    label = GateKind.SECURITY.label
    assert due(member) == [(f"1 gate lapses, in 12 days at the earliest: {label}", False)]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (31, []),
        (30, [("Review due in 30 days", False)]),
        (0, [("Review due in 0 days", False)]),
        (-1, [("Review overdue by 1 day", True)]),
    ],
)
def test_the_yearly_review_is_due_and_then_overdue(days: int, told: list[tuple[str, bool]]) -> None:
    member = in_order()
    ComplianceReview.objects.filter(organisation=member).update(due_on=TODAY + timedelta(days=days))

    assert due(member) == told


def test_an_observation_that_was_not_remedied_in_time_is_late() -> None:
    member = in_order()
    review = ComplianceReview.objects.get(organisation=member)
    Observation.objects.create(
        review=review, text="No deputy.", remediation="Name one.", due_on=TODAY - timedelta(days=1)
    )

    assert due(member) == [("1 observation overdue", True)]


def test_the_programme_sees_what_is_due_and_members_do_not() -> None:
    member = builders.member("Pixelpond")
    url = reverse("members:directory")

    to_a_steward = as_(Role.STEWARD, builders.programme()).get(url).content.decode()
    to_a_member = as_(Role.MEMBER_ADMIN, member).get(url).content.decode()

    assert "gates open" in to_a_steward
    assert "Pixelpond" in to_a_member
    assert "gates open" not in to_a_member


def test_the_list_of_what_is_due_leaves_out_who_is_in_order() -> None:
    in_order("Quiet Harbour")
    builders.member("Kestrel")

    page = as_(Role.STEWARD, builders.programme()).get(f"{reverse('members:directory')}?show=due").content.decode()

    assert "Kestrel" in page
    assert "Quiet Harbour" not in page


def test_more_members_need_no_more_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    members = Organisation.objects.members()
    in_order()

    for more in ("Kestrel", "Farshore"):
        with django_assert_num_queries(4):
            dues = [admission.due(one, TODAY) for one in admission.with_papers(members)]
        assert dues == [[]] * len(dues)
        in_order(more)
