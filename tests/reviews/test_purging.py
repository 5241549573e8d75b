"""The clock travels years: what ends, what is wiped when, what stays, and what prevents it."""

from datetime import date, datetime, timedelta

import pytest

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.roles import Role
from reviews.models import Keep
from reviews.services import decisions, duties, purging, recalls
from reviews.services.recalls import Answer
from reviews.workflow import RecallAnswer, ReportCorrected, Result
from signals.guards import WarningCode
from signals.intake import value_of
from signals.models import Indicator, Signal
from signals.services import sharing
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import actions, appeal, decide, held, objector, open_dispute, the_recall

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]

DAY = timedelta(days=1)


def expired(*, note: str = "") -> tuple[Signal, datetime]:
    signal = builders.active(builders.member(), builders.email(1), says=builders.statement(inward_note=note))
    at = signal.expires_at
    assert duties.expire(now=at) == 1
    return builders.fresh(signal), at


def has_value(signal: Signal) -> bool:
    return value_of(builders.fresh(signal).indicator) is not None


def test_a_signal_lives_ends_and_is_forgotten_in_the_course_of_years() -> None:
    signal = builders.active(builders.member(), builders.email(1), says=builders.statement(inward_note="Ours."))
    reviewer = builders.actor(builders.member(), Role.REVIEWER)
    ends = signal.expires_at

    assert duties.expire(now=ends - DAY) == 0
    sharing.renew(signal_id=signal.public_id, new_evidence="Seen again.", actor=reviewer, now=ends - 10 * DAY)
    assert duties.expire(now=ends) == 0, "it was given another term"
    ends = builders.fresh(signal).expires_at
    assert duties.expire(now=ends) == 1
    assert duties.purge(now=ends + 89 * DAY) == 0
    assert duties.purge(now=ends + 91 * DAY) == 1
    assert duties.purge(now=ends + 91 * DAY) == 0
    with pytest.raises(WrongState, match="wiped"):
        sharing.reveal(
            signal_id=signal.public_id,
            reason="review",
            actor=builders.actor(builders.member(), Role.REVIEWER),
            now=ends,
        )

    signal = builders.fresh(signal)
    assert signal.status == Status.EXPIRED
    assert signal.version.inward_note == ""
    assert actions("signal", signal.public_id)[-2:] == ["signal.expired", "signal.purged"]
    assert not Indicator.objects.filter(forgotten_at=None).exists(), "nothing finds it by its value any more"


def test_a_value_that_was_found_wrong_is_remembered_for_two_years_and_then_forgotten() -> None:
    owner = builders.member()
    signal = builders.active(owner, builders.email(1))
    reviewer = builders.actor(owner, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=reviewer, now=NOW)

    assert duties.purge(now=NOW + 91 * DAY) == 1
    again = builders.submitted(owner, builders.email(1), now=NOW + 92 * DAY)
    assert WarningCode.RETRACTED_BEFORE in again.warnings
    sharing.cancel(signal_id=again.public_id, actor=builders.actor(owner, Role.REVIEWER), now=NOW + 93 * DAY)
    duties.purge(now=NOW + 190 * DAY)
    assert duties.purge(now=NOW + 700 * DAY) == 0
    assert duties.purge(now=NOW + 93 * DAY + 731 * DAY) == 1
    with clock.at(NOW + 930 * DAY):
        anew = builders.submitted(owner, builders.email(1), now=NOW + 930 * DAY)

    assert anew.warnings == []
    assert actions("signal", signal.public_id)[-1] == "signal.tombstone_ended"


def test_what_is_disputed_or_may_be_appealed_is_kept() -> None:
    signal, at = expired()
    later = at + 91 * DAY
    dispute = open_dispute(signal, objector(builders.member("Kestrel")), now=at)
    assert duties.purge(now=later) == 0
    decide(dispute, Result.NOT_UPHELD, at=later)
    assert duties.purge(now=later + 29 * DAY) == 0
    appeal(dispute, builders.member("Kestrel"), at=later + 29 * DAY)
    assert duties.purge(now=later + 40 * DAY) == 0

    assert has_value(signal)


def test_a_recall_that_nobody_has_acknowledged_keeps_the_value() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    decide(held(signal, kestrel), Result.UPHELD)
    later = NOW + 200 * DAY
    assert duties.purge(now=later) == 0

    recalls.acknowledge(
        recall_id=the_recall(signal).public_id,
        answer=Answer(RecallAnswer.NOTHING_FOUND, ReportCorrected.NONE_MADE, 0),
        actor=objector(kestrel),
        now=later,
    )

    assert duties.purge(now=later) == 1


def test_the_law_may_oblige_to_keep_a_value() -> None:
    signal, at = expired()
    ends_on = (at + 400 * DAY).date()

    with pytest.raises(NotAllowed):
        keep(signal, ends_on, builders.actor(builders.member(), Role.REVIEWER), at)
    with pytest.raises(Invalid):
        keep(signal, at.date(), builders.steward(), at)
    keep(signal, ends_on, builders.steward(), at)

    assert duties.purge(now=at + 399 * DAY) == 0
    assert duties.purge(now=at + 402 * DAY) == 1
    assert "signal.kept" in actions("signal", signal.public_id)


def keep(signal: Signal, ends_on: date, actor: Actor, now: datetime) -> Keep:
    return purging.keep(
        signal_id=signal.public_id,
        reason="An order of a court.",
        ends_on=ends_on,
        actor=actor,
        now=now,
    )


def test_what_another_member_still_shares_keeps_its_value() -> None:
    signal, at = expired()
    builders.active(builders.member("Kestrel"), builders.email(1), now=at)

    assert duties.purge(now=at + 91 * DAY) == 0
    assert has_value(signal)
