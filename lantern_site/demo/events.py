"""What happens in the demo world, each through the service that a person would have used."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from django.db.models import F

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.demo import values
from lantern_site.demo.world import World
from lantern_site.errors import Refusal, WrongState
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.registers import Authority
from lantern_site.members.roles import Role
from reviews.models import Delivery, Dispute, Recall
from reviews.services import claims, decisions, disputes, findings, recalls
from reviews.services.decisions import Judgement
from reviews.services.findings import Found
from reviews.workflow import (
    Action,
    Attribution,
    LooksWrong,
    NotExamined,
    Outcome,
    Reason,
    RecallAnswer,
    ReportCorrected,
    Result,
    Scope,
    Verdict,
)
from signals import candidates
from signals.intake import Item, Statement
from signals.kinds import IDENTIFIERS, HarmTerm, Kind, Severity
from signals.models import Lead, Receipt, Signal
from signals.purposes import Purpose, Surface
from signals.receipts import give
from signals.services import jobs, sharing
from signals.services.jobs import Plan
from signals.workflow import Status

HOURS_TO_REVIEW = {Severity.CRITICAL: 1.5, Severity.HIGH: 7, Severity.MEDIUM: 15, Severity.LOW: 30}
"""Median hours until the first review."""
RETURNED_BECAUSE = ("Please name the clause with its version.", "The first and last day are missing.")
REJECTED_BECAUSE = ("The evidence does not meet our own policy.", "A joke among classmates, handled by support.")
OBJECTIONS = {
    Reason.WRONG_PERSON: "The account changed hands before the events described.",
    Reason.RECYCLED: "This address was given to a new customer this spring.",
    Reason.CONTEXT: "The account documents a prevention campaign.",
    Reason.BROAD: "The phrase is a common greeting in one of our markets.",
    Reason.STALE: "The account was closed long before it was shared.",
    Reason.HARM_TERM: "What we saw fits another term.",
}


def submit(world: World, now: datetime, *, slow: bool = False) -> None:
    """Somebody shares a value, now and then one that another member has shared, or several of one case."""
    dice = world.fork()
    house = world.sharing_house()
    identifiers = world.houses[house].identifiers
    items = [values.item(dice, identifiers=identifiers)]
    if world.shared and dice.random() < 0.16:
        items = [dice.choice(world.shared[-300:])]
    elif dice.random() < 0.06:
        items += [values.of_kind(dice, kind) for kind in dice.sample([Kind.SHA256, Kind.PDQ, Kind.MD5], 2)]
    if not identifiers and items[0].kind in IDENTIFIERS:
        return
    actor = world.somebody(house, Role.SUBMITTER)
    says = values.statement(dice, items[0].kind)
    try:
        shared = sharing.submit(items=items, statement=says, community_id=world.everyone, actor=actor, now=now)
    except Refusal:
        return  # the house shares this value already
    world.shared += items
    for signal in shared:
        hours = dice.lognormvariate(0, 0.6) * HOURS_TO_REVIEW[Severity(signal.severity)]
        wait = timedelta(hours=hours + (30 if slow else 0))
        later = partial(review, world, signal=signal, house=house, submitter=actor, says=says, dice=dice)
        world.plan(now + wait, later)
    if slow and dice.random() < 0.2:
        reviewer = world.somebody(house, Role.REVIEWER, but=actor)
        claims.claim(signal_id=shared[0].public_id, actor=reviewer, now=world.ends - timedelta(minutes=4))


def alarm(world: World, now: datetime) -> None:
    """A child may be in danger now: a colleague approves within the hour, and the programme's check is due."""
    dice = world.fork()
    house = dice.choice([name for name, house in world.houses.items() if house.weight and house.identifiers])
    items = [values.of_kind(dice, dice.choice([Kind.EMAIL, Kind.USERNAME]))]
    actor = world.somebody(house, Role.SUBMITTER)
    says = replace(
        values.statement(dice, items[0].kind),
        harm=HarmTerm.CONTACT_ABUSE,
        danger=True,
        authority_informed="National hotline, by telephone, at once",
    )
    [signal] = sharing.submit(items=items, statement=says, community_id=world.everyone, actor=actor, now=now)
    reviewer = world.somebody(house, Role.REVIEWER, but=actor)
    approval = Judgement(Verdict.APPROVE, attested=True)
    soon = now + timedelta(minutes=dice.randint(10, 50))
    world.plan(soon, partial(_judge, signal.public_id, approval, reviewer))


def send_back(world: World, now: datetime) -> None:
    """A reviewer returns the newest signal that waits; its submitter has not answered yet."""
    with acting_as(Actor.clock()):
        waiting = Signal.objects.filter(status=Status.SUBMITTED, current_version__number=1)
        signal = waiting.select_related("organisation", "submitted_by__organisation").order_by("-submitted_at").first()
    if signal is not None:
        reviewer = world.somebody(signal.organisation.name, Role.REVIEWER, but=signal.submitted_by.actor(now))
        returned = Judgement(Verdict.RETURN, outward=world.dice.choice(RETURNED_BECAUSE))
        attempt(decisions.decide, signal_id=signal.public_id, judgement=returned, version=1, actor=reviewer, now=now)


def _judge(signal_id: int, judgement: Judgement, reviewer: Actor, now: datetime) -> None:
    decisions.decide(signal_id=signal_id, judgement=judgement, version=1, actor=reviewer, now=now)


def review(
    world: World,
    now: datetime,
    *,
    signal: Signal,
    house: str,
    submitter: Actor,
    says: Statement,
    dice: Random,
    version: int = 1,
) -> None:
    """A second person of the same house decides."""
    reviewer = world.somebody(house, Role.REVIEWER, but=submitter)
    luck = dice.random()
    if luck < 0.05:
        judgement = Judgement(Verdict.REJECT, outward=dice.choice(REJECTED_BECAUSE))
    elif luck < 0.12 and version == 1:
        judgement = Judgement(Verdict.RETURN, outward=dice.choice(RETURNED_BECAUSE))
    else:
        judgement = Judgement(Verdict.APPROVE, attested=True)
    decided = decisions.decide(
        signal_id=signal.public_id, judgement=judgement, version=version, actor=reviewer, now=now
    )
    if decided.status == Status.RETURNED:
        again = partial(resubmit, world, signal=signal, house=house, submitter=submitter, says=says, dice=dice)
        world.plan(now + timedelta(hours=20), again)
    elif decided.status == Status.SUBMITTED:
        world.plan(now + timedelta(hours=dice.uniform(1, 9)), partial(complete, world, signal=signal, version=version))
    elif decided.status == Status.ACTIVE:
        follow(world, now, decided, dice)


def resubmit(
    world: World, now: datetime, *, signal: Signal, house: str, submitter: Actor, says: Statement, dice: Random
) -> None:
    sharing.resubmit(signal_id=signal.public_id, statement=says, actor=submitter, now=now)
    again = partial(review, world, signal=signal, house=house, submitter=submitter, says=says, dice=dice, version=2)
    world.plan(now + timedelta(hours=dice.uniform(2, 12)), again)


def complete(world: World, now: datetime, *, signal: Signal, version: int) -> None:
    """The programme gives the approval that only it can give."""
    steward = world.somebody("Lantern programme", Role.STEWARD)
    judgement = Judgement(Verdict.APPROVE, attested=True)
    shared = decisions.decide(signal_id=signal.public_id, judgement=judgement, version=version, actor=steward, now=now)
    if shared.status == Status.ACTIVE:
        follow(world, now, shared, world.fork())


def follow(world: World, now: datetime, signal: Signal, dice: Random) -> None:
    """What may become of a signal that is shared now."""
    if signal.check_due_at is not None:
        world.plan(now + timedelta(hours=dice.uniform(3, 20)), partial(check, world, signal=signal, dice=dice))
    if dice.random() < 0.05:
        days = dice.uniform(3, 60)
        world.plan(now + timedelta(days=days), partial(dispute, world, signal=signal, dice=dice))
    elif dice.random() < 0.03:
        world.plan(now + timedelta(days=dice.uniform(5, 90)), partial(withdraw, world, signal=signal, dice=dice))


def check(world: World, now: datetime, *, signal: Signal, dice: Random) -> None:
    """A steward's completeness check of a signal that is shared already."""
    steward = world.somebody("Lantern programme", Role.STEWARD)
    passed = dice.random() < 0.94
    note = "" if passed else "The basis does not say who saw the evidence."
    attempt(decisions.check, signal_id=signal.public_id, passed=passed, note=note, actor=steward, now=now)


def withdraw(world: World, now: datetime, *, signal: Signal, dice: Random) -> None:
    """The owner takes it back; in one of four cases because it could have been wrong."""
    owner = world.somebody(signal.organisation.name, Role.REVIEWER)
    could_be_wrong = dice.random() < 0.25
    attempt(
        decisions.withdraw, signal_id=signal.public_id, could_be_wrong=could_be_wrong, note="", actor=owner, now=now
    )
    plan_answers(world, now, signal)


def take_back(world: World, now: datetime) -> None:
    """An owner finds that the newest signal that others have received could be wrong; they have yet to answer."""
    with acting_as(Actor.clock()):
        received = Receipt.objects.exclude(organisation=F("signal__organisation")).values("signal")
        shared = Signal.objects.filter(status=Status.ACTIVE, contested=False, pk__in=received)
        signal = shared.select_related("organisation").order_by("-activated_at", "-pk")[0]
    owner = world.somebody(signal.organisation.name, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=now)


def dispute(world: World, now: datetime, *, signal: Signal, dice: Random) -> None:
    """Another member objects."""
    name = world.receiving_house(but=signal.organisation.name, platforms_only=True)
    opener = world.somebody(name, Role.ANALYST)
    reason = dice.choice(list(OBJECTIONS))
    give([signal], world.organisations[name].pk, way=Receipt.Way.PAGE, now=now)
    opened = attempt(
        disputes.open,
        signal_id=signal.public_id,
        scope=Scope.SIGNAL,
        reason=reason,
        statement=OBJECTIONS[reason],
        opener_named=dice.random() < 0.8,
        hold_asked=reason in (Reason.WRONG_PERSON, Reason.RECYCLED),
        actor=opener,
        now=now,
    )
    if not isinstance(opened, Dispute):
        return
    if opened.hold_asked:
        second = world.somebody(name, Role.ANALYST, but=opener)
        hold = partial(attempt, disputes.confirm_hold, dispute_id=opened.public_id, actor=second)
        world.plan(now + timedelta(hours=3), lambda at: hold(now=at))
    world.plan(
        now + timedelta(days=dice.uniform(0.5, 3)), partial(answer, world, dispute=opened, signal=signal, dice=dice)
    )


def object_to_recent(world: World, now: datetime) -> None:
    """Somebody objects to one of the newest signals that others share."""
    with acting_as(Actor.clock()):
        recent = Signal.objects.filter(status=Status.ACTIVE, contested=False).select_related("organisation")
        signal = world.dice.choice(list(recent.order_by("-activated_at", "-pk")[:20]))
    dispute(world, now, signal=signal, dice=world.fork())


def answer(world: World, now: datetime, *, dispute: Dispute, signal: Signal, dice: Random) -> None:
    """The owner accepts, or answers and the adjudicator decides."""
    owner = world.somebody(signal.organisation.name, Role.REVIEWER)
    if dice.random() < 0.3:
        attempt(disputes.accept, dispute_id=dispute.public_id, actor=owner, now=now)
        plan_answers(world, now, signal)
        return
    text = "We have looked again: our own evidence stands."
    attempt(disputes.answer, dispute_id=dispute.public_id, text=text, actor=owner, now=now)
    world.plan(
        now + timedelta(days=dice.uniform(1, 3)), partial(decide, world, dispute=dispute, signal=signal, dice=dice)
    )


def decide(world: World, now: datetime, *, dispute: Dispute, signal: Signal, dice: Random) -> None:
    result = values.chosen(dice, {Result.UPHELD: 40, Result.NOT_UPHELD: 52, Result.AMENDED: 8})
    attempt(
        disputes.decide,
        dispute_id=dispute.public_id,
        result=result,
        text="Decided on the statement, the answer and the recorded basis.",
        actor=world.somebody("Lantern programme", Role.ADJUDICATOR),
        now=now,
    )
    plan_answers(world, now, signal)


def plan_answers(world: World, now: datetime, signal: Signal) -> None:
    """Those who received a recalled signal answer within days."""
    with acting_as(Actor.clock()):
        waiting = Delivery.objects.filter(recall__signal=signal, recall__closed_at__isnull=True).order_by("pk")
        due = [(one.recall, one.organisation.name) for one in waiting.select_related("recall", "organisation")]
    for recall, house in due:
        hours = world.dice.uniform(2, 60)
        world.plan(now + timedelta(hours=hours), partial(acknowledge, world, recall=recall, house=house))


def acknowledge(world: World, now: datetime, *, recall: Recall, house: str) -> None:
    actor = world.somebody(house, Role.ANALYST)
    undone = world.dice.random() < 0.2
    said = recalls.Answer(
        answer=RecallAnswer.UNDONE if undone else RecallAnswer.NOTHING_FOUND,
        report_corrected=ReportCorrected.NONE_MADE,
        local_hits=1 if undone else 0,
    )
    attempt(recalls.acknowledge, recall_id=recall.public_id, answer=said, actor=actor, now=now)


def match(world: World, now: datetime) -> None:
    """A member compares a batch: mostly values that nobody shared, a few that somebody did."""
    dice = world.fork()
    house = world.receiving_house(identifiers_only=True)
    known = [item for item in dice.sample(world.shared, min(len(world.shared), 14)) if item.kind in COMPARED]
    unknown = [item for item in (values.item(dice) for _ in range(100)) if item.kind in COMPARED]
    items = dice.sample(known + unknown, len(known) + len(unknown))
    actor = world.somebody(house, Role.ANALYST)
    job = jobs.start(
        plan=Plan(
            f"Accounts under review, week {now.isocalendar().week}", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA
        ),
        candidates=candidates.from_items([_candidate(item, number) for number, item in enumerate(items)]).candidates,
        actor=actor,
        now=now,
    )
    with acting_as(actor):
        chunks = list(job.chunks.order_by("number").values_list("pk", flat=True))
    for chunk in chunks:
        jobs.run_chunk(chunk, holder="demo", now=now)
    with acting_as(actor):
        leads = list(Lead.objects.visible_to(actor).filter(job=job).order_by("pk"))
    for lead in leads:
        if dice.random() < 0.88:
            world.plan(
                now + timedelta(hours=dice.lognormvariate(2.6, 1)),
                partial(find, world, lead=lead, house=house, dice=dice),
            )


COMPARED = IDENTIFIERS | {Kind.URL, Kind.PDQ, Kind.SHA256, Kind.MD5}


def _candidate(item: Item, number: int) -> candidates.Item:
    return candidates.Item(
        kind=item.kind,
        value=item.raw,
        service=item.service or "",
        quality=str(item.quality or ""),
        reference=f"case-{number:03d}",
    )


def find(world: World, now: datetime, *, lead: Lead, house: str, dice: Random) -> None:
    """Somebody looks at a lead on their own service and writes down what they found."""
    financial = world.houses[house].kind == MemberKind.FINANCIAL
    outcome = values.chosen(dice, FINANCIAL_OUTCOMES if financial else OUTCOMES)
    violation = outcome == Outcome.VIOLATION
    actions = () if not violation else ACTIONS_OF_BANKS if financial else dice.choice(ACTIONS)
    wrong = outcome == Outcome.FALSE_MATCH and not financial and dice.random() < 0.2
    attempt(
        findings.record,
        lead_ids=[lead.public_id],
        found=Found(
            outcome=outcome,
            actions=actions,
            content_removed=dice.randint(1, 6) if Action.CONTENT_REMOVED in actions else 0,
            uploads_prevented=0,
            not_examined_because=NotExamined.NO_CAPACITY if outcome == Outcome.NOT_EXAMINED else "",
            authority=Authority.POLICE if Action.AUTHORITY_REPORT in actions else "",
            own_evidence=violation,
            policy_version="2026-01",
            attribution=dice.choice((Attribution.DECISIVE, Attribution.PARTLY)) if violation else Attribution.NOT,
            looks_wrong=LooksWrong.YES if wrong else LooksWrong.NO,
            looks_wrong_because="The handle was reused by somebody else." if wrong else "",
        ),
        actor=world.somebody(house, Role.ANALYST),
        now=now,
    )


OUTCOMES = {
    Outcome.VIOLATION: 46, Outcome.ALREADY_KNOWN: 20, Outcome.NO_VIOLATION: 14, Outcome.INSUFFICIENT: 10,
    Outcome.FALSE_MATCH: 5, Outcome.POSSIBLE_VICTIM: 3, Outcome.NOT_EXAMINED: 2,
}  # fmt: skip
FINANCIAL_OUTCOMES = {Outcome.NO_VIOLATION: 60, Outcome.FALSE_MATCH: 15, Outcome.VIOLATION: 25}
ACTIONS = (
    (Action.ACCOUNT_ACTIONED,),
    (Action.ACCOUNT_ACTIONED, Action.CONTENT_REMOVED),
    (Action.ACCOUNT_ACTIONED, Action.AUTHORITY_REPORT),
    (Action.INVESTIGATION_OPENED,),
)
ACTIONS_OF_BANKS = (Action.INVESTIGATION_OPENED,)


def attempt(service: object, **given: object) -> object:
    """Call a service whose move may not be open any more in this telling; then nothing happens."""
    try:
        return service(**given)  # type: ignore[operator]
    except WrongState:
        return None
