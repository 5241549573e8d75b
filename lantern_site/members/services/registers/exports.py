"""Registers as tables for other programs (RFC 4180). Every download is recorded."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.members.models import (
    AdviceVersion,
    Assessment,
    Attestation,
    GovernmentRequest,
    Meeting,
    SecurityIncident,
    SubjectRequest,
)
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.registers import Register

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What would begin a formula in a spreadsheet."""

Line = Iterable[object]


def export(*, register: Register, actor: Actor, now: datetime) -> str:
    """A register as CSV with a header and CRLF line ends. No cell can be taken for a formula.

    Codes, days and numbers are those of the ledger; times are UTC. Raises NotAllowed.
    """
    with recording(actor, now) as record:
        require(actor, Permission.READ_REGISTERS)
        head, lines = _TABLES[register]
        out, count = io.StringIO(), 0
        writer = csv.writer(out)
        writer.writerow(head)
        for line in lines(actor):
            writer.writerow([_cell(value) for value in line])
            count += 1
        record(
            "register.exported",
            subject_kind="register",
            subject=actor.organisation or 0,
            facts={"register": register.value, "rows": count},
        )
        return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _government_requests(actor: Actor) -> Iterable[Line]:
    for one in GovernmentRequest.objects.visible_to(actor).order_by("received_on", "pk"):
        yield (
            one.reference,
            one.received_on,
            one.authority,
            one.jurisdiction,
            one.legal_basis,
            one.asked,
            one.outcome,
            one.answered_on,
            one.told,
            one.reason,
        )


def _attestations(actor: Actor) -> Iterable[Line]:
    found = Attestation.objects.visible_to(actor).select_related("organisation").order_by("starts_on", "pk")
    for one in found:
        state = "attested" if one.is_attested else "not attested"
        yield one.reference, one.organisation.name, one.period.code, one.due_on, state, one.requests, one.attested_at


def _subject_requests(actor: Actor) -> Iterable[Line]:
    for one in SubjectRequest.objects.visible_to(actor).order_by("received_on", "pk"):
        yield (
            one.reference,
            one.received_on,
            one.right,
            one.file_reference,
            one.state,
            one.due_on,
            one.extended_because,
            one.proof,
            one.searches,
            len(one.signals),
            one.ruling,
            one.decided_at,
            one.closed_at,
        )


def _incidents(actor: Actor) -> Iterable[Line]:
    found = SecurityIncident.objects.visible_to(actor).prefetch_related("affected").order_by("detected_at", "pk")
    for one in found:
        yield (
            one.reference,
            one.detected_at,
            one.kind,
            one.severity,
            " ".join(one.affected_data),
            "; ".join(sorted(member.name for member in one.affected.all())),
            one.state,
            one.notify_due_at,
            one.notified_at,
            one.not_notified_because,
            one.informed_at,
            one.closed_at,
            one.lesson,
        )


def _assessments(actor: Actor) -> Iterable[Line]:
    found = Assessment.objects.visible_to(actor).prefetch_related("recommendations").order_by("commissioned_on", "pk")
    for one in found:
        about = (one.reference, one.subject, one.body, one.commissioned_on, one.held_on, one.published_at)
        for each in sorted(one.recommendations.all(), key=lambda each: each.number):
            yield *about, each.number, each.text, each.status, each.answered_on, each.answer
        if not one.recommendations.all():
            yield *about, None, "", "", None, ""


def _meetings(actor: Actor) -> Iterable[Line]:
    for one in Meeting.objects.visible_to(actor).order_by("held_on", "pk"):
        yield one.reference, one.held_on, " ".join(one.parties), one.subject, one.is_public, one.note


def _advice(actor: Actor) -> Iterable[Line]:
    found = AdviceVersion.objects.select_related("advice").prefetch_related("confirmations__organisation")
    for one in found.order_by("issued_at", "pk"):
        names = sorted(each.organisation.name for each in one.confirmations.all())
        yield one.advice.reference, one.advice.title, one.number, one.issued_at, "; ".join(names), one.text


_TABLES: Mapping[Register, tuple[tuple[str, ...], Callable[[Actor], Iterable[Line]]]] = {
    Register.GOVERNMENT_REQUESTS: (
        (
            "reference",
            "received_on",
            "authority",
            "jurisdiction",
            "legal_basis",
            "asked",
            "outcome",
            "answered_on",
            "told",
            "reason",
        ),
        _government_requests,
    ),
    Register.ATTESTATIONS: (
        ("reference", "organisation", "period", "due_on", "state", "requests", "attested_at"),
        _attestations,
    ),
    Register.SUBJECT_REQUESTS: (
        (
            "reference",
            "received_on",
            "right",
            "file_reference",
            "state",
            "due_on",
            "extended_because",
            "proof",
            "searches",
            "signals_found",
            "ruling",
            "decided_at",
            "closed_at",
        ),
        _subject_requests,
    ),
    Register.INCIDENTS: (
        (
            "reference",
            "detected_at",
            "kind",
            "severity",
            "data",
            "members",
            "state",
            "notify_due_at",
            "notified_at",
            "not_notified_because",
            "members_informed_at",
            "closed_at",
            "lesson",
        ),
        _incidents,
    ),
    Register.ASSESSMENTS: (
        (
            "reference",
            "subject",
            "body",
            "commissioned_on",
            "held_on",
            "published_at",
            "recommendation",
            "text",
            "status",
            "answered_on",
            "answer",
        ),
        _assessments,
    ),
    Register.MEETINGS: (("reference", "held_on", "parties", "subject", "public", "note"), _meetings),
    Register.ADVICE: (("reference", "title", "version", "issued_at", "confirmed_by", "text"), _advice),
}
