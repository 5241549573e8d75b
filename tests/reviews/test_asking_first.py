"""A supported member that asks before it shares: the programme's approval comes before anybody receives the signal."""

from datetime import datetime, timedelta

import pytest

from lantern_site.audit.models import Entry
from lantern_site.errors import NotAllowed
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import organisations
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def supported(*, ask: bool = True) -> Organisation:
    lockside = builders.member("Lockside")
    partner = builders.person(builders.programme(), Role.STEWARD)
    organisations.support(
        organisation_id=lockside.public_id,
        partner_id=partner.public_id,
        office_hours="Mondays",
        ask_before_sharing=ask,
        actor=partner.actor(NOW),
        now=NOW,
    )
    return lockside


def approved_by_a_colleague(of: Organisation, *, now: datetime = NOW, danger: bool = False) -> Signal:
    says = builders.statement(danger=True, authority_informed="Police, 10:00") if danger else builders.STATEMENT
    signal = builders.submitted(of, builders.file_hash(3), says=says, now=now)
    builders.approve(signal, builders.actor(of, Role.REVIEWER, now=now), now=now)
    return builders.fresh(signal)


def test_nothing_is_shared_before_a_steward_has_approved_too() -> None:
    signal = approved_by_a_colleague(supported())
    assert signal.status == Status.SUBMITTED
    (waits,) = Entry.objects.about("signal", signal.public_id).filter(action="signal.approved")
    assert waits.facts["why"] == "supported"

    with pytest.raises(NotAllowed):
        builders.approve(signal, builders.actor(signal.organisation, Role.REVIEWER))
    builders.approve(signal, builders.steward())

    assert builders.fresh(signal).status == Status.ACTIVE


@pytest.mark.parametrize("of", ["does not ask", "support ended", "a year later"])
def test_without_the_arrangement_the_own_reviewer_shares(of: str) -> None:
    lockside, now = supported(ask=of != "does not ask"), NOW
    if of == "support ended":
        organisations.end_support(organisation_id=lockside.public_id, actor=builders.steward(), now=NOW)
    if of == "a year later":
        now = NOW + timedelta(days=366)

    assert approved_by_a_colleague(lockside, now=now).status == Status.ACTIVE


def test_where_a_child_may_be_in_danger_nobody_waits() -> None:
    assert approved_by_a_colleague(supported(), danger=True).status == Status.ACTIVE
