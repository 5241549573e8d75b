"""What members' machines are told when their sight changes and no signal does: a feed client follows along."""

from datetime import timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import KeyScope, Suspension
from lantern_site.members.models import ApiKey, Community, Membership, Organisation, SignalsRule
from lantern_site.members.roles import Role
from lantern_site.members.services import communities, keys, standing
from lantern_site.members.services.communities import Outline
from reviews import replay
from reviews.models import Delivery
from reviews.services import decisions
from signals.models import Receipt, Signal
from signals.services import departures, reading, showing
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


class Machine:
    """A client that follows the feed and keeps what it is told: the state that a member's own system would have."""

    def __init__(self, of: Organisation) -> None:
        admin = builders.actor(of, Role.MEMBER_ADMIN)
        key, _secret = keys.issue(label="feed", scopes=[KeyScope.READ], days=300, actor=admin, now=NOW)
        self.key, self.cursor = key, 0
        self.held: dict[int, str] = {}

    def follow(self) -> dict[int, str]:
        """Read to the end of the feed; what came, by signal."""
        came: dict[int, str] = {}
        while True:
            key = ApiKey.objects.select_related("organisation", "issued_by").get(pk=self.key.pk)
            page = reading.read_feed(after=self.cursor, limit=3, actor=key.actor(), now=LATER)
            assert all(line.content is None and line.value is None for line in page.lines if line.status != "active")
            came |= {line.id: line.status for line in page.lines}
            if page.cursor == self.cursor:
                break
            self.cursor = page.cursor
        self.held |= came
        return came

    @property
    def uses(self) -> set[int]:
        return {public_id for public_id, status in self.held.items() if status == "active"}


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


@pytest.fixture
def steward() -> Actor:
    return builders.actor(builders.programme(), Role.STEWARD)


def tell(organisation: Organisation) -> int:
    return showing.tell(organisation_id=organisation.pk, now=LATER)


def ids(*signals: Signal) -> set[int]:
    return {signal.public_id for signal in signals}


def seen_by(organisation: Organisation) -> set[int]:
    actor = builders.actor(organisation, Role.REVIEWER)
    with acting_as(actor):
        return set(Signal.objects.visible_to(actor).values_list("public_id", flat=True))


def test_a_suspension_hides_what_was_received_and_its_end_shows_it_again(
    pixelpond: Organisation, kestrel: Organisation, steward: Actor
) -> None:
    before = [builders.active(pixelpond) for _ in range(4)]
    machine = Machine(kestrel)
    machine.follow()

    standing.suspend(
        organisation_id=kestrel.public_id, what=Suspension.RECEIVE, reason="Audit open.", actor=steward, now=NOW
    )
    assert tell(kestrel) == 4
    assert machine.follow() == dict.fromkeys(ids(*before), "hidden")
    meanwhile = builders.active(pixelpond)
    assert machine.follow() == {}
    assert seen_by(kestrel) == set()

    standing.lift(organisation_id=kestrel.public_id, reason="Audit closed.", actor=steward, now=NOW)
    assert tell(kestrel) == 4, "what came after its cursor comes by itself"
    assert machine.follow() == dict.fromkeys(ids(*before, meanwhile), "active")
    assert tell(kestrel) == 0
    assert machine.uses == ids(*before, meanwhile) == seen_by(kestrel)


def test_a_suspended_member_is_told_corrections(pixelpond: Organisation, kestrel: Organisation, steward: Actor) -> None:
    received, unknown = builders.active(pixelpond), builders.active(pixelpond)
    machine = Machine(kestrel)
    machine.follow()
    Receipt.objects.filter(signal=unknown).delete()
    standing.suspend(organisation_id=kestrel.public_id, what=Suspension.ALL, reason="Audit.", actor=steward, now=NOW)

    for signal in (received, unknown):
        owner = builders.actor(pixelpond, Role.REVIEWER)
        decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)

    assert machine.follow() == {received.public_id: Status.RETRACTED}
    assert seen_by(kestrel) == ids(received)
    assert Delivery.objects.filter(organisation=kestrel).count() == 1


def test_a_member_that_left_is_told_corrections_until_it_has_certified(
    pixelpond: Organisation, kestrel: Organisation, steward: Actor
) -> None:
    signals = [builders.active(pixelpond) for _ in range(3)]
    machine = Machine(kestrel)
    machine.follow()
    admin = builders.actor(kestrel, Role.MEMBER_ADMIN)
    standing.give_notice(
        organisation_id=kestrel.public_id, rule=SignalsRule.EXPIRE, leaves_on=NOW.date(), actor=admin, now=NOW
    )
    standing.part(organisation_id=kestrel.public_id, actor=steward, now=NOW)
    tell(kestrel)
    assert machine.follow() == dict.fromkeys(ids(*signals), "hidden")

    owner = builders.actor(pixelpond, Role.REVIEWER)
    decisions.withdraw(signal_id=signals[0].public_id, could_be_wrong=True, note="", actor=owner, now=NOW)
    assert machine.follow() == {signals[0].public_id: "retracted"}

    standing.certify(organisation_id=kestrel.public_id, note="Letter of their counsel.", actor=steward, now=NOW)
    assert not ApiKey.objects.filter(organisation=kestrel).usable_at(NOW).exists()


@pytest.mark.parametrize(
    ("rule", "ends_as"),
    [(SignalsRule.EXPIRE, Status.EXPIRED), (SignalsRule.WITHDRAW, Status.WITHDRAWN), (SignalsRule.HAND_OVER, "active")],
)
def test_the_signals_of_a_member_that_left_follow_its_rule(
    rule: SignalsRule, ends_as: str, pixelpond: Organisation, kestrel: Organisation, steward: Actor
) -> None:
    shared, waiting = builders.active(pixelpond), builders.submitted(pixelpond)
    machine = Machine(kestrel)
    machine.follow()
    standing.give_notice(organisation_id=pixelpond.public_id, rule=rule, leaves_on=NOW.date(), actor=steward, now=NOW)
    standing.part(organisation_id=pixelpond.public_id, actor=steward, now=NOW)

    assert departures.part_with(organisation_id=pixelpond.pk, now=NOW) == 2
    assert departures.part_with(organisation_id=pixelpond.pk, now=NOW) == 0

    assert builders.fresh(waiting).status == Status.CANCELLED
    assert builders.fresh(shared).status == ends_as
    assert builders.fresh(shared).organisation.is_programme == (rule == SignalsRule.HAND_OVER)
    assert machine.follow() == {shared.public_id: ends_as}
    assert replay.compare() == []


def test_leaving_a_community_hides_and_coming_back_shows(
    pixelpond: Organisation, kestrel: Organisation, steward: Actor
) -> None:
    circle = communities.found(outline=Outline("Circle"), open_to_later_members=False, actor=steward, now=NOW)
    for member in (pixelpond, kestrel):
        communities.add(community_id=circle.public_id, organisation_id=member.public_id, actor=steward, now=NOW)
    inside = _into(circle, pixelpond)
    outside = builders.active(pixelpond)
    machine = Machine(kestrel)
    assert machine.follow() == dict.fromkeys(ids(inside, outside), "active")

    communities.remove(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=NOW)
    tell(kestrel)
    assert machine.follow() == {inside.public_id: "hidden"}

    later = NOW + timedelta(hours=1)
    communities.add(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=later)
    tell(kestrel)
    assert machine.follow() == {}, "the circle is closed to later members"
    newer = _into(circle, pixelpond, hours=2)
    assert machine.follow() == {newer.public_id: "active"}


def test_a_newcomer_sees_older_signals_when_the_notice_has_run(
    pixelpond: Organisation, kestrel: Organisation, steward: Actor
) -> None:
    circle = communities.found(outline=Outline("Circle"), open_to_later_members=True, actor=steward, now=NOW)
    communities.add(community_id=circle.public_id, organisation_id=pixelpond.public_id, actor=steward, now=NOW)
    older = _into(circle, pixelpond)
    machine = Machine(kestrel)
    machine.follow()
    joined = NOW + timedelta(hours=1)
    communities.add(community_id=circle.public_id, organisation_id=kestrel.public_id, actor=steward, now=joined)
    tell(kestrel)
    assert machine.follow() == {}

    ten_working_days = NOW + timedelta(days=14, hours=1)
    assert communities.carry_out_notices(now=ten_working_days - timedelta(minutes=1)) == 1, "of the first member"
    assert communities.carry_out_notices(now=ten_working_days) == 1
    assert communities.carry_out_notices(now=ten_working_days) == 0
    tell(kestrel)

    assert machine.follow() == {older.public_id: "active"}


def test_a_member_without_machines_needs_no_telling(
    pixelpond: Organisation, kestrel: Organisation, steward: Actor
) -> None:
    builders.active(pixelpond)
    standing.suspend(
        organisation_id=kestrel.public_id, what=Suspension.RECEIVE, reason="Audit.", actor=steward, now=NOW
    )
    standing.lift(organisation_id=kestrel.public_id, reason="Done.", actor=steward, now=NOW)

    assert tell(kestrel) == 0


def test_what_is_told_goes_page_by_page_and_each_once(
    pixelpond: Organisation, kestrel: Organisation, steward: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "TOLD_AT_ONCE", 2)
    signals = [builders.active(pixelpond) for _ in range(5)]
    machine = Machine(kestrel)
    machine.follow()
    standing.suspend(organisation_id=kestrel.public_id, what=Suspension.ALL, reason="Audit.", actor=steward, now=NOW)

    assert [tell(kestrel) for _ in range(4)] == [2, 2, 1, 0]

    hidden = Entry.objects.filter(action="signal.hidden")
    assert {entry.subject for entry in hidden} == ids(*signals)
    assert hidden.count() == 5
    assert {entry.audience for entry in hidden} == {f"organisation:{kestrel.public_id}"}
    assert replay.compare() == []


def test_a_signal_is_not_told_to_the_regions_that_it_names(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal = builders.active(pixelpond, says=builders.statement(not_to_regions=("europe",)))
    machine = Machine(kestrel)

    assert machine.follow() == {}
    assert seen_by(kestrel) == set()
    Organisation.objects.filter(pk=kestrel.pk).update(region="oceania")
    assert seen_by(kestrel) == ids(signal)


def _into(circle: Community, member: Organisation, *, hours: int = 0) -> Signal:
    """A signal that the member shares with the circle only."""
    now = NOW + timedelta(hours=hours)
    signal = builders.submitted(member, now=now)
    with acting_as(Actor.clock()):
        Signal.objects.filter(pk=signal.pk).update(community=circle)
    assert Membership.objects.current().filter(community=circle, organisation=member).exists()
    return builders.approved(builders.fresh(signal), now=now)
