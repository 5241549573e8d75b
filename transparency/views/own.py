"""A member's own numbers of the year: what the hub recorded, what the member stated, and its word on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import permits, require
from lantern_site.pages import PageRequest, signed_in
from transparency import forms, policies, rendering, services
from transparency.layouts import Place
from transparency.models import Attestation, AttestationQuerySet, Objection, Statement
from transparency.rendering import Table
from transparency.statements import Section, place_of


@dataclass(frozen=True)
class Line:
    """One figure: what the ledger has, what the member says instead, and where it says so."""

    label: str
    recorded: str
    stated: str
    field: BoundField | None


@dataclass(frozen=True)
class Stated:
    """A section: the lines with a number and those with none, by title of their table; the word of the member."""

    section: Section
    lines: Mapping[str, list[Line]]
    empty: Mapping[str, list[Line]]
    statement: Statement | None
    form: forms.OwnFigures | None


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """The editions in which the own organisation has numbers, the newest first."""
    require(request.actor, Permission.ATTEST)
    own = _own(request).prefetch_related("statements").order_by("-edition__year", "-edition__number")
    return render(request, "transparency/own_editions.html", {"rows": [(one, _standing(request, one)) for one in own]})


def _standing(request: PageRequest, one: Attestation) -> str:
    """The code of a pill: all said, some waiting, or too late."""
    if len(one.statements.all()) == len(Section):
        return "confirmed"
    return "due" if one.edition.is_open_to_members(request.now) else "not_reported"


@require_safe
@signed_in
def edition(request: PageRequest, edition_id: int) -> HttpResponse:
    return _page(request, _find(request, edition_id))


@require_POST
@signed_in
def state(request: PageRequest, edition_id: int) -> HttpResponse:
    with acting_as(request.actor):
        found = _find(request, edition_id)
    section = next((one for one in Section if one == request.POST.get("section")), Section.FINDINGS)
    form = forms.OwnFigures(found.own_figures, section, request.POST)
    tried = attempt(
        form,
        lambda: services.state(
            edition_id=edition_id,
            section=section,
            corrected=form.corrected(),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=request.now,
        ),
    )
    if tried.done:
        messages.info(request, _("%(section)s: your numbers are stated.") % {"section": section.label})
        return redirect("transparency:own_figures", edition_id)
    with acting_as(request.actor):
        return _page(request, found, refused=form, status=tried.status)


@require_POST
@signed_in
def contest(request: PageRequest, edition_id: int) -> HttpResponse:
    with acting_as(request.actor):
        found = _find(request, edition_id)
    form = forms.Contest(found.recorded(None), request.POST)
    tried = attempt(
        form,
        lambda: services.contest(edition_id=edition_id, **form.cleaned_data, actor=request.actor, now=request.now),
    )
    if tried.done:
        messages.info(request, _("The editor has your note. The number stays as the hub recorded it."))
        return redirect("transparency:own_figures", edition_id)
    with acting_as(request.actor):
        return _page(request, found, contesting=form, status=tried.status)


def _own(request: PageRequest) -> AttestationQuerySet:
    return Attestation.objects.of(request.actor).select_related("edition")


def _find(request: PageRequest, edition_id: int) -> Attestation:
    found = _own(request).filter(edition__public_id=edition_id).first()
    if found is None:
        raise Hidden(_("There is no such page."))
    require(request.actor, Permission.ATTEST)
    return found


def _page(
    request: PageRequest,
    found: Attestation,
    *,
    refused: forms.OwnFigures | None = None,
    contesting: forms.Contest | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    statements = {one.section: one for one in found.statements.select_related("stated_by")}
    may = permits(policies.may_attest, request.actor, found, request.now)
    context = {
        "edition": found.edition,
        "may": may,
        "sections": [
            _stated(found, section, statements.get(section), refused, is_open=bool(may)) for section in Section
        ],
        "recorded": _recorded(found.recorded(None)),
        "objections": _objections(found),
        "contest": (contesting or forms.Contest(found.recorded(None))) if may and found.recorded(None) else None,
    }
    return render(request, "transparency/own.html", context, status=status)


def _stated(
    found: Attestation,
    section: Section,
    statement: Statement | None,
    refused: forms.OwnFigures | None,
    *,
    is_open: bool,
) -> Stated:
    said = {place_of(one): one["after"] for one in statement.made} if statement else {}
    form = None
    if is_open:
        typed = refused if refused and refused.section is section else None
        form = typed or forms.OwnFigures(
            found.own_figures, section, said=said, reason=statement.reason if statement else ""
        )
    full: dict[str, list[Line]] = {}
    empty: dict[str, list[Line]] = {}
    for place, value in found.recorded(section).items():
        line = Line(
            rendering.cell_name(*place),
            rendering.count(value),
            rendering.count(said.get(place, value)),
            form.at(place) if form else None,
        )
        kept = full if value or place in said or (form and form.at(place).errors) else empty
        kept.setdefault(rendering.title_of(place[0]), []).append(line)
    return Stated(section, full, empty, statement, form)


def _recorded(recorded: Mapping[Place, int]) -> Table:
    rows = [
        [rendering.title_of(place[0]), rendering.cell_name(*place), rendering.count(value)]
        for place, value in recorded.items()
    ]
    return Table(caption=_("What the hub recorded"), head=[_("Figure"), _("Part"), _("Number")], rows=rows)


def _objections(found: Attestation) -> Iterable[tuple[str, Objection]]:
    return [(rendering.title_of(one.metric), one) for one in found.objections.order_by("pk")]
