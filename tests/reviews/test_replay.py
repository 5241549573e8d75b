"""The ledger alone says what the tables hold, and a table that was changed past the ledger is found out."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Head
from lantern_site.members.roles import Role
from reviews import replay
from reviews.models import Dispute, Recall, StewardHold
from reviews.services import decisions, disputes
from reviews.workflow import Reason, Scope
from signals.models import Signal
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def signal() -> Signal:
    """A signal that was received, disputed and held; beside it one that waits and one that its owner retracted."""
    pixelpond, kestrel = builders.member(), builders.member("Kestrel")
    signal, wrong = builders.active(pixelpond), builders.active(pixelpond)
    builders.submitted(pixelpond)
    builders.receipt(signal, kestrel)
    decisions.withdraw(
        signal_id=wrong.public_id,
        could_be_wrong=True,
        note="",
        actor=builders.actor(pixelpond, Role.REVIEWER),
        now=NOW,
    )
    dispute = disputes.open(
        signal_id=signal.public_id,
        scope=Scope.INDICATOR,
        reason=Reason.CHILD,
        statement="The holder is a child.",
        opener_named=True,
        hold_asked=True,
        actor=builders.actor(kestrel, Role.ANALYST),
        now=NOW,
    )
    second = builders.actor(kestrel, Role.ANALYST)
    disputes.confirm_hold(dispute_id=dispute.public_id, actor=second, now=NOW)
    return builders.fresh(signal)


def test_the_ledger_leads_to_the_tables(signal: Signal) -> None:
    assert replay.compare() == []
    assert replay.compare(Head.objects.get().position) == []
    assert replay.unfounded() == []
    out = StringIO()
    call_command("verify_replay", stdout=out)
    assert out.getvalue() == "OK\n"


CHANGES: list[tuple[Callable[[], object], str]] = [
    (lambda: Signal.objects.filter(status="held").update(status="active"), "status is 'held' in the ledger"),
    (lambda: Signal.objects.filter(status="held").update(contested=False), "contested is True in the ledger"),
    (lambda: Signal.objects.filter(status="held").update(caution=False), "caution is True in the ledger"),
    (lambda: Signal.objects.filter(status="held").update(provisional=True), "provisional is False in the ledger"),
    (lambda: Dispute.objects.update(state="withdrawn"), "state is 'opened' in the ledger"),
    (lambda: Dispute.objects.update(result="upheld"), "result is '' in the ledger"),
    (lambda: Dispute.objects.update(hold_ended_at=NOW), "holding is True in the ledger"),
    (lambda: Recall.objects.update(cause="released"), "cause is 'held' in the ledger"),
    (lambda: Recall.objects.update(closed_at=NOW), "state is 'open' in the ledger and 'closed' in the tables"),
    (lambda: Dispute.objects.update(public_id=7), "is in the ledger and not in the tables"),
    (lambda: Dispute.objects.update(public_id=7), "is in the tables and not in the ledger"),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_what_was_changed_past_the_ledger_is_found_out(
    signal: Signal, change: Callable[[], object], sentence: str
) -> None:
    with acting_as(Actor.clock()):
        change()

    assert any(sentence in difference for difference in replay.compare())
    with pytest.raises(CommandError, match="ledger"):
        call_command("verify_replay")


def test_an_earlier_position_differs_from_what_came_after(signal: Signal) -> None:
    assert replay.compare(Head.objects.get().position - 2) != []


UNFOUNDED: list[tuple[Callable[[], object], str]] = [
    (lambda: Dispute.objects.update(hold_ended_at=NOW), "is held, though nothing holds it"),
    (lambda: Signal.objects.filter(status="held").update(status="active"), "is active, though something holds it"),
    (lambda: Dispute.objects.update(state="withdrawn"), "contested is True"),
    (lambda: Signal.objects.filter(status="held").update(caution=False), "is disputed and not under caution"),
]


@pytest.mark.parametrize(("change", "sentence"), UNFOUNDED)
def test_a_hold_without_a_reason_is_found_out(signal: Signal, change: Callable[[], object], sentence: str) -> None:
    with acting_as(Actor.clock()):
        change()

    assert any(sentence in found for found in replay.unfounded())


def test_the_programme_s_hold_is_a_reason(signal: Signal) -> None:
    with acting_as(Actor.clock()):
        Dispute.objects.update(hold_ended_at=NOW)
        StewardHold.objects.create(signal=signal, reason="person", held_at=NOW)

    assert replay.unfounded() == []
