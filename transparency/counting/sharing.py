"""Signals: what was shared, reviewed, kept in order and ended."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from reviews.workflow import Outcome
from signals.kinds import CORROBORATING, Severity
from transparency.counting.tally import Event, Tally, first, last
from transparency.dimensions import Cohort, Ending, Ground, Lane, Part
from transparency.periods import Period, month_of

REVIEWS = frozenset({"signal.approved", "signal.activated", "signal.returned", "signal.rejected"})
TAKEN_BACK = frozenset({"signal.reopened", "signal.approval_taken_back"})
ACTIONS = (
    REVIEWS
    | TAKEN_BACK
    | {"signal.submitted", "signal.reinstated", "signal.renewed", "signal.corrected"}
    | {f"signal.{way}" for way in Ending.values}
)
PART_OF: Mapping[str, Part] = {
    "harm": Part.HARM,
    "clause": Part.BASIS,
    "evidence_seen_by": Part.BASIS,
    "review_method": Part.BASIS,
    "origin": Part.ORIGIN,
    "behaviours": Part.BEHAVIOURS,
    "ai": Part.AI,
    "real_child": Part.AI,
    "expires_at": Part.EXPIRY,
}
COHORTS: tuple[tuple[timedelta, Cohort], ...] = (
    (timedelta(days=30), Cohort.MONTH),
    (timedelta(days=90), Cohort.QUARTER),
    (timedelta(days=365), Cohort.YEAR),
)


def _standing(history: list[Event]) -> list[Event]:
    """Without reviews that were taken back within their minute: they count as if nobody had made them."""
    kept: list[Event] = []
    for event in history:
        if event.action not in TAKEN_BACK:
            kept.append(event)
        elif kept and kept[-1].action in REVIEWS:
            kept.pop()
    return kept


def count_signal(tally: Tally, period: Period, told: list[Event]) -> None:
    history = _standing(told)
    activation = first(history, "signal.activated")
    if activation and activation.at < period.ends_before:
        tally.counts["signals_shared_to_date"] += 1
        tally.add("shared_to_date_by_kind", activation.facts.get("owner"), activation.word("kind"))
    if activation and period.covers(activation.at):
        _count_sharing(tally, activation)
        standing = last(history, "signal.retracted", "signal.reinstated")
        if standing and standing.action == "signal.retracted":
            tally.counts["shared_and_retracted"] += 1
    _count_first_review(tally, period, history)
    _count_endings(tally, period, history)


def _count_sharing(tally: Tally, activation: Event) -> None:
    owner = activation.facts.get("owner")
    tally.counts["signals_shared"] += 1
    tally.add("shared_by_month_and_kind", owner, month_of(activation.at), activation.word("kind"))
    tally.add("shared_by_harm", owner, activation.word("harm"))
    tally.add("shared_by_origin", owner, activation.word("origin"))
    tally.add("shared_by_ai", owner, activation.word("ai"))
    tally.add("shared_by_lane", owner, Lane.DANGER if activation.facts.get("danger") else Lane.ORDINARY)


def _count_first_review(tally: Tally, period: Period, history: list[Event]) -> None:
    submission, review = first(history, "signal.submitted"), first(history, *REVIEWS)
    if submission is None or review is None or not period.covers(review.at):
        return
    severity = Severity(submission.facts["severity"]).name.lower()
    minutes = (review.at - submission.at) // timedelta(minutes=1)
    tally.add("first_review_by_severity", submission.facts.get("owner"), severity)
    tally.waits["review"][minutes] += 1
    tally.waits[f"review/{severity}"][minutes] += 1
    if submission.facts.get("danger"):
        tally.waits["review/danger"][minutes] += 1


def _count_endings(tally: Tally, period: Period, history: list[Event]) -> None:
    during = [event for event in history if period.covers(event.at)]
    for way in Ending:
        if ending := first(during, f"signal.{way}"):
            tally.add("ended_by_way", ending.facts.get("owner"), way.value)
    if retraction := first(during, "signal.retracted"):
        tally.counts["retracted_as_wrong"] += 1
        tally.add("retracted_by_reason", retraction.facts.get("owner"), retraction.word("reason"))
    if first(during, "signal.reinstated"):
        tally.counts["reinstated"] += 1
    if any(event.action == "signal.retracted" and event.at < period.ends_before for event in history):
        tally.counts["retracted_to_date"] += 1
    for event in during:
        _count_care(tally, event)


def _count_care(tally: Tally, event: Event) -> None:
    """Renewals and corrections, each as often as it happened."""
    owner = event.facts.get("owner")
    if event.action == "signal.renewed":
        seen = event.facts.get("seen_by_another")
        tally.add("renewed_by_ground", owner, Ground.SIGHTING if seen else Ground.EVIDENCE)
    elif event.action == "signal.corrected":
        for part in sorted({PART_OF.get(name, Part.OTHER) for name in event.facts.get("changed") or ()}):
            tally.add("corrected_by_part", owner, part)


def count_indicator(tally: Tally, period: Period, activations: Iterable[Event]) -> None:
    """Which of the first activations on one indicator brought it in, and which corroborated another member."""
    owners: set[int | None] = set()
    signals: set[int] = set()
    for event in activations:
        if event.subject in signals:
            continue
        owner = event.facts.get("owner")
        if period.covers(event.at):
            if not owners:
                tally.counts["signals_on_new_indicators"] += 1
            elif owner not in owners and event.word("origin") in CORROBORATING and not event.facts.get("prompted"):
                tally.counts["signals_corroborating"] += 1
        owners.add(owner)
        signals.add(event.subject)


def count_cohort(tally: Tally, period: Period, history: list[Event]) -> None:
    """How long after its first activation a signal first led to action: its own entries, and findings about it."""
    activation = first(history, "signal.activated")
    if activation is None or not period.covers(activation.at):
        return
    undone = {event.subject for event in history if event.action == "finding.withdrawn"}
    acted = (
        event.at - activation.at
        for event in history
        if event.action == "finding.recorded"
        and event.word("outcome") == Outcome.VIOLATION
        and event.subject not in undone
    )
    taken = min(acted, default=timedelta.max)
    cohort = next((cohort for limit, cohort in COHORTS if taken <= limit), Cohort.NONE)
    tally.add("outcomes_by_cohort", activation.facts.get("owner"), cohort)
