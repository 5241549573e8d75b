"""Communities: by hand and by rule, open to later members or not, and what a closed one leaves behind."""

from datetime import timedelta
from typing import Any

import pytest

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, WrongState
from lantern_site.members.lifecycle import MemberKind, MemberState
from lantern_site.members.models import Community, Membership, Organisation, SignalsRule
from lantern_site.members.roles import Role
from lantern_site.members.services import communities, standing
from lantern_site.members.services.communities import Outline
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

BANKS = Outline("Banks of Europe", by_rule=True, kinds=(MemberKind.FINANCIAL,), regions=("europe",))


@pytest.fixture
def steward() -> Actor:
    return builders.actor(builders.programme(), Role.STEWARD)


@pytest.fixture
def circle(steward: Actor) -> Community:
    return communities.found(outline=Outline("Circle"), open_to_later_members=False, actor=steward, now=NOW)


def names(community: Community) -> set[str]:
    return set(community.memberships.current().values_list("organisation__name", flat=True))


def actions(about: Community) -> list[str]:
    return list(Entry.objects.about("community", about.public_id).order_by("position").values_list("action", flat=True))


def test_members_are_taken_in_and_let_go_by_hand(circle: Community, steward: Actor) -> None:
    kestrel = builders.member("Kestrel")
    asked: dict[str, Any] = {
        "community_id": circle.public_id,
        "organisation_id": kestrel.public_id,
        "actor": steward,
        "now": NOW,
    }

    communities.add(**asked)
    assert names(circle) == {"Kestrel"}
    with pytest.raises(WrongState):
        communities.add(**asked)
    communities.remove(**asked)
    assert names(circle) == set()
    with pytest.raises(WrongState):
        communities.remove(**asked)

    assert actions(circle) == ["community.founded", "community.joined", "community.left"]
    assert list(Outbox.objects.values_list("task", "arguments")) == [("signals.tell_showings", [kestrel.pk])] * 2


def test_a_rule_takes_in_who_fits_and_lets_go_who_does_not(steward: Actor) -> None:
    bank, shop = builders.financial_member("Halden Bank"), builders.member("Pixelpond")
    community = communities.found(outline=BANKS, open_to_later_members=True, actor=steward, now=NOW)
    assert names(community) == {bank.name}

    everybody = Outline("Banks of Europe", by_rule=True)
    communities.change(community_id=community.public_id, outline=everybody, actor=steward, now=NOW)
    assert names(community) == {bank.name, shop.name}

    elsewhere = Outline("Banks of Europe", by_rule=True, regions=("oceania",))
    communities.change(community_id=community.public_id, outline=elsewhere, actor=steward, now=NOW)
    assert names(community) == set()


def test_the_rule_of_a_community_and_the_query_for_whom_it_takes_in_agree(steward: Actor) -> None:
    for kind in (MemberKind.PLATFORM, MemberKind.FINANCIAL):
        for state in MemberState:
            made = builders.organisation(f"{kind} {state}", kind)
            Organisation.objects.filter(pk=made.pk).update(state=state, region="europe" if state > "d" else "africa")

    for outline in (BANKS, Outline("All", by_rule=True), Outline("South", by_rule=True, regions=("africa",))):
        rule = Community(by_rule=True, kinds=list(outline.kinds), regions=list(outline.regions))
        fits = {one.pk for one in Organisation.objects.all() if rule.fits(one)}
        assert fits == {one.pk for one in Organisation.objects.fitting(outline.kinds, outline.regions)}


def test_by_rule_nobody_is_moved_by_hand(steward: Actor) -> None:
    community = communities.found(outline=BANKS, open_to_later_members=True, actor=steward, now=NOW)
    kestrel = builders.member("Kestrel")

    for service in (communities.add, communities.remove):
        with pytest.raises(WrongState, match="rule"):
            service(community_id=community.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)


def test_opening_to_later_members_takes_ten_working_days_of_notice(circle: Community, steward: Actor) -> None:
    kestrel = builders.member("Kestrel")
    communities.add(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)
    communities.open_to_later(community_id=circle.public_id, actor=steward, now=NOW)
    due = clock.working_days(NOW, 10)

    communities.carry_out_notices(now=due - timedelta(minutes=1))
    assert not Community.objects.get(pk=circle.pk).open_to_later_members
    communities.carry_out_notices(now=due)

    assert Community.objects.get(pk=circle.pk).open_to_later_members
    assert circle.memberships.get().sees_older
    assert actions(circle)[2:] == ["community.opening", "community.opened_to_later", "community.older_shown"]


def test_a_notice_can_be_withdrawn(circle: Community, steward: Actor) -> None:
    communities.open_to_later(community_id=circle.public_id, actor=steward, now=NOW)
    with pytest.raises(WrongState):
        communities.open_to_later(community_id=circle.public_id, actor=steward, now=NOW)
    communities.close_to_later(community_id=circle.public_id, actor=steward, now=NOW)

    assert communities.carry_out_notices(now=NOW + timedelta(days=60)) == 0
    circle.refresh_from_db()
    assert not circle.open_to_later_members
    with pytest.raises(WrongState):
        communities.close_to_later(community_id=circle.public_id, actor=steward, now=NOW)


def test_closing_ends_every_membership_and_everything_else(circle: Community, steward: Actor) -> None:
    kestrel = builders.member("Kestrel")
    communities.add(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)

    communities.close(community_id=circle.public_id, actor=steward, now=NOW)

    assert names(circle) == set()
    assert not Community.objects.with_member(kestrel.pk).filter(pk=circle.pk).exists()
    for service in (communities.close, communities.open_to_later):
        with pytest.raises(WrongState):
            service(community_id=circle.public_id, actor=steward, now=NOW)


def test_everyone_stays_everyone(steward: Actor) -> None:
    kestrel, everyone = builders.member("Kestrel"), builders.everyone()

    with pytest.raises(WrongState):
        communities.close(community_id=everyone.public_id, actor=steward, now=NOW)
    with pytest.raises(WrongState):
        communities.remove(community_id=everyone.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)
    with pytest.raises(Invalid):
        communities.change(community_id=everyone.public_id, outline=BANKS, actor=steward, now=NOW)


@pytest.mark.parametrize(
    ("outline", "field"),
    [
        (Outline("  "), "name"),
        (Outline("CIRCLE"), "name"),
        (Outline("By hand", kinds=(MemberKind.PLATFORM,)), "by_rule"),
    ],
)
def test_what_a_community_cannot_be(outline: Outline, field: str, circle: Community, steward: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        communities.found(outline=outline, open_to_later_members=False, actor=steward, now=NOW)

    assert refused.value.field == field
    assert Community.objects.filter(is_everyone=False).count() == 1


def test_only_stewards_with_a_fresh_second_factor_keep_communities(circle: Community) -> None:
    steward = builders.person(builders.programme(), Role.STEWARD)
    others = [builders.actor(builders.programme(), role) for role in (Role.AUDITOR, Role.ADJUDICATOR)]
    others.append(builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN))

    for actor in others:
        with pytest.raises(NotAllowed):
            communities.open_to_later(community_id=circle.public_id, actor=actor, now=NOW)
    with pytest.raises(NotProven):
        communities.open_to_later(community_id=circle.public_id, actor=steward.actor(NOW), now=NOW)
    assert actions(circle) == ["community.founded"]


def test_an_unknown_community_or_organisation_is_hidden(circle: Community, steward: Actor) -> None:
    with pytest.raises(Hidden):
        communities.close(community_id=1, actor=steward, now=NOW)
    with pytest.raises(Hidden):
        communities.add(community_id=circle.public_id, organisation_id=1, actor=steward, now=NOW)


def test_who_gives_notice_leaves_every_community(circle: Community, steward: Actor) -> None:
    kestrel = builders.member("Kestrel")
    communities.add(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)
    rule = SignalsRule.EXPIRE

    standing.give_notice(organisation_id=kestrel.public_id, rule=rule, leaves_on=NOW.date(), actor=steward, now=NOW)

    assert not Membership.objects.current().filter(organisation=kestrel).exists()
    with pytest.raises(WrongState):
        communities.add(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)
