from collections.abc import Iterator
from datetime import timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import Membership, Organisation
from lantern_site.members.roles import Role
from reviews import replay
from reviews.models import Delivery, Recall
from reviews.services import decisions, holds, recalls
from reviews.services.recalls import Answer
from reviews.workflow import DeliveryState, HoldReason, RecallAnswer, RecallCause, ReportCorrected
from signals import candidates
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Receipt, Signal
from signals.purposes import Purpose, Surface
from signals.services import jobs
from signals.services.jobs import Plan
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=5)
NOTHING = Answer(RecallAnswer.NOTHING_FOUND, ReportCorrected.NONE_MADE, 0)
KEPT = Answer(RecallAnswer.KEPT, ReportCorrected.NO, 2)


@pytest.fixture(autouse=True)
def ledger_and_tables_agree() -> Iterator[None]:
    yield
    assert replay.compare() == []


def received(*members: Organisation, item: Item | None = None) -> Signal:
    """A signal of Pixelpond that these members have received."""
    signal = builders.active(builders.member(), item)
    for member in members:
        builders.receipt(signal, member)
    return signal


def retract(signal: Signal) -> Recall:
    """The owner takes it back, because it could have been wrong."""
    reviewer = builders.actor(signal.organisation, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=reviewer, now=NOW)
    return Recall.objects.get(signal=signal)


def retracted(*members: Organisation) -> Recall:
    return retract(received(*members))


def answer(recall: Recall, by: Actor, said: Answer = NOTHING) -> Delivery:
    return recalls.acknowledge(recall_id=recall.public_id, answer=said, actor=by, now=LATER)


def delivery(recall: Recall, member: Organisation) -> Delivery:
    return Delivery.objects.get(recall=recall, organisation=member)


def key_of(member: Organisation, *scopes: KeyScope) -> Actor:
    issuer = builders.person(member, Role.MEMBER_ADMIN)
    return Actor(
        ActorKind.KEY,
        1,
        member.pk,
        member.public_id,
        frozenset(f"key:{scope}" for scope in scopes),
        issuer.public_id,
        staff_id=issuer.pk,
    )


def test_a_retraction_is_due_at_everyone_who_received_the_signal_but_its_owner() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    builders.member("Quillwood")

    recall = retracted(builders.member(), kestrel, harbourline, builders.programme())

    assert recall.cause == RecallCause.RETRACTED
    assert [one.organisation for one in recall.deliveries.order_by("pk")] == [kestrel, harbourline]
    first = delivery(recall, kestrel)
    assert (first.state, first.due_at, first.overdue_at) == (DeliveryState.DUE, NOW, NOW + timedelta(hours=72))
    entry = Entry.objects.about("recall", recall.public_id).get()
    assert (entry.action, entry.facts["members"], entry.facts["cause"]) == ("recall.opened", 2, "retracted")


def test_what_nobody_received_is_not_recalled() -> None:
    signal = received()
    reviewer = builders.actor(signal.organisation, Role.REVIEWER)

    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=reviewer, now=NOW)

    assert builders.fresh(signal).status == Status.RETRACTED
    assert not Recall.objects.exists()


def test_hold_and_retraction_are_two_states_of_one_recall() -> None:
    kestrel = builders.member("Kestrel")
    signal = received(kestrel)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.UNCLEAR, actor=steward, now=NOW)
    recall = Recall.objects.get()
    answer(recall, builders.actor(kestrel, Role.ANALYST), KEPT)

    holds.release(signal_id=signal.public_id, actor=steward, now=LATER)

    recall.refresh_from_db()
    assert recall.cause == RecallCause.RELEASED
    again = delivery(recall, kestrel)
    assert (again.state, again.due_at, again.answer, again.acknowledged_by) == (DeliveryState.DUE, LATER, "", None)
    assert Recall.objects.count() == 1
    assert [entry.action for entry in Entry.objects.about("recall", recall.public_id)] == [
        "recall.opened", "recall.answered", "recall.changed",
    ]  # fmt: skip


def test_the_same_cause_again_reaches_only_those_who_received_it_since() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    signal = received(kestrel)
    recall = retract(signal)
    recalls.deliver(recall_id=recall.public_id, actor=builders.actor(kestrel, Role.ANALYST), now=NOW)
    signal = builders.fresh(signal)
    builders.receipt(signal, harbourline)

    with recording(Actor.clock(), LATER) as record:
        recalls.announce(record, signal, RecallCause.RETRACTED)

    assert delivery(recall, kestrel).state == DeliveryState.DELIVERED
    assert delivery(recall, harbourline).due_at == LATER
    assert Entry.objects.about("recall", recall.public_id).filter(action="recall.changed").get().facts["members"] == 1


def test_a_recall_that_everyone_acknowledged_is_closed_and_the_next_one_is_new() -> None:
    kestrel = builders.member("Kestrel")
    signal = received(kestrel)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.UNCLEAR, actor=steward, now=NOW)
    first = Recall.objects.get()

    answer(first, builders.actor(kestrel, Role.ANALYST))
    holds.release(signal_id=signal.public_id, actor=steward, now=LATER)

    first.refresh_from_db()
    assert first.closed_at == LATER
    second = Recall.objects.get(closed_at__isnull=True)
    assert second.cause == RecallCause.RELEASED
    closed = Entry.objects.about("recall", first.public_id).get(action="recall.closed")
    assert closed.facts["state"] == "closed"
    assert closed.facts["seconds_open"] == 5 * 3600


def test_a_recall_is_delivered_when_somebody_opens_it_and_only_once() -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    reader = builders.actor(kestrel, Role.SUBMITTER)

    for _ in range(2):
        recalls.deliver(recall_id=recall.public_id, actor=reader, now=LATER)
    recalls.deliver(recall_id=recall.public_id, actor=builders.actor(builders.member(), Role.REVIEWER), now=LATER)

    assert delivery(recall, kestrel).delivered_at == LATER
    entry = Entry.objects.about("recall", recall.public_id).get(action="recall.delivered")
    assert entry.facts["organisation"] == kestrel.public_id
    assert entry.facts["seconds_since_due"] == 5 * 3600


def test_an_acknowledgement_says_what_was_found_and_done() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    recall = retracted(kestrel, harbourline)

    said = answer(
        recall,
        builders.actor(kestrel, Role.ANALYST),
        Answer(RecallAnswer.UNDONE, ReportCorrected.YES, 3),
    )

    assert (said.state, said.answer, said.local_hits) == (DeliveryState.ACKNOWLEDGED, RecallAnswer.UNDONE, 3)
    recall.refresh_from_db()
    assert recall.closed_at is None, "another member has not answered"
    entry = Entry.objects.about("recall", recall.public_id).get(action="recall.acknowledged")
    assert entry.facts["answer"] == "undone"
    assert entry.facts["report_corrected"] == "yes"
    with pytest.raises(WrongState, match="has acknowledged"):
        answer(recall, builders.actor(kestrel, Role.ANALYST))


def test_what_is_kept_needs_a_second_person() -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    first, second = (builders.actor(kestrel, Role.ANALYST) for _ in range(2))

    with pytest.raises(WrongState, match="Nothing waits"):
        recalls.confirm(recall_id=recall.public_id, actor=second, now=LATER)
    waiting = answer(recall, first, KEPT)
    assert waiting.awaits_confirmation
    assert delivery(recall, kestrel) in Delivery.objects.waiting_for(kestrel.pk)
    with pytest.raises(NotAllowed, match="You gave this answer"):
        recalls.confirm(recall_id=recall.public_id, actor=first, now=LATER)
    recalls.confirm(recall_id=recall.public_id, actor=second, now=LATER)

    assert delivery(recall, kestrel).is_acknowledged
    recall.refresh_from_db()
    assert recall.closed_at == LATER


def test_an_answer_that_waits_for_its_second_person_may_be_changed() -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    answer(recall, builders.actor(kestrel, Role.ANALYST), KEPT)

    said = answer(recall, builders.actor(kestrel, Role.ANALYST), Answer(RecallAnswer.UNDONE, ReportCorrected.YES, 2))

    assert said.is_acknowledged


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Answer("later", ReportCorrected.NO, 0), "answer"),  # type: ignore[arg-type]
        (Answer(RecallAnswer.UNDONE, "", 1), "report_corrected"),  # type: ignore[arg-type]
        (Answer(RecallAnswer.UNDONE, ReportCorrected.NO, -1), "local_hits"),
        (Answer(RecallAnswer.NOTHING_FOUND, ReportCorrected.NO, 1), "answer"),
    ],
)
def test_an_incomplete_answer_is_refused_and_leaves_nothing(said: Answer, field: str) -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    before = Entry.objects.count()

    with pytest.raises(Invalid) as refusal:
        answer(recall, builders.actor(kestrel, Role.ANALYST), said)

    assert refusal.value.field == field
    assert Entry.objects.count() == before
    assert delivery(recall, kestrel).state == DeliveryState.DUE


def test_who_is_not_addressed_does_not_know_the_recall() -> None:
    recall = retracted(builders.member("Kestrel"))

    with pytest.raises(Hidden):
        answer(recall, builders.actor(builders.member("Harbourline"), Role.ANALYST))
    with pytest.raises(Hidden):
        answer(recall, builders.actor(builders.member(), Role.ANALYST))
    with pytest.raises(NotAllowed, match="needs the role"):
        answer(recall, builders.actor(builders.member("Kestrel"), Role.SUBMITTER))


def test_a_key_acknowledges_only_where_there_is_nothing_to_judge() -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    key = key_of(kestrel, KeyScope.FEEDBACK)

    with pytest.raises(NotAllowed, match="scope"):
        answer(recall, key_of(kestrel, KeyScope.READ))
    with pytest.raises(NotAllowed, match="a person must say"):
        answer(recall, key, Answer(RecallAnswer.UNDONE, ReportCorrected.NONE_MADE, 2))
    answer(recall, key)

    assert delivery(recall, kestrel).is_acknowledged


def test_a_key_does_not_acknowledge_where_there_is_a_lead() -> None:
    kestrel = builders.member("Kestrel")
    address = Item(Kind.EMAIL, "some.body@example.org")
    signal = received(kestrel, item=address)
    job = jobs.start(
        plan=Plan("Weekly list", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA),
        candidates=candidates.parse(address.raw).candidates,
        actor=builders.actor(kestrel, Role.ANALYST),
        now=NOW,
    )
    builders.run_job(job)
    recall = retract(signal)

    with pytest.raises(NotAllowed, match="a person must say"):
        answer(recall, key_of(kestrel, KeyScope.FEEDBACK))

    assert Receipt.objects.filter(signal=signal, way=Receipt.Way.LEAD).exists()


def test_a_member_that_has_left_the_community_still_gets_and_answers_the_recall() -> None:
    kestrel = builders.member("Kestrel")
    signal = received(kestrel)
    Membership.objects.filter(organisation=kestrel).update(left_at=NOW)
    recall = retract(signal)
    analyst = builders.actor(kestrel, Role.ANALYST)

    with acting_as(analyst):
        assert Delivery.objects.visible_to(analyst).get().recall == recall
    recalls.deliver(recall_id=recall.public_id, actor=analyst, now=LATER)
    answer(recall, analyst)

    recall.refresh_from_db()
    assert recall.closed_at == LATER


def test_the_reach_is_seen_by_the_owner_and_the_programme() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    retracted(kestrel, harbourline)

    seen = {}
    for organisation in (builders.member(), builders.programme(), kestrel, builders.member("Quillwood")):
        actor = builders.actor(organisation, Role.AUDITOR if organisation.is_programme else Role.ANALYST)
        with acting_as(actor):
            seen[organisation.name] = Delivery.objects.visible_to(actor).count()

    assert seen == {"Pixelpond": 2, "Lantern programme": 2, "Kestrel": 1, "Quillwood": 0}


def test_a_late_answer_is_noted_once() -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    late = NOW + timedelta(hours=73)

    noted = [recalls.note_overdue(delivery_id=delivery(recall, kestrel).pk, now=late) for _ in range(2)]

    assert noted == [True, False]
    entry = Entry.objects.about("recall", recall.public_id).get(action="recall.overdue")
    assert entry.facts["seconds_since_due"] == 73 * 3600


def test_when_closing_fails_nothing_is_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    kestrel = builders.member("Kestrel")
    recall = retracted(kestrel)
    before = Entry.objects.count()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(recalls, "_close_when_done", fail)
    with pytest.raises(ZeroDivisionError):
        answer(recall, builders.actor(kestrel, Role.ANALYST))

    assert delivery(recall, kestrel).state == DeliveryState.DUE
    assert Entry.objects.count() == before
