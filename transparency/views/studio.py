"""Where editions are made: freeze, ask the members, compute, look at every figure with its definition, approve,
publish."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import permits, require
from lantern_site.pages import PageRequest, signed_in, site_nav, status_of
from transparency import comparison, forms, metrics, policies, rendering, report, services
from transparency.figures import Document
from transparency.metrics import Metric
from transparency.models import Attestation, Edition
from transparency.rendering import Table
from transparency.statements import Section

STEPS = (
    (Edition.Stage.FROZEN, gettext_lazy("Frozen"), "frozen_at"),
    (Edition.Stage.ATTESTED, gettext_lazy("Attested by members"), "attested_at"),
    (Edition.Stage.COMPUTED, gettext_lazy("Computed and protected"), "computed_at"),
    (Edition.Stage.APPROVED, pgettext_lazy("edition", "Approved"), "approved_at"),
    (Edition.Stage.PUBLISHED, gettext_lazy("Published"), "published_at"),
)
DUE: dict[Edition.Stage, str | Promise] = {
    Edition.Stage.ATTESTED: gettext_lazy("Next: an editor computes and protects the figures."),
    Edition.Stage.COMPUTED: gettext_lazy("Next: somebody who did not make the figures approves them."),
    Edition.Stage.APPROVED: gettext_lazy("Next: a publisher publishes."),
    Edition.Stage.PUBLISHED: "",
}
"""What comes after each stage, but for the first: there it depends on the members."""


@dataclass(frozen=True)
class Shown:
    """A figure with its definition: a value, or a table."""

    metric: Metric
    value: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class Word:
    """What one member said of its own figures: the code of a pill for each section, and the lines behind it."""

    member: str
    states: list[str]
    corrections: list[tuple[str, list[str]]]
    objections: list[tuple[str, str]]


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
    tried = attempt(
        form,
        lambda: services.explain(edition_id=edition_id, **form.cleaned_data, actor=request.actor, now=request.now),
    )
    if tried.done:
        messages.info(request, _("The reason is kept with the figure."))
        return redirect("transparency:edition_draft", edition_id)
    with acting_as(request.actor):
        return _edition(request, found, form, tried.status)


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
        "said": _words(found),
        "sections": [section.label for section in Section],
        "due": _due(found),
        "may_explain": permits(policies.may_explain, request.actor, found),
        "may_ask": permits(policies.may_ask, request.actor, found),
        "may_close": permits(policies.may_close, request.actor, found, request.now),
        "may_compute": permits(policies.may_compute, request.actor, found),
        "may_approve": permits(policies.may_approve, request.actor, found),
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
def ask(request: PageRequest, edition_id: int) -> HttpResponse:
    asked = services.ask(edition_id=edition_id, actor=request.actor, now=request.now)
    until = date_format(asked.attest_until) if asked.attest_until else ""
    messages.info(request, _("Each member sees its own numbers, and can answer until %(day)s.") % {"day": until})
    return redirect("transparency:edition_draft", edition_id)


@require_POST
@signed_in
def close(request: PageRequest, edition_id: int) -> HttpResponse:
    services.close(edition_id=edition_id, actor=request.actor, now=request.now)
    messages.info(request, _("The numbers of the members are closed. Who said nothing is not reported."))
    return redirect("transparency:edition_draft", edition_id)


@require_POST
@signed_in
def approve(request: PageRequest, edition_id: int) -> HttpResponse:
    services.approve(edition_id=edition_id, actor=request.actor, now=request.now)
    messages.info(request, _("The draft is approved as it is. When it changes it has to be approved again."))
    return redirect("transparency:edition_draft", edition_id)


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
    people = ("frozen_by", "computed_by", "approved_by", "published_by", "restates")
    found = Edition.objects.select_related(*people).filter(public_id=edition_id).first()
    if found is None:
        raise Hidden(_("There is no such edition."))
    return found


def _steps(found: Edition) -> list[dict[str, Any]]:
    """Context of components/lifecycle.html."""
    steps = [
        {"label": label, "at": at, "state": "current" if found.stage == stage else "done" if at else "next"}
        for stage, label, at in ((stage, label, getattr(found, field)) for stage, label, field in STEPS)
    ]
    if found.attest_until and found.attested_at is None:
        steps[1]["note"] = _("until %(day)s") % {"day": date_format(found.attest_until)}
    newer = Edition.objects.published().of_year(found.year).filter(restates=found).first()
    if newer is not None:
        steps.append({"label": _("Restated"), "at": newer.published_at, "state": "done"})
    return steps


def _due(found: Edition) -> str:
    """What has to happen next, and who does it."""
    if found.stage != Edition.Stage.FROZEN:
        return str(DUE[Edition.Stage(found.stage)])
    if found.attest_until is None:
        return _("Next: an editor asks the members to confirm their own numbers.")
    return _("Next: members confirm or correct their own numbers until %(day)s. Then it is closed.") % {
        "day": date_format(found.attest_until)
    }


def _words(found: Edition) -> list[Word]:
    """What every member that was asked has said, by name."""
    asked = (
        Attestation.objects.filter(edition=found)
        .select_related("organisation")
        .prefetch_related("statements", "objections")
    )
    return [_word(one, is_closed=found.attested_at is not None) for one in asked.order_by("organisation__name", "pk")]


def _word(one: Attestation, *, is_closed: bool) -> Word:
    said = {statement.section: statement for statement in one.statements.all()}
    silence = "not_reported" if is_closed else "due"
    return Word(
        one.organisation.name,
        [("corrected" if said[code].made else "confirmed") if code in said else silence for code in Section],
        [
            (statement.reason, [rendering.correction(each) for each in statement.made])
            for statement in said.values()
            if statement.made
        ],
        [(rendering.title_of(objection.metric), objection.note) for objection in one.objections.all()],
    )


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
