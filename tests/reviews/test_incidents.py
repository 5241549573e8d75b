"""One judgement for an incident: separation of duties on each signal, and what is left says why."""

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Grant, Organisation
from lantern_site.members.roles import Role
from reviews.models import Decision
from reviews.services import claims, incidents
from reviews.services.decisions import Judgement
from reviews.services.incidents import Judged
from reviews.workflow import Attestation, Verdict
from signals.intake import Item
from signals.kinds import AccountHolder, Kind
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import queries, reviewer, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

APPROVE = Judgement(Verdict.APPROVE, attested=True)
REJECT = Judgement(Verdict.REJECT, outward="No basis in our policy.")
BROAD = Item(Kind.KEYWORD, "harbourlights")


def hashes(count: int) -> list[Item]:
    return [builders.file_hash(number) for number in range(count)]


def decide(signals: list[Signal], judgement: Judgement, actor: object, *, version: int = 1) -> Judged:
    return incidents.decide(
        incident_id=signals[0].incident.public_id,  # type: ignore[union-attr]
        seen={signal.public_id: version for signal in signals},
        judgement=judgement,
        actor=actor,  # type: ignore[arg-type]
        now=NOW,
    )


def statuses(signals: list[Signal]) -> list[str]:
    return [builders.fresh(signal).status for signal in signals]


def test_one_approval_shares_all_signals_of_an_incident_each_with_its_own_trace(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(5))

    judged = decide(signals, APPROVE, builders.actor(pixelpond, Role.REVIEWER))

    assert len(judged.decided) == 5
    assert set(statuses(signals)) == {Status.ACTIVE}
    assert Decision.objects.filter(verdict=Verdict.APPROVE).count() == 5
    assert Entry.objects.filter(action="signal.activated").count() == 5


def test_chosen_ones_are_rejected_and_the_others_wait_on(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(3))

    decide(signals[:2], REJECT, builders.actor(pixelpond, Role.REVIEWER))

    assert statuses(signals) == [Status.REJECTED, Status.REJECTED, Status.SUBMITTED]


def test_nobody_approves_together_what_they_submitted(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))
    submitter = signals[0].submitted_by
    Grant.objects.create(staff=submitter, role=Role.REVIEWER, granted_at=NOW, granted_by=1)
    before = Entry.objects.count()

    with pytest.raises(WrongState, match="None of them"):
        decide(signals, APPROVE, submitter.actor(NOW))

    assert set(statuses(signals)) == {Status.SUBMITTED}
    assert not Decision.objects.exists()
    assert Entry.objects.count() == before


def test_whoever_reviews_nothing_decides_nothing(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))

    with pytest.raises(NotAllowed):
        decide(signals, APPROVE, builders.actor(pixelpond, Role.SUBMITTER))


def test_another_member_does_not_even_know_of_the_incident(pixelpond: Organisation, kestrel: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))

    with pytest.raises(Hidden):
        decide(signals, APPROVE, builders.actor(kestrel, Role.REVIEWER))
    assert reviewer(kestrel).get(page_of(signals)).status_code == 404


def test_a_signal_of_another_incident_is_not_decided_along(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))
    other = builders.submitted(pixelpond)

    with pytest.raises(Hidden):
        decide([*signals, other], APPROVE, builders.actor(pixelpond, Role.REVIEWER))


def test_what_needs_something_else_is_named_and_left(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, [*hashes(2), BROAD, builders.fresh_email()])
    claims.claim(signal_id=signals[0].public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)

    judged = decide(signals, APPROVE, builders.actor(pixelpond, Role.REVIEWER))

    assert {one.public_id for one in judged.decided} == {signals[1].public_id, signals[3].public_id}
    why = {one.signal.public_id: one.sentence for one in judged.left}
    assert "is working on this" in why[signals[0].public_id]
    assert "single word" in why[signals[2].public_id]
    assert statuses(signals) == [Status.SUBMITTED, Status.ACTIVE, Status.SUBMITTED, Status.ACTIVE]


def test_what_needs_a_second_approval_is_left_by_the_own_reviewer_and_taken_by_the_programme(
    pixelpond: Organisation,
) -> None:
    child = builders.statement(account_holder=AccountHolder.POSSIBLY_CHILD)
    signals = builders.submit_all(pixelpond, [builders.fresh_email(), builders.fresh_email()], says=child)
    own, steward = builders.actor(pixelpond, Role.REVIEWER), builders.steward()

    with pytest.raises(WrongState):
        decide(signals, APPROVE, own)
    for signal in signals:
        builders.approve(signal, own)
    decide(signals, APPROVE, steward)

    assert set(statuses(signals)) == {Status.ACTIVE}
    assert Decision.objects.filter(attestation=Attestation.COMPLETENESS).count() == 2


def test_an_approval_that_vouches_for_nothing_and_a_rejection_without_a_reason_change_nothing(
    pixelpond: Organisation,
) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))
    actor = builders.actor(pixelpond, Role.REVIEWER)

    for judgement in (Judgement(Verdict.APPROVE), Judgement(Verdict.REJECT)):
        with pytest.raises(Invalid):
            decide(signals, judgement, actor)

    assert set(statuses(signals)) == {Status.SUBMITTED}


def test_what_was_changed_since_it_was_shown_is_left(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))

    with pytest.raises(WrongState):
        decide(signals, APPROVE, builders.actor(pixelpond, Role.REVIEWER), version=2)


# Pages


def page_of(signals: list[Signal]) -> str:
    assert signals[0].incident is not None
    return reverse("reviews:incident", args=[signals[0].incident.public_id])


def test_an_incident_is_one_row_of_the_queue_with_its_count(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(7))
    alone = builders.submitted(pixelpond)

    answer = reviewer(pixelpond).get("/queue/")

    assert [row.id for row in answer.context["rows"]] == [
        min(signals, key=lambda one: one.pk).public_id,
        alone.public_id,
    ]
    assert "7 signals of one incident" in text(answer)
    assert page_of(signals) in text(answer)


def test_the_page_shows_each_signal_and_what_would_leave_it_out(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, [*hashes(2), BROAD])

    page = text(reviewer(pixelpond).get(page_of(signals)))

    assert all(signal.reference in page for signal in signals)
    assert "Not approved with the others. Look at it by itself: The keyword is a single word" in page
    assert "2 of 3." in page


def test_one_click_on_the_page_decides_and_says_what_was_left(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, [*hashes(2), BROAD])
    client = reviewer(pixelpond)
    chosen = client.get(page_of(signals)).context["chosen"]

    answer = client.post(
        page_of(signals), {"seen": sorted(chosen), "verdict": "approve", "attested": "on"}, follow=True
    )

    assert len(chosen) == 3
    assert "2 signals of the incident are decided." in text(answer)
    assert f"{signals[2].reference}: Look at it by itself" in text(answer)


def test_a_refusal_keeps_what_was_typed_and_what_was_chosen(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(3))
    seen = f"{signals[1].public_id}:1"

    answer = reviewer(pixelpond).post(page_of(signals), {"seen": seen, "verdict": "approve", "inward": "Looked twice."})

    assert answer.status_code == 422
    assert answer.context["chosen"] == {seen}
    assert "Looked twice." in text(answer)
    assert "Confirm what you vouch for" in text(answer)


def test_without_a_chosen_signal_nothing_is_decided(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))

    answer = reviewer(pixelpond).post(page_of(signals), {"verdict": "approve", "attested": "on"})

    assert answer.status_code == 422
    assert "Choose at least one signal." in text(answer)


def test_whoever_submitted_the_incident_sees_that_somebody_else_decides(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))
    Grant.objects.create(staff=signals[0].submitted_by, role=Role.REVIEWER, granted_at=NOW, granted_by=1)
    client = Client()
    builders.sign_in(client, signals[0].submitted_by)

    assert "You submitted this signal." in text(client.get(page_of(signals)))


def test_the_page_of_a_decided_incident_leads_back_to_the_queue(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(2))
    decide(signals, APPROVE, builders.actor(pixelpond, Role.REVIEWER))

    assert "Nothing of this incident waits for you" in text(reviewer(pixelpond).get(page_of(signals)))


def test_the_page_of_a_signal_leads_to_its_incident(pixelpond: Organisation) -> None:
    signals = builders.submit_all(pixelpond, hashes(3))

    page = text(reviewer(pixelpond).get(reverse("reviews:signal", args=[signals[0].public_id])))

    assert "2 more signals of this incident wait." in page
    assert page_of(signals) in page


def test_the_number_of_queries_does_not_grow_with_the_incident(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    small = builders.submit_all(pixelpond, [builders.fresh_email() for _ in range(2)])
    large = builders.submit_all(pixelpond, [builders.fresh_email() for _ in range(12)])

    assert queries(client, page_of(large)) == queries(client, page_of(small))
