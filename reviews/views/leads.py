"""Leads and what the member's own people find: a lead is something to look at, never proof."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lantern_site import public_ids
from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.policies import organisation_of
from lantern_site.pages import PageRequest, signed_in
from reviews import desk, forms, waiting
from reviews.services import findings
from signals import rows
from signals.kinds import HASHES
from signals.leads import reference_of
from signals.models import Lead, LeadQuerySet, MatchJob
from signals.policies import unknown_job

PAGE = 25


@require_GET
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """Leads without a finding first; `?done=1` shows the others, `?job=` those of one job."""
    done, job = request.GET.get("done") == "1", _job(request)
    every = _own(request) if job is None else _own(request).filter(job=job)
    found = _from(every.filter(found_at__isnull=not done), request.GET.get("before", ""))
    page = list(found.order_by("-signal__caution", "-pk")[: PAGE + 1])
    here = reverse("reviews:leads")
    address = {"job": job.reference} if job else {}
    shown = address | {"done": "1"} if done else address
    context = {
        "leads": _told(page[:PAGE], request),
        "job": job,
        "tabs": [
            {
                "url": _with(here, address),
                "label": _("To examine"),
                "count": desk.lengths(request.actor, {"open": every.without_finding()})["open"],
                "current": not done,
            },
            {"url": _with(here, address | {"done": "1"}), "label": _("Examined"), "count": None, "current": done},
        ],
        "older_url": _with(here, shown | {"before": _place(page[PAGE - 1])}) if len(page) > PAGE else "",
        "done": done,
    }
    return render(request, "reviews/leads.html", context)


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url


def _job(request: PageRequest) -> MatchJob | None:
    reference = request.GET.get("job")
    if not reference:
        return None
    found = MatchJob.objects.visible_to(request.actor).filter(public_id=_parsed(reference)).first()
    if found is None:
        raise unknown_job()
    return found


CAUTION = "c"


def _place(lead: Lead) -> str:
    """Where a lead stands in the list, in which those under caution come first and then the newest."""
    return f"{CAUTION if lead.signal.caution else ''}{lead.pk}"


def _from(found: LeadQuerySet, place: str) -> LeadQuerySet:
    """The leads behind a place, or all of them."""
    pk = place.removeprefix(CAUTION)
    if not pk.isdecimal():
        return found
    older = Q(signal__caution=place.startswith(CAUTION), pk__lt=int(pk))
    return found.filter(older | Q(signal__caution=False) if place.startswith(CAUTION) else older)


def _parsed(reference: str) -> int:
    try:
        return public_ids.parse(reference)
    except ValueError:
        return 0


def _own(request: PageRequest) -> LeadQuerySet:
    related = ("indicator__value", "signal__indicator__value", "signal__organisation", "signal__current_version")
    mine = Lead.objects.visible_to(request.actor).filter(organisation=request.actor.organisation_id)
    return mine.select_related(*related, "signal__submitted_by", "job")


def _told(leads: Sequence[Lead], request: PageRequest) -> list[dict[str, object]]:
    """Leads as rows of the list, with what is known of their signals."""
    signals = [lead.signal for lead in leads]
    disputed = waiting.former_disputes(signals, request.actor)
    return [
        {
            "id": lead.public_id,
            "url": reverse("reviews:lead", args=[lead.public_id]),
            "reference": reference_of(lead),
            "row_number": lead.row,
            "match": lead.get_match_display(),
            "distance": lead.distance,
            "is_near": lead.match == Lead.Match.NEAR,
            "created_at": lead.created_at,
            "signal": replace(row, disputes=disputed.get(lead.signal.indicator_id, 0)),
            "job": lead.job.label,
        }
        for lead, row in zip(leads, rows.rows_of(signals, request.actor), strict=True)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lead(request: PageRequest, lead_id: int) -> HttpResponse:
    """One lead, with the form of its finding."""
    if request.method != "POST":
        return _page(request, lead_id, forms.Finding(financial=_is_financial(request)))
    form = forms.Finding(request.POST, financial=_is_financial(request))
    with acting_as(request.actor):
        same = [one.public_id for one in _same(request, _one(request, lead_id))]
    lead_ids = [lead_id, *(same if request.POST.get("for_all") else [])]
    tried = attempt(
        form,
        lambda: findings.record(lead_ids=lead_ids, found=form.found(), actor=request.actor, now=request.now),
    )
    if tried.done:
        text = ngettext("The finding is recorded.", "The finding is recorded for %(n)d leads.", len(lead_ids))
        messages.info(request, text % {"n": len(lead_ids)})
        return redirect("reviews:leads")
    with acting_as(request.actor):
        return _page(request, lead_id, form, tried.status)


def _is_financial(request: PageRequest) -> bool:
    return organisation_of(request.actor).kind == MemberKind.FINANCIAL


def _one(request: PageRequest, lead_id: int) -> Lead:
    found = _own(request).filter(public_id=lead_id).first()
    if found is None:
        raise Hidden(_("There is no such lead."))
    return found


def _same(request: PageRequest, lead: Lead) -> list[Lead]:
    """The other exact hits of the same hash that nobody has examined."""
    if lead.match != Lead.Match.EXACT or lead.indicator.kind not in HASHES:
        return []
    alike = _own(request).without_finding().filter(indicator=lead.indicator_id, match=Lead.Match.EXACT)
    return list(alike.exclude(pk=lead.pk).order_by("pk")[:500])


def _page(request: PageRequest, lead_id: int, form: forms.Finding, status: int = 200) -> HttpResponse:
    found = _one(request, lead_id)
    context = {
        "lead": _told([found], request)[0],
        "finding": getattr(found, "finding", None) or found.findings_beside.first(),
        "found_at": found.found_at,
        "same": len(_same(request, found)),
        "form": form,
        "crumbs": [(reverse("reviews:leads"), _("Leads"))],
        "signal": found.signal,
    }
    return render(request, "reviews/lead.html", context, status=status)
