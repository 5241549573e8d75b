"""Imports: hand a file in, look at what would become of each row, choose, and take the results away."""

from collections.abc import Mapping
from dataclasses import asdict

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantern_site.audit.access import acting_as
from lantern_site.errors import Refusal
from lantern_site.members.models import Community
from lantern_site.members.policies import permits
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import forms, imported, policies, proposals
from signals.imported import Line
from signals.kinds import Kind
from signals.models import CHOOSABLE, Import, ImportQuerySet, Verdict
from signals.services import imports
from signals.views.jobs import Progress

PAGE = 10
ROWS = 50
TOLD = {
    Import.State.CHECKED: gettext_lazy("Nothing is shared yet. Look through the rows and choose what to submit."),
    Import.State.CANCELLED: gettext_lazy("Cancelled. The rows were wiped; what was submitted before stays submitted."),
    Import.State.FAILED: gettext_lazy(
        "It could not be carried out, and the rows were wiped. Hand the file in again: nothing is submitted twice."
    ),
    Import.State.FORGOTTEN: gettext_lazy("Nobody came back for it, and the rows were wiped. Hand the file in again."),
    Import.State.DONE: gettext_lazy("Everything that you chose was submitted. Colleagues review it next."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """GET lists the imports beside the form; POST hands a file in."""
    if request.method != "POST":
        return _page(request, forms.HandIn())
    form, status = forms.HandIn(request.POST, request.FILES), 422
    forms.notice_oversize(form, request.META.get("CONTENT_LENGTH"), "file")
    if form.is_valid():
        try:
            handed_in = imports.hand_in(
                file=form.content(),
                defaults=form.defaults(),
                label=form.cleaned_data["label"],
                actor=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
        else:
            if not handed_in.is_new:
                messages.info(request, _("This file lies here already. Nothing was added."))
            return redirect("signals:import", handed_in.found.public_id)
    with acting_as(request.actor):
        return _page(request, form, status)


def _page(request: PageRequest, form: forms.HandIn, status: int = 200) -> HttpResponse:
    shown = Import.objects.visible_to(request.actor).select_related("handed_in_by")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        shown = shown.filter(pk__lt=int(before))
    found = list(shown.order_by("-pk")[: PAGE + 1])
    context = {
        "imports": found[:PAGE],
        "older_url": f"{reverse('signals:imports')}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "newer_url": reverse("signals:imports") if before else "",
        "form": form,
        "columns": proposals.COLUMNS,
        "permission": permits(policies.may_share, request.actor),
    }
    return render(request, "signals/imports.html", context, status=status)


@require_GET
@signed_in
def one(request: PageRequest, import_id: int) -> HttpResponse:
    return _import_page(request, _found(request, import_id))


def _import_page(
    request: PageRequest, found: Import, form: forms.Submit | None = None, status: int = 200
) -> HttpResponse:
    counts = imported.counts(found)
    asked = forms.Rows(request.GET)
    verdict, after = asked.wanted()
    lines = imported.lines(found, verdict=verdict, after=after, most=ROWS + 1)
    here = reverse("signals:import", args=[found.public_id])
    earlier = imported.earlier(found)
    if form is None and found.state == Import.State.CHECKED:
        form = _form(request, found, counts)
    context = {
        "import": found,
        "earlier": earlier,
        "told": TOLD.get(Import.State(found.state), ""),
        "job": _progress(found) if found.is_at_work else None,
        "tabs": _tabs(here, counts, verdict),
        "rows": _rows(found, lines[:ROWS]),
        "first_url": f"{here}?verdict={verdict}" if after else "",
        "next_url": f"{here}?verdict={verdict}&after={lines[ROWS - 1].row}" if len(lines) > ROWS else "",
        "form": form,
        "choosable": any(counts.get(verdict) for verdict in CHOOSABLE),
        "permission": permits(policies.may_share, request.actor),
        "cancelling": permits(policies.may_cancel_import, request.actor, found),
        "crumbs": [(reverse("signals:imports"), _("Imports"))],
    }
    return render(request, "signals/import.html", context, status=status)


def _found(request: PageRequest, import_id: int) -> Import:
    found = _counted(Import.objects.visible_to(request.actor)).filter(public_id=import_id).first()
    if found is None:
        raise policies.unknown_import()
    return found


def _counted(found: ImportQuerySet) -> ImportQuerySet:
    """With the number of rows that were judged, and of those whose part is done."""
    return found.select_related("organisation", "community", "handed_in_by", "submitted_by").annotate(
        judged=Sum("parts__size", filter=Q(parts__checked_at__isnull=False), default=0),
        done=Sum("parts__size", filter=Q(parts__done_at__isnull=False), default=0),
    )


def _form(request: PageRequest, found: Import, counts: Mapping[str, int], *data: object) -> forms.Submit:
    communities = list(Community.objects.with_member(found.organisation_id).order_by("-is_everyone", "name"))
    return forms.Submit(*data, communities=communities, counts=counts)


def _tabs(here: str, counts: Mapping[str, int], current: str) -> list[dict[str, object]]:
    groups = [("", _("All rows"), sum(counts.values()))]
    groups += [(each.value, str(each.label), counts[each]) for each in Verdict if counts.get(each)]
    return [
        {"url": f"{here}?verdict={code}", "label": label, "count": count, "current": code == current}
        for code, label, count in groups
    ]


def _rows(found: Import, lines: list[Line]) -> list[dict[str, object]]:
    masks = imported.masks(found, [line.row for line in lines])
    return [
        asdict(line)
        | {
            "kind_label": Kind(line.kind).label if line.kind else "",
            "masked": masks.get(line.row, ""),
            "url": reverse("reviews:signal", args=[line.signal]) if line.signal else "",
        }
        for line in lines
    ]


@require_GET
@never_cache
@signed_in
def progress(request: PageRequest, import_id: int) -> HttpResponse:
    """The bar alone. When there is nothing to wait for any more it asks the browser to show the page anew."""
    found = _found(request, import_id)
    response = render(request, "components/job.html", {"job": _progress(found)})
    if not found.is_at_work:
        response["HX-Refresh"] = "true"
    return response


def _progress(found: Import) -> Progress:
    """An import (fetched with `judged` and `done`) as its bar shows it."""
    is_checking = found.state == Import.State.CHECKING
    return Progress(
        id=found.public_id,
        title=_("Checking each row") if is_checking else _("Submitting what you chose"),
        state="running" if found.is_at_work else found.state,
        done=found.judged if is_checking else found.done,  # type: ignore[attr-defined]
        total=found.total,
        found=None,
        url=reverse("signals:import_progress", args=[found.public_id]),
        note=_("You may leave this page: it goes on without you."),
    )


@require_POST
@signed_in
def submit(request: PageRequest, import_id: int) -> HttpResponse:
    with acting_as(request.actor):
        found = _found(request, import_id)
        form = _form(request, found, imported.counts(found), request.POST)
    status = 422
    if form.is_valid():
        try:
            imports.submit(
                import_id=import_id,
                verdicts=form.cleaned_data["verdicts"],
                community_id=int(form.cleaned_data["community"]),
                no_authority_asked=form.cleaned_data["no_authority_asked"],
                evidence_seen=form.cleaned_data["evidence_seen"],
                actor=request.actor,
                now=request.now,
            )
            return redirect("signals:import", import_id)
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    with acting_as(request.actor):
        return _import_page(request, _found(request, import_id), form, status)


@require_POST
@signed_in
def cancel(request: PageRequest, import_id: int) -> HttpResponse:
    imports.cancel(import_id=import_id, actor=request.actor, now=request.now)
    return redirect("signals:import", import_id)


@require_GET
@signed_in
def results(request: PageRequest, import_id: int) -> HttpResponseBase:
    """Every row with what has become of it, without the values."""
    found = _found(request, import_id)
    response = StreamingHttpResponse(
        imported.results(found, request.actor), content_type="text/csv; charset=utf-8; header=present"
    )
    response["Content-Disposition"] = f'attachment; filename="lantern-import-{found.reference}.csv"'
    return response
