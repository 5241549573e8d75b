"""All signals that one may see: filters in the address, a value to look for only ever in the body of a POST."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid
from lantern_site.members.policies import may_see_signals
from lantern_site.pages import PageRequest, signed_in
from signals import forms, intake, rows
from signals.models import Signal, SignalQuerySet

PAGE = 25


@require_GET
@vary_on_headers("HX-Request")
@signed_in
def listing(request: PageRequest) -> HttpResponse:
    """The newest signals first, page by page from a signal on (`before`)."""
    may_see_signals(request.actor)
    form = forms.FindSignals(request.GET)
    found = Signal.objects.visible_to(request.actor)
    if form.is_valid():
        if reference := form.reference():
            known = found.filter(public_id=reference).first()
            if known is not None:
                return redirect("reviews:signal", known.public_id)
        found = _filtered(found, form, request)
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    page = list(found.with_context().order_by("-pk")[: PAGE + 1])
    older_url = ""
    if len(page) > PAGE:
        query = request.GET.copy()
        query["before"] = str(page[PAGE - 1].pk)
        older_url = f"{reverse('signals:list')}?{query.urlencode()}"
    context = {
        "form": form,
        "find_form": forms.FindValue(),
        "rows": rows.rows_of(page[:PAGE], request.actor),
        "older_url": older_url,
        "newer_url": reverse("signals:list") if before else "",
    }
    return render(request, "signals/list.html", context)


def _filtered(found: SignalQuerySet, form: forms.FindSignals, request: PageRequest) -> SignalQuerySet:
    given = form.cleaned_data
    if form.cleaned_data.get("q"):
        return found.none()
    if given["kind"]:
        found = found.filter(indicator__kind=given["kind"])
    if given["status"]:
        found = found.filter(status=given["status"])
    if given["harm"]:
        found = found.filter(current_version__harm=given["harm"])
    if given["whose"] == "own":
        found = found.filter(organisation=request.actor.organisation_id)
    if given["whose"] == "others":
        found = found.exclude(organisation=request.actor.organisation_id)
    return found


@require_POST
@signed_in
def find(request: PageRequest) -> HttpResponse:
    """Look for a value among what one may see. It is brought into normal form, digested and forgotten."""
    may_see_signals(request.actor)
    form, found, asked, status = forms.FindValue(request.POST), [], False, 422
    if form.is_valid():
        try:
            normal = intake.take(form.item()).normal
            asked, status = True, 200
            with acting_as(request.actor):
                indicator = intake.find_indicator(normal)
                if indicator is not None:
                    visible = Signal.objects.visible_to(request.actor).with_context().filter(indicator=indicator)
                    found = rows.rows_of(visible.order_by("-pk")[:PAGE], request.actor)
        except Invalid as refusal:
            form.refuse(refusal)
    with acting_as(request.actor):
        context = {"find_form": form, "rows": found, "asked": asked, "form": forms.FindSignals({})}
        return render(request, "signals/list.html", context, status=status)
