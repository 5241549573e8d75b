"""Disputes: a reasoned objection to signals, its answer, its decision, one appeal, and the hold meanwhile."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, recording
from lantern_site.errors import Invalid
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import GovernmentRequest, Organisation, Staff
from lantern_site.members.policies import organisation_of, permits, sees_signals, staff_of
from reviews import clocks, disputing, workflow
from reviews.models import Dispute, DisputedSignal
from reviews.services import casework, holds, recalls
from reviews.services.casework import Case
from reviews.workflow import DisputeMove, DisputeState, Reason, RecallCause, Result, Scope
from signals import moves
from signals import workflow as life
from signals.models import Indicator, IndicatorAlias, Lead, Signal, SignalQuerySet
from signals.policies import unknown_signal
from signals.workflow import LIVE, Move, Status


def open(  # noqa: A001 - the word of the domain
    *,
    signal_id: int,
    scope: Scope,
    reason: Reason,
    statement: str,
    opener_named: bool,
    hold_asked: bool,
    order_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Dispute:
    """Object to a signal, to every signal on its indicator, or to those of its incident: what the actor sees of them.

    What harms a person is disputed on every signal of the indicator, also where the opener does not see it.
    They are under caution at once. A hold needs a reason that concerns a person, and a second person: `confirm_hold`.
    """
    reach = disputing.scope_of(reason, scope)
    with recording(Actor.clock(), now), recording(actor, now) as record:
        named, signals = _locked_with(signal_id, reach, actor)
        disputing.may_dispute(actor, named, reason)
        _check_objection(named, scope, reason, statement, hold_asked)
        order = _order(reason, order_id)
        due_at = clock.working_days(now, clocks.DECIDE_DAYS)
        dispute = Dispute.objects.create(
            scope=reach,
            signal=named,
            indicator=named.indicator if reach == Scope.INDICATOR else None,
            incident=named.incident if reach == Scope.INCIDENT else None,
            opener=organisation_of(actor),
            opened_by=staff_of(actor),
            opened_at=now,
            opener_named=opener_named,
            reason=reason,
            statement=statement,
            hold_asked=hold_asked,
            order=order,
            answer_due_at=clock.working_days(now, clocks.ANSWER_DAYS),
            decide_due_at=now + clocks.DECIDE_IN_DANGER if any(signal.danger for signal in signals) else due_at,
        )
        _touch(dispute, signals)
        case = Case(record, dispute, signals)
        facts: dict[str, Fact] = {"opener": dispute.opener.public_id, "hold_asked": hold_asked}
        casework.note(case, "dispute.opened", payload={"statement": statement}, facts=facts)
        casework.settle(case)
        return dispute


def _locked_with(signal_id: int, reach: Scope, actor: Actor) -> tuple[Signal, list[Signal]]:
    """The named signal, and with it all that the dispute is about: shared by others, not disputed by us already. They
    are found first and then locked by key together, so that two disputes never wait for each other."""
    named = _named(signal_id, actor)
    ours = Dispute.objects.open().filter(opener=actor.organisation_id)
    disputed = DisputedSignal.objects.filter(dispute__in=ours).values("signal")
    with acting_as(Actor.clock()):
        others = _about(named, reach, actor).exclude(organisation=actor.organisation_id)
        others = others.exclude(pk=named.pk).exclude(pk__in=disputed)
        found = casework.locked([named.pk, *others.values_list("pk", flat=True)])
    named = next(signal for signal in found if signal.pk == named.pk)
    return named, [one for one in found if one == named or one.status in disputing.DISPUTABLE]


def _named(signal_id: int, actor: Actor) -> Signal:
    """A signal that the actor sees, or of which its organisation has a lead: that outlives a membership."""
    named = Signal.objects.visible_to(actor).filter(public_id=signal_id).first()
    if named is None and sees_signals(actor) and not actor.oversees:
        with acting_as(Actor.clock()):
            leads = Lead.objects.filter(organisation=actor.organisation_id, signal__public_id=signal_id)
            named = Signal.objects.filter(public_id=signal_id, pk__in=leads.values("signal")).first()
    if named is None:
        raise unknown_signal()
    return named


def _about(named: Signal, reach: Scope, actor: Actor) -> SignalQuerySet:
    """On an indicator every signal, those on an address of the same mailbox too; of an incident what the actor sees."""
    if reach == Scope.INDICATOR:
        alias = IndicatorAlias.objects.filter(indicator=named.indicator_id).values("digest")
        same = Indicator.objects.filter(Q(pk=named.indicator_id) | Q(alias__digest__in=alias))
        return Signal.objects.filter(indicator__in=same.values("pk"))
    if reach == Scope.INCIDENT and named.incident_id is not None:
        seen = Signal.objects.filter(incident=named.incident_id)
        with acting_as(actor):
            return seen.filter(pk__in=list(seen.visible_to(actor).values_list("pk", flat=True)))
    return Signal.objects.none()


def _order(reason: Reason, order_id: int | None) -> GovernmentRequest | None:
    """The entry of the programme's register in which a legal order stands: without one it is none."""
    if reason != Reason.LEGAL_ORDER:
        return None
    with acting_as(Actor.clock()):
        entered = GovernmentRequest.objects.filter(public_id=order_id or 0).first()
    if entered is None:
        raise Invalid(_("Give the reference under which the programme has entered the order in its register."), "order")
    return entered


def _check_objection(named: Signal, scope: Scope, reason: Reason, statement: str, hold_asked: bool) -> None:
    if reason not in Reason.values:
        raise Invalid(_("Choose a reason."), "reason")
    if scope not in Scope.values or (scope == Scope.INCIDENT and named.incident_id is None):
        raise Invalid(_("Choose what you dispute: this signal belongs to no incident."), "scope")
    if hold_asked and reason not in workflow.PERSON_HARM:
        raise Invalid(_("A hold needs a reason that concerns a person."), "hold_asked")
    casework.check_text(statement, _("Say what is wrong."), "statement")


def open_for_a_person(*, indicator_id: int, now: datetime) -> Dispute | None:
    """The clock objects on behalf of somebody who proved at the public door that the indicator (primary key) is theirs:
    caution, no hold. None where nothing is shared, or such a dispute runs already."""
    with recording(Actor.clock(), now) as record:
        running = Dispute.objects.open().filter(indicator=indicator_id, opened_by__isnull=True)
        shared = Signal.objects.filter(indicator=indicator_id, status__in=[Status.ACTIVE, Status.HELD])
        signals = casework.locked(list(shared.values_list("pk", flat=True)))
        if not signals or running.exists():
            return None
        dispute = Dispute.objects.create(
            scope=Scope.INDICATOR,
            signal=signals[0],
            indicator=signals[0].indicator,
            opener=Organisation.objects.get(kind=MemberKind.PROGRAMME),
            opened_at=now,
            reason=Reason.WRONG_PERSON,
            answer_due_at=clock.working_days(now, clocks.ANSWER_DAYS),
            decide_due_at=clock.working_days(now, clocks.DECIDE_DAYS),
        )
        _touch(dispute, signals)
        case = Case(record, dispute, signals)
        casework.note(case, "dispute.opened", facts={"opener": dispute.opener.public_id, "hold_asked": False})
        casework.settle(case)
        return dispute


def _touch(dispute: Dispute, signals: Iterable[Signal]) -> None:
    DisputedSignal.objects.bulk_create(
        DisputedSignal(dispute=dispute, signal=signal, organisation=signal.organisation) for signal in signals
    )


def answer(*, dispute_id: int, text: str, actor: Actor, now: datetime) -> Dispute:
    """The owner says why its signal is right."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_answer(actor, case.dispute)
        casework.check_text(text, _("Give your answer."), "text")
        dispute = case.dispute
        dispute.answer, dispute.answered_at, dispute.answered_by = text, now, staff_of(actor)
        casework.move(case, DisputeMove.ANSWER, "answer", "answered_at", "answered_by")
        casework.note(case, "dispute.answered", payload={"answer": text}, facts={"seconds_since_opened": case.age})
        return dispute


def accept(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """The owner agrees: its signals are retracted and recalled.

    Where the dispute also touches live signals of other members it goes on about those.
    """
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_accept(actor, case.dispute)
        own = [signal for signal in case.signals if signal.organisation_id == actor.organisation_id]
        rest = [signal for signal in case.signals if signal not in own and signal.status in LIVE]
        if not rest:
            case.dispute.decided_at, case.dispute.decided_by = now, staff_of(actor)
            _end_hold(case)
            casework.move(case, DisputeMove.ACCEPT, "decided_at", "decided_by")
        action = "dispute.accepted_in_part" if rest else "dispute.accepted"
        casework.note(case, action, facts={"seconds_since_opened": case.age})
        _retract(case, own, "owner")
        casework.settle(case)
        return case.dispute


def decide(*, dispute_id: int, result: Result, text: str, actor: Actor, now: datetime) -> Dispute:
    """An uninvolved adjudicator decides. Upheld retracts and recalls; amended and not upheld release.

    Other open disputes about the same, for the same reason, are decided with it in the same words.
    """
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_decide(actor, case.dispute)
        _check_decision(result, text)
        alike = _alike(case)
        _decide(case, result, text, staff_of(actor), "adjudicator")
        for other in alike:
            _decide(other, result, text, staff_of(actor), "together")
        return case.dispute


def _alike(case: Case) -> list[Case]:
    """Duplicates: of the same reason, about signals of this case alone. They are marked as decided with it."""
    dispute, signals = case.dispute, {signal.pk: signal for signal in case.signals}
    same = Dispute.objects.filter(state__in=[DisputeState.OPENED, DisputeState.ANSWERED], reason=dispute.reason)
    same = same.filter(pk__in=DisputedSignal.objects.filter(signal__in=signals).values("dispute"))
    found = same.select_for_update(of=("self",)).exclude(pk=dispute.pk).order_by("pk")
    alike = []
    for one in found.select_related("opener", "opened_by", "signal__organisation"):
        touched = set(one.touches.values_list("signal", flat=True))
        if touched <= signals.keys() and permits(disputing.may_decide, case.actor, one):
            one.joined = dispute
            one.save(update_fields=["joined"])
            alike.append(Case(case.record, one, [signals[pk] for pk in sorted(touched)]))
    return alike


def uphold(*, dispute_id: int, why: str, now: datetime) -> Dispute:
    """The clock upholds, without prejudice to new evidence, what nobody answered or decided in time."""
    with casework.opened(dispute_id, Actor.clock(), now) as case:
        workflow.target(case.dispute.state, DisputeMove.DECIDE)
        _decide(case, Result.UPHELD, "", None, why)
        return case.dispute


def _check_decision(result: Result, text: str) -> None:
    if result not in Result.values:
        raise Invalid(_("Choose a result."), "result")
    casework.check_text(text, _("Give the parties your reason."), "text")


def _decide(case: Case, result: Result, text: str, person: Staff | None, why: str) -> None:
    dispute, now = case.dispute, case.record.now
    dispute.result, dispute.decision_text = result, text
    dispute.decided_at, dispute.decided_by = now, person
    _end_hold(case)
    casework.move(case, DisputeMove.DECIDE, "result", "decision_text", "decided_at", "decided_by")
    facts: dict[str, Fact] = {"why": why, "seconds_since_opened": case.age}
    casework.note(case, "dispute.decided", payload={"decision": text}, facts=facts)
    _carry_out(case, result, why)


def appeal(*, dispute_id: int, text: str, actor: Actor, now: datetime) -> Dispute:
    """A party asks an external adjudicator to look again: once, within 30 days. The signals are contested anew."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_appeal(actor, case.dispute, now)
        casework.check_text(text, _("Say what the decision got wrong."), "text")
        dispute = case.dispute
        dispute.appeal_text, dispute.appealed_at, dispute.appealed_by = text, now, staff_of(actor)
        dispute.decide_due_at = clock.working_days(now, clocks.DECIDE_DAYS)
        dispute.assigned_to = dispute.assigned_at = dispute.assigned_by = None
        casework.move(
            case,
            DisputeMove.APPEAL,
            *("appeal_text", "appealed_at", "appealed_by", "decide_due_at"),
            *("assigned_to", "assigned_at", "assigned_by"),
        )
        by_owner = actor.organisation_id != dispute.opener_id
        casework.note(
            case, "dispute.appealed", payload={"appeal": text}, facts={"by": "owner" if by_owner else "opener"}
        )
        casework.settle(case)
        return dispute


def decide_appeal(*, dispute_id: int, result: Result, text: str, actor: Actor, now: datetime) -> Dispute:
    """An external adjudicator who took no part has the last word: it may retract, or reinstate what was retracted."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_decide_appeal(actor, case.dispute)
        _check_decision(result, text)
        dispute = case.dispute
        dispute.appeal_result, dispute.appeal_decision_text = result, text
        dispute.appeal_decided_at, dispute.appeal_decided_by = now, staff_of(actor)
        casework.move(
            case,
            DisputeMove.DECIDE_APPEAL,
            "appeal_result",
            "appeal_decision_text",
            "appeal_decided_at",
            "appeal_decided_by",
        )
        casework.note(
            case,
            "dispute.appeal_decided",
            payload={"decision": text},
            facts={"seconds_since_opened": case.age},
        )
        if result != Result.UPHELD:
            _reinstate(case)
        _carry_out(case, result, "appeal")
        return dispute


def withdraw(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """The opener takes its objection back."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_withdraw(actor, case.dispute)
        _end_hold(case)
        casework.move(case, DisputeMove.WITHDRAW)
        casework.note(case, "dispute.withdrawn")
        casework.settle(case)
        return case.dispute


def confirm_hold(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """Take the signals out of the feed for ten working days, as the opener's second person or as a steward."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_hold(actor, case.dispute, now)
        dispute = case.dispute
        dispute.held_at, dispute.held_by = now, staff_of(actor)
        dispute.hold_until = clock.working_days(now, clocks.HOLD_DAYS)
        on_hold = clock.working_days(now, clocks.DECIDE_DAYS_ON_HOLD)
        dispute.decide_due_at = min(dispute.decide_due_at, on_hold)
        dispute.save(update_fields=["held_at", "held_by", "hold_until", "decide_due_at"])
        casework.note(case, "dispute.hold_confirmed")
        casework.settle(case)
        return dispute


def extend_hold(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """A steward gives the hold five more working days, once."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_extend_hold(actor, case.dispute)
        dispute = case.dispute
        assert dispute.hold_until is not None
        dispute.hold_until = clock.working_days(dispute.hold_until, clocks.EXTENSION_DAYS)
        dispute.hold_extended = True
        dispute.save(update_fields=["hold_until", "hold_extended"])
        casework.note(case, "dispute.hold_extended")
        return dispute


def end_hold(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """A steward, or the clock, ends the hold; the dispute runs on under caution."""
    with casework.opened(dispute_id, actor, now) as case:
        if not actor.is_clock:
            disputing.may_steer_hold(actor, case.dispute)
        _end_hold(case)
        casework.note(case, "dispute.hold_ended", facts={"by": "clock" if actor.is_clock else "steward"})
        casework.settle(case)
        return case.dispute


def _end_hold(case: Case) -> None:
    if case.dispute.is_holding:
        case.dispute.hold_ended_at = case.record.now
        case.dispute.save(update_fields=["hold_ended_at"])


def _carry_out(case: Case, result: Result, why: str) -> None:
    """What a decision does to the signals. An amendment is told to everyone who received them."""
    if result == Result.UPHELD:
        standing = set(case.dispute.touches.filter(stands_confirmed_at__isnull=False).values_list("signal", flat=True))
        _retract(case, [signal for signal in case.signals if signal.pk not in standing], why)
    amended = result == Result.AMENDED
    for signal in case.signals:
        was_held = signal.status == life.Status.HELD
        holds.settle(case.record, signal, released=RecallCause.CORRECTED if amended else RecallCause.RELEASED)
        if amended and signal.status in LIVE and not was_held:
            recalls.announce(case.record, signal, RecallCause.CORRECTED)


def _retract(case: Case, signals: list[Signal], why: str) -> None:
    """Retract what is live. Of what has ended meanwhile, those who received it are told all the same."""
    facts: dict[str, Fact] = {"reason": case.dispute.reason, "why": why, "dispute": case.dispute.public_id}
    for signal in signals:
        if life.is_open(signal.status, Move.RETRACT):
            moves.apply(case.record, signal, Move.RETRACT, facts=facts)
            if why != "owner":
                case.dispute.touches.filter(signal=signal).update(retracted_at=case.record.now)
        recalls.announce(case.record, signal, RecallCause.RETRACTED)


def _reinstate(case: Case) -> None:
    """Give back what the first decision retracted, unless its owner has shared the same anew."""
    retracted = set(case.dispute.touches.filter(retracted_at__isnull=False).values_list("signal", flat=True))
    facts: dict[str, Fact] = {"dispute": case.dispute.public_id}
    for signal in case.signals:
        anew = Signal.objects.owned_by(signal.organisation_id).live().filter(indicator=signal.indicator_id)
        if signal.pk not in retracted or not life.is_open(signal.status, Move.REINSTATE) or anew.exists():
            continue
        moves.apply(case.record, signal, Move.REINSTATE, facts=facts)
        case.dispute.touches.filter(signal=signal).update(retracted_at=None)
        recalls.announce(case.record, signal, RecallCause.RELEASED)
