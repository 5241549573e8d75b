"""Claims: who works on what, so that two people do not judge the same signal at once."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from reviews import order, policies, queues
from reviews.models import Claim
from reviews.services import inbox
from signals.models import Signal
from signals.services import sharing

TERM = timedelta(minutes=15)
PARKED = timedelta(days=2)
BATCH = 5


def claim(*, signal_id: int, actor: Actor, now: datetime) -> Claim:
    """Take a signal from the queue, or keep one's own for another term.

    Raises WrongState when somebody else has it, or when it does not wait for the actor's side: a member decides first,
    and the programme does not stand in its way.
    """
    with acting_as(actor):
        signal = sharing.locked(actor, signal_id)
        policies.may_review(actor, signal, now)
        if not queues.waiting(actor).filter(pk=signal.pk).exists():
            raise WrongState(_("This signal does not wait for your decision."))
        return take(signal, actor, now)


def claim_next(*, actor: Actor, now: datetime, count: int = BATCH) -> list[Claim]:
    """Claim the most urgent free signals that the actor may review. Raises NotAllowed for whoever reviews none."""
    with acting_as(actor):
        require(actor, Permission.REVIEW)
        free = queues.by_others(queues.unclaimed(actor, now), actor.people)
        free = order.dated(queues.without_spared(free, staff_of(actor)))
        due = free.order_by(*order.FORWARDS).select_for_update(of=("self",), skip_locked=True)
        return [take(signal, actor, now) for signal in due[:count]]


def take(signal: Signal, actor: Actor, now: datetime) -> Claim:
    """Give the actor a signal whose row is locked. Raises WrongState while somebody else has it."""
    person = staff_of(actor)
    claimed = Claim.objects.select_for_update(of=("self",)).select_related("staff")  # its holder may keep it meanwhile
    held = claimed.filter(signal=signal).first()
    if held is None:
        return Claim.objects.create(signal=signal, staff=person, taken_at=now, until=now + TERM)
    if held.is_held(now) and held.staff_id != person.pk:
        raise WrongState(_("%(name)s is working on this.") % {"name": held.staff.name_for(actor)})
    if held.staff_id != person.pk or not held.is_held(now):
        held.taken_at = now
    held.staff, held.until, held.ended_at, held.parked_note = person, now + TERM, None, ""
    held.save(update_fields=["staff", "taken_at", "until", "ended_at", "parked_note"])
    return held


def keep(*, signal_id: int, actor: Actor, now: datetime) -> Claim:
    """Keep one's own claim for another term while one works on it; a parked one stays parked for as long as it was.

    Takes nothing: raises WrongState, naming whoever has it now, once the claim has ended.
    """
    with acting_as(actor):
        held = _own(signal_id, actor, now)
        held.until = max(held.until, now + TERM)
        held.save(update_fields=["until"])
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
        held.staff, held.taken_at, held.until, held.parked_note = colleague, now, now + TERM, ""
        held.save(update_fields=["staff", "taken_at", "until", "parked_note"])
        inbox.tell_of_hand_over(signal_id=signal_id, to=colleague, now=now)


def _own(signal_id: int, actor: Actor, now: datetime) -> Claim:
    held = (
        Claim.objects.held_at(now)
        .select_for_update(of=("self",))
        .select_related("signal__indicator", "signal__submitted_by", "signal__current_version__proposed_by")
        .filter(signal__public_id=signal_id, staff__public_id=actor.id)
        .first()
    )
    if held is None:
        raise WrongState(_lost(signal_id, actor, now))
    return held


def _lost(signal_id: int, actor: Actor, now: datetime) -> str:
    """What became of a claim that the actor does not hold any more; who has it now, as far as the actor may know."""
    visible = Signal.objects.visible_to(actor).filter(public_id=signal_id)
    taken = Claim.objects.held_at(now).select_related("staff").filter(signal__in=visible.values("pk")).first()
    if taken is None:
        return _("You do not hold this any more.")
    return _("You do not hold this any more: %(name)s is working on it.") % {"name": taken.staff.name_for(actor)}
