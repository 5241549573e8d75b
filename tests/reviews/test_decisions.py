from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, Refusal, WrongState
from lantern_site.members.models import Grant, Organisation
from lantern_site.members.roles import Role
from reviews.models import Decision
from reviews.services import claims, decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Attestation, Verdict
from signals.intake import Item
from signals.kinds import AccountHolder, HarmTerm, Kind
from signals.models import Signal, SignalVersion
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

APPROVE = Judgement(Verdict.APPROVE, attested=True)
REJECT = Judgement(Verdict.REJECT, outward="No basis in our policy.")
RETURN = Judgement(Verdict.RETURN, outward="Please name the clause.", inward="Second time.")


def test_a_second_person_shares_the_signal() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)

    builders.approve(signal, builders.actor(pixelpond, Role.REVIEWER))

    signal = builders.fresh(signal)
    assert signal.status == Status.ACTIVE
    assert signal.activated_at == NOW
    assert signal.version.state == SignalVersion.State.CURRENT
    entry = Entry.objects.about("signal", signal.public_id).get(action="signal.activated")
    assert entry.audience == builders.everyone().audience
    assert signal.position == entry.position


def test_nobody_approves_what_they_submitted() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)
    submitter = signal.submitted_by
    Grant.objects.create(staff=submitter, role=Role.REVIEWER, granted_at=NOW, granted_by=1)

    with pytest.raises(NotAllowed, match="You submitted"):
        builders.approve(signal, submitter.actor(NOW))
    assert not Decision.objects.exists()


def test_another_member_does_not_even_know_of_it() -> None:
    signal = builders.submitted(builders.member("Pixelpond"))

    with pytest.raises(Hidden):
        builders.approve(signal, builders.actor(builders.member("Kestrel"), Role.REVIEWER))


def test_an_approval_without_its_attestation_is_refused_and_nothing_changes() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)
    before = Entry.objects.count()

    with pytest.raises(Invalid) as refusal:
        decide(signal, Judgement(Verdict.APPROVE), pixelpond)

    assert refusal.value.field == "attested"
    assert Entry.objects.count() == before
    assert builders.fresh(signal).status == Status.SUBMITTED


def test_a_keyword_needs_the_own_reviewer_and_then_the_programme() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond, Item(Kind.KEYWORD, "synthetic marker phrase"))
    steward = builders.actor(builders.programme(), Role.STEWARD)

    with pytest.raises(NotAllowed, match="after the own reviewer"):
        builders.approve(signal, steward)
    builders.approve(signal, builders.actor(pixelpond, Role.REVIEWER))
    assert builders.fresh(signal).status == Status.SUBMITTED
    builders.approve(signal, steward)

    assert builders.fresh(signal).status == Status.ACTIVE
    attestations = Decision.objects.order_by("pk").values_list("attestation", flat=True)
    assert list(attestations) == [Attestation.EVIDENCE, Attestation.COMPLETENESS]


def test_a_critical_identifier_is_shared_at_once_as_provisional() -> None:
    pixelpond = builders.member()

    signal = builders.active(pixelpond, says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL))

    assert signal.provisional
    assert signal.check_due_at == NOW + timedelta(hours=24)


def test_a_passed_check_makes_it_ordinary_a_failed_one_sets_caution() -> None:
    pixelpond = builders.member()
    critical = builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    good, bad = builders.active(pixelpond, says=critical), builders.active(pixelpond, says=critical)

    decisions.check(signal_id=good.public_id, passed=True, note="", actor=steward, now=NOW)
    decisions.check(signal_id=bad.public_id, passed=False, note="The clause is missing.", actor=steward, now=NOW)

    assert (builders.fresh(good).provisional, builders.fresh(good).check_due_at) == (False, None)
    assert builders.fresh(bad).caution


def test_of_a_possible_child_the_programme_looks_first() -> None:
    says = builders.statement(account_holder=AccountHolder.POSSIBLY_CHILD)
    signal = builders.submitted(builders.member(), says=says)

    assert builders.plan_of(signal).first == {Attestation.EVIDENCE, Attestation.COMPLETENESS}


@pytest.mark.parametrize(
    ("judgement", "status"), [(REJECT, Status.REJECTED), (RETURN, Status.RETURNED)], ids=["reject", "return"]
)
def test_a_signal_is_turned_down_with_a_reason(judgement: Judgement, status: Status) -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)

    decide(signal, judgement, pixelpond)

    assert builders.fresh(signal).status == status
    entry = Entry.objects.about("signal", signal.public_id).last()
    assert entry is not None
    assert entry.facts["status"] == status
    assert judgement.outward.encode() in bytes(Payload.objects.get(pk=entry.position).body)


def test_turning_down_needs_a_reason() -> None:
    pixelpond = builders.member()

    with pytest.raises(Invalid, match="reason"):
        decide(builders.submitted(pixelpond), Judgement(Verdict.REJECT), pixelpond)


def test_who_read_an_old_version_decides_nothing() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)

    with pytest.raises(WrongState, match="new version"):
        decisions.decide(
            signal_id=signal.public_id,
            judgement=APPROVE,
            version=2,
            actor=builders.actor(pixelpond, Role.REVIEWER),
            now=NOW,
        )


def test_what_a_colleague_holds_is_not_decided_until_the_claim_lapses() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)
    claims.claim(signal_id=signal.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)
    other = builders.actor(pixelpond, Role.REVIEWER)

    with pytest.raises(WrongState, match="is working on this"):
        builders.approve(signal, other)
    builders.approve(signal, other, now=NOW + timedelta(minutes=16))

    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_withdrawn_signal_that_could_not_be_wrong_recalls_nothing() -> None:
    pixelpond = builders.member()
    signal = builders.active(pixelpond)

    decisions.withdraw(
        signal_id=signal.public_id,
        could_be_wrong=False,
        note="",
        actor=builders.actor(pixelpond, Role.REVIEWER),
        now=NOW,
    )

    assert builders.fresh(signal).status == Status.WITHDRAWN


def decide(signal: Signal, judgement: Judgement, of: Organisation) -> None:
    reviewer = builders.actor(of, Role.REVIEWER)
    decisions.decide(signal_id=signal.public_id, judgement=judgement, version=1, actor=reviewer, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_four_reviewers_at_once_exactly_one_decides() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond)
    reviewers = [builders.actor(pixelpond, Role.REVIEWER) for _ in range(4)]
    start, outcomes = Barrier(4), []

    def race(number: int) -> None:
        judgement = [APPROVE, REJECT, RETURN, APPROVE][number]
        start.wait()
        try:
            decisions.decide(
                signal_id=signal.public_id, judgement=judgement, version=1, actor=reviewers[number], now=NOW
            )
            outcomes.append("decided")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=race, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["WrongState", "WrongState", "WrongState", "decided"]
    assert Decision.objects.count() == 1


def test_a_steward_does_not_stand_in_the_way_of_the_first_review() -> None:
    pixelpond = builders.member()
    signal = builders.submitted(pixelpond, Item(Kind.KEYWORD, "lamp post trade"))
    steward, reviewer = builders.steward(), builders.actor(pixelpond, Role.REVIEWER)

    with pytest.raises(WrongState, match="does not wait for your decision"):
        claims.claim(signal_id=signal.public_id, actor=steward, now=NOW)

    builders.approve(signal, reviewer)
    assert claims.claim(signal_id=signal.public_id, actor=steward, now=NOW).staff.public_id == steward.id
