"""All registers on one page, and their downloads."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site.errors import Hidden
from lantern_site.members.models import (
    AdviceVersion,
    Assessment,
    Attestation,
    Confirmation,
    GovernmentRequest,
    Organisation,
    Recommendation,
    SecurityIncident,
    SubjectRequest,
)
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.registers import Register
from lantern_site.members.services.registers import exports
from lantern_site.pages import PageRequest, signed_in

Words = str | Promise


@dataclass(frozen=True)
class Card:
    """One register at a glance: what is open, what is late, and when the next thing is due."""

    title: Words
    text: Words
    links: list[tuple[str, Words]]
    open_label: Words
    open: int
    overdue: int | None = None
    next_due: date | datetime | None = None


@require_safe
@signed_in
def overview(request: PageRequest) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    cards = [_authorities(request), _subjects(request), _incidents(request), _assessments(), _dialogue()]
    return render(request, "members/registers/overview.html", {"cards": cards})


def _authorities(request: PageRequest) -> Card:
    today = request.now.date()
    waiting = Attestation.objects.open().aggregate(
        overdue=Count("pk", filter=Q(due_on__lt=today)), next=Min("due_on", filter=Q(due_on__gte=today))
    )
    return Card(
        _("Government requests"),
        _("Requests of public authorities, and what the programme and its members attest about them."),
        [
            (reverse("members:government_requests"), Register.GOVERNMENT_REQUESTS.label),
            (reverse("members:attestation_register"), Register.ATTESTATIONS.label),
        ],
        _("Requests to answer"),
        GovernmentRequest.objects.pending().count(),
        waiting["overdue"],
        waiting["next"],
    )


def _subjects(request: PageRequest) -> Card:
    today = request.now.date()
    waiting = SubjectRequest.objects.unanswered().aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        next=Min("due_on", filter=Q(due_on__gte=today)),
    )
    return Card(
        _("Data-subject requests"),
        _("Persons ask about their own data. One month by law."),
        [(reverse("members:subject_requests"), Register.SUBJECT_REQUESTS.label)],
        _("Requests to answer"),
        waiting["open"],
        waiting["overdue"],
        waiting["next"],
    )


def _incidents(request: PageRequest) -> Card:
    unsettled = Q(notified_at__isnull=True, not_notified_because="")
    running = SecurityIncident.objects.running().aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=unsettled & Q(notify_due_at__lt=request.now)),
        next=Min("notify_due_at", filter=unsettled & Q(notify_due_at__gte=request.now)),
    )
    return Card(
        _("Security incidents"),
        _("The supervisory authority is notified within 72 hours."),
        [(reverse("members:incidents"), Register.INCIDENTS.label)],
        _("Incidents that run"),
        running["open"],
        running["overdue"],
        running["next"],
    )


def _assessments() -> Card:
    unanswered = Recommendation.objects.filter(status="", assessment__published_at__isnull=False).count()
    return Card(
        _("Assessments"),
        _("By independent bodies, with what becomes of what they recommend. Unanswered after publication: %(n)d.")
        % {"n": unanswered},
        [
            (reverse("members:assessment_register"), Register.ASSESSMENTS.label),
            (reverse("members:assessments"), _("The public page")),
        ],
        _("Drafts"),
        Assessment.objects.filter(published_at__isnull=True).count(),
    )


def _dialogue() -> Card:
    members = Organisation.objects.taking_part()
    newest = AdviceVersion.objects.newest()
    given = Confirmation.objects.filter(version__in=newest.values("pk"), organisation__in=members.values("pk")).count()
    return Card(
        _("Dialogue and advice"),
        _("Meetings, and guidance to all members."),
        [
            (reverse("members:meetings"), Register.MEETINGS.label),
            (reverse("members:advice_register"), Register.ADVICE.label),
        ],
        _("Confirmations to come"),
        newest.count() * members.count() - given,
    )


@require_POST
@signed_in
def export(request: PageRequest, register: str) -> HttpResponse:
    """A POST, because it is recorded."""
    if register not in Register.values:
        raise Hidden(_("There is no such register."))
    content = exports.export(register=Register(register), actor=request.actor, now=request.now)
    name = f"lantern-{register}-{request.now:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content.encode(), content_type="text/csv; charset=utf-8; header=present", headers=headers)
