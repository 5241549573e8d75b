"""Opening a dispute: who may, about what, and who learns of whom."""

from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.roles import Role
from reviews.models import Dispute
from reviews.services import decisions, disputes, holds
from reviews.workflow import DisputeState, Reason, Scope
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import (
    LATER,
    actions,
    fail,
    objector,
    open_dispute,
    race,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]


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
    monkeypatch.setattr(holds, "settle", fail)

    with pytest.raises(ZeroDivisionError):
        open_dispute(signal, analyst)

    monkeypatch.undo()
    assert Entry.objects.count() == before
    with acting_as(Actor.clock()):
        assert not Dispute.objects.exists()
    assert not builders.fresh(signal).contested


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


# Races


@pytest.mark.django_db(transaction=True)
def test_disputes_that_name_different_signals_of_one_indicator_do_not_block_each_other() -> None:
    address = builders.email(1)
    signals = [builders.active(builders.member(name), address) for name in ("Pixelpond", "Kestrel", "Harbourline")]
    people = [objector(builders.member(name)) for name in ("Quillwood", "Thistle", "Brightbay")]

    def dispute(number: int) -> None:
        open_dispute(signals[number], people[number], reason=Reason.WRONG_VALUE)

    assert race(dispute, 3) == ["done", "done", "done"]
    assert all(builders.fresh(signal).contested for signal in signals)
