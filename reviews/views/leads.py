"""The list of leads: a lead is something to look at, never proof."""

from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden
from lantern_site.pages import PageRequest, signed_in
from reviews import desk, forms, piles, waiting
from reviews.models import Finding
from reviews.services import findings
from signals import rows
from signals.leads import reference_of
from signals.models import Lead, LeadQuerySet, MatchJob, Signal
from signals.policies import unknown_job

PAGE = 25
IN_THE_ADDRESS = ("job", "kind", "match", "severity", "by", "with", "done", "before")


@require_GET
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """Leads without a finding first; `?done=1` shows the others, `?job=` those of one job, `?by=` puts them together by
    what was hit or by the member's own reference, `?with=` shows those on one pile with a lead."""
    form = forms.FindLeads(request.GET)
    done, by, before = request.GET.get("done") == "1", request.GET.get("by", ""), request.GET.get("before", "")
    job, top = _job(request), _top(request)
    every = _narrowed(piles.leads_of(request.actor), form, job)
    if top is not None:
        every = piles.alike(every, top, by)
    found = every.filter(found_at__isnull=not done)
    in_piles = top is None and by in piles.GROUPINGS
    with acting_as(Actor.clock()):  # own leads are own records: they outlast seeing the signals themselves
        page, sizes = piles.piles(found, by, before, PAGE) if in_piles else (piles.page(found, before, PAGE), {})
        tabs = _tabs(request, every, done=done)
    shown = page[:PAGE]
    context = {
        "form": form,
        "leads": [told | _pile(lead, sizes, request) for lead, told in zip(shown, tell(shown, request), strict=True)],
        "in_piles": in_piles,
        "job": job,
        "top": top,
        "all_url": _address(request, **{"with": "", "before": ""}),
        "tabs": tabs,
        "older_url": _address(request, before=piles.place(page[PAGE - 1])) if len(page) > PAGE else "",
        "newer_url": _address(request, before="") if before else "",
        "may_choose": not done and not in_piles,
        "just_recorded": _just_recorded(request),
    }
    return render(request, "reviews/leads.html", context)


def _tabs(request: PageRequest, every: LeadQuerySet, *, done: bool) -> list[dict[str, object]]:
    to_examine = desk.lengths(request.actor, {"open": every.without_finding()})["open"]
    return [
        {
            "url": _address(request, done="", before=""),
            "label": _("To examine"),
            "count": to_examine,
            "current": not done,
        },
        {"url": _address(request, done="1", before=""), "label": _("Examined"), "count": None, "current": done},
    ]


def _address(request: PageRequest, **changes: str) -> str:
    """The address of the list, changed in this."""
    query = QueryDict(mutable=True)
    for name in IN_THE_ADDRESS:
        if value := changes.get(name, request.GET.get(name, "")):
            query[name] = value
    return f"{reverse('reviews:leads')}?{query.urlencode()}" if query else reverse("reviews:leads")


def _job(request: PageRequest) -> MatchJob | None:
    reference = request.GET.get("job")
    if not reference:
        return None
    found = MatchJob.objects.visible_to(request.actor).filter(public_id=parsed(reference)).first()
    if found is None:
        raise unknown_job()
    return found


def _top(request: PageRequest) -> Lead | None:
    reference = request.GET.get("with")
    return one(request, parsed(reference)) if reference else None


def parsed(reference: str) -> int:
    """A public id out of an address, or one that nothing has."""
    try:
        return public_ids.parse(reference)
    except ValueError:
        return 0


def one(request: PageRequest, lead_id: int) -> Lead:
    with acting_as(Actor.clock()):
        found = piles.leads_of(request.actor).filter(public_id=lead_id).first()
    if found is None:
        raise Hidden(_("There is no such lead."))
    return found


def _narrowed(found: LeadQuerySet, form: forms.FindLeads, job: MatchJob | None) -> LeadQuerySet:
    given = form.cleaned_data if form.is_valid() else {}
    wanted = {
        "job": job,
        "indicator__kind": given.get("kind"),
        "match": given.get("match"),
        "signal__severity": given.get("severity"),
    }
    return found.filter(**{name: value for name, value in wanted.items() if value})


def _pile(lead: Lead, sizes: dict[int, int], request: PageRequest) -> dict[str, object]:
    """How many leads lie on the pile of which this is the top, and where they are found."""
    if lead.pk not in sizes:
        return {}
    return {
        "size": sizes[lead.pk],
        "pile_url": _address(request, **{"with": public_ids.shown(lead.public_id), "before": ""}),
    }


def tell(leads: list[Lead], request: PageRequest) -> list[dict[str, object]]:
    """Leads as rows of a list."""
    signals = [lead.signal for lead in leads]
    disputed = waiting.former_disputes(signals, request.actor)
    visible = Signal.objects.visible_to(request.actor).filter(pk__in={lead.signal_id for lead in leads})
    in_sight = set(visible.values_list("pk", flat=True))
    return [
        {
            "id": lead.public_id,
            "shown_id": public_ids.shown(lead.public_id),
            "url": reverse("reviews:lead", args=[lead.public_id]),
            "reference": reference_of(lead),
            "row_number": lead.row,
            "how": piles.how(lead),
            "created_at": lead.created_at,
            "signal": replace(row, disputes=disputed.get(lead.signal.indicator_id, 0)),
            "is_in_sight": lead.signal_id in in_sight,
            "job": lead.job.label,
        }
        for lead, row in zip(leads, rows.rows_of(signals, request.actor), strict=True)
    ]


def _just_recorded(request: PageRequest) -> list[Finding]:
    """What this person recorded moments ago, and may take back."""
    mine = Finding.objects.visible_to(request.actor).filter(found_by=request.actor.staff_id)
    recent = mine.filter(found_at__gte=request.now - findings.WITHDRAWN_WITHIN)
    return list(recent.order_by("-found_at", "-pk")[:5])
