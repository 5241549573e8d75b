"""Claims: kept while one works, lost and taken over, and what two people with the same signal are told."""

from datetime import timedelta

import pytest

from lantern_site import clock
from lantern_site.errors import NotAllowed, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Claim
from reviews.services import claims, decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals.intake import Item
from signals.kinds import HarmTerm, Kind
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import at, enter, text
from tests.reviews.parties import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

LATER = NOW + timedelta(minutes=10)
OVER = NOW + timedelta(minutes=15)


def test_a_claim_is_kept_for_another_term_and_a_parked_one_stays_parked(pixelpond: Organisation) -> None:
    signal, mine = builders.submitted(pixelpond).public_id, builders.actor(pixelpond, Role.REVIEWER)
    claims.claim(signal_id=signal, actor=mine, now=NOW)

    assert claims.keep(signal_id=signal, actor=mine, now=LATER).until == LATER + claims.TERM
    claims.park(signal_id=signal, note="Waits for our lawyers.", actor=mine, now=LATER)

    kept = claims.keep(signal_id=signal, actor=mine, now=LATER)
    assert (kept.until, kept.parked_note) == (LATER + claims.PARKED, "Waits for our lawyers.")


def test_a_lapsed_claim_is_taken_over_and_keeping_it_says_by_whom(pixelpond: Organisation) -> None:
    signal, first = builders.submitted(pixelpond).public_id, builders.actor(pixelpond, Role.REVIEWER)
    second = builders.person(pixelpond, Role.REVIEWER, name="Amal Okafor")
    claims.claim(signal_id=signal, actor=first, now=NOW)
    with pytest.raises(WrongState):
        claims.claim(signal_id=signal, actor=second.actor(NOW), now=OVER - timedelta(seconds=1))

    claims.claim(signal_id=signal, actor=second.actor(NOW), now=OVER)

    with pytest.raises(WrongState, match="Amal Okafor is working on it"):
        claims.keep(signal_id=signal, actor=first, now=OVER)
    assert Claim.objects.get().staff == second


def test_a_claim_is_handed_over_only_to_somebody_who_may_review_it(pixelpond: Organisation) -> None:
    signal, mine = builders.submitted(pixelpond), builders.actor(pixelpond, Role.REVIEWER)
    claims.claim(signal_id=signal.public_id, actor=mine, now=NOW)

    with pytest.raises(NotAllowed):
        claims.hand_over(signal_id=signal.public_id, to=signal.submitted_by.public_id, actor=mine, now=NOW)

    assert Claim.objects.get().staff_id == mine.staff_id


def test_only_what_waits_for_a_decision_of_ones_own_side_is_claimed(pixelpond: Organisation) -> None:
    reviewer, returned, keyword = (
        builders.actor(pixelpond, Role.REVIEWER),
        builders.submitted(pixelpond),
        builders.submitted(pixelpond, Item(Kind.KEYWORD, "lamp post trade")),
    )
    judgement = Judgement(Verdict.RETURN, outward="Name the clause.")
    decisions.decide(signal_id=returned.public_id, judgement=judgement, version=1, actor=reviewer, now=NOW)
    builders.approve(keyword, reviewer)

    for signal in (returned, keyword, builders.active(pixelpond)):
        with pytest.raises(WrongState, match="does not wait for your decision"):
            claims.claim(signal_id=signal.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)

    assert not Claim.objects.held_at(NOW).exists()


def test_five_are_claimed_in_the_order_of_the_queue(pixelpond: Organisation) -> None:
    for _ in range(5):
        builders.submitted(pixelpond, says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL))
    danger = builders.submitted(
        pixelpond, says=builders.statement(danger=True, authority_informed="Hotline, 10:20"), now=LATER
    )

    taken = claims.claim_next(actor=builders.actor(pixelpond, Role.REVIEWER), now=LATER)

    assert taken[0].signal_id == danger.pk
    assert len(taken) == 5


@pytest.mark.django_db(transaction=True)
def test_of_several_who_claim_one_signal_one_gets_it(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    people = [builders.actor(pixelpond, Role.REVIEWER) for _ in range(4)]

    outcomes = race(lambda number: claims.claim(signal_id=signal.public_id, actor=people[number], now=NOW), 4)

    assert sorted(outcomes) == ["WrongState"] * 3 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_several_who_take_five_share_the_queue_without_overlap(pixelpond: Organisation) -> None:
    for _ in range(8):
        builders.submitted(pixelpond)
    people = [builders.actor(pixelpond, Role.REVIEWER) for _ in range(2)]

    race(lambda number: claims.claim_next(actor=people[number], now=NOW), 2)

    assert Claim.objects.count() == 8
    assert sorted(Claim.objects.filter(staff=person.staff_id).count() for person in people) == [3, 5]


@pytest.mark.django_db(transaction=True)
def test_keeping_and_taking_over_at_the_end_of_the_term_leave_one_holder(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond).public_id
    first, second = builders.actor(pixelpond, Role.REVIEWER), builders.actor(pixelpond, Role.REVIEWER)
    claims.claim(signal_id=signal, actor=first, now=NOW)
    just_before = OVER - timedelta(seconds=1)

    def act(number: int) -> None:
        if number:
            claims.keep(signal_id=signal, actor=first, now=just_before)
        else:
            claims.claim(signal_id=signal, actor=second, now=OVER)

    outcomes = race(act, 2)

    assert outcomes.count("done") == 1


def test_the_page_gets_the_new_countdown_or_who_has_it_now(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    client, _person = enter(pixelpond, Role.REVIEWER)
    other, _other = enter(pixelpond, Role.REVIEWER, name="Amal Okafor")
    client.post(at("claim", signal))

    with clock.at(LATER):
        kept = client.post(at("keep", signal), headers={"HX-Request": "true"})
    with clock.at(LATER + claims.TERM):
        other.post(at("claim", signal))
        lost = client.post(at("keep", signal), headers={"HX-Request": "true"})

    assert kept.status_code == 200
    assert "14 min left" in text(kept) or "15 min left" in text(kept)
    assert lost.status_code == 409
    assert "Amal Okafor is working on it" in text(lost)
    assert "What you typed is kept here" in text(lost)


def test_whoever_comes_too_late_reads_who_decided_what_and_keeps_the_text(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    slow, _slow = enter(pixelpond, Role.REVIEWER)
    fast, _fast = enter(pixelpond, Role.REVIEWER, name="Amal Okafor")
    said = {"verdict": "reject", "version": "1", "outward": "No basis in our policy."}
    fast.post(at("decide", signal), said)

    answer = slow.post(at("decide", signal), said | {"outward": "A reason that took long to write."})

    assert answer.status_code == 409
    assert "Amal Okafor was faster: reject" in text(answer)
    assert "A reason that took long to write." in text(answer)


def test_in_a_second_tab_of_ones_own_the_text_is_kept_too(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    client, _person = enter(pixelpond, Role.REVIEWER)
    said = {"verdict": "reject", "version": "1", "outward": "No basis in our policy."}
    client.post(at("decide", signal), said)

    answer = client.post(at("decide", signal), said | {"outward": "Another reason."})

    assert answer.status_code == 409
    assert "Another reason." in text(answer)
