"""What second looks and practice show: to each person their own, to a lead totals of five people, to nobody a signal
that they look at blind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from reviews import clocks, quality
from reviews.models import PracticeAnswer, SecondLook
from reviews.services import practice, purging, second_looks
from reviews.workflow import Settlement, Verdict
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import MOST_QUERIES, at, enter, queries, text
from tests.reviews.looks import LESSON, SOON, answered, drawn, switch_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _eyes() -> Iterator[None]:
    """What a test reads by itself it reads as the clock."""
    with acting_as(Actor.clock()):
        yield


@pytest.fixture
def first(pixelpond: Organisation) -> Staff:
    return builders.person(pixelpond, Role.REVIEWER, name="Carla Ricci")


def url(name: str, look: SecondLook) -> str:
    return reverse(f"reviews:{name}", args=[look.public_id])


def looking(of: Organisation, first: Staff, *held: Role) -> tuple[Client, Staff, SecondLook]:
    """Somebody who has begun a second look at what was decided."""
    look = drawn(of, first)
    client, person = enter(of, Role.REVIEWER, *held)
    client.post(reverse("reviews:take_second_look"))
    return client, person, look


@pytest.mark.usefixtures("now")
def test_a_second_look_shows_the_statement_and_nothing_of_what_was_decided(
    pixelpond: Organisation, first: Staff
) -> None:
    switch_on(pixelpond)
    client, _person, look = looking(pixelpond, first)

    page = text(client.get(url("second_look", look)))

    assert "Child safety 3.2 (2026-01)" in page
    for kept in ("Not our policy.", "A matter of taste.", "Carla Ricci", "Rejected", look.signal.reference):
        assert kept not in page


@pytest.mark.usefixtures("now")
def test_no_other_page_shows_what_was_decided_until_the_person_has_said_what_they_think(
    pixelpond: Organisation, first: Staff
) -> None:
    client, _person, look = looking(pixelpond, first, Role.MEMBER_ADMIN)
    signal = at("signal", look.signal)
    listed, ledger = reverse("signals:list"), reverse("transparency:ledger")

    assert client.get(signal)["Location"] == url("second_look", look)
    together = f"{reverse('reviews:together')}?s={look.signal.public_id}"
    assert client.get(at("preview", look.signal)).status_code == 404
    for page in (listed, ledger, together):
        assert look.signal.reference not in text(client.get(page))
    client.post(url("answer_second_look", look), {"verdict": "approve"})

    assert client.get(signal).status_code == 200
    for page in (listed, ledger):
        assert look.signal.reference in text(client.get(page))


@pytest.mark.usefixtures("now")
def test_answered_it_shows_both_to_the_two_and_to_nobody_else(pixelpond: Organisation, first: Staff) -> None:
    client, _person, look = looking(pixelpond, first)
    decided = Client()
    builders.sign_in(decided, first)
    lead = enter(pixelpond, Role.MEMBER_ADMIN, Role.REVIEWER)[0]

    hidden = decided.get(url("second_look", look)).status_code
    refused = client.post(url("answer_second_look", look), {"verdict": "return", "reason": ""})
    client.post(url("answer_second_look", look), {"verdict": "return", "reason": "Ask for the days."})

    assert (hidden, refused.status_code) == (404, 422)
    for reader in (client, decided):
        page = text(reader.get(url("second_look", look)))
        assert "Not our policy." in page
        assert "Ask for the days." in page
    assert lead.get(url("second_look", look)).status_code == 404
    assert decided.post(url("settle_second_look", look), {"settlement": "as_seen"}).status_code == 302


@pytest.mark.usefixtures("now")
def test_a_reveal_during_a_second_look_is_recorded_like_any_other(pixelpond: Organisation, first: Staff) -> None:
    client, person, look = looking(pixelpond, first)

    shown = client.post(url("reveal_second_look", look), {"reason": "review"})

    assert "@example.org" in text(shown)
    entry = Entry.objects.get(action="signal.revealed")
    assert (entry.subject, entry.actor) == (look.signal.public_id, person.public_id)


@pytest.mark.usefixtures("now")
def test_everybody_reads_their_own_numbers_and_the_page_does_not_grow_more_costly(
    pixelpond: Organisation, first: Staff
) -> None:
    switch_on(pixelpond)
    decided, other = Client(), enter(pixelpond, Role.REVIEWER)[0]
    builders.sign_in(decided, first)
    second = builders.actor(pixelpond, Role.REVIEWER)
    answered(drawn(pixelpond, first), second, Verdict.REJECT)
    page = reverse("reviews:quality")
    cost = queries(decided, page)
    for verdict in (Verdict.APPROVE, Verdict.RETURN):
        answered(drawn(pixelpond, first), second, verdict)

    assert queries(decided, page) == cost <= MOST_QUERIES
    assert decided.get(page).context["total"].count == 3
    assert decided.get(page).context["total"].alike.value == pytest.approx(1 / 3)
    assert len(decided.get(page).context["talks"]) == 2
    assert other.get(page).context["total"].count == 0


@pytest.mark.usefixtures("now")
def test_a_lead_reads_no_total_of_fewer_than_five_people(pixelpond: Organisation, first: Staff) -> None:
    lead = enter(pixelpond, Role.MEMBER_ADMIN)[0]
    second = builders.actor(pixelpond, Role.REVIEWER)
    look = answered(drawn(pixelpond, first), second, Verdict.APPROVE)
    second_looks.settle(look_id=look.public_id, settlement=Settlement.RULE_UNCLEAR, actor=second, now=SOON)
    SecondLook.objects.update(answered_at=NOW - timedelta(days=80))

    page = lead.get(reverse("reviews:team_quality"))

    assert page.context["team"].total is None
    assert "No total is shown" in text(page)
    assert "Child safety 3.2 (2026-01)" in text(page)  # the rule that leaves room, without who and which
    for kept in ("Carla Ricci", look.signal.reference, "I read it so."):
        assert kept not in text(page)


def test_five_who_decided_and_five_who_looked_again_make_a_total_of_the_quarter(pixelpond: Organisation) -> None:
    people = [builders.person(pixelpond, Role.REVIEWER) for _ in range(5)]
    for decider, looker in zip(people, [*people[1:], people[0]], strict=True):
        answered(drawn(pixelpond, decider), looker.actor(SOON, is_proven=True), Verdict.REJECT)
    lead = builders.actor(pixelpond, Role.MEMBER_ADMIN)

    running = quality.of_team(lead, SOON)
    SecondLook.objects.filter(taken_by=people[0]).update(answered_at=NOW - timedelta(days=80))
    past = quality.of_team(lead, SOON)
    SecondLook.objects.update(answered_at=NOW - timedelta(days=80))
    whole = quality.of_team(lead, SOON)

    assert (running.total, past.total) == (None, None)
    assert whole.total is not None
    assert whole.total.count == 5
    assert [(row.words, row.count) for row in whole.kinds] == [(("E-mail address",), 5)]


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), (2025, 10), (2026, 1)),
        (datetime(2026, 3, 31, 23, tzinfo=UTC), (2025, 10), (2026, 1)),
        (datetime(2026, 4, 1, tzinfo=UTC), (2026, 1), (2026, 4)),
        (datetime(2026, 12, 31, tzinfo=UTC), (2026, 7), (2026, 10)),
    ],
)
def test_the_last_quarter_is_one_that_is_over(now: datetime, starts: tuple[int, int], ends: tuple[int, int]) -> None:
    assert quality.last_quarter(now) == (datetime(*starts, 1, tzinfo=UTC), datetime(*ends, 1, tzinfo=UTC))


def test_what_was_said_goes_with_the_value_of_the_signal(pixelpond: Organisation, first: Staff) -> None:
    second = builders.actor(pixelpond, Role.REVIEWER)
    said = answered(drawn(pixelpond, first), second, Verdict.RETURN)
    drawn(pixelpond, first)

    purging.purge_due(now=NOW + clocks.PURGE_AFTER + timedelta(days=1))

    left = SecondLook.objects.get()
    assert (left.pk, left.verdict, left.reason) == (said.pk, "return", "")


# Practice


def test_practice_is_answered_once_by_the_members_own_and_leaves_no_trace(
    pixelpond: Organisation, kestrel: Organisation
) -> None:
    switch_on(pixelpond)
    item = practice.add(lesson=LESSON, actor=builders.actor(pixelpond, Role.MEMBER_ADMIN), now=NOW)
    person = builders.actor(pixelpond, Role.REVIEWER)
    said: dict[str, Any] = {"item_id": item.public_id, "verdict": Verdict.APPROVE, "now": NOW}
    before = Entry.objects.count()

    practice.answer(actor=person, **said)

    with pytest.raises(WrongState):
        practice.answer(actor=person, **said)
    with pytest.raises(Hidden):
        practice.answer(actor=builders.actor(kestrel, Role.REVIEWER), **said)
    with pytest.raises(NotAllowed):
        practice.answer(actor=builders.actor(pixelpond, Role.ANALYST), **said)
    assert PracticeAnswer.objects.get().staff_id == person.staff_id
    assert Entry.objects.count() == before


def test_a_case_is_kept_by_a_lead_masked_and_is_no_signal(pixelpond: Organisation, kestrel: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    plain = LESSON.__class__(**(vars(LESSON) | {"masked": "lina@example.org"}))

    with pytest.raises(Invalid) as refusal:
        practice.add(lesson=plain, actor=admin, now=NOW)
    with pytest.raises(NotAllowed):
        practice.add(lesson=LESSON, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)
    item = practice.add(lesson=LESSON, actor=admin, now=NOW)
    with pytest.raises(Hidden):
        practice.end(item_id=item.public_id, actor=builders.actor(kestrel, Role.MEMBER_ADMIN), now=NOW)
    practice.end(item_id=item.public_id, actor=admin, now=NOW)

    assert refusal.value.field == "masked"
    told = Entry.objects.filter(subject=item.public_id).order_by("position")
    assert [entry.action for entry in told] == ["practice.added", "practice.ended"]


@pytest.mark.usefixtures("now")
def test_the_agreed_answer_is_shown_with_its_reason_once_one_has_said_ones_own(pixelpond: Organisation) -> None:
    switch_on(pixelpond)
    item = practice.add(lesson=LESSON, actor=builders.actor(pixelpond, Role.MEMBER_ADMIN), now=NOW)
    client = enter(pixelpond, Role.REVIEWER)[0]
    page = reverse("reviews:practice", args=[item.public_id])

    before = text(client.get(page))
    client.post(page, {"verdict": "approve"})

    assert LESSON.because not in before
    assert LESSON.because in text(client.get(page))
    own = client.get(reverse("reviews:quality")).context
    assert (own["practised"], own["as_agreed"], own["to_practise"]) == (1, 0, [])


@pytest.mark.usefixtures("now")
def test_a_lead_switches_it_on_and_keeps_a_case_on_one_page_and_a_refusal_keeps_what_was_typed(
    pixelpond: Organisation,
) -> None:
    lead = enter(pixelpond, Role.MEMBER_ADMIN)[0]
    case = {name: str(value) for name, value in vars(LESSON).items()}

    switched = lead.post(reverse("reviews:team_quality"), {"percent": "10", "practice": "on"})
    too_many = lead.post(reverse("reviews:team_quality"), {"percent": "90"})
    refused = lead.post(reverse("reviews:add_practice"), case | {"masked": "lina@example.org"})
    kept = lead.post(reverse("reviews:add_practice"), case)

    assert [one.status_code for one in (switched, too_many, refused, kept)] == [302, 422, 422, 302]
    assert LESSON.described in text(refused)
