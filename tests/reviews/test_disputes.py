from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, Refusal, WrongState
from lantern_site.members.models import Grant, Membership, Organisation, Staff
from lantern_site.members.policies import permits
from lantern_site.members.roles import Role
from reviews import disputing, replay
from reviews.models import Dispute, Recall
from reviews.services import decisions, disputes, holds, recalls
from reviews.workflow import DisputeState, HoldReason, Reason, RecallCause, Result, Scope
from signals.kinds import AccountHolder
from signals.models import Signal
from signals.services import sharing
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)
MAYBE: Any = "maybe"


def objector(of: Organisation) -> Actor:
    return builders.actor(of, Role.ANALYST)


def open_dispute(signal: Signal, by: Actor, **changes: Any) -> Dispute:
    said: dict[str, Any] = {
        "scope": Scope.SIGNAL,
        "reason": Reason.STALE,
        "statement": "The account was closed long before.",
        "opener_named": True,
        "hold_asked": False,
        "now": NOW,
    }
    return disputes.open(signal_id=signal.public_id, actor=by, **(said | changes))


def held(signal: Signal, by: Organisation, *, at: Any = NOW) -> Dispute:
    """A dispute about a person whose hold a second person of the opener has confirmed."""
    opened = open_dispute(signal, objector(by), reason=Reason.WRONG_PERSON, hold_asked=True, now=at)
    return disputes.confirm_hold(dispute_id=opened.public_id, actor=objector(by), now=at)


def decide(dispute: Dispute, result: Result, *, at: Any = LATER) -> Dispute:
    adjudicator = builders.actor(builders.programme(), Role.ADJUDICATOR)
    return disputes.decide(
        dispute_id=dispute.public_id, result=result, text="Decided on the evidence.", actor=adjudicator, now=at
    )


def appeal(dispute: Dispute, by: Organisation, *, at: Any = LATER) -> Dispute:
    return disputes.appeal(dispute_id=dispute.public_id, text="The evidence was not read.", actor=objector(by), now=at)


def decide_appeal(dispute: Dispute, result: Result, *, at: Any = LATER) -> Dispute:
    external = builders.actor(builders.programme(), Role.EXTERNAL_ADJUDICATOR)
    return disputes.decide_appeal(
        dispute_id=dispute.public_id, result=result, text="Read anew.", actor=external, now=at
    )


def fresh(dispute: Dispute) -> Dispute:
    with acting_as(Actor.clock()):
        return Dispute.objects.get(pk=dispute.pk)


def the_recall(signal: Signal) -> Recall:
    return Recall.objects.get(signal=signal, closed_at__isnull=True)


def actions(kind: str, subject: int) -> list[str]:
    return list(Entry.objects.about(kind, subject).values_list("action", flat=True))


@pytest.fixture(autouse=True)
def ledger_and_tables_agree() -> Any:
    """Whatever a test does, the ledger leads to the tables, and what is held is held for a reason."""
    yield
    assert replay.compare() == []
    assert replay.unfounded() == []


# Opening


def test_a_dispute_puts_the_signal_under_caution_at_once() -> None:
    signal = builders.active(builders.member())

    dispute = open_dispute(signal, objector(builders.member("Kestrel")))

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested, signal.caution) == (Status.ACTIVE, True, True)
    assert dispute.answer_due_at == NOW + timedelta(days=7), "five working days"
    assert dispute.decide_due_at == NOW + timedelta(days=14), "ten working days"
    assert actions("dispute", dispute.public_id) == ["dispute.opened"]
    assert actions("signal", signal.public_id)[-1] == "signal.cautioned"
    entry = Entry.objects.about("dispute", dispute.public_id).get()
    assert entry.facts["reason"] == "stale"
    assert entry.facts["state"] == "opened"
    assert entry.facts["signal"] == signal.public_id


def test_its_owner_withdraws_a_signal_and_does_not_dispute_it() -> None:
    pixelpond = builders.member()
    signal = builders.active(pixelpond)

    with pytest.raises(NotAllowed, match="withdraw it instead"):
        open_dispute(signal, objector(pixelpond))

    assert not builders.fresh(signal).contested


def test_only_people_who_examine_signals_dispute_them() -> None:
    signal = builders.active(builders.member())
    kestrel = builders.member("Kestrel")

    with pytest.raises(NotAllowed, match="needs the role"):
        open_dispute(signal, builders.actor(kestrel, Role.SUBMITTER))
    with pytest.raises(NotAllowed, match="needs the role"):
        open_dispute(signal, builders.actor(builders.programme(), Role.STEWARD))


def test_a_signal_that_was_never_shared_does_not_exist_for_others() -> None:
    signal = builders.submitted(builders.member())

    with pytest.raises(Hidden):
        open_dispute(signal, objector(builders.member("Kestrel")))


def test_what_was_taken_back_is_not_disputed() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    reviewer = builders.actor(pixelpond, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=False, note="", actor=reviewer, now=NOW)

    with pytest.raises(WrongState, match="withdrawn"):
        open_dispute(signal, objector(kestrel))


def test_a_member_has_one_open_dispute_about_a_signal() -> None:
    signal = builders.active(builders.member())
    kestrel = builders.member("Kestrel")
    first = open_dispute(signal, objector(kestrel))

    with pytest.raises(WrongState, match="disputes this signal already"):
        open_dispute(signal, objector(kestrel), reason=Reason.BASIS)
    open_dispute(signal, objector(builders.member("Harbourline")))
    disputes.withdraw(dispute_id=first.public_id, actor=objector(kestrel), now=LATER)
    again = open_dispute(signal, objector(kestrel), reason=Reason.BASIS, now=LATER)

    assert again.state == DisputeState.OPENED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"statement": "  "}, "statement"),
        ({"statement": "x" * 1001}, "statement"),
        ({"reason": "dislike"}, "reason"),
        ({"scope": Scope.INCIDENT}, "scope"),
        ({"scope": "country"}, "scope"),
        ({"hold_asked": True}, "hold_asked"),
    ],
)
def test_an_incomplete_dispute_is_refused_and_leaves_nothing(changes: dict[str, Any], field: str) -> None:
    signal = builders.active(builders.member())
    analyst = objector(builders.member("Kestrel"))
    before = Entry.objects.count()

    with pytest.raises(Invalid) as refusal:
        open_dispute(signal, analyst, **changes)

    assert refusal.value.field == field
    assert Entry.objects.count() == before
    assert not builders.fresh(signal).caution


def test_when_the_last_step_fails_nothing_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    signal = builders.active(builders.member())
    analyst = objector(builders.member("Kestrel"))
    before = Entry.objects.count()
    monkeypatch.setattr(holds, "settle", _fail)

    with pytest.raises(ZeroDivisionError):
        open_dispute(signal, analyst)

    monkeypatch.undo()
    assert Entry.objects.count() == before
    with acting_as(Actor.clock()):
        assert not Dispute.objects.exists()
    assert not builders.fresh(signal).contested


def _fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError


# Scope


def test_what_harms_a_person_is_disputed_on_every_signal_of_the_indicator() -> None:
    address = builders.email(1)
    mine = builders.active(builders.member("Harbourline"), address)
    first, second = (builders.active(builders.member(name), address) for name in ("Pixelpond", "Kestrel"))
    other = builders.active(builders.member("Pixelpond"))

    dispute = open_dispute(first, objector(builders.member("Harbourline")), reason=Reason.WRONG_PERSON)

    assert dispute.scope == Scope.INDICATOR
    assert dispute.indicator_id == first.indicator_id
    assert builders.fresh(first).contested
    assert builders.fresh(second).contested
    assert not builders.fresh(mine).contested, "its own is for the opener to withdraw"
    assert not builders.fresh(other).contested


def test_a_stale_signal_is_disputed_alone() -> None:
    address = builders.email(1)
    first, second = (builders.active(builders.member(name), address) for name in ("Pixelpond", "Kestrel"))

    dispute = open_dispute(first, objector(builders.member("Harbourline")))

    assert dispute.scope == Scope.SIGNAL
    assert not builders.fresh(second).contested


def test_an_incident_is_disputed_as_a_whole() -> None:
    pixelpond = builders.member()
    shared = builders.submit_all(pixelpond, [builders.email(1), builders.email(2), builders.email(3)])
    first, second, waiting = shared
    builders.approved(first)
    builders.approved(second)

    dispute = open_dispute(first, objector(builders.member("Kestrel")), scope=Scope.INCIDENT)

    assert dispute.incident_id == first.incident_id
    assert builders.fresh(second).contested
    assert not builders.fresh(waiting).contested, "what is not shared yet is not known to others"


# Names


def test_an_opener_that_is_not_named_is_not_found_in_what_the_owner_may_read() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    analyst = objector(kestrel)
    before = Entry.objects.count()

    open_dispute(signal, analyst, opener_named=False)

    readable = Entry.objects.filter(position__gt=before).exclude(audience=f"organisation:{kestrel.public_id}")
    assert readable.exists()
    for entry in readable:
        assert kestrel.public_id not in (entry.organisation, *entry.facts.values())
        assert entry.actor != analyst.id


def test_a_dispute_is_hidden_from_everyone_but_the_parties_and_the_programme() -> None:
    dispute = open_dispute(builders.active(builders.member()), objector(builders.member("Kestrel")))
    stranger = builders.actor(builders.member("Harbourline"), Role.REVIEWER, Role.ANALYST)

    with pytest.raises(Hidden):
        disputes.answer(dispute_id=dispute.public_id, text="Not ours.", actor=stranger, now=NOW)
    with pytest.raises(Hidden):
        disputes.withdraw(dispute_id=dispute.public_id, actor=stranger, now=NOW)


# Answering and accepting


def test_the_owner_answers_once() -> None:
    pixelpond = builders.member()
    dispute = open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel")))
    owner = builders.actor(pixelpond, Role.REVIEWER)

    disputes.answer(dispute_id=dispute.public_id, text="Our evidence is of last week.", actor=owner, now=LATER)

    assert fresh(dispute).state == DisputeState.ANSWERED
    assert actions("dispute", dispute.public_id) == ["dispute.opened", "dispute.answered"]
    with pytest.raises(WrongState):
        disputes.answer(dispute_id=dispute.public_id, text="And again.", actor=owner, now=LATER)


def test_the_opener_does_not_answer_for_the_owner() -> None:
    kestrel = builders.member("Kestrel")
    dispute = open_dispute(builders.active(builders.member()), objector(kestrel))

    with pytest.raises(NotAllowed, match="that shared the signal"):
        disputes.answer(dispute_id=dispute.public_id, text="They agree.", actor=objector(kestrel), now=NOW)
    with pytest.raises(NotAllowed, match="that shared the signal"):
        disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(kestrel, Role.REVIEWER), now=NOW)


def test_an_accepted_dispute_retracts_and_recalls() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)
    dispute = held(signal, kestrel)

    disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=LATER)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested, signal.caution) == (Status.RETRACTED, False, False)
    assert fresh(dispute).state == DisputeState.ACCEPTED
    assert not fresh(dispute).is_holding
    assert the_recall(signal).cause == RecallCause.RETRACTED
    assert Recall.objects.count() == 1, "hold and retraction are two states of one recall"
    retracted = Entry.objects.about("signal", signal.public_id).get(action="signal.retracted")
    assert retracted.facts["reason"] == "wrong_person"


def test_one_of_two_owners_accepts_for_itself_only() -> None:
    address = builders.email(1)
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    first, second = builders.active(pixelpond, address), builders.active(kestrel, address)
    dispute = held(first, builders.member("Harbourline"))

    disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=LATER)

    assert builders.fresh(first).status == Status.RETRACTED
    assert builders.fresh(second).status == Status.HELD
    assert fresh(dispute).state == DisputeState.OPENED
    disputes.accept(dispute_id=dispute.public_id, actor=builders.actor(kestrel, Role.REVIEWER), now=LATER)
    assert builders.fresh(second).status == Status.RETRACTED
    assert fresh(dispute).state == DisputeState.ACCEPTED


# Deciding


@pytest.mark.parametrize(
    ("result", "status", "cause"),
    [
        (Result.UPHELD, Status.RETRACTED, RecallCause.RETRACTED),
        (Result.AMENDED, Status.ACTIVE, RecallCause.CORRECTED),
        (Result.NOT_UPHELD, Status.ACTIVE, RecallCause.RELEASED),
    ],
)
def test_a_decision_retracts_or_releases_and_tells_those_who_received(
    result: Result, status: Status, cause: RecallCause
) -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    dispute = held(signal, kestrel)

    decide(dispute, result)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested, signal.caution) == (status, False, False)
    assert the_recall(signal).cause == cause
    dispute = fresh(dispute)
    assert (dispute.state, dispute.result, dispute.decided_at) == (DisputeState.DECIDED, result, LATER)
    entry = Entry.objects.about("dispute", dispute.public_id).get(action="dispute.decided")
    assert entry.facts["result"] == result
    assert entry.facts["seconds_since_opened"] == 24 * 3600


def test_a_dispute_that_fails_without_a_hold_recalls_nothing() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)

    decide(open_dispute(signal, objector(kestrel)), Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.ACTIVE
    assert not builders.fresh(signal).caution
    assert actions("signal", signal.public_id)[-1] == "signal.cleared"
    assert not Recall.objects.exists()


def test_an_amendment_is_told_even_if_nothing_was_held() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)

    decide(open_dispute(signal, objector(kestrel), reason=Reason.HARM_TERM), Result.AMENDED)

    assert the_recall(signal).cause == RecallCause.CORRECTED


def test_those_who_received_a_signal_that_expired_meanwhile_learn_that_it_was_wrong() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    dispute = held(signal, kestrel)
    sharing.expire_due(now=NOW + timedelta(days=400))

    decide(dispute, Result.UPHELD, at=NOW + timedelta(days=400))

    assert builders.fresh(signal).status == Status.EXPIRED
    assert the_recall(signal).cause == RecallCause.RETRACTED


def test_an_adjudicator_who_took_part_does_not_decide() -> None:
    signal = builders.active(builders.member(), says=builders.statement(account_holder=AccountHolder.POSSIBLY_CHILD))
    checker = _steward_who_approved(signal)
    Grant.objects.create(staff=checker, role=Role.ADJUDICATOR, granted_at=NOW, granted_by=1)
    dispute = open_dispute(signal, objector(builders.member("Kestrel")))

    with pytest.raises(NotAllowed, match="You took part"):
        disputes.decide(
            dispute_id=dispute.public_id, result=Result.UPHELD, text="So be it.", actor=checker.actor(NOW), now=NOW
        )

    assert fresh(dispute).state == DisputeState.OPENED


def _steward_who_approved(signal: Signal) -> Staff:
    with acting_as(Actor.clock()):
        approval = signal.decisions.select_related("decided_by__organisation").get(organisation=builders.programme())
        return approval.decided_by


def test_reading_the_value_is_no_part_in_the_case() -> None:
    signal = builders.active(builders.member())
    dispute = open_dispute(signal, objector(builders.member("Kestrel")))
    adjudicator = builders.actor(builders.programme(), Role.ADJUDICATOR)
    sharing.reveal(signal_id=signal.public_id, reason="dispute", actor=adjudicator, now=NOW)

    with acting_as(adjudicator):
        assert permits(disputing.may_decide, adjudicator, dispute)


def test_a_party_does_not_decide_its_own_case() -> None:
    pixelpond = builders.member()
    dispute = open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel")))

    with pytest.raises(NotAllowed):
        disputes.decide(
            dispute_id=dispute.public_id,
            result=Result.NOT_UPHELD,
            text="We are right.",
            actor=builders.actor(pixelpond, Role.REVIEWER),
            now=NOW,
        )


def test_a_decision_gives_its_reason() -> None:
    dispute = open_dispute(builders.active(builders.member()), objector(builders.member("Kestrel")))
    adjudicator = builders.actor(builders.programme(), Role.ADJUDICATOR)

    with pytest.raises(Invalid, match="reason"):
        disputes.decide(dispute_id=dispute.public_id, result=Result.UPHELD, text=" ", actor=adjudicator, now=NOW)
    with pytest.raises(Invalid):
        disputes.decide(
            dispute_id=dispute.public_id,
            result=MAYBE,
            text="Hm.",
            actor=adjudicator,
            now=NOW,
        )


def test_when_the_recall_fails_the_decision_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = held(signal, kestrel)
    before = Entry.objects.count()
    monkeypatch.setattr(recalls, "announce", _fail)

    with pytest.raises(ZeroDivisionError):
        decide(dispute, Result.UPHELD)

    assert Entry.objects.count() == before
    assert fresh(dispute).state == DisputeState.OPENED
    assert builders.fresh(signal).status == Status.HELD


# Appeals


def test_an_appeal_may_reinstate_what_was_retracted() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)
    dispute = decide(held(signal, kestrel), Result.UPHELD)

    appeal(dispute, pixelpond)
    assert builders.fresh(signal).contested
    decide_appeal(dispute, Result.NOT_UPHELD)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested) == (Status.ACTIVE, False)
    assert fresh(dispute).state == DisputeState.CLOSED
    assert fresh(dispute).final_result == Result.NOT_UPHELD
    assert the_recall(signal).cause == RecallCause.RELEASED
    assert "signal.reinstated" in actions("signal", signal.public_id)


def test_an_appeal_may_retract_what_was_left() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = decide(held(signal, kestrel), Result.NOT_UPHELD)

    appeal(dispute, kestrel)
    assert builders.fresh(signal).status == Status.ACTIVE, "an appeal sets caution and no hold"
    decide_appeal(dispute, Result.UPHELD)

    assert builders.fresh(signal).status == Status.RETRACTED


def test_an_appeal_is_open_once_and_for_thirty_days() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    late = decide(open_dispute(builders.active(pixelpond), objector(kestrel)), Result.UPHELD)
    once = decide(open_dispute(builders.active(pixelpond), objector(kestrel)), Result.UPHELD)

    with pytest.raises(WrongState, match="30 days"):
        appeal(late, pixelpond, at=LATER + timedelta(days=30, seconds=1))
    appeal(once, pixelpond, at=LATER + timedelta(days=30))
    decide_appeal(once, Result.UPHELD, at=LATER + timedelta(days=31))
    with pytest.raises(WrongState):
        appeal(once, kestrel, at=LATER + timedelta(days=31))


def test_only_an_external_adjudicator_decides_an_appeal() -> None:
    pixelpond = builders.member()
    dispute = open_dispute(builders.active(pixelpond), objector(builders.member("Kestrel")))
    adjudicator = builders.person(builders.programme(), Role.ADJUDICATOR, Role.EXTERNAL_ADJUDICATOR).actor(NOW)
    disputes.decide(dispute_id=dispute.public_id, result=Result.UPHELD, text="Yes.", actor=adjudicator, now=NOW)
    appeal(dispute, pixelpond, at=NOW)

    with pytest.raises(NotAllowed, match="needs the role"):
        disputes.decide_appeal(
            dispute_id=dispute.public_id,
            result=Result.UPHELD,
            text="Still yes.",
            actor=builders.actor(builders.programme(), Role.ADJUDICATOR),
            now=NOW,
        )
    with pytest.raises(NotAllowed, match="You took part"):
        disputes.decide_appeal(
            dispute_id=dispute.public_id, result=Result.UPHELD, text="Still yes.", actor=adjudicator, now=NOW
        )


def test_a_signal_that_its_owner_shared_anew_is_not_reinstated() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    address = builders.email(1)
    signal = builders.active(pixelpond, address)
    dispute = decide(held(signal, kestrel), Result.UPHELD)
    builders.submitted(pixelpond, address, now=LATER)
    appeal(dispute, pixelpond)

    decide_appeal(dispute, Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.RETRACTED


# Withdrawing


def test_a_withdrawn_dispute_releases_the_signal() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Harbourline"))
    dispute = held(signal, kestrel)

    disputes.withdraw(dispute_id=dispute.public_id, actor=objector(kestrel), now=LATER)

    assert builders.fresh(signal).status == Status.ACTIVE
    assert not builders.fresh(signal).caution
    assert the_recall(signal).cause == RecallCause.RELEASED


def test_while_another_dispute_holds_it_a_signal_stays_held() -> None:
    kestrel, harbourline = builders.member("Kestrel"), builders.member("Harbourline")
    signal = builders.active(builders.member())
    first, second = held(signal, kestrel), held(signal, harbourline)

    disputes.withdraw(dispute_id=first.public_id, actor=objector(kestrel), now=LATER)
    assert builders.fresh(signal).status == Status.HELD
    decide(second, Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.ACTIVE


def test_an_opener_that_has_left_the_community_may_still_withdraw() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = held(signal, kestrel)
    Membership.objects.filter(organisation=kestrel).update(left_at=NOW)

    disputes.withdraw(dispute_id=dispute.public_id, actor=objector(kestrel), now=LATER)

    signal = builders.fresh(signal)
    assert (signal.status, signal.contested) == (Status.ACTIVE, False)
    last = Entry.objects.about("signal", signal.public_id).last()
    assert last is not None
    assert signal.position == last.position


# Holds


def test_a_second_person_of_the_opener_holds_the_signal_for_ten_working_days() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Harbourline"))

    dispute = held(signal, kestrel)

    assert builders.fresh(signal).status == Status.HELD
    assert dispute.hold_until == NOW + timedelta(days=14)
    assert dispute.decide_due_at == NOW + timedelta(days=7), "a held signal is decided in five working days"
    assert the_recall(signal).cause == RecallCause.HELD
    assert actions("dispute", dispute.public_id)[-1] == "dispute.hold_confirmed"


def test_nobody_holds_alone_what_they_dispute() -> None:
    kestrel = builders.member("Kestrel")
    signal, analyst = builders.active(builders.member()), objector(kestrel)
    dispute = open_dispute(signal, analyst, reason=Reason.CHILD, hold_asked=True)

    with pytest.raises(NotAllowed, match="second person"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=analyst, now=NOW)
    with pytest.raises(NotAllowed, match="that opened the dispute"):
        disputes.confirm_hold(
            dispute_id=dispute.public_id, actor=builders.actor(signal.organisation, Role.REVIEWER), now=NOW
        )

    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_hold_that_nobody_asked_for_is_the_stewards() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    dispute = open_dispute(signal, objector(kestrel))

    with pytest.raises(NotAllowed, match="No hold was asked for"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=objector(kestrel), now=NOW)
    disputes.confirm_hold(
        dispute_id=dispute.public_id, actor=builders.actor(builders.programme(), Role.STEWARD), now=NOW
    )

    assert builders.fresh(signal).status == Status.HELD


def test_where_a_child_may_be_in_danger_only_the_steward_holds() -> None:
    says = builders.statement(danger=True, authority_informed="The national unit, at nine.")
    signal, kestrel = builders.active(builders.member(), says=says), builders.member("Kestrel")
    dispute = open_dispute(signal, objector(kestrel), reason=Reason.WRONG_PERSON, hold_asked=True)

    assert dispute.decide_due_at == NOW + timedelta(hours=24)
    with pytest.raises(NotAllowed, match="in danger"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=objector(kestrel), now=NOW)


def test_a_steward_ends_or_extends_a_hold_once() -> None:
    signal = builders.active(builders.member())
    dispute = held(signal, builders.member("Kestrel"))
    steward = builders.actor(builders.programme(), Role.STEWARD)

    extended = disputes.extend_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)
    assert extended.hold_until == NOW + timedelta(days=21)
    with pytest.raises(WrongState, match="extended once"):
        disputes.extend_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)
    disputes.end_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)

    signal = builders.fresh(signal)
    assert (signal.status, signal.caution) == (Status.ACTIVE, True)
    assert fresh(dispute).is_open
    with pytest.raises(WrongState, match="No hold is in force"):
        disputes.end_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)
    with pytest.raises(WrongState, match="has had its hold"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=steward, now=LATER)


def test_an_opener_whose_disputes_mostly_fail_loses_the_immediate_hold_and_is_told() -> None:
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    for number in range(10):
        result = Result.UPHELD if number < 2 else Result.NOT_UPHELD
        decide(open_dispute(builders.active(pixelpond, builders.email(number)), objector(kestrel)), result)

    signal = builders.active(pixelpond)
    dispute = open_dispute(signal, objector(kestrel), reason=Reason.CHILD, hold_asked=True, now=LATER)
    second = objector(kestrel)
    with acting_as(second):
        answer = permits(disputing.may_hold_at_once, kestrel.pk, LATER)
    with pytest.raises(NotAllowed, match="Below 30 %"):
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=second, now=LATER)

    assert "2 were upheld" in answer.sentence
    assert builders.fresh(signal).caution, "the right to dispute stays"
    much_later = LATER + timedelta(days=90)
    disputes.confirm_hold(dispute_id=dispute.public_id, actor=second, now=much_later)
    assert builders.fresh(signal).status == Status.HELD


@pytest.mark.parametrize(("upheld", "of", "at_once"), [(0, 9, True), (2, 10, False), (3, 10, True), (1, 4, True)])
def test_the_record_of_an_opener(monkeypatch: pytest.MonkeyPatch, upheld: int, of: int, at_once: bool) -> None:
    monkeypatch.setattr(disputing, "opener_record", lambda *_: (of, upheld))

    assert bool(permits(disputing.may_hold_at_once, 1, NOW)) is at_once


# The programme's own holds


def test_a_steward_holds_and_releases_a_signal() -> None:
    signal = builders.active(builders.member())
    builders.receipt(signal, builders.member("Kestrel"))
    steward = builders.actor(builders.programme(), Role.STEWARD)

    holds.hold(signal_id=signal.public_id, reason=HoldReason.SECURITY, actor=steward, now=NOW)
    assert builders.fresh(signal).status == Status.HELD
    assert the_recall(signal).cause == RecallCause.HELD
    with pytest.raises(WrongState, match="already"):
        holds.hold(signal_id=signal.public_id, reason=HoldReason.OTHER, actor=steward, now=NOW)
    holds.release(signal_id=signal.public_id, actor=steward, now=LATER)

    assert builders.fresh(signal).status == Status.ACTIVE
    assert the_recall(signal).cause == RecallCause.RELEASED
    assert actions("signal", signal.public_id)[-4:] == [
        "signal.hold_placed", "signal.held", "signal.hold_lifted", "signal.released",
    ]  # fmt: skip
    with pytest.raises(WrongState, match="does not hold"):
        holds.release(signal_id=signal.public_id, actor=steward, now=LATER)


def test_only_a_steward_holds_for_the_programme_and_says_why() -> None:
    pixelpond = builders.member()
    signal = builders.active(pixelpond)
    steward = builders.actor(builders.programme(), Role.STEWARD)

    with pytest.raises(NotAllowed):
        holds.hold(
            signal_id=signal.public_id,
            reason=HoldReason.OTHER,
            actor=builders.actor(pixelpond, Role.REVIEWER),
            now=NOW,
        )
    with pytest.raises(Invalid):
        holds.hold(signal_id=signal.public_id, reason=HoldReason.CHECK_OVERDUE, actor=steward, now=NOW)

    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_signal_stays_held_while_the_programme_holds_it() -> None:
    signal = builders.active(builders.member())
    steward = builders.actor(builders.programme(), Role.STEWARD)
    holds.hold(signal_id=signal.public_id, reason=HoldReason.PERSON, actor=steward, now=NOW)

    decide(held(signal, builders.member("Kestrel")), Result.NOT_UPHELD)

    assert builders.fresh(signal).status == Status.HELD


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_adjudicators_at_once_exactly_one_decides() -> None:
    signal = builders.active(builders.member())
    dispute = held(signal, builders.member("Kestrel"))
    people = [builders.actor(builders.programme(), Role.ADJUDICATOR) for _ in range(2)]

    def decide_as(number: int) -> None:
        disputes.decide(
            dispute_id=dispute.public_id,
            result=[Result.UPHELD, Result.NOT_UPHELD][number],
            text="Mine.",
            actor=people[number],
            now=LATER,
        )

    assert sorted(race(decide_as, 2)) == ["WrongState", "done"]


@pytest.mark.django_db(transaction=True)
def test_disputes_that_name_different_signals_of_one_indicator_do_not_block_each_other() -> None:
    address = builders.email(1)
    signals = [builders.active(builders.member(name), address) for name in ("Pixelpond", "Kestrel", "Harbourline")]
    people = [objector(builders.member(name)) for name in ("Quillwood", "Thistle", "Brightbay")]

    def dispute(number: int) -> None:
        open_dispute(signals[number], people[number], reason=Reason.WRONG_VALUE)

    assert race(dispute, 3) == ["done", "done", "done"]
    assert all(builders.fresh(signal).contested for signal in signals)


def race(act: Callable[[int], object], runners: int) -> list[str]:
    start, outcomes = Barrier(runners), []

    def run(number: int) -> None:
        start.wait()
        try:
            act(number)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
