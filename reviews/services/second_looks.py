"""Second looks: one at a time, blind until it is answered, and then a matter between two people.

Taking one and passing it on leaves no trace, as with claims. The ledger says that one was answered; what was said
stands in its row alone, for the two whom it concerns.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.policies import staff_of
from reviews import policies, queues
from reviews.models import SecondLook
from reviews.workflow import Settlement, Verdict
from signals.services import sharing

TERM = timedelta(hours=1)
LONGEST_REASON = 280


def take(*, actor: Actor, now: datetime) -> SecondLook:
    """The one that the person has begun, or the one that waits longest. Raises WrongState where none waits."""
    with acting_as(actor):
        policies.may_look_twice(actor)
        person = staff_of(actor)
        begun = SecondLook.objects.unanswered().filter(taken_by=person).select_for_update(of=("self",)).first()
        look = begun or (
            queues.second_looks(actor, now)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("drawn_at", "pk")
            .first()
        )
        if look is None:
            raise WrongState(_("No second look waits for you."))
        look.taken_by, look.until = person, now + TERM
        look.save(update_fields=["taken_by", "until"])
        return look


def reveal(*, look_id: int, reason: str, actor: Actor, now: datetime) -> str:
    """The plain value of what the person looks at: recorded, and counted, as every reveal is."""
    with acting_as(actor):
        look = _begun(look_id, actor)
        return sharing.reveal(signal_id=look.signal.public_id, reason=reason, actor=actor, now=now)


def pass_on(*, look_id: int, actor: Actor) -> None:
    """Leave it to somebody else; no reason is asked for, and it does not come back."""
    with acting_as(actor):
        look = _begun(look_id, actor)
        look.passed_by.append(staff_of(actor).pk)
        look.taken_by, look.until = None, None
        look.save(update_fields=["passed_by", "taken_by", "until"])


def answer(*, look_id: int, verdict: Verdict, reason: str, actor: Actor, now: datetime) -> SecondLook:
    """Say what one would have decided. Of the signal nothing changes."""
    with recording(actor, now) as record:
        look = _begun(look_id, actor)
        policies.may_look_twice(actor)
        if verdict != Verdict.APPROVE and not reason.strip():
            raise Invalid(_("Say why."), "reason")
        if len(reason) > LONGEST_REASON:
            raise Invalid(_("Use at most %(most)d characters.") % {"most": LONGEST_REASON}, "reason")
        look.verdict, look.reason, look.answered_at, look.until = verdict, reason.strip(), now, None
        look.save(update_fields=["verdict", "reason", "answered_at", "until"])
        _note(record, look, "look.answered")
        return look


def settle(*, look_id: int, settlement: Settlement, actor: Actor, now: datetime) -> SecondLook:
    """Say how the two have come to see it, by either of them. Only that a rule is unclear is told beyond them."""
    with recording(actor, now) as record:
        looks = SecondLook.objects.of(actor).select_for_update(of=("self",)).select_related("decision")
        look = looks.filter(public_id=look_id).first()
        if look is None:
            raise _unknown()
        if not look.is_apart:
            raise WrongState(_("You two do not differ here."))
        if look.settled_at is not None:
            raise WrongState(_("You two have talked about this already."))
        look.settlement, look.settled_at, look.settled_by = settlement, now, staff_of(actor)
        look.save(update_fields=["settlement", "settled_at", "settled_by"])
        _note(record, look, "look.settled", rule_unclear=settlement == Settlement.RULE_UNCLEAR)
        return look


def _begun(look_id: int, actor: Actor) -> SecondLook:
    """What the person looks at, locked. Nobody else's is there, not even one's own decision that a colleague looks
    at."""
    looks = SecondLook.objects.of(actor).select_for_update(of=("self",)).select_related("signal", "decision")
    look = looks.filter(public_id=look_id).first()
    if look is None:
        raise _unknown()
    if look.answered_at is not None:
        raise WrongState(_("This second look is answered."))
    if look.decision.decided_by_id == actor.staff_id:
        raise NotAllowed(_("You decided this yourself."))
    return look


def _unknown() -> Hidden:
    return Hidden(_("There is no such second look."))


def _note(record: Recorder, look: SecondLook, action: str, **facts: bool) -> None:
    record(
        action,
        subject_kind="look",
        subject=look.public_id,
        audience=f"organisation:{record.actor.organisation}",
        facts=facts,
    )
