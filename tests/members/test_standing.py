"""Suspending a member, lifting that, and parting: who may, in which state, and what it leaves in the ledger."""

from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, WrongState
from lantern_site.members.lifecycle import Capability, KeyScope, MemberKind, MemberState, Suspension, capabilities
from lantern_site.members.models import ApiKey, Departure, Organisation, SignalsRule
from lantern_site.members.roles import Role
from lantern_site.members.services import keys, standing
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

S, R, C = Capability.SUBMIT, Capability.RECEIVE, Capability.CONNECT
FLAT = {
    ("platform", "active", ""): {S, R, C},
    ("platform", "active", "submit"): {R, C},
    ("platform", "active", "receive"): {S, C},
    ("platform", "active", "all"): set(),
    ("financial", "active", ""): {R, C},
    ("financial", "active", "submit"): {R, C},
    ("financial", "active", "receive"): {C},
    ("financial", "active", "all"): set(),
    ("programme", "active", ""): {R, C},
    ("programme", "active", "submit"): {R, C},
    ("programme", "active", "receive"): {C},
    ("programme", "active", "all"): set(),
}
CONNECTING = {"", "submit", "receive"}


@pytest.mark.parametrize("kind", MemberKind)
@pytest.mark.parametrize("state", MemberState)
@pytest.mark.parametrize("suspended", Suspension)
def test_what_a_standing_allows(kind: MemberKind, state: MemberState, suspended: Suspension) -> None:
    able = {C} if state == "onboarding" and suspended in CONNECTING else set()

    assert capabilities(kind, state, suspended) == FLAT.get((kind, state, suspended), able)


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


@pytest.fixture
def steward() -> Actor:
    return builders.actor(builders.programme(), Role.STEWARD)


def fresh(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def actions(about: Organisation) -> list[str]:
    return list(Entry.objects.about("member", about.public_id).order_by("position").values_list("action", flat=True))


def notice(of: Organisation, by: Actor, *, days: int = 0) -> Departure:
    leaves_on = NOW.date() + timedelta(days=days)
    return standing.give_notice(
        organisation_id=of.public_id, rule=SignalsRule.EXPIRE, leaves_on=leaves_on, actor=by, now=NOW
    )


def test_a_suspension_says_who_since_when_and_why(kestrel: Organisation, steward: Actor) -> None:
    asked: dict[str, Any] = {"organisation_id": kestrel.public_id, "actor": steward, "now": NOW}

    standing.suspend(what=Suspension.SUBMIT, reason="The compliance review is overdue.", **asked)
    suspended = fresh(kestrel)
    assert not suspended.may_submit
    assert suspended.may_receive
    assert suspended.suspended_at == NOW
    with pytest.raises(WrongState):
        standing.suspend(what=Suspension.SUBMIT, reason="Again.", **asked)
    standing.suspend(what=Suspension.ALL, reason="Keys have leaked.", **asked)
    assert not fresh(kestrel).capabilities
    standing.lift(reason="All keys are new.", **asked)
    assert fresh(kestrel).may_submit
    with pytest.raises(WrongState):
        standing.lift(reason="Again.", **asked)

    assert actions(kestrel) == ["member.suspended", "member.suspended", "member.resumed"]
    assert [entry.facts["what"] for entry in Entry.objects.about("member", kestrel.public_id).order_by("position")] == [
        "submit",
        "all",
        "none",
    ]


def test_a_suspension_needs_a_reason_and_something_to_take_away(kestrel: Organisation, steward: Actor) -> None:
    for what, reason, field in ((Suspension.NONE, "Why not.", "what"), (Suspension.ALL, " ", "reason")):
        with pytest.raises(Invalid) as refused:
            standing.suspend(organisation_id=kestrel.public_id, what=what, reason=reason, actor=steward, now=NOW)
        assert refused.value.field == field
    assert actions(kestrel) == []


def test_only_a_steward_with_a_fresh_second_factor_suspends(kestrel: Organisation) -> None:
    stale = builders.person(builders.programme(), Role.STEWARD).actor(NOW)
    others = [builders.actor(builders.programme(), role) for role in (Role.AUDITOR, Role.ADJUDICATOR, Role.EDITOR)]
    others += [builders.actor(kestrel, Role.MEMBER_ADMIN), builders.actor(builders.member("Other"), Role.MEMBER_ADMIN)]

    for actor in others:
        with pytest.raises(NotAllowed):
            standing.suspend(organisation_id=kestrel.public_id, what=Suspension.ALL, reason="No.", actor=actor, now=NOW)
    with pytest.raises(NotProven):
        standing.suspend(organisation_id=kestrel.public_id, what=Suspension.ALL, reason="No.", actor=stale, now=NOW)
    assert actions(kestrel) == []


def test_the_programme_itself_has_no_standing_to_change(steward: Actor) -> None:
    with pytest.raises(Hidden):
        standing.suspend(
            organisation_id=builders.programme().public_id, what=Suspension.ALL, reason="No.", actor=steward, now=NOW
        )


def test_a_member_gives_notice_for_itself_and_the_programme_for_any(kestrel: Organisation, steward: Actor) -> None:
    admin = builders.actor(kestrel, Role.MEMBER_ADMIN)
    stranger = builders.actor(builders.member("Other"), Role.MEMBER_ADMIN)

    with pytest.raises(NotAllowed):
        notice(kestrel, stranger)
    with pytest.raises(NotAllowed):
        notice(kestrel, builders.actor(kestrel, Role.REVIEWER))
    notice(kestrel, admin, days=30)
    with pytest.raises(WrongState):
        notice(kestrel, steward)

    assert fresh(kestrel).state == MemberState.LEAVING
    assert not fresh(kestrel).capabilities


def test_nobody_parts_before_the_day(kestrel: Organisation, steward: Actor) -> None:
    with pytest.raises(WrongState):
        standing.part(organisation_id=kestrel.public_id, actor=steward, now=NOW)
    notice(kestrel, steward, days=30)
    with pytest.raises(WrongState):
        standing.part(organisation_id=kestrel.public_id, actor=steward, now=NOW + timedelta(days=29))

    standing.part(organisation_id=kestrel.public_id, actor=steward, now=NOW + timedelta(days=30))

    departure = Departure.objects.get(organisation=kestrel)
    assert fresh(kestrel).state == MemberState.LEFT
    assert departure.certificate_due_on == (NOW + timedelta(days=60)).date()
    assert departure.redress_until == (NOW + timedelta(days=395)).date()


def test_the_day_of_leaving_does_not_lie_in_the_past(kestrel: Organisation, steward: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        notice(kestrel, steward, days=-1)

    assert refused.value.field == "leaves_on"
    assert fresh(kestrel).state == MemberState.ACTIVE


def test_keys_of_a_member_that_left_are_for_corrections_and_end_with_the_certificate(
    kestrel: Organisation, steward: Actor
) -> None:
    admin = builders.actor(kestrel, Role.MEMBER_ADMIN)
    key, _secret = keys.issue(label="feed", scopes=[KeyScope.READ], days=90, actor=admin, now=NOW)
    notice(kestrel, steward)
    standing.part(organisation_id=kestrel.public_id, actor=steward, now=NOW)
    key.refresh_from_db()
    assert key.corrections_only
    assert key.expires_at == NOW + timedelta(days=730)

    asked: dict[str, Any] = {"organisation_id": kestrel.public_id, "actor": steward, "now": NOW}
    with pytest.raises(Invalid):
        standing.certify(note=" ", **asked)
    standing.certify(note="Signed by their counsel.", **asked)
    with pytest.raises(WrongState):
        standing.certify(note="Once more.", **asked)

    assert not ApiKey.objects.usable_at(NOW).exists()
    assert actions(kestrel) == ["member.leaving", "member.left", "member.certified_deletion"]
