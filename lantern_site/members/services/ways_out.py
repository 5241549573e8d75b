"""Ways out before an organisation takes part: its application is withdrawn, the programme ends it, and is forgotten."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Invalid
from lantern_site.members import admission, deadlines
from lantern_site.members.lifecycle import MemberState, Move, target
from lantern_site.members.models import (
    Application,
    ComplianceReview,
    FormerName,
    Gate,
    Invitation,
    LegalGate,
    Observation,
    Organisation,
    Signature,
    Staff,
    Support,
    TestSignal,
)
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.services import invitations, keys, organisations, staff
from lantern_site.work import outbox

PAPERS = (Gate, Signature, LegalGate, ComplianceReview, TestSignal, Support, FormerName)
"""What was written down about an organisation on its way in, each with a foreign key `organisation`."""


def withdraw(*, application_id: int, secret: str, reason: str, now: datetime) -> Application:
    """The applicant wants to take part no more, and says so by the link that only it has. It need not say why."""
    application = admission.by_link(application_id=application_id, secret=secret)
    with recording(Actor.clock(), now) as record:
        organisation = organisations.locked(organisation_id=application.organisation.public_id)
        state = target(organisation.state, Move.WITHDRAW)
        facts: dict[str, Fact] = {"by": "applicant"}
        return _leave(record, organisation, state, "member.withdrawn", reason, facts)


def end(*, organisation_id: int, reason: str, actor: Actor, now: datetime) -> Application:
    """The programme stops what has been approved before the organisation takes part. The applicant reads the reason.

    Raises Hidden, WrongState, NotAllowed, NotProven, or Invalid with the field `reason`.
    """
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        state = target(organisation.state, Move.END)
        require(actor, Permission.SUSPEND)
        if not reason.strip():
            raise Invalid(_("Give a reason. The applicant reads it."), "reason")
        application = _leave(record, organisation, state, "member.ended", reason, {})
        application.decided_at, application.decided_by_id = now, actor.staff_id
        application.save(update_fields=["decided_at", "decided_by"])
        outbox.ask("members.tell_applicant", application.pk)
        return application


def _leave(
    record: Recorder,
    organisation: Organisation,
    state: MemberState,
    action: str,
    reason: str,
    facts: dict[str, Fact],
) -> Application:
    """Whoever was in already is out: people, invitations, keys."""
    before = {"from": str(organisation.state)}
    organisation.state = state
    organisation.save(update_fields=["state"])
    people = organisation.staff.filter(is_active=True).select_for_update().order_by("pk")
    for person in people:
        _shut_out(record, person, organisation)
    for invitation in Invitation.objects.open_at(record.now).filter(organisation=organisation).order_by("pk"):
        invitations.withdraw(invitation=invitation, record=record, now=record.now)
    keys.end_all(record, organisation)
    application = Application.objects.select_for_update().get(organisation=organisation)
    application.organisation = organisation
    application.ended_at, application.reason, application.due_at = record.now, reason.strip(), None
    application.save(update_fields=["ended_at", "reason", "due_at"])
    told = {**organisations.standing(organisation), **before, **facts}
    organisations.note(record, organisation, action, told, {"reason": application.reason})
    return application


def _shut_out(record: Recorder, person: Staff, organisation: Organisation) -> None:
    person.organisation = organisation
    staff.shut_out(person=person, record=record)


def forget(*, now: datetime) -> int:
    """Forget what was said in applications that came to nothing, some time after. Returns how many.

    The ledger keeps that there was one, and how it ended; an organisation without a name stays behind it.
    """
    before = now - deadlines.KEPT
    over = Q(organisation__state=MemberState.DECLINED, decided_at__lte=before)
    over |= Q(organisation__state=MemberState.ENDED, ended_at__lte=before)
    with recording(Actor.clock(), now) as record:
        found = Application.objects.filter(over).select_related("organisation").select_for_update(skip_locked=True)
        waiting = list(found.order_by("pk"))
        for application in waiting:
            _forget(record, application)
    return len(waiting)


def _forget(record: Recorder, application: Application) -> None:
    organisation = application.organisation
    application.delete()
    Observation.objects.filter(review__organisation=organisation).delete()
    for papers in PAPERS:
        papers._default_manager.filter(organisation=organisation).delete()
    organisation.name, organisation.region = public_ids.shown(organisation.public_id), ""
    organisation.save(update_fields=["name", "region"])
    told = Entry.objects.about("member", organisation.public_id).values("position")
    Payload.objects.filter(position__in=told).delete()
    organisations.note(record, organisation, "member.forgotten", organisations.standing(organisation))
