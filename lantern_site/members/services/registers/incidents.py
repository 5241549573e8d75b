"""Security incidents: reporting one, containing it, telling the authority and the members, learning from it."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import legal_deadlines, registers
from lantern_site.members.models import Affected, Organisation, SecurityIncident
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from lantern_site.members.registers import AffectedData, IncidentKind, IncidentMove, Severity


def report(
    *,
    detected_at: datetime,
    kind: IncidentKind,
    severity: Severity,
    affected_data: Collection[AffectedData],
    member_ids: Collection[int],
    description: str,
    actor: Actor,
    now: datetime,
) -> SecurityIncident:
    """Enter an incident; the 72 hours for the supervisory authority run from `detected_at`.

    `member_ids` are public ids of the members that it touches. Raises NotAllowed or Invalid with the field at fault.
    """
    with recording(actor, now) as record:
        require(actor, Permission.KEEP_REGISTERS)
        if detected_at > now:
            raise Invalid(_("This moment lies in the future."), "detected_at")
        if not description.strip():
            raise Invalid(_("Describe what happened, without values and names."), "description")
        members = _members(member_ids)
        incident = SecurityIncident.objects.create(
            detected_at=detected_at,
            kind=kind,
            severity=severity,
            affected_data=_words(affected_data),
            description=description.strip(),
            notify_due_at=legal_deadlines.notify_due_at(detected_at),
            recorded_at=now,
            recorded_by=staff_of(actor),
        )
        Affected.objects.bulk_create(Affected(incident=incident, organisation=one) for one in members)
        facts: dict[str, Fact] = {"members": len(members), "data": list(incident.affected_data)}
        _note(record, incident, "reported", facts, {"description": incident.description})
        return incident


def describe(
    *,
    incident_id: int,
    severity: Severity,
    affected_data: Collection[AffectedData],
    member_ids: Collection[int],
    measures: str,
    actor: Actor,
    now: datetime,
) -> SecurityIncident:
    """Keep what is known by now. A member that was informed stays on the list."""
    with recording(actor, now) as record:
        incident, _state = _locked(actor, incident_id, IncidentMove.DESCRIBE)
        require(actor, Permission.KEEP_REGISTERS)
        members = _members(member_ids)
        known = {one.organisation_id: one for one in incident.touches.all()}
        removed = known.keys() - {one.pk for one in members}
        if any(known[pk].informed_at for pk in removed):
            raise Invalid(_("A member that was informed stays on the list."), "member_ids")
        Affected.objects.filter(pk__in=[known[pk].pk for pk in removed]).delete()
        Affected.objects.bulk_create(
            Affected(incident=incident, organisation=one) for one in members if one.pk not in known
        )
        incident.severity, incident.affected_data = severity, _words(affected_data)
        incident.measures = measures.strip()
        incident.save(update_fields=["severity", "affected_data", "measures"])
        facts: dict[str, Fact] = {"members": len(members), "data": list(incident.affected_data)}
        _note(record, incident, "described", facts, {"measures": incident.measures})
        return incident


def contain(*, incident_id: int, measures: str, actor: Actor, now: datetime) -> SecurityIncident:
    """What happened has been stopped, by these measures."""
    with recording(actor, now) as record:
        incident, state = _locked(actor, incident_id, IncidentMove.CONTAIN)
        require(actor, Permission.KEEP_REGISTERS)
        if not measures.strip():
            raise Invalid(_("Say what stopped it."), "measures")
        incident.state, incident.measures = state, measures.strip()
        incident.contained_at, incident.contained_by = now, staff_of(actor)
        incident.save(update_fields=["state", "measures", "contained_at", "contained_by"])
        facts: dict[str, Fact] = {"hours": _hours(incident.detected_at, now)}
        _note(record, incident, "contained", facts, {"measures": incident.measures})
        return incident


def notify(
    *, incident_id: int, notified_at: datetime | None, reason: str, actor: Actor, now: datetime
) -> SecurityIncident:
    """The supervisory authority was notified, or why it need not be (`notified_at` is None).

    After 72 hours a notification needs the reason for the delay. Raises Hidden, WrongState, NotAllowed, or Invalid
    with the field `notified_at` or `reason`.
    """
    with recording(actor, now) as record:
        incident, _state = _locked(actor, incident_id, IncidentMove.NOTIFY)
        if incident.notified_at is not None:
            raise WrongState(_("The authority was notified already."))
        require(actor, Permission.KEEP_REGISTERS)
        late = notified_at is not None and notified_at > incident.notify_due_at
        if notified_at is not None and not incident.detected_at <= notified_at <= now:
            raise Invalid(_("The authority was notified after the detection, and not in the future."), "notified_at")
        if (late or notified_at is None) and not reason.strip():
            raise Invalid(_("Give the reason for the delay, or why no notification is needed."), "reason")
        incident.notified_at = notified_at
        incident.late_because = reason.strip() if late else ""
        incident.not_notified_because = reason.strip() if notified_at is None else ""
        incident.save(update_fields=["notified_at", "late_because", "not_notified_because"])
        facts: dict[str, Fact] = {"notified": notified_at is not None, "late": late}
        if notified_at is not None:
            facts["hours"] = _hours(incident.detected_at, notified_at)
        _note(record, incident, "notified", facts, {"reason": reason.strip()})
        return incident


def inform(*, incident_id: int, notice: str, actor: Actor, now: datetime) -> SecurityIncident:
    """Tell the members that the incident touches and that do not know of it yet. They read the notice.

    Raises Hidden, WrongState when nobody is to be told, NotAllowed, or Invalid with the field `notice`.
    """
    with recording(actor, now) as record:
        incident, _state = _locked(actor, incident_id, IncidentMove.INFORM)
        untold = list(incident.touches.filter(informed_at__isnull=True).select_related("organisation").order_by("pk"))
        if not untold:
            raise WrongState(_("Every member that it touches was informed."))
        require(actor, Permission.KEEP_REGISTERS)
        if not notice.strip():
            raise Invalid(_("Write what the members are told."), "notice")
        Affected.objects.filter(pk__in=[one.pk for one in untold]).update(informed_at=now)
        incident.notice, incident.informed_at = notice.strip(), now
        incident.save(update_fields=["notice", "informed_at"])
        facts: dict[str, Fact] = {"hours": _hours(incident.detected_at, now)}
        for one in untold:
            _note(record, incident, "member_informed", facts, {"notice": incident.notice}, to=one.organisation)
        return incident


def close(*, incident_id: int, lesson: str, actor: Actor, now: datetime) -> SecurityIncident:
    """Close a contained incident with what was learned, once the authority and the members know.

    Raises Hidden, WrongState, NotAllowed, or Invalid with the field `lesson`.
    """
    with recording(actor, now) as record:
        incident, state = _locked(actor, incident_id, IncidentMove.CLOSE)
        if incident.awaits_notification:
            raise WrongState(_("Write down first when the authority was notified, or why it need not be."))
        if incident.touches.filter(informed_at__isnull=True).exists():
            raise WrongState(_("Inform the members first that it touches."))
        require(actor, Permission.KEEP_REGISTERS)
        if not lesson.strip():
            raise Invalid(_("Write what was learned from it."), "lesson")
        incident.state, incident.lesson = state, lesson.strip()
        incident.closed_at, incident.closed_by = now, staff_of(actor)
        incident.save(update_fields=["state", "lesson", "closed_at", "closed_by"])
        facts: dict[str, Fact] = {"days": (now - incident.detected_at).days}
        _note(record, incident, "closed", facts, {"lesson": incident.lesson})
        return incident


def note_overdue(*, now: datetime) -> int:
    """The clock records once that the authority was not notified within 72 hours. Returns how many."""
    with recording(Actor.clock(), now) as record:
        late = SecurityIncident.objects.late_at(now).filter(overdue_noted_at__isnull=True)
        found = list(late.select_for_update(of=("self",)).order_by("pk"))
        SecurityIncident.objects.filter(pk__in=[one.pk for one in found]).update(overdue_noted_at=now)
        for incident in found:
            _note(record, incident, "notification_overdue")
        return len(found)


def _locked(actor: Actor, incident_id: int, move: IncidentMove) -> tuple[SecurityIncident, str]:
    """The incident, and its state after the move. Members never make one: what they were told they read elsewhere."""
    running = SecurityIncident.objects.visible_to(actor).select_for_update(of=("self",))
    incident = running.filter(public_id=incident_id).first() if actor.programme else None
    if incident is None:
        raise Hidden(_("There is no such incident."))
    return incident, registers.incident_target(incident.state, move)


def _members(member_ids: Collection[int]) -> list[Organisation]:
    found = list(Organisation.objects.members().filter(public_id__in=member_ids).order_by("name", "pk"))
    if len(found) != len(set(member_ids)):
        raise Invalid(_("Choose members from the list."), "member_ids")
    return found


def _words(chosen: Collection[AffectedData]) -> list[str]:
    return [one.value for one in AffectedData if one in chosen]


def _hours(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds() // 3600)


def _note(
    record: Recorder,
    incident: SecurityIncident,
    what: str,
    facts: dict[str, Fact] | None = None,
    payload: dict[str, str] | None = None,
    *,
    to: Organisation | None = None,
) -> None:
    record(
        f"security_incident.{what}",
        subject_kind="security_incident",
        subject=incident.public_id,
        organisation=to.public_id if to else None,
        audience=f"organisation:{to.public_id}" if to else "",
        facts={"kind": str(incident.kind), "severity": str(incident.severity), "state": str(incident.state)}
        | (facts or {}),
        payload=payload,
    )
