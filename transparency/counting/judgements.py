"""Disputes and recalls, and what members did with signals."""

from datetime import timedelta

from lantern_site.audit.actors import ActorKind
from reviews.workflow import Action, LooksWrong, Outcome
from transparency.counting.tally import Event, Tally, first, last
from transparency.dimensions import Conclusion, Delay
from transparency.periods import Period

DISPUTE_ACTIONS = frozenset(
    {"dispute.opened", "dispute.accepted", "dispute.decided", "dispute.withdrawn", "dispute.appeal_decided"}
)
RECALL_ACTIONS = frozenset(
    {"recall.opened", "recall.overdue", "recall.delivered", "recall.acknowledged", "recall.confirmed"}
)
JOB_ACTIONS = frozenset({"job.started", "job.finished", "job.cancelled", "watch_list.compared"})
FINDING_ACTIONS = frozenset({"finding.recorded", "finding.withdrawn", "finding.reinstated"})
DELAYS: tuple[tuple[timedelta, Delay], ...] = (
    (timedelta(hours=4), Delay.FOUR_HOURS),
    (timedelta(hours=24), Delay.DAY),
    (timedelta(days=7), Delay.WEEK),
)
COUNTED_IN_ITEMS = (Action.CONTENT_REMOVED, Action.UPLOADS_PREVENTED)


def count_dispute(tally: Tally, period: Period, history: list[Event]) -> None:
    opening = first(history, "dispute.opened")
    if opening is None:
        return
    if period.covers(opening.at):
        tally.counts["disputes_opened"] += 1
        tally.counts["disputes_for_persons"] += opening.actor_kind == ActorKind.CLOCK
    end = first(history, "dispute.accepted", "dispute.decided", "dispute.withdrawn")
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
        standing = last(history, "dispute.decided", "dispute.appeal_decided")
        assert standing is not None
        return standing.word("result")
    return Conclusion.ACCEPTED if end.action == "dispute.accepted" else Conclusion.WITHDRAWN


def count_recall(tally: Tally, period: Period, history: list[Event]) -> None:
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
                taken = event.seconds("seconds_since_due")
                tally.waits["acknowledgement"][taken // timedelta(minutes=1)] += 1
                tally.add("acknowledgements_by_delay", event.facts.get("organisation"), _delay(taken))


def count_job(tally: Tally, period: Period, history: list[Event]) -> None:
    start, end = first(history, "job.started"), last(history, "job.finished", "job.cancelled")
    if start and period.covers(start.at):
        tally.count("match_jobs", start.organisation)
        tally.members["receiving"].add(start.organisation or 0)
    if end and period.covers(end.at):
        tally.count("candidates_compared", end.organisation, end.facts.get("candidates", 0))
        tally.count("leads", end.organisation, end.facts.get("leads", 0))
    for news in history:
        if news.action == "watch_list.compared" and period.covers(news.at):
            tally.count("leads", news.organisation, news.facts.get("leads", 0))


def count_finding(tally: Tally, period: Period, history: list[Event]) -> None:
    finding = first(history, "finding.recorded")
    if finding is None or last(history, "finding.withdrawn"):  # a slip of the hand, taken back within minutes
        return
    if finding.at < period.ends_before:
        _count_actions(tally, "actions_to_date", finding)
    if (undone := first(history, "finding.reinstated")) and period.covers(undone.at):
        tally.counts["findings_reinstated"] += 1
        tally.members["findings"].add(undone.organisation or 0)
    if period.covers(finding.at):
        _count_outcome(tally, finding)


def _count_outcome(tally: Tally, finding: Event) -> None:
    member = finding.organisation
    tally.members["receiving"].add(member or 0)
    tally.members["findings"].add(member or 0)
    tally.count("findings", member)
    tally.add("findings_by_outcome", member, finding.word("outcome"))
    _count_actions(tally, "actions_taken", finding)
    if finding.word("outcome") == Outcome.NOT_EXAMINED:
        tally.add("not_examined_by_reason", member, finding.word("not_examined_because"))
    else:
        _count_examined(tally, finding)


def _count_examined(tally: Tally, finding: Event) -> None:
    member = finding.organisation
    tally.count("findings_examined", member)
    tally.count("leads_examined", member, finding.facts.get("hits", 1))
    tally.count("violations", member, finding.word("outcome") == Outcome.VIOLATION)
    tally.count("looks_wrong", member, finding.word("looks_wrong") == LooksWrong.YES)
    tally.add("findings_by_attribution", member, finding.word("attribution"))
    tally.add("findings_by_delay", member, _delay(finding.seconds("seconds_since_lead")))
    tally.add("looks_wrong_by_kind", member, finding.word("kind"), finding.word("looks_wrong"))


def _delay(taken: timedelta) -> str:
    return next((delay for limit, delay in DELAYS if taken <= limit), Delay.LONGER)


def _count_actions(tally: Tally, table: str, finding: Event) -> None:
    """One for each action, but for what is counted in items."""
    for action in finding.facts.get("actions") or ():
        if action not in COUNTED_IN_ITEMS:
            tally.add(table, finding.organisation, action)
    for items in COUNTED_IN_ITEMS:
        tally.add(table, finding.organisation, items.value, times=finding.facts.get(items.value) or 0)
