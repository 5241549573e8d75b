"""What happens in a dispute before it is decided: who is to decide it, what is asked, whose own evidence stands."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.policies import staff_of
from reviews import clocks, disputing
from reviews.models import Dispute
from reviews.services import casework
from reviews.workflow import Side


def assign(*, dispute_id: int, person_id: int, actor: Actor, now: datetime) -> Dispute:
    """Give a case to an adjudicator, on appeal to an external one, who took no part in it.

    An external adjudicator sees this case and no other. Raises Invalid for somebody who may not have it.
    """
    with casework.opened(dispute_id, actor, now) as case:
        dispute = case.dispute
        disputing.may_assign(actor, dispute)
        person = Staff.objects.filter(public_id=person_id, pk__in=disputing.candidates(dispute, now)).first()
        if person is None:
            raise Invalid(_("Choose an adjudicator who took no part in this case."), "person_id")
        dispute.assigned_to, dispute.assigned_at, dispute.assigned_by = person, now, staff_of(actor)
        dispute.save(update_fields=["assigned_to", "assigned_at", "assigned_by"])
        casework.note(case, "dispute.assigned", facts={"adjudicator": person.public_id})
        return dispute


def ask(*, dispute_id: int, to: Side, text: str, actor: Actor, now: datetime) -> Dispute:
    """Ask one of the parties, once; they have two working days, and the decision as much longer.

    The clock of a case in which a child may be in danger does not wait.
    """
    with casework.opened(dispute_id, actor, now) as case:
        dispute = case.dispute
        disputing.may_ask(actor, dispute)
        if to not in Side.values or (to == Side.OPENER and dispute.opened_by_id is None):
            raise Invalid(_("Choose whom you ask."), "to")
        casework.check_text(text, _("Write your question."), "text")
        dispute.question, dispute.question_to = text, to
        dispute.asked_at, dispute.asked_by = now, staff_of(actor)
        dispute.reply_due_at = clock.working_days(now, clocks.QUESTION_DAYS)
        if not any(signal.danger for signal in case.signals):
            dispute.decide_due_at = clock.working_days(dispute.decide_due_at, clocks.QUESTION_DAYS)
        dispute.save(update_fields=["question", "question_to", "asked_at", "asked_by", "reply_due_at", "decide_due_at"])
        casework.note(case, "dispute.asked", payload={"question": text}, facts={"asked": to.value})
        return dispute


def reply(*, dispute_id: int, text: str, actor: Actor, now: datetime) -> Dispute:
    """The party that was asked replies; after its two days too, as long as nobody has decided."""
    with casework.opened(dispute_id, actor, now) as case:
        dispute = case.dispute
        disputing.may_reply(actor, dispute)
        casework.check_text(text, _("Write your reply."), "text")
        dispute.reply, dispute.replied_at, dispute.replied_by = text, now, staff_of(actor)
        dispute.save(update_fields=["reply", "replied_at", "replied_by"])
        casework.note(case, "dispute.replied", payload={"reply": text}, facts={"asked": dispute.question_to})
        return dispute


def stand(*, dispute_id: int, text: str, actor: Actor, now: datetime) -> Dispute:
    """Another owner says, in the time for an answer, that its own evidence stands. A second person confirms it."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_stand(actor, case.dispute, now)
        casework.check_text(text, _("Say what your own evidence is."), "text")
        own = case.dispute.touches.filter(organisation=actor.organisation_id)
        own.update(stands_because=text, stands_at=now, stands_by=staff_of(actor))
        casework.note(case, "dispute.evidence_stands", payload={"evidence": text})
        return case.dispute


def confirm_stand(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """The second person: the owner's signals do not fall with the decision."""
    with casework.opened(dispute_id, actor, now) as case:
        disputing.may_confirm_stand(actor, case.dispute, now)
        own = case.dispute.touches.filter(organisation=actor.organisation_id)
        if not own.filter(stands_confirmed_at__isnull=True).update(
            stands_confirmed_at=now, stands_confirmed_by=staff_of(actor)
        ):
            raise WrongState(_("This has been confirmed."))
        casework.note(case, "dispute.evidence_confirmed")
        return case.dispute
