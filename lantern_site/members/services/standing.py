"""The standing of a member: suspending what it may do, lifting that, and parting from it."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members import deadlines
from lantern_site.members.lifecycle import MemberState, Move, Suspension, target
from lantern_site.members.models import ApiKey, Departure, Organisation, SignalsRule
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from lantern_site.members.services import communities, keys
from lantern_site.work import outbox

CERTIFICATE_WITHIN = timedelta(days=30)
REDRESS_FOR = timedelta(days=365)


def suspend(*, organisation_id: int, what: Suspension, reason: str, actor: Actor, now: datetime) -> Organisation:
    """Take capabilities away at once: sharing, receiving or all. Recalls reach it all the same.

    Raises Hidden, WrongState, NotAllowed, NotProven, or Invalid with the field `what` or `reason`.
    """
    with recording(actor, now) as record:
        organisation = _locked(organisation_id)
        if organisation.state not in (MemberState.ONBOARDING, MemberState.ACTIVE, MemberState.LEAVING):
            raise WrongState(_("Only a member that takes part can be suspended."))
        require(actor, Permission.SUSPEND)
        if what == Suspension.NONE:
            raise Invalid(_("Choose what the member may not do."), "what")
        if what == organisation.suspended:
            raise WrongState(_("It is suspended in this way already."))
        if not reason.strip():
            raise Invalid(_("Give the member a reason."), "reason")
        organisation.suspended, organisation.suspended_at, organisation.suspended_by = what, now, staff_of(actor)
        _save_suspension(record, organisation, "member.suspended", {"reason": reason})
        return organisation


def lift(*, organisation_id: int, reason: str, actor: Actor, now: datetime) -> Organisation:
    """End a suspension; machines are shown what was hidden or passed by meanwhile."""
    with recording(actor, now) as record:
        organisation = _locked(organisation_id)
        if not organisation.suspended:
            raise WrongState(_("It is not suspended."))
        require(actor, Permission.SUSPEND)
        if not reason.strip():
            raise Invalid(_("Say why the suspension ends."), "reason")
        organisation.suspended, organisation.suspended_at, organisation.suspended_by = Suspension.NONE, None, None
        _save_suspension(record, organisation, "member.resumed", {"reason": reason})
        return organisation


def _save_suspension(record: Recorder, organisation: Organisation, action: str, payload: dict[str, str]) -> None:
    organisation.save(update_fields=["suspended", "suspended_at", "suspended_by"])
    _note(record, organisation, action, {"what": str(organisation.suspended) or "none"}, payload)
    outbox.ask("signals.tell_showings", organisation.pk)


def give_notice(*, organisation_id: int, rule: SignalsRule, leaves_on: date, actor: Actor, now: datetime) -> Departure:
    """The member leaves: its own admin says so, or the programme does. It receives nothing more from now on."""
    with recording(actor, now) as record:
        organisation = _locked(organisation_id)
        leaving = target(organisation.state, Move.LEAVE)
        require(actor, Permission.SUSPEND if actor.programme else Permission.GIVE_NOTICE)
        if not actor.programme and actor.organisation_id != organisation.pk:
            raise NotAllowed(_("You give notice for your own organisation only."))
        if leaves_on < now.date():
            raise Invalid(_("The day lies in the past."), "leaves_on")
        organisation.state = leaving
        organisation.save(update_fields=["state"])
        departure = Departure.objects.create(
            organisation=organisation, rule=rule, announced_at=now, announced_by=staff_of(actor), leaves_on=leaves_on
        )
        communities.settle(record, organisation)
        _note(record, organisation, "member.leaving", {"rule": rule.value, "leaves_on": leaves_on.isoformat()})
        return departure


def part(*, organisation_id: int, actor: Actor, now: datetime) -> Departure:
    """The day has come: keys are told corrections only, the rule for its signals is carried out."""
    with recording(actor, now) as record:
        organisation = _locked(organisation_id)
        departure = Departure.objects.select_for_update().filter(organisation=organisation).first()
        left = target(organisation.state, Move.PART)
        if departure is None:
            raise WrongState(_("Only a member that has given notice can part."))
        if departure.leaves_on > now.date():
            raise WrongState(_("The day on which it leaves has not come: %(day)s.") % {"day": departure.leaves_on})
        require(actor, Permission.SUSPEND)
        organisation.state = left
        organisation.save(update_fields=["state"])
        departure.left_at, departure.left_by = now, staff_of(actor)
        departure.certificate_due_on = (now + CERTIFICATE_WITHIN).date()
        departure.redress_until = (now + REDRESS_FOR).date()
        departure.save(update_fields=["left_at", "left_by", "certificate_due_on", "redress_until"])
        running = ApiKey.objects.filter(organisation=organisation).usable_at(now)
        running.update(corrections_only=True, expires_at=now + deadlines.KEPT)
        _note(record, organisation, "member.left", {"rule": departure.rule})
        outbox.ask("signals.part_with", organisation.pk)
        return departure


def certify(*, organisation_id: int, note: str, actor: Actor, now: datetime) -> Departure:
    """The member has shown that it deleted what it received: its keys end, nothing more is told to them."""
    with recording(actor, now) as record:
        organisation = _locked(organisation_id)
        under_way = Departure.objects.under_way().select_for_update(of=("self",))
        departure = under_way.filter(organisation=organisation).first()
        if departure is None:
            raise WrongState(_("No deletion certificate is due."))
        require(actor, Permission.SUSPEND)
        if not note.strip():
            raise Invalid(_("Say what the certificate is and who gave it."), "note")
        departure.certified_at, departure.certified_by, departure.certificate_note = now, staff_of(actor), note
        departure.save(update_fields=["certified_at", "certified_by", "certificate_note"])
        keys.end_all(record, organisation)
        _note(record, organisation, "member.certified_deletion", payload={"note": note})
        return departure


def _locked(organisation_id: int) -> Organisation:
    found = Organisation.objects.members().select_for_update().filter(public_id=organisation_id).first()
    if found is None:
        raise Hidden(_("There is no such organisation."))
    return found


def _note(
    record: Recorder,
    organisation: Organisation,
    action: str,
    facts: dict[str, Fact] | None = None,
    payload: dict[str, str] | None = None,
) -> None:
    record(
        action,
        subject_kind="member",
        subject=organisation.public_id,
        organisation=organisation.public_id,
        audience=f"organisation:{organisation.public_id}",
        facts={"state": str(organisation.state)} | (facts or {}),
        payload=payload,
    )
