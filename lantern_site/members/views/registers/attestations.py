"""Attestations: the whole register for the programme, and the own ones of an organisation."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members.forms.registers import government_requests as forms
from lantern_site.members.models import Attestation, GovernmentRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, concerns, require
from lantern_site.members.registers import Register
from lantern_site.members.services.registers import attestations as services
from lantern_site.members.views.registers import frames, history
from lantern_site.pages import PageRequest, signed_in

WORDS = {
    "attested": gettext_lazy("Attested"),
    "due": gettext_lazy("Not attested yet"),
    "overdue": gettext_lazy("Not attested"),
}
TONES = {"attested": "done", "due": "due", "overdue": "overdue"}
HEAD = (gettext_lazy("Organisation"), gettext_lazy("Period"), gettext_lazy("State"), gettext_lazy("Requests"))


def state_of(one: Attestation, now: datetime) -> frames.Cell:
    """Not attested is a state of its own: no number stands beside it."""
    state = one.state(now.date())
    return frames.Cell(WORDS[state], status=TONES[state])


def number_of(one: Attestation) -> str:
    """A number, *none* where that was attested, or a dash that means nothing."""
    if one.requests is None:
        return "–"
    return str(one.requests) if one.requests else _("none")


@require_safe
@signed_in
def register(request: PageRequest) -> HttpResponse:
    """Attestations of all organisations: those that are overdue, or all."""
    require(request.actor, Permission.READ_REGISTERS)
    here = reverse("members:attestation_register")
    every = request.GET.get("tab") == "all"
    visible = Attestation.objects.visible_to(request.actor).select_related("organisation")
    chosen = visible if every else visible.overdue_on(request.now.date())
    found, older_url, newer_url = frames.page_of(request, chosen, f"{here}?tab=all" if every else here)
    shown = frames.Listing(
        register=Register.ATTESTATIONS,
        lead=_("The programme attests each month, members each quarter. Not attested is never zero: it says nothing."),
        head=HEAD,
        rows=[_row(one, request.now) for one in found],
        empty=_("Nothing has been asked for yet.") if every else _("No attestation is overdue."),
        tabs=[
            {"url": here, "label": _("Overdue"), "count": None, "current": not every},
            {"url": f"{here}?tab=all", "label": _("All"), "count": None, "current": every},
        ],
        older_url=older_url,
        newer_url=newer_url,
    )
    own_url = reverse("members:attestations") if frames.may(request) else ""
    return frames.listing(
        request, shown, None, new_url=own_url, new_label=_("Attest for the programme"), new_icon="check"
    )


def _row(one: Attestation, now: datetime) -> frames.Row:
    return frames.Row(
        url=reverse("members:attestation", args=[one.public_id]),
        name=one.organisation.name,
        under=_("due on %(day)s") % {"day": date_format(one.due_on, _("j M Y"))},
        cells=(frames.Cell(one.period.code), state_of(one, now), frames.Cell(number_of(one))),
    )


@require_safe
@signed_in
def own(request: PageRequest) -> HttpResponse:
    """The own organisation's periods, and the form for the oldest that waits."""
    mine = Attestation.objects.of(request.actor.organisation_id)
    found, older_url, newer_url = frames.page_of(request, mine, reverse("members:attestations"))
    waiting = mine.open().select_related("organisation").order_by("starts_on", "pk").first()
    context = {
        "rows": [(one, state_of(one, request.now), number_of(one)) for one in found],
        "waiting": waiting,
        "older_url": older_url,
        "newer_url": newer_url,
        **frames.offered([_offer(request, waiting, forms.Attest()) if waiting else None]),
    }
    return render(request, "members/registers/attestations.html", context)


def _offer(request: PageRequest, one: Attestation, form: Refusable) -> frames.Offer:
    permission = Permission.KEEP_REGISTERS if request.actor.programme else Permission.ATTEST
    mine = one.organisation_id == request.actor.organisation_id
    period = one.period.code
    return frames.Offer(
        _("Correct %(period)s") % {"period": period}
        if one.is_attested
        else _("Attest %(period)s") % {"period": period},
        reverse("members:attestation", args=[one.public_id]),
        _("Correct") if one.is_attested else _("Attest"),
        form,
        frames.may(request, permission) if mine else Answer(False),
        note=_hint(request, one),
        icon="check",
    )


def _hint(request: PageRequest, one: Attestation) -> str:
    """For the programme: what its own register says of the period."""
    if not concerns(request.actor, Permission.READ_REGISTERS):
        return _("Count every request of a public authority about data of the programme, whatever you answered.")
    entered = GovernmentRequest.objects.filter(received_on__gte=one.starts_on, received_on__lt=one.ends_before)
    return _("The register has %(n)d for this period.") % {"n": entered.count()}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def entry(request: PageRequest, attestation_id: int) -> HttpResponse:
    """One period; its organisation attests or corrects it here (POST)."""
    if request.method != "POST":
        return _page(request, attestation_id, forms.Attest())
    correcting = request.POST.get("correct") == "yes"
    return frames.make(
        request,
        forms.Attest(request.POST),
        services.correct if correcting else services.attest,
        again=lambda form, status: _page(request, attestation_id, form, status),
        then=lambda _attested: reverse("members:attestations"),
        told=_("The number is corrected.") if correcting else _("The period is attested."),
        attestation_id=attestation_id,
    )


def _page(request: PageRequest, attestation_id: int, form: Refusable, status: int = 200) -> HttpResponse:
    visible = Attestation.objects.visible_to(request.actor).select_related("organisation", "attested_by")
    found = visible.filter(public_id=attestation_id).first()
    if found is None:
        raise Hidden(_("There is no such attestation."))
    sheet = frames.Sheet(
        title=found.period.code,
        reference=found.organisation.name,
        register=Register.ATTESTATIONS,
        state=state_of(found, request.now),
        facts=[
            {"term": _("Requests"), "value": number_of(found)},
            {"term": _("First day"), "value": found.starts_on},
            {"term": _("Last day to attest"), "value": found.due_on},
            {"term": _("Attested"), "value": frames.shown_at(found.attested_at, _("not attested"))},
        ],
        history=history.of("attestation", found.public_id, request.actor),
    )
    whose = (reverse("members:attestations"), _("Attestations"))
    crumbs = [frames.crumb(), frames.crumb(Register.ATTESTATIONS)] if request.actor.programme else [whose]
    offers = [_offer(request, found, form)]
    return frames.entry(request, sheet, offers, status=status, correcting=found.is_attested, crumbs=crumbs)
