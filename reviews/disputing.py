"""May this actor dispute, hold, decide, acknowledge or find this, now? Separation is by person and organisation."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry, EntryQuerySet
from lantern_site.errors import NotAllowed, WrongState
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Grant, SubjectRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.roles import Role
from reviews import clocks, workflow
from reviews.models import Delivery, Dispute, DisputedSignal, Finding, Redress, StewardHold
from reviews.workflow import DisputeMove, DisputeState, HoldReason, Outcome, Reason, RedressState, Result, Scope, Side
from signals.models import Lead, Signal
from signals.workflow import Status

DISPUTABLE = frozenset({Status.ACTIVE, Status.HELD, Status.EXPIRED})
"""What a dispute may touch: what was shared and has not been taken back."""

RECORD_OVER = timedelta(days=90)
RECORD_LEAST = 10
RECORD_PERCENT = 30
READS = frozenset({"signal.revealed"})
"""Ledger actions that are no part in a case."""


def scope_of(reason: Reason, asked: Scope) -> Scope:
    """What harms a person harms them through every signal on the indicator, whichever one was named."""
    return Scope.INDICATOR if reason in workflow.PERSON_HARM and asked == Scope.SIGNAL else asked


def may_dispute(actor: Actor, signal: Signal, reason: Reason | None = None) -> None:
    """A person of a member that sees the signal and does not own it. What a complaint was upheld about may have ended
    in the meantime: everyone who received it is told all the same."""
    require(actor, Permission.DISPUTE)
    withdrawn = reason == Reason.REDRESS and signal.status == Status.WITHDRAWN
    if signal.status not in DISPUTABLE and not withdrawn:
        raise _not_open(signal)
    if actor.organisation_id == signal.organisation_id:
        raise NotAllowed(_("Your organisation shared this signal: withdraw it instead."))
    if Dispute.objects.open().filter(opener=actor.organisation_id, touches__signal=signal).exists():
        raise WrongState(_("Your organisation disputes this signal already."))


def may_answer(actor: Actor, dispute: Dispute) -> None:
    workflow.target(dispute.state, DisputeMove.ANSWER)
    require(actor, Permission.ANSWER)
    _is_owner(actor, dispute)


def may_accept(actor: Actor, dispute: Dispute) -> None:
    workflow.target(dispute.state, DisputeMove.ACCEPT)
    require(actor, Permission.ACCEPT)
    _is_owner(actor, dispute)


def may_withdraw(actor: Actor, dispute: Dispute) -> None:
    workflow.target(dispute.state, DisputeMove.WITHDRAW)
    require(actor, Permission.DISPUTE)
    _is_opener(actor, dispute)


def may_decide(actor: Actor, dispute: Dispute) -> None:
    """Whoever was given the case; any adjudicator while nobody was. To have asked in it is no part in it."""
    workflow.target(dispute.state, DisputeMove.DECIDE)
    require(actor, Permission.DECIDE)
    _is_theirs(actor, dispute)
    _is_uninvolved(actor, dispute, but=frozenset({"dispute.asked"}))


def may_ask(actor: Actor, dispute: Dispute) -> None:
    """Once, before the first decision."""
    may_decide(actor, dispute)
    if dispute.asked_at is not None:
        raise WrongState(_("One question has been asked in this dispute. There is one round only."))


def may_reply(actor: Actor, dispute: Dispute) -> None:
    if not dispute.is_asked:
        raise WrongState(_("No question waits for a reply."))
    if dispute.question_to == Side.OWNER:
        require(actor, Permission.ANSWER)
        _is_owner(actor, dispute)
    else:
        require(actor, Permission.DISPUTE)
        _is_opener(actor, dispute)


def may_assign(actor: Actor, dispute: Dispute) -> None:
    if not dispute.is_open:
        raise WrongState(_("There is nothing to decide in this dispute."))
    require(actor, Permission.ASSIGN_CASE)


def candidates(dispute: Dispute, now: datetime) -> QuerySet[Grant, int]:
    """The people (primary keys) who may be given the case: in the role that its decision takes, with no part in it."""
    role = Role.EXTERNAL_ADJUDICATOR if dispute.state == DisputeState.APPEALED else Role.ADJUDICATOR
    working = Grant.objects.working(now).filter(role=role, staff__organisation__kind=MemberKind.PROGRAMME)
    took_part = _acts_in(dispute).values_list("actor", flat=True)
    if role == Role.ADJUDICATOR:
        working = working.exclude(staff__grants__in=Grant.objects.working(now).filter(role=Role.EXTERNAL_ADJUDICATOR))
    return working.exclude(staff__public_id__in=set(took_part)).values_list("staff", flat=True)


def may_stand(actor: Actor, dispute: Dispute, now: datetime) -> None:
    """An owner beside the one whose signal is named, while an answer is due."""
    workflow.target(dispute.state, DisputeMove.DECIDE)
    require(actor, Permission.ANSWER)
    _is_another_owner(actor, dispute)
    if now > dispute.answer_due_at:
        raise WrongState(_("The time for an answer is over."))
    if _own_touches(actor, dispute).filter(stands_at__isnull=False).exists():
        raise WrongState(_("Your organisation has said that its evidence stands."))


def may_confirm_stand(actor: Actor, dispute: Dispute, now: datetime) -> None:
    workflow.target(dispute.state, DisputeMove.DECIDE)
    require(actor, Permission.ACCEPT)
    _is_another_owner(actor, dispute)
    said = _own_touches(actor, dispute).filter(stands_at__isnull=False, stands_confirmed_at__isnull=True)
    first = said.select_related("stands_by").first()
    if first is None or first.stands_by is None:
        raise WrongState(_("Nothing waits for a second person here."))
    if first.stands_by.public_id in actor.people:
        raise NotAllowed(_("You said this. A second person of your organisation confirms it."))
    if now > dispute.answer_due_at:
        raise WrongState(_("The time for an answer is over."))


def _is_another_owner(actor: Actor, dispute: Dispute) -> None:
    _is_owner(actor, dispute)
    if actor.organisation_id == dispute.signal.organisation_id:
        raise NotAllowed(_("Your signal is the one that is disputed: answer instead."))


def _own_touches(actor: Actor, dispute: Dispute) -> QuerySet[DisputedSignal]:
    return DisputedSignal.objects.filter(dispute=dispute, organisation=actor.organisation_id)


def may_appeal(actor: Actor, dispute: Dispute, now: datetime) -> None:
    """Once, by either party, within 30 days."""
    workflow.target(dispute.state, DisputeMove.APPEAL)
    require(actor, Permission.DISPUTE)
    if actor.organisation_id != dispute.opener_id and actor.organisation_id not in owners(dispute):
        raise NotAllowed(_("Only the parties of the dispute may appeal."))
    if dispute.decided_at is None or now > dispute.decided_at + clocks.APPEAL_WITHIN:
        raise WrongState(_("An appeal is open for 30 days after the decision."))


def may_decide_appeal(actor: Actor, dispute: Dispute) -> None:
    workflow.target(dispute.state, DisputeMove.DECIDE_APPEAL)
    require(actor, Permission.DECIDE_APPEAL)
    if dispute.assigned_to_id is None:
        raise NotAllowed(_("The programme has yet to give this case to an external adjudicator."))
    _is_theirs(actor, dispute)
    _is_uninvolved(actor, dispute)


def may_hold(actor: Actor, dispute: Dispute, now: datetime) -> None:
    """A second person of the opener, where a hold was asked for; or a steward alone, whatever the reason."""
    workflow.target(dispute.state, DisputeMove.DECIDE)  # while a first decision is to come
    if dispute.held_at is not None:
        raise WrongState(_("This dispute has had its hold."))
    if actor.programme:
        require(actor, Permission.HOLD)
        return
    require(actor, Permission.CONFIRM_HOLD)
    _is_opener(actor, dispute)
    if not dispute.hold_asked or not dispute.is_person_harm:
        raise NotAllowed(_("No hold was asked for. The programme's steward may hold the signal."))
    if dispute.opened_by is None or dispute.opened_by.public_id in actor.people:
        raise NotAllowed(_("You opened this dispute. A second person of your organisation confirms the hold."))
    if DisputedSignal.objects.filter(dispute=dispute, signal__danger=True).exists():
        raise NotAllowed(_("A child may be in danger: only the programme's steward holds this signal."))
    may_hold_at_once(dispute.opener_id, now)


def may_hold_at_once(organisation_id: int | None, now: datetime) -> None:
    """Raise NotAllowed when too few of the organisation's disputes were upheld of late."""
    decided, upheld = opener_record(organisation_id, now)
    if decided >= RECORD_LEAST and upheld * 100 < RECORD_PERCENT * decided:
        raise NotAllowed(
            _(
                "Of your organisation's %(decided)d disputes that were decided in the last 90 days, %(upheld)d were "
                "upheld. Below %(percent)d %%, only the programme's steward sets a hold."
            )
            % {"decided": decided, "upheld": upheld, "percent": RECORD_PERCENT}
        )


def opener_record(organisation_id: int | None, now: datetime) -> tuple[int, int]:
    """How many disputes of an opener were decided in the last 90 days, and how many of them not in vain.

    An accepted dispute and one that led to an amendment count as upheld.
    """
    opened = Dispute.objects.filter(opener=organisation_id)
    decided = opened.filter(decided_at__gt=now - RECORD_OVER)
    in_vain = decided.filter(Q(appeal_result=Result.NOT_UPHELD) | Q(appeal_result="", result=Result.NOT_UPHELD))
    total = decided.count()
    return total, total - in_vain.count()


def may_steer_hold(actor: Actor, dispute: Dispute) -> None:
    """End a hold in force, or extend it."""
    if not dispute.is_holding:
        raise WrongState(_("No hold is in force."))
    require(actor, Permission.HOLD)


def may_extend_hold(actor: Actor, dispute: Dispute) -> None:
    may_steer_hold(actor, dispute)
    if dispute.hold_extended:
        raise WrongState(_("The hold has been extended once."))


def may_hold_as_programme(actor: Actor, signal: Signal) -> None:
    if signal.status not in (Status.ACTIVE, Status.HELD):
        raise _not_open(signal)
    require(actor, Permission.HOLD)


def may_release_as_programme(actor: Actor, placed: StewardHold) -> None:
    if placed.reason == HoldReason.CHECK_OVERDUE:
        raise WrongState(_("The completeness check is overdue: the hold ends when it is passed."))
    require(actor, Permission.HOLD)
    if SubjectRequest.objects.restricting(placed.signal.public_id).exists():
        raise WrongState(_("A data-subject request restricts this signal: the hold ends when it is decided."))


def may_acknowledge(actor: Actor, delivery: Delivery, *, hits: int | None) -> None:
    """People of the member; a key only where there is no local hit and no lead, so that nothing is to be judged."""
    require(actor, Permission.ACKNOWLEDGE)
    if actor.kind != ActorKind.KEY:
        return
    leads = Lead.objects.filter(organisation=actor.organisation_id, signal=delivery.recall.signal_id)
    if hits != 0 or leads.exists():
        raise NotAllowed(_("There were hits or leads: a person must say what was done."))


def may_confirm_answer(actor: Actor, delivery: Delivery) -> None:
    _is_person(actor)
    require(actor, Permission.ACKNOWLEDGE)
    if delivery.acknowledged_by is not None and delivery.acknowledged_by.public_id in actor.people:
        raise NotAllowed(_("You gave this answer. A second person confirms it."))


def may_reinstate(actor: Actor, finding: Finding) -> None:
    """Once, of a finding upon which the member acted."""
    require(actor, Permission.FIND)
    if finding.reinstated_at is not None:
        raise WrongState(_("This was given back before."))
    if finding.outcome != Outcome.VIOLATION:
        raise WrongState(_("Nothing was taken because of this finding."))


def may_settle_redress(actor: Actor, draft: Redress) -> None:
    """Send or decline it, once."""
    require(actor, Permission.DISPUTE)
    if draft.organisation_id != actor.organisation_id:
        raise NotAllowed(_("Only the organisation that gave it back does this."))
    if draft.state != RedressState.DRAFT:
        raise WrongState(_("This was sent or declined before."))


def may_find(actor: Actor) -> None:
    """An analyst looks at a lead; that the lead is the own organisation's is seen to where it is fetched."""
    require(actor, Permission.FIND)


def owners(dispute: Dispute) -> set[int]:
    """The organisations whose signals the dispute touches."""
    return set(DisputedSignal.objects.filter(dispute=dispute).values_list("organisation_id", flat=True))


def took_part(people: Iterable[int], dispute: Dispute, *, but: frozenset[str] = frozenset()) -> bool:
    """Whether one of these people has acted in the dispute or on a signal that it touches; the ledger knows."""
    acts = _acts_in(dispute).filter(actor__in=sorted(people))
    return acts.exclude(action__in=sorted(but)).exists()


def _acts_in(dispute: Dispute) -> EntryQuerySet:
    signals = DisputedSignal.objects.filter(dispute=dispute).values_list("signal__public_id", flat=True)
    in_dispute = Q(subject_kind="dispute", subject=dispute.public_id)
    on_signals = Q(subject_kind="signal", subject__in=list(signals)) & ~Q(action__in=sorted(READS))
    return Entry.objects.filter(in_dispute | on_signals)


def _not_open(signal: Signal) -> WrongState:
    label = Status(signal.status).label.lower()
    return WrongState(_("This is not open: the signal is %(status)s.") % {"status": label})


def _is_person(actor: Actor) -> None:
    if actor.kind != ActorKind.STAFF:
        raise NotAllowed(_("Only people do this."))


def _is_owner(actor: Actor, dispute: Dispute) -> None:
    if actor.organisation_id not in owners(dispute):
        raise NotAllowed(_("Only the organisation that shared the signal may do that."))


def _is_opener(actor: Actor, dispute: Dispute) -> None:
    if actor.organisation_id != dispute.opener_id:
        raise NotAllowed(_("Only the organisation that opened the dispute may do that."))


def _is_theirs(actor: Actor, dispute: Dispute) -> None:
    if dispute.assigned_to_id is not None and dispute.assigned_to_id != actor.staff_id:
        raise NotAllowed(_("This case was given to somebody else."))


def _is_uninvolved(actor: Actor, dispute: Dispute, *, but: frozenset[str] = frozenset()) -> None:
    """Of neither party, and without a part in what is judged. For a person at the public door nobody is a party."""
    parties = owners(dispute) | ({dispute.opener_id} if dispute.opened_by_id is not None else set())
    if not actor.is_external and actor.organisation_id in parties:
        raise NotAllowed(_("Your organisation is a party of this dispute."))
    if took_part(actor.people, dispute, but=but):
        raise NotAllowed(_("You took part in this case. Somebody uninvolved decides."))
