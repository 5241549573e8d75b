"""Counting a year of the ledger: streams of entries in, a Tally out.

The entries of one kind of subject come sorted by subject, so that one subject's history is in memory at a time; what
grows is only the tally, with the number of categories and members. Nothing but `facts` and the fixed columns of the
entries is read, see transparency.metrics.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import transaction

from lantern_site.audit.models import Entry, EntryQuerySet
from lantern_site.members.lifecycle import MemberKind, MemberState
from reviews.workflow import Action, LooksWrong, Outcome
from signals.kinds import CORROBORATING, Severity
from transparency.dimensions import UNSTATED, Conclusion, Delay, Ending
from transparency.metrics import TABLES
from transparency.periods import Period, month_of

AT_ONCE = 5_000
REVIEWS = frozenset({"signal.approved", "signal.activated", "signal.returned", "signal.rejected"})
TAKEN_BACK = frozenset({"signal.reopened", "signal.approval_taken_back"})
SIGNAL_ACTIONS = (
    REVIEWS
    | TAKEN_BACK
    | {
        "signal.submitted",
        "signal.reinstated",
        *(f"signal.{way}" for way in Ending.values),
    }
)
DISPUTE_ACTIONS = frozenset(
    {"dispute.opened", "dispute.accepted", "dispute.decided", "dispute.withdrawn", "dispute.appeal_decided"}
)
JOB_ACTIONS = frozenset({"job.started", "job.finished", "job.cancelled", "watch_list.compared"})
FINDING_ACTIONS = frozenset({"finding.recorded", "finding.withdrawn"})
DELAYS: tuple[tuple[timedelta, Delay], ...] = (
    (timedelta(hours=4), Delay.FOUR_HOURS),
    (timedelta(hours=24), Delay.DAY),
    (timedelta(days=7), Delay.WEEK),
)
COUNTED_IN_ITEMS = (Action.CONTENT_REMOVED, Action.UPLOADS_PREVENTED)


class Event(NamedTuple):
    """What counting reads of an entry."""

    subject: int
    at: datetime
    action: str
    organisation: int | None
    facts: dict[str, Any]

    def word(self, key: str) -> str:
        """A closed word of the facts, or the word that says it is missing."""
        return str(self.facts.get(key) or UNSTATED)

    def seconds(self, key: str) -> timedelta:
        return timedelta(seconds=self.facts.get(key) or 0)


class Breakdown:
    """Counts by category, each with what every member adds to it."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[str, ...], Counter[int]] = defaultdict(Counter)

    def add(self, member: int | None, *categories: str, times: int = 1) -> None:
        if times:
            self._cells[categories][member or 0] += times

    def of(self, *categories: str | None) -> Counter[int]:
        """The contributions of members to a cell; None stands for all categories of its dimension."""
        if None not in categories:
            return self._cells.get(tuple(filter(None, categories)), Counter())
        sums: Counter[int] = Counter()
        for key, members in self._cells.items():
            if all(wanted in (None, found) for wanted, found in zip(categories, key, strict=True)):
                sums.update(members)
        return sums

    def items(self) -> Iterable[tuple[tuple[str, ...], Counter[int]]]:
        """Every cell that something was added to."""
        return self._cells.items()

    def members(self) -> set[int]:
        return {member for members in self._cells.values() for member in members}

    def categories(self, dimension: int) -> set[str]:
        return {key[dimension] for key in self._cells}


@dataclass
class Tally:
    """Everything that the figures of a year are made of."""

    counts: Counter[str] = field(default_factory=Counter)
    own: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """What every member adds to a count, where that is known."""
    members: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    tables: dict[str, Breakdown] = field(
        default_factory=lambda: {metric.id: Breakdown() for metric in TABLES if metric.is_table}
    )
    waits: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Histograms of times in whole minutes: "review", "review/high", "acknowledgement" …"""

    def count(self, name: str, member: int | None, times: int = 1) -> None:
        self.counts[name] += times
        self.own[name][member or 0] += times

    def add(self, table: str, member: int | None, *categories: str, times: int = 1) -> None:
        self.tables[table].add(member, *categories, times=times)


@transaction.atomic  # a cursor on the server outside a transaction would copy all that it reads first
def count(period: Period, position: int) -> Tally:
    """The tally of a period over the entries up to a position. The same ledger always gives the same tally."""
    tally = Tally()
    entries = Entry.objects.up_to(position)
    for chosen, one in _COUNTERS:
        _each(_histories(chosen(entries)), one, tally, period)
    with closing(_events(_shared(entries), "facts__indicator", "position")) as events:
        for _indicator, statements in groupby(events, key=lambda event: event.facts.get("indicator")):
            _count_indicator(tally, period, statements)
    for organisation in entries.filter(**_within(period), action="lookup.made").values_list("organisation", flat=True):
        tally.count("lookups", organisation)
        tally.members["receiving"].add(organisation or 0)
    return tally


def _within(period: Period) -> dict[str, datetime]:
    return {"at__gte": period.starts_at, "at__lt": period.ends_before}


def _each(
    histories: Generator[list[Event], None, None],
    one: Callable[[Tally, Period, list[Event]], None],
    tally: Tally,
    period: Period,
) -> None:
    with closing(histories):
        for history in histories:
            one(tally, period, history)


def _events(entries: EntryQuerySet, *order: str) -> Generator[Event, None, None]:
    rows = entries.order_by(*order).values_list("subject", "at", "action", "organisation", "facts")
    for row in rows.iterator(AT_ONCE):
        yield Event(*row)


def _histories(entries: EntryQuerySet) -> Generator[list[Event], None, None]:
    """The events of one subject after the other, each history in the order of the ledger."""
    with closing(_events(entries, "subject", "position")) as events:
        for _subject, history in groupby(events, key=attrgetter("subject")):
            yield list(history)


def _first(history: Iterable[Event], *actions: str) -> Event | None:
    return next((event for event in history if event.action in actions), None)


def _last(history: Sequence[Event], *actions: str) -> Event | None:
    return _first(reversed(history), *actions)


# Signals


def _shared(entries: EntryQuerySet) -> EntryQuerySet:
    return entries.filter(action="signal.activated")


def _standing(history: list[Event]) -> list[Event]:
    """Without reviews that were taken back within their minute: they count as if nobody had made them."""
    kept: list[Event] = []
    for event in history:
        if event.action not in TAKEN_BACK:
            kept.append(event)
        elif kept and kept[-1].action in REVIEWS:
            kept.pop()
    return kept


def _count_signal(tally: Tally, period: Period, told: list[Event]) -> None:
    history = _standing(told)
    activation = _first(history, "signal.activated")
    if activation and period.covers(activation.at):
        _count_sharing(tally, activation)
        standing = _last(history, "signal.retracted", "signal.reinstated")
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


def _count_first_review(tally: Tally, period: Period, history: list[Event]) -> None:
    submission, review = _first(history, "signal.submitted"), _first(history, *REVIEWS)
    if submission is None or review is None or not period.covers(review.at):
        return
    severity = Severity(submission.facts["severity"]).name.lower()
    minutes = (review.at - submission.at) // timedelta(minutes=1)
    tally.add("first_review_by_severity", submission.facts.get("owner"), severity)
    tally.waits["review"][minutes] += 1
    tally.waits[f"review/{severity}"][minutes] += 1


def _count_endings(tally: Tally, period: Period, history: list[Event]) -> None:
    during = [event for event in history if period.covers(event.at)]
    for way in Ending:
        if ending := _first(during, f"signal.{way}"):
            tally.add("ended_by_way", ending.facts.get("owner"), way.value)
    if retraction := _first(during, "signal.retracted"):
        tally.counts["retracted_as_wrong"] += 1
        tally.add("retracted_by_reason", retraction.facts.get("owner"), retraction.word("reason"))
    if _first(during, "signal.reinstated"):
        tally.counts["reinstated"] += 1


def _count_indicator(tally: Tally, period: Period, activations: Iterable[Event]) -> None:
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


# Disputes and recalls


def _count_dispute(tally: Tally, period: Period, history: list[Event]) -> None:
    opening = _first(history, "dispute.opened")
    if opening is None:
        return
    if period.covers(opening.at):
        tally.counts["disputes_opened"] += 1
    end = _first(history, "dispute.accepted", "dispute.decided", "dispute.withdrawn")
    if opening.at < period.ends_before and (end is None or end.at >= period.ends_before):
        tally.counts["disputes_open"] += 1
    if end is None or not period.covers(end.at):
        return
    conclusion = _conclusion(end, history)
    tally.add("disputes_by_reason_and_conclusion", opening.facts.get("opener"), opening.word("reason"), conclusion)
    if conclusion != Conclusion.WITHDRAWN:
        tally.counts["disputes_decided"] += 1
    if conclusion in (Conclusion.ACCEPTED, Conclusion.UPHELD):
        tally.counts["disputes_upheld"] += 1


def _conclusion(end: Event, history: list[Event]) -> str:
    if end.action == "dispute.decided":
        standing = _last(history, "dispute.decided", "dispute.appeal_decided")
        assert standing is not None
        return standing.word("result")
    return Conclusion.ACCEPTED if end.action == "dispute.accepted" else Conclusion.WITHDRAWN


def _count_recall(tally: Tally, period: Period, history: list[Event]) -> None:
    for event in history:
        if not period.covers(event.at):
            continue
        match event.action:
            case "recall.opened":
                tally.counts["recalls_opened"] += 1
            case "recall.overdue":
                tally.counts["acknowledgements_overdue"] += 1
            case "recall.delivered":
                tally.members["receiving"].add(event.facts["organisation"])
            case "recall.acknowledged" | "recall.confirmed" if event.facts.get("delivery") != "delivered":
                minutes = event.seconds("seconds_since_due") // timedelta(minutes=1)
                tally.waits["acknowledgement"][minutes] += 1


# What members did with signals


def _count_job(tally: Tally, period: Period, history: list[Event]) -> None:
    start, end = _first(history, "job.started"), _last(history, "job.finished", "job.cancelled")
    if start and period.covers(start.at):
        tally.count("match_jobs", start.organisation)
        tally.members["receiving"].add(start.organisation or 0)
    if end and period.covers(end.at):
        tally.count("candidates_compared", end.organisation, end.facts.get("candidates", 0))
        tally.count("leads", end.organisation, end.facts.get("leads", 0))
    for news in history:
        if news.action == "watch_list.compared" and period.covers(news.at):
            tally.count("leads", news.organisation, news.facts.get("leads", 0))


def _count_finding(tally: Tally, period: Period, history: list[Event]) -> None:
    finding = history[0]
    if history[-1].action == "finding.withdrawn":  # a slip of the hand, taken back within minutes
        return
    if not period.covers(finding.at):
        return
    member = finding.organisation
    tally.members["receiving"].add(member or 0)
    tally.members["findings"].add(member or 0)
    tally.count("findings", member)
    tally.add("findings_by_outcome", member, finding.word("outcome"))
    _count_actions(tally, finding)
    if finding.word("outcome") == Outcome.NOT_EXAMINED:
        return
    tally.count("findings_examined", member)
    tally.count("leads_examined", member, finding.facts.get("hits", 1))
    tally.count("violations", member, finding.word("outcome") == Outcome.VIOLATION)
    tally.count("looks_wrong", member, finding.word("looks_wrong") == LooksWrong.YES)
    tally.add("findings_by_attribution", member, finding.word("attribution"))
    taken = finding.seconds("seconds_since_lead")
    delay = next((delay for limit, delay in DELAYS if taken <= limit), Delay.LONGER)
    tally.add("findings_by_delay", member, delay.value)


def _count_actions(tally: Tally, finding: Event) -> None:
    """One for each action, but for what is counted in items."""
    for action in finding.facts.get("actions") or ():
        if action not in COUNTED_IN_ITEMS:
            tally.add("actions_taken", finding.organisation, action)
    for items in COUNTED_IN_ITEMS:
        tally.add("actions_taken", finding.organisation, items.value, times=finding.facts.get(items.value) or 0)


def _count_member(tally: Tally, period: Period, history: list[Event]) -> None:
    """Whether an organisation takes part at the end of the period, and whether it began to in the period."""
    kind, state, first_active = UNSTATED, "", None
    for event in history:
        if event.at >= period.ends_before:
            break
        kind, state = event.facts.get("kind", kind), event.facts.get("state", state)
        if state == MemberState.ACTIVE and first_active is None:
            first_active = event.at
    if kind == MemberKind.PROGRAMME:
        return
    if state == MemberState.ACTIVE:
        tally.counts["members_taking_part"] += 1
        tally.add("members_by_kind", history[0].subject, kind)
    if first_active and period.covers(first_active):
        tally.counts["members_newly_active"] += 1


_COUNTERS: tuple[tuple[Callable[[EntryQuerySet], EntryQuerySet], Callable[[Tally, Period, list[Event]], None]], ...] = (
    (lambda entries: entries.filter(subject_kind="signal", action__in=SIGNAL_ACTIONS), _count_signal),
    (lambda entries: entries.filter(subject_kind="dispute", action__in=DISPUTE_ACTIONS), _count_dispute),
    (lambda entries: entries.filter(subject_kind="recall"), _count_recall),
    (lambda entries: entries.filter(subject_kind="job", action__in=JOB_ACTIONS), _count_job),
    (lambda entries: entries.filter(subject_kind="finding", action__in=FINDING_ACTIONS), _count_finding),
    (lambda entries: entries.filter(action__startswith="member."), _count_member),
)
