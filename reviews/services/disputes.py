"""Disputes: a reasoned objection to signals, its answer, its decision, one appeal, and the hold meanwhile."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid
from lantern_site.members.models import Staff
from lantern_site.members.policies import organisation_of, staff_of
from reviews import clocks, disputing, workflow
from reviews.models import Dispute, DisputedSignal
from reviews.services import holds, recalls
from reviews.workflow import DisputeMove, Reason, RecallCause, Result, Scope
from signals import moves
from signals import workflow as life
from signals.models import Signal
from signals.policies import unknown_signal
from signals.workflow import LIVE, Move

LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Case:
    """A dispute and the signals that it touches, all locked, with the recorder of the one who acts."""

    record: Recorder
    dispute: Dispute
    signals: list[Signal]

    @property
    def actor(self) -> Actor:
        return self.record.actor


@contextmanager
def _case(dispute_id: int, actor: Actor, now: datetime) -> Iterator[Case]:
    """Lock a dispute that the actor may see, and everything that it touches: signals first, by key, then the dispute.

    A dispute has consequences for signals that a party may not see (another owner's, or a community it has left), so
    the transaction as a whole is the clock's, and the block runs with its eyes; the entries are the actor's.
    """
    with recording(Actor.clock(), now), recording(actor, now) as record:
        found = Dispute.objects.visible_to(actor).filter(public_id=dispute_id).first()
        if found is None:
            raise Hidden(_("There is no such dispute."))
        with acting_as(Actor.clock()):
            signals = _locked(list(found.touches.values_list("signal", flat=True)))
            parties = Dispute.objects.select_related("opener", "opened_by", "signal__organisation")
            yield Case(record, parties.select_for_update(of=("self",)).get(pk=found.pk), signals)


def _locked(pks: list[int]) -> list[Signal]:
    rows = Signal.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return list(rows.select_related("indicator", "organisation", "community", "current_version"))


def open(  # noqa: A001 - the word of the domain
    *,
    signal_id: int,
    scope: Scope,
    reason: Reason,
    statement: str,
    opener_named: bool,
    hold_asked: bool,
    actor: Actor,
    now: datetime,
) -> Dispute:
    """Object to a signal, to every signal on its indicator, or to those of its incident: what the actor sees of them.

    They are under caution at once. A hold needs a reason that concerns a person, and a second person: `confirm_hold`.
    """
    reach = disputing.scope_of(reason, scope)
    with recording(Actor.clock(), now), recording(actor, now) as record:
        named, signals = _locked_with(signal_id, reach, actor)
        disputing.may_dispute(actor, named)
        _check_objection(named, scope, reason, statement, hold_asked)
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
            answer_due_at=clock.working_days(now, clocks.ANSWER_DAYS),
            decide_due_at=now + clocks.DECIDE_IN_DANGER if any(signal.danger for signal in signals) else due_at,
        )
        DisputedSignal.objects.bulk_create(
            DisputedSignal(dispute=dispute, signal=signal, organisation=signal.organisation) for signal in signals
        )
        case = Case(record, dispute, signals)
        facts: dict[str, Fact] = {"opener": dispute.opener.public_id, "hold_asked": hold_asked}
        _note(case, "dispute.opened", payload={"statement": statement}, facts=facts)
        _settle(case)
        return dispute


def _locked_with(signal_id: int, reach: Scope, actor: Actor) -> tuple[Signal, list[Signal]]:
    """The named signal, and with it all that the dispute is about: visible, shared by others, not disputed by us
    already. They are found first and then locked by key together, so that two disputes never wait for each other."""
    named = Signal.objects.visible_to(actor).filter(public_id=signal_id).first()
    if named is None:
        raise unknown_signal()
    same = Q(pk=named.pk)
    if reach == Scope.INDICATOR:
        same = Q(indicator=named.indicator_id)
    elif reach == Scope.INCIDENT and named.incident_id is not None:
        same = Q(incident=named.incident_id)
    ours = Dispute.objects.open().filter(opener=actor.organisation_id)
    disputed = DisputedSignal.objects.filter(dispute__in=ours).values("signal")
    others = Signal.objects.visible_to(actor).filter(same).exclude(organisation=actor.organisation_id)
    others = others.exclude(pk=named.pk).exclude(pk__in=disputed)
    found = _locked([named.pk, *others.values_list("pk", flat=True)])
    named = next(signal for signal in found if signal.pk == named.pk)
    return named, [one for one in found if one == named or one.status in disputing.DISPUTABLE]


def _check_objection(named: Signal, scope: Scope, reason: Reason, statement: str, hold_asked: bool) -> None:
    if reason not in Reason.values:
        raise Invalid(_("Choose a reason."), "reason")
    if scope not in Scope.values or (scope == Scope.INCIDENT and named.incident_id is None):
        raise Invalid(_("Choose what you dispute: this signal belongs to no incident."), "scope")
    if hold_asked and reason not in workflow.PERSON_HARM:
        raise Invalid(_("A hold needs a reason that concerns a person."), "hold_asked")
    _check_text(statement, _("Say what is wrong."), "statement")


def _check_text(text: str, sentence: str, field: str) -> None:
    if not text.strip():
        raise Invalid(sentence, field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("Use at most %(most)d characters.") % {"most": LONGEST_TEXT}, field)


def answer(*, dispute_id: int, text: str, actor: Actor, now: datetime) -> Dispute:
    """The owner says why its signal is right."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_answer(actor, case.dispute)
        _check_text(text, _("Give your answer."), "text")
        dispute = case.dispute
        dispute.answer, dispute.answered_at, dispute.answered_by = text, now, staff_of(actor)
        _move(case, DisputeMove.ANSWER, "answer", "answered_at", "answered_by")
        _note(case, "dispute.answered", payload={"answer": text}, facts={"seconds_since_opened": _age(case)})
        return dispute


def accept(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """The owner agrees: its signals are retracted and recalled.

    Where the dispute also touches live signals of other members it goes on about those.
    """
    with _case(dispute_id, actor, now) as case:
        disputing.may_accept(actor, case.dispute)
        own = [signal for signal in case.signals if signal.organisation_id == actor.organisation_id]
        rest = [signal for signal in case.signals if signal not in own and signal.status in LIVE]
        if not rest:
            case.dispute.decided_at, case.dispute.decided_by = now, staff_of(actor)
            _end_hold(case)
            _move(case, DisputeMove.ACCEPT, "decided_at", "decided_by")
        action = "dispute.accepted_in_part" if rest else "dispute.accepted"
        _note(case, action, facts={"seconds_since_opened": _age(case)})
        _retract(case, own, "owner")
        _settle(case)
        return case.dispute


def decide(*, dispute_id: int, result: Result, text: str, actor: Actor, now: datetime) -> Dispute:
    """An uninvolved adjudicator decides. Upheld retracts and recalls; amended and not upheld release."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_decide(actor, case.dispute)
        _check_decision(result, text)
        _decide(case, result, text, staff_of(actor), "adjudicator")
        return case.dispute


def uphold(*, dispute_id: int, why: str, now: datetime) -> Dispute:
    """The clock upholds, without prejudice to new evidence, what nobody answered or decided in time."""
    with _case(dispute_id, Actor.clock(), now) as case:
        workflow.target(case.dispute.state, DisputeMove.DECIDE)
        _decide(case, Result.UPHELD, "", None, why)
        return case.dispute


def _check_decision(result: Result, text: str) -> None:
    if result not in Result.values:
        raise Invalid(_("Choose a result."), "result")
    _check_text(text, _("Give the parties your reason."), "text")


def _decide(case: Case, result: Result, text: str, person: Staff | None, why: str) -> None:
    dispute, now = case.dispute, case.record.now
    dispute.result, dispute.decision_text = result, text
    dispute.decided_at, dispute.decided_by = now, person
    _end_hold(case)
    _move(case, DisputeMove.DECIDE, "result", "decision_text", "decided_at", "decided_by")
    facts: dict[str, Fact] = {"why": why, "seconds_since_opened": _age(case)}
    _note(case, "dispute.decided", payload={"decision": text}, facts=facts)
    _carry_out(case, result, why)


def appeal(*, dispute_id: int, text: str, actor: Actor, now: datetime) -> Dispute:
    """A party asks an external adjudicator to look again: once, within 30 days. The signals are contested anew."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_appeal(actor, case.dispute, now)
        _check_text(text, _("Say what the decision got wrong."), "text")
        dispute = case.dispute
        dispute.appeal_text, dispute.appealed_at, dispute.appealed_by = text, now, staff_of(actor)
        dispute.decide_due_at = clock.working_days(now, clocks.DECIDE_DAYS)
        _move(case, DisputeMove.APPEAL, "appeal_text", "appealed_at", "appealed_by", "decide_due_at")
        by_owner = actor.organisation_id != dispute.opener_id
        _note(case, "dispute.appealed", payload={"appeal": text}, facts={"by": "owner" if by_owner else "opener"})
        _settle(case)
        return dispute


def decide_appeal(*, dispute_id: int, result: Result, text: str, actor: Actor, now: datetime) -> Dispute:
    """An external adjudicator who took no part has the last word: it may retract, or reinstate what was retracted."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_decide_appeal(actor, case.dispute)
        _check_decision(result, text)
        dispute = case.dispute
        dispute.appeal_result, dispute.appeal_decision_text = result, text
        dispute.appeal_decided_at, dispute.appeal_decided_by = now, staff_of(actor)
        _move(
            case,
            DisputeMove.DECIDE_APPEAL,
            "appeal_result",
            "appeal_decision_text",
            "appeal_decided_at",
            "appeal_decided_by",
        )
        _note(case, "dispute.appeal_decided", payload={"decision": text}, facts={"seconds_since_opened": _age(case)})
        if result != Result.UPHELD:
            _reinstate(case)
        _carry_out(case, result, "appeal")
        return dispute


def withdraw(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """The opener takes its objection back."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_withdraw(actor, case.dispute)
        _end_hold(case)
        _move(case, DisputeMove.WITHDRAW)
        _note(case, "dispute.withdrawn")
        _settle(case)
        return case.dispute


def confirm_hold(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """Take the signals out of the feed for ten working days, as the opener's second person or as a steward."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_hold(actor, case.dispute, now)
        dispute = case.dispute
        dispute.held_at, dispute.held_by = now, staff_of(actor)
        dispute.hold_until = clock.working_days(now, clocks.HOLD_DAYS)
        on_hold = clock.working_days(now, clocks.DECIDE_DAYS_ON_HOLD)
        dispute.decide_due_at = min(dispute.decide_due_at, on_hold)
        dispute.save(update_fields=["held_at", "held_by", "hold_until", "decide_due_at"])
        _note(case, "dispute.hold_confirmed")
        _settle(case)
        return dispute


def extend_hold(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """A steward gives the hold five more working days, once."""
    with _case(dispute_id, actor, now) as case:
        disputing.may_extend_hold(actor, case.dispute)
        dispute = case.dispute
        assert dispute.hold_until is not None
        dispute.hold_until = clock.working_days(dispute.hold_until, clocks.EXTENSION_DAYS)
        dispute.hold_extended = True
        dispute.save(update_fields=["hold_until", "hold_extended"])
        _note(case, "dispute.hold_extended")
        return dispute


def end_hold(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """A steward, or the clock, ends the hold; the dispute runs on under caution."""
    with _case(dispute_id, actor, now) as case:
        if not actor.is_clock:
            disputing.may_steer_hold(actor, case.dispute)
        _end_hold(case)
        _note(case, "dispute.hold_ended", facts={"by": "clock" if actor.is_clock else "steward"})
        _settle(case)
        return case.dispute


def _end_hold(case: Case) -> None:
    if case.dispute.is_holding:
        case.dispute.hold_ended_at = case.record.now
        case.dispute.save(update_fields=["hold_ended_at"])


def _carry_out(case: Case, result: Result, why: str) -> None:
    """What a decision does to the signals. An amendment is told to everyone who received them."""
    if result == Result.UPHELD:
        _retract(case, case.signals, why)
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


def _settle(case: Case) -> None:
    for signal in case.signals:
        holds.settle(case.record, signal)


def _move(case: Case, move: DisputeMove, *fields: str) -> None:
    case.dispute.state = workflow.target(case.dispute.state, move)
    case.dispute.save(update_fields=["state", *fields])


def _age(case: Case) -> int:
    return int((case.record.now - case.dispute.opened_at).total_seconds())


def _note(
    case: Case, action: str, *, payload: Mapping[str, str] | None = None, facts: Mapping[str, Fact] | None = None
) -> None:
    """Record an entry about the dispute, with the state that a replay must arrive at. It concerns the other side."""
    dispute = case.dispute
    state: dict[str, Fact] = {
        "reason": dispute.reason,
        "scope": dispute.scope,
        "state": dispute.state,
        "result": dispute.final_result,
        "signal": dispute.signal.public_id,
        "holding": dispute.is_holding,
        "signals": len(case.signals),
    }
    case.record(
        action,
        subject_kind="dispute",
        subject=dispute.public_id,
        audience=f"organisation:{_other_side(case)}",
        facts=state | dict(facts or {}),
        payload=payload,
    )


def _other_side(case: Case) -> int:
    """The party that an act concerns. What an opener does who is not named concerns the opener alone, lest the owner
    finds it among the entries that it may search."""
    opener, owner = case.dispute.opener, case.dispute.signal.organisation
    by_opener = case.actor.organisation_id == opener.pk
    if by_opener:
        return owner.public_id if case.dispute.opener_named else opener.public_id
    return owner.public_id if case.actor.programme or case.actor.is_clock else opener.public_id
