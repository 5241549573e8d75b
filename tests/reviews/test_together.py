"""One judgement for rows chosen from the queue: limits, what is left and why, results by row, undo."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from lantern_site import clock
from lantern_site.errors import Hidden, Invalid, NotAllowed
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews import policies, together
from reviews.models import Decision
from reviews.services import claims, several
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import enter, queries, reviewer, text
from tests.reviews.parties import actions, race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

REJECT = Judgement(Verdict.REJECT, outward="No basis in our policy.")
APPROVE = Judgement(Verdict.APPROVE, attested=True)
KEYWORD = Item(Kind.KEYWORD, "synthetic marker phrase")
PAGE = reverse("reviews:together")


def seen(*signals: Signal) -> dict[int, int]:
    return {signal.public_id: 1 for signal in signals}


def of(*signals: Signal) -> str:
    return f"{PAGE}?{urlencode({'s': [signal.public_id for signal in signals]}, doseq=True)}"


def test_each_is_decided_by_itself_with_one_reason(pixelpond: Organisation) -> None:
    signals = [builders.submitted(pixelpond), builders.submitted(pixelpond, builders.file_hash(1))]

    judged = several.decide(
        seen=seen(*signals), judgement=REJECT, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW
    )

    assert {one.public_id for one in judged.decided} == {one.public_id for one in signals}
    assert {builders.fresh(one).status for one in signals} == {Status.REJECTED}
    assert set(Decision.objects.values_list("outward_note", flat=True)) == {REJECT.outward}
    assert all(actions("signal", one.public_id)[-1] == "signal.rejected" for one in signals)


def test_what_needs_a_look_of_its_own_is_left_and_says_why(pixelpond: Organisation) -> None:
    plain, keyword, held = (
        builders.submitted(pixelpond, builders.file_hash(1)),
        builders.submitted(pixelpond, KEYWORD),
        builders.submitted(pixelpond),
    )
    claims.claim(signal_id=held.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)

    judged = several.decide(
        seen=seen(plain, keyword, held), judgement=APPROVE, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW
    )

    assert [one.public_id for one in judged.decided] == [plain.public_id]
    assert {one.signal.public_id for one in judged.left} == {keyword.public_id, held.public_id}
    assert builders.fresh(keyword).status == builders.fresh(held).status == Status.SUBMITTED
    assert Decision.objects.count() == 1


def test_more_identifiers_than_one_can_read_are_refused(
    pixelpond: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_IDENTIFIERS", 1)
    signals = [builders.submitted(pixelpond), builders.submitted(pixelpond)]

    with pytest.raises(Invalid, match="at most 1 identifiers"):
        several.decide(seen=seen(*signals), judgement=REJECT, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)
    assert not Decision.objects.exists()


def test_others_signals_are_unknown_and_nothing_is_decided(pixelpond: Organisation, kestrel: Organisation) -> None:
    ours, theirs = builders.submitted(pixelpond), builders.submitted(kestrel)
    chosen = seen(ours, theirs)

    with pytest.raises(Hidden):
        several.decide(seen=chosen, judgement=REJECT, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)
    with pytest.raises(NotAllowed):
        several.decide(seen=seen(ours), judgement=REJECT, actor=builders.actor(pixelpond, Role.ANALYST), now=NOW)

    assert not Decision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_with_the_same_rows_decide_each_once(pixelpond: Organisation) -> None:
    signals = [builders.submitted(pixelpond, builders.file_hash(number)) for number in range(3)]
    people = [builders.actor(pixelpond, Role.REVIEWER) for _ in range(3)]

    race(lambda number: several.decide(seen=seen(*signals), judgement=REJECT, actor=people[number], now=NOW), 3)

    assert Decision.objects.count() == 3
    assert {builders.fresh(one).status for one in signals} == {Status.REJECTED}


def test_the_volume_of_several_is_that_of_each(pixelpond: Organisation) -> None:
    for hours in (0, 20, 30):
        builders.submitted(pixelpond, now=NOW - timedelta(hours=hours))
    signals = list(Signal.objects.with_context())

    assert policies.volumes_of(signals, NOW) == {
        one.pk: policies.volume_of(one.organisation, one.submitted_at, NOW) for one in signals
    }


# The page


def test_hashes_are_ticked_identifiers_after_they_were_opened(pixelpond: Organisation) -> None:
    address, hashed = builders.submitted(pixelpond), builders.submitted(pixelpond, builders.file_hash(1))

    response = reviewer(pixelpond).get(of(address, hashed))

    assert response.context["ticked"] == {f"{hashed.public_id}:1"}
    assert "2 signals are chosen" in text(response)
    assert "I have read this one" in text(response)


def test_a_filter_is_counted_first(pixelpond: Organisation) -> None:
    builders.submitted(pixelpond)
    hashed = builders.submitted(pixelpond, builders.file_hash(1))

    response = reviewer(pixelpond).get(f"{PAGE}?all=1&kind=sha256")

    assert response.context["listed"] == [hashed.public_id]
    assert "1 signal is chosen" in text(response)


def test_the_result_stands_at_each_row_and_is_undone(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    one, other = builders.submitted(pixelpond), builders.submitted(pixelpond, KEYWORD)
    said = {
        "verdict": "reject",
        "outward": "No basis.",
        "seen": [f"{one.public_id}:1", f"{other.public_id}:1"],
        "listed": [one.public_id, other.public_id],
    }

    result = client.post(of(one, other), said, follow=True)
    assert [(done.verdict, done.who, done.may_undo) for done in result.context["decided"]] == [
        ("Reject", person.name, True)
    ] * 2
    undone = client.post(
        reverse("reviews:take_back_together"),
        {"s": [one.public_id, other.public_id], "listed": [one.public_id]},
        follow=True,
    )

    assert "2 decisions are taken back" in text(undone)
    assert builders.fresh(one).status == builders.fresh(other).status == Status.SUBMITTED


def test_a_refusal_keeps_what_was_typed(pixelpond: Organisation) -> None:
    one = builders.submitted(pixelpond, builders.file_hash(1))

    response = reviewer(pixelpond).post(
        of(one), {"verdict": "reject", "inward": "Ask our lawyers", "seen": [f"{one.public_id}:1"]}
    )

    assert response.status_code == 422
    assert "Ask our lawyers" in text(response)


def test_the_queries_of_the_page_do_not_grow(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    signals = [builders.submitted(pixelpond, now=NOW + timedelta(minutes=number)) for number in range(6)]

    assert queries(client, of(*signals)) == queries(client, of(*signals[:2]))


# A single decision


def test_a_decision_is_undone_from_its_message(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    signal = builders.submitted(pixelpond)
    said = {"verdict": "return", "version": "1", "outward": "Name the clause.", "then": "stay"}
    page = client.post(reverse("reviews:decide", args=[signal.public_id]), said, follow=True)
    way_back = reverse("reviews:take_back", args=[signal.public_id])
    assert f'action="{way_back}"' in text(page)

    assert "is taken back" in text(client.post(way_back, follow=True))
    with clock.at(NOW + timedelta(minutes=2)):
        assert client.post(way_back).status_code == 409


def test_what_was_shared_offers_no_way_back(pixelpond: Organisation) -> None:
    client, signal = reviewer(pixelpond), builders.submitted(pixelpond)
    said = {"verdict": "approve", "version": "1", "attested": "on", "then": "stay"}

    page = client.post(reverse("reviews:decide", args=[signal.public_id]), said, follow=True)

    assert "approved and shared" in text(page)
    assert "take-back" not in text(page)
