"""Passing gates and opening them again; legal gates; warnings before something lapses."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members import admission
from lantern_site.members.lifecycle import GONE, PASSED_BY_WHAT_HAPPENS, VALID_DAYS, DataRole, GateKind, Region
from lantern_site.members.models import ComplianceReview, Gate, LegalGate, Organisation
from lantern_site.members.services import organisations
from lantern_site.work import outbox

WARNED_BEFORE = (30, 7, 1)
"""Days before a lapse, each told once."""
Row = TypeVar("Row", Gate, ComplianceReview)


def pass_gate(
    *,
    organisation_id: int,
    kind: GateKind,
    note: str,
    actor: Actor,
    now: datetime,
    valid_until: date | None = None,
) -> None:
    """Find a gate good, with the evidence in a note. A yearly gate counts for a year unless `valid_until` says else.

    Raises Hidden, WrongState, NotAllowed, or Invalid with the code of the gate, or `valid_until`, as field.
    """
    with recording(actor, now) as record:
        organisation = _to_pass(organisation_id, {kind: note}, actor)
        if not note.strip():
            raise Invalid(_("Say what the evidence is."), kind.value)
        if valid_until is not None and valid_until < now.date():
            raise Invalid(_("This day is over already."), "valid_until")
        evidence = {kind: note}
        mark_passed(record=record, organisation=organisation, evidence=evidence, valid_until=valid_until, now=now)


def pass_several(*, organisation_id: int, evidence: Mapping[GateKind, str], actor: Actor, now: datetime) -> int:
    """Pass each gate beside which a note was written, all or none. Returns how many."""
    given = {kind: note for kind, note in evidence.items() if note.strip()}
    with recording(actor, now) as record:
        organisation = _to_pass(organisation_id, given, actor)
        if not given:
            raise Invalid(_("Write the evidence beside at least one gate."))
        mark_passed(record=record, organisation=organisation, evidence=given, now=now)
        return len(given)


def _to_pass(organisation_id: int, evidence: Mapping[GateKind, str], actor: Actor) -> Organisation:
    organisation = organisations.locked(organisation_id=organisation_id)
    admission.gates_are_kept(organisation)
    admission.may_keep(actor)
    for kind in PASSED_BY_WHAT_HAPPENS & evidence.keys():
        raise Invalid(_("Nobody ticks “%(gate)s”: it follows from what happens.") % {"gate": kind.label}, kind.value)
    return organisation


def mark_passed(
    *,
    record: Recorder,
    organisation: Organisation,
    evidence: Mapping[GateKind, str],
    now: datetime,
    valid_until: date | None = None,
) -> None:
    """New passings in place of those before. Part of other services, which have locked and asked."""
    today = now.date()
    organisation.gates.standing().filter(kind__in=list(evidence)).update(ended_at=now)
    passed = [
        Gate(
            organisation=organisation,
            kind=kind,
            passed_on=today,
            passed_by_id=record.actor.staff_id,
            note=note.strip(),
            valid_until=valid_until or _a_year_on(kind, today),
        )
        for kind, note in evidence.items()
    ]
    for gate in Gate.objects.bulk_create(passed):
        days = (gate.valid_until - today).days if gate.valid_until else None
        facts: dict[str, Fact] = {"gate": str(gate.kind), "days": days}
        organisations.note(record, organisation, "member.gate_passed", facts, {"note": gate.note})


def _a_year_on(kind: GateKind, today: date) -> date | None:
    return today + timedelta(days=VALID_DAYS[kind]) if kind in VALID_DAYS else None


def reopen_gate(*, organisation_id: int, kind: GateKind, reason: str, actor: Actor, now: datetime) -> Gate:
    """Open a gate again that was passed. The passing stays in the history."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        admission.gates_are_kept(organisation)
        gate = organisation.gates.standing().filter(kind=kind).first()
        if gate is None:
            raise WrongState(_("The gate “%(gate)s” is open already.") % {"gate": kind.label})
        admission.may_keep(actor)
        if not reason.strip():
            raise Invalid(_("Say why the gate is opened again."), "reason")
        mark_reopened(record=record, organisation=organisation, gate=gate, reason=reason, now=now)
        return gate


def mark_reopened(*, record: Recorder, organisation: Organisation, gate: Gate, reason: str, now: datetime) -> None:
    """Part of other services, which have locked and asked."""
    gate.ended_at, gate.reopened_by_id, gate.reopened_because = now, record.actor.staff_id, reason.strip()
    gate.save(update_fields=["ended_at", "reopened_by", "reopened_because"])
    organisations.note(
        record, organisation, "member.gate_reopened", {"gate": gate.kind}, {"reason": gate.reopened_because}
    )


def pass_legal_gate(
    *,
    organisation_id: int,
    jurisdiction: Region,
    lawful_basis: str,
    offence_basis: str,
    data_role: DataRole,
    transfers: str,
    assessed_on: date,
    assessment: str,
    counsel: str,
    actor: Actor,
    now: datetime,
) -> LegalGate:
    """Let the organisation handle identifiers in a jurisdiction; in its own region that opens the identifier kinds."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        admission.gates_are_kept(organisation)
        if organisation.legal_gates.standing().filter(jurisdiction=jurisdiction).exists():
            raise WrongState(_("The legal gate for %(place)s is passed already.") % {"place": jurisdiction.label})
        admission.may_keep(actor)
        if assessed_on > now.date():
            raise Invalid(_("The impact assessment lies in the future."), "assessed_on")
        gate = LegalGate.objects.create(
            organisation=organisation,
            jurisdiction=jurisdiction,
            lawful_basis=lawful_basis,
            offence_basis=offence_basis,
            data_role=data_role,
            transfers=transfers,
            assessed_on=assessed_on,
            assessment=assessment,
            counsel=counsel,
            passed_on=now.date(),
            passed_by_id=actor.staff_id,
        )
        _derive_identifiers(organisation)
        facts = {"jurisdiction": jurisdiction.value, "role": data_role.value}
        organisations.note(record, organisation, "member.legal_gate_passed", facts)
        return gate


def withdraw_legal_gate(
    *, organisation_id: int, jurisdiction: Region, reason: str, actor: Actor, now: datetime
) -> LegalGate:
    """The basis fell away: in the own region the organisation is back to content kinds at once."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        gate = organisation.legal_gates.standing().filter(jurisdiction=jurisdiction).first()
        if gate is None:
            raise WrongState(_("No legal gate for %(place)s is passed.") % {"place": jurisdiction.label})
        admission.may_keep(actor)
        if not reason.strip():
            raise Invalid(_("Say why the gate is withdrawn."), "reason")
        gate.withdrawn_at, gate.withdrawn_by_id, gate.withdrawn_because = now, actor.staff_id, reason.strip()
        gate.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        _derive_identifiers(organisation)
        facts = {"jurisdiction": jurisdiction.value}
        organisations.note(
            record, organisation, "member.legal_gate_withdrawn", facts, {"reason": gate.withdrawn_because}
        )
        return gate


def _derive_identifiers(organisation: Organisation) -> None:
    """Keep the answer that every policy asks: since when the gate of the organisation's own region stands."""
    own = organisation.legal_gates.standing().filter(jurisdiction=organisation.region).first()
    organisation.identifiers_allowed_from = own.passed_on if own else None
    organisation.save(update_fields=["identifiers_allowed_from"])


def warn_of_lapses(*, now: datetime) -> int:
    """Tell each member 30, 7 and 1 days before a gate or a review is due, each once. Returns how many were told."""
    today, until = now.date(), now.date() + timedelta(days=WARNED_BEFORE[0])
    gone = Q(organisation__state__in=GONE)
    standing = Gate.objects.standing().exclude(gone).exclude(kind=GateKind.COMPLIANCE_REVIEW)
    planned = ComplianceReview.objects.planned().exclude(gone)
    with recording(Actor.clock(), now) as record:
        lapsing = standing.filter(valid_until__gte=today, valid_until__lte=until).select_related("organisation")
        due = planned.filter(due_on__gte=today, due_on__lte=until).select_related("organisation")
        told = [
            *(_warn(record, gate, gate.valid_until, gate.kind, today) for gate in _locked(lapsing)),
            *(_warn(record, one, one.due_on, GateKind.COMPLIANCE_REVIEW, today) for one in _locked(due)),
        ]
        return sum(told)


def _locked(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Two clocks at once warn once: the second waits, and sees what the first has written."""
    return rows.select_for_update(of=("self",)).order_by("pk")


def _warn(record: Recorder, row: Gate | ComplianceReview, on: date | None, kind: str, today: date) -> bool:
    """Whether a threshold was reached that nobody was told of yet."""
    left = (on - today).days if on else 0
    threshold = min(days for days in WARNED_BEFORE if days >= left)
    if row.warned_days is not None and row.warned_days <= threshold:
        return False
    row.warned_days = threshold
    row.save(update_fields=["warned_days"])
    organisations.note(record, row.organisation, "member.gate_lapses", {"gate": str(kind), "days": threshold})
    outbox.ask("members.tell_of_lapse", row.organisation_id, threshold)
    return True
