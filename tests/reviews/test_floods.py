"""An unusual volume: what came with a flood waits until those drawn from it were checked."""

from datetime import timedelta

import pytest

from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews import approvals
from reviews.approvals import Why
from reviews.services import decisions, duties
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]

LATER = NOW + timedelta(hours=30)


@pytest.fixture
def flood(pixelpond: Organisation, monkeypatch: pytest.MonkeyPatch) -> list[Signal]:
    """Six addresses where more than four are unusual, in the order in which they are drawn; two are to be checked."""
    monkeypatch.setattr(approvals, "UNUSUAL_VOLUME", 4)
    monkeypatch.setattr(approvals, "UNUSUAL_CHECKED", 2)
    shared = [builders.submitted(pixelpond, builders.email(number)) for number in range(6)]
    return sorted(shared, key=lambda signal: signal.public_id)


def own_review(signals: list[Signal], of: Organisation) -> None:
    reviewer = builders.actor(of, Role.REVIEWER, now=LATER)
    for signal in signals:
        builders.approve(signal, reviewer, now=LATER)


def statuses(signals: list[Signal]) -> list[str]:
    return [builders.fresh(signal).status for signal in signals]


def test_all_of_it_waits_however_late_it_is_reviewed(flood: list[Signal], pixelpond: Organisation) -> None:
    own_review(flood, pixelpond)

    assert statuses(flood) == [Status.SUBMITTED] * 6
    assert builders.plan_of(flood[5], LATER).why == Why.VOLUME
    assert duties.share_checked_floods(now=LATER) == 0


def test_once_those_drawn_are_checked_the_rest_goes_out(flood: list[Signal], pixelpond: Organisation) -> None:
    own_review(flood, pixelpond)
    steward = builders.steward()
    builders.approve(flood[4], steward, now=LATER)
    builders.approve(flood[5], steward, now=LATER)
    assert duties.share_checked_floods(now=LATER) == 0, "the member does not choose which ones are looked at"

    builders.approve(flood[0], steward, now=LATER)
    builders.approve(flood[1], steward, now=LATER)

    assert duties.share_checked_floods(now=LATER) == 2
    assert statuses(flood) == [Status.ACTIVE] * 6
    assert duties.share_checked_floods(now=LATER) == 0


def test_one_that_is_rejected_is_replaced_in_the_draw(flood: list[Signal], pixelpond: Organisation) -> None:
    own_review(flood, pixelpond)
    steward = builders.steward()
    wrong = Judgement(Verdict.REJECT, outward="No basis.")
    decisions.decide(signal_id=flood[0].public_id, judgement=wrong, version=1, actor=steward, now=LATER)
    builders.approve(flood[1], steward, now=LATER)
    assert duties.share_checked_floods(now=LATER) == 0

    builders.approve(flood[2], steward, now=LATER)

    assert duties.share_checked_floods(now=LATER) == 3


def test_what_its_own_reviewer_has_not_seen_stays(flood: list[Signal], pixelpond: Organisation) -> None:
    own_review(flood[:5], pixelpond)
    for signal in flood[:2]:
        builders.approve(signal, builders.steward(), now=LATER)

    duties.share_checked_floods(now=LATER)

    assert statuses(flood) == [*[Status.ACTIVE] * 5, Status.SUBMITTED]
