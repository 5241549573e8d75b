"""Claims: who works on what, so that two people do not judge the same signal at once."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from reviews import policies, queues
from reviews.models import Claim
from signals.models import Signal
from signals.services import sharing

TERM = timedelta(minutes=15)
PARKED = timedelta(days=2)
BATCH = 5


def claim(*, signal_id: int, actor: Actor, now: datetime) -> Claim:
    """Take a signal from the queue, or keep one's own for another term. Raises WrongState when somebody else has it.

    The programme takes what waits for it, and so does not stand in the way of the first review.
    """
    with acting_as(actor):
        signal = sharing.locked(actor, signal_id)
        policies.may_review(actor, signal, now)
        if actor.programme and not queues.waiting(actor).filter(pk=signal.pk).exists():
            raise NotAllowed(_("The programme checks completeness after the own reviewer has seen the evidence."))
        return _take(signal, staff_of(actor), actor, now)


def claim_next(*, actor: Actor, now: datetime, count: int = BATCH) -> list[Claim]:
    """Claim the most urgent free signals that the actor may review. Raises NotAllowed for whoever reviews none."""
    with acting_as(actor):
        require(actor, Permission.REVIEW)
        person = staff_of(actor)
        free = queues.by_others(queues.unclaimed(actor, now), actor.people)
        due = free.order_by("review_due_at", "pk").select_for_update(of=("self",), skip_locked=True)
        return [_take(signal, person, actor, now) for signal in due[:count]]


def _take(signal: Signal, person: Staff, actor: Actor, now: datetime) -> Claim:
    held = Claim.objects.filter(signal=signal).select_related("staff").first()
    if held is None:
        return Claim.objects.create(signal=signal, staff=person, taken_at=now, until=now + TERM)
    if held.is_held(now) and held.staff_id != person.pk:
        raise WrongState(_("%(name)s is working on this.") % {"name": held.staff.name_for(actor)})
    if held.staff_id != person.pk or not held.is_held(now):
        held.taken_at = now
    held.staff, held.until, held.ended_at, held.parked_note = person, now + TERM, None, ""
    held.save(update_fields=["staff", "taken_at", "until", "ended_at", "parked_note"])
    return held


def release(*, signal_id: int, actor: Actor, now: datetime) -> None:
    """Give a signal back to the queue."""
    with acting_as(actor):
        held = _own(signal_id, actor, now)
        held.ended_at = now
        held.save(update_fields=["ended_at"])


def park(*, signal_id: int, note: str, actor: Actor, now: datetime) -> None:
    """Keep a signal for later, with a note on what it waits for."""
    with acting_as(actor):
        held = _own(signal_id, actor, now)
        if not note.strip():
            raise Invalid(_("Say what it waits for."), "note")
        held.parked_note, held.until = note, now + PARKED
        held.save(update_fields=["parked_note", "until"])


def hand_over(*, signal_id: int, to: int, actor: Actor, now: datetime) -> None:
    """Pass a claim to a colleague who may review. No reason is asked for."""
    with acting_as(actor):
        held = _own(signal_id, actor, now)
        colleague = Staff.objects.filter(public_id=to, organisation=actor.organisation_id, is_active=True).first()
        if colleague is None:
            raise Invalid(_("Choose a colleague."), "to")
        policies.may_review(colleague.actor(now), held.signal, now)
        held.staff, held.taken_at, held.until = colleague, now, now + TERM
        held.save(update_fields=["staff", "taken_at", "until"])


def _own(signal_id: int, actor: Actor, now: datetime) -> Claim:
    held = (
        Claim.objects.held_at(now)
        .select_for_update(of=("self",))
        .select_related("signal__indicator", "signal__submitted_by", "signal__current_version__proposed_by")
        .filter(signal__public_id=signal_id, staff__public_id=actor.id)
        .first()
    )
    if held is None:
        raise WrongState(_("You do not hold this any more."))
    return held
