"""Where editions are made: freeze, compute, look at every figure with its definition, publish."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import permits, require
from lantern_site.pages import PageRequest, signed_in, site_nav, status_of
from transparency import comparison, forms, metrics, policies, rendering, report, services
from transparency.figures import Document
from transparency.metrics import Metric
from transparency.models import Edition
from transparency.rendering import Table

STEPS = (
    (Edition.Stage.FROZEN, "frozen_at"),
    (Edition.Stage.COMPUTED, "computed_at"),
    (Edition.Stage.PUBLISHED, "published_at"),
)


@dataclass(frozen=True)
class Shown:
    """A figure with its definition: a value, or a table."""

    metric: Metric
    value: str = ""
    table: Table | None = None


@require_safe
@signed_in
def studio(request: PageRequest) -> HttpResponse:
    policies.may_enter_studio(request.actor)
    return _studio(request, forms.Freeze(initial={"year": request.now.year - 1}))


@require_POST
@signed_in
def freeze(request: PageRequest) -> HttpResponse:
    policies.may_enter_studio(request.actor)
    form = forms.Freeze(request.POST)
    if not form.is_valid():
        return _refused(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = services.freeze(year=form.cleaned_data["year"], actor=request.actor, now=request.now)
    except (Invalid, WrongState) as refusal:
        form.refuse(refusal)
        return _refused(request, form, status_of(refusal))
    messages.info(request, _("The ledger for %(year)s is frozen at its head.") % {"year": made.year})
    return redirect("transparency:edition_draft", made.public_id)


@require_safe
@signed_in
def edition(request: PageRequest, edition_id: int) -> HttpResponse:
    return _edition(request, _find(request, edition_id))


@require_POST
@signed_in
def explain(request: PageRequest, edition_id: int) -> HttpResponse:
    found = _find(request, edition_id)
    form = forms.Reason(request.POST)
    try:
        if form.is_valid():
            services.explain(edition_id=edition_id, **form.cleaned_data, actor=request.actor, now=request.now)
            messages.info(request, _("The reason is kept with the figure."))
            return redirect("transparency:edition_draft", edition_id)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    except (Invalid, WrongState, NotAllowed) as refusal:
        form.refuse(refusal)
        status = status_of(refusal)
    with acting_as(request.actor):
        return _edition(request, found, form, status)


def _edition(
    request: PageRequest, found: Edition, refused: forms.Reason | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "edition": found,
        "root": bytes(found.root).hex(),
        "steps": _steps(found),
        "figures": _shown(found.figures) if found.figures else [],
        "suppressed": rendering.suppressed(found.suppressions) if found.suppressions else None,
        "restated": _reasons(found, refused),
        "changes": _changes(found),
        "may_explain": permits(policies.may_explain, request.actor, found),
        "may_compute": permits(policies.may_compute, request.actor, found),
        "may_publish": permits(policies.may_publish, request.actor, found),
    }
    return render(request, "transparency/edition.html", context, status=status)


@require_safe
@signed_in
def preview(request: PageRequest, edition_id: int) -> HttpResponse:
    """The public page as it would be."""
    found = _find(request, edition_id)
    if not found.figures:
        raise Hidden(_("There is no such page."))
    context = {
        "edition": found,
        "page": report.page_of(found.figures),
        "restatements": report.restatements_of(found),
        "is_preview": True,
        "site_nav": site_nav(request.path),
    }
    return render(request, "transparency/report.html", context)


@require_POST
@signed_in
def compute(request: PageRequest, edition_id: int) -> HttpResponse:
    services.compute(edition_id=edition_id, actor=request.actor, now=request.now)
    messages.info(request, _("The figures are computed and protected."))
    return redirect("transparency:edition_draft", edition_id)


@require_POST
@signed_in
def publish(request: PageRequest, edition_id: int) -> HttpResponse:
    published = services.publish(edition_id=edition_id, actor=request.actor, now=request.now)
    messages.info(request, _("The report for %(year)s is public now.") % {"year": published.year})
    return redirect("transparency:edition_draft", edition_id)


def _reasons(found: Edition, refused: forms.Reason | None) -> list[tuple[report.Restated, forms.Reason]]:
    """Each restated figure with the form for its reason; the one that was refused keeps what was typed."""
    asked = refused.data.get("metric") if refused else None
    return [
        (
            one,
            refused
            if refused and one.metric == asked
            else forms.Reason(initial={"metric": one.metric, "reason": one.reason}, auto_id=f"{one.metric}-%s"),
        )
        for one in report.restatements_of(found)
    ]


def _changes(found: Edition) -> Table | None:
    """Where a draft differs from the draft before it, for whoever computes again after something was put right."""
    if found.restates_id is not None or not found.figures:
        return None
    before = Edition.objects.of_year(found.year).filter(number__lt=found.number, figures__isnull=False)
    last = before.order_by("-number").first()
    return rendering.differences(comparison.changes(last.document, found.document)) if last else None


def _refused(request: PageRequest, form: forms.Freeze, status: HTTPStatus) -> HttpResponse:
    with acting_as(request.actor):
        return _studio(request, form, status)


def _studio(request: PageRequest, form: forms.Freeze, status: int = HTTPStatus.OK) -> HttpResponse:
    editions = Edition.objects.select_related("frozen_by", "published_by").order_by("-year", "-number")
    context = {
        "editions": editions,
        "form": form,
        "may_freeze": permits(require, request.actor, Permission.EDIT_REPORT),
    }
    return render(request, "transparency/studio.html", context, status=status)


def _find(request: PageRequest, edition_id: int) -> Edition:
    policies.may_enter_studio(request.actor)
    people = ("frozen_by", "computed_by", "published_by", "restates")
    found = Edition.objects.select_related(*people).filter(public_id=edition_id).first()
    if found is None:
        raise Hidden(_("There is no such edition."))
    return found


def _steps(found: Edition) -> list[dict[str, Any]]:
    """Context of components/lifecycle.html."""
    words = {
        Edition.Stage.FROZEN: _("Frozen"),
        Edition.Stage.COMPUTED: _("Computed"),
        Edition.Stage.PUBLISHED: _("Published"),
    }
    return [
        {"label": words[stage], "at": at, "state": "current" if found.stage == stage else "done" if at else "next"}
        for stage, at in ((stage, getattr(found, field)) for stage, field in STEPS)
    ]


def _shown(document: Document) -> list[Shown]:
    """Every figure in the order of the dictionary."""
    values = {figure["id"]: figure["value"] for figure in document["key_figures"]}
    tables = {table["id"]: table for table in document["tables"]}
    return [
        Shown(metric, table=rendering.table_of(metric, tables[metric.id]))
        if metric.is_table
        else Shown(metric, value=rendering.shown(values[metric.id], metric.unit))
        for metric in metrics.DICTIONARY.values()
    ]
