"""What stewards do on the page of an organisation: gates, the next step, its name, support, and the pack."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lantern_site.attempts import Attempt, attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members import admission as questions
from lantern_site.members.forms import admission as forms
from lantern_site.members.forms import compliance as papers
from lantern_site.members.lifecycle import NOT_ADMITTED, PASSED_BY_WHAT_HAPPENS, GateKind
from lantern_site.members.models import Application, Organisation
from lantern_site.members.services import admission, gates, organisations, ways_out
from lantern_site.members.views import applications, standing
from lantern_site.members.views import organisations as pages
from lantern_site.pages import PageRequest, signed_in


def _door(request: PageRequest, organisation_id: int) -> None:
    """For stewards only: nobody else learns from a refusal which gates are open, or who asks to take part."""
    with acting_as(request.actor):
        pages.find(request, organisation_id)
    questions.may_keep(request.actor)


def _again(request: PageRequest, organisation_id: int, name: str, tried: Attempt) -> HttpResponse:
    """The page that the form stands on, with the sentence and everything that was typed."""
    with acting_as(request.actor):
        found = pages.find(request, organisation_id)
        if found.state in NOT_ADMITTED:
            application = Application.objects.get(organisation=found)
            return applications.page(request, application, {name: tried.form}, tried.status)
        return pages.page(request, organisation_id, given={name: tried.form}, status=tried.status)


def _back(request: PageRequest, organisation_id: int) -> HttpResponse:
    """To the page that shows the gates: of an applicant its application."""
    with acting_as(request.actor):
        found = Application.objects.filter(
            organisation__public_id=organisation_id, organisation__state__in=NOT_ADMITTED
        ).first()
    if found is not None:
        return redirect("members:application", found.public_id)
    return redirect("members:organisation", organisation_id)


@require_POST
@signed_in
def pass_gates(request: PageRequest, organisation_id: int) -> HttpResponse:
    """Those beside which a note was written."""
    _door(request, organisation_id)
    kinds = [kind for kind in GateKind if kind not in PASSED_BY_WHAT_HAPPENS]
    form = forms.PassGates(request.POST, kinds=kinds)
    passed: list[int] = []
    tried = attempt(
        form,
        lambda: passed.append(
            gates.pass_several(
                organisation_id=organisation_id, evidence=form.evidence(), actor=request.actor, now=request.now
            )
        ),
    )
    if not tried.done:
        return _again(request, organisation_id, "gates", tried)
    words = ngettext("%(n)d gate is passed.", "%(n)d gates are passed.", passed[0])
    messages.info(request, words % {"n": passed[0]})
    return _back(request, organisation_id)


@require_POST
@signed_in
def reopen_gate(request: PageRequest, organisation_id: int, kind: str) -> HttpResponse:
    if kind not in GateKind.values:
        raise Hidden(_("There is no such gate."))
    _door(request, organisation_id)
    form = forms.Reason(request.POST, auto_id=f"reopen_{kind}_%s")
    tried = attempt(
        form,
        lambda: gates.reopen_gate(
            organisation_id=organisation_id,
            kind=GateKind(kind),
            actor=request.actor,
            now=request.now,
            **form.cleaned_data,
        ),
    )
    if not tried.done:
        return _again(request, organisation_id, kind, tried)
    messages.info(request, _("The gate “%(gate)s” is open again.") % {"gate": GateKind(kind).label})
    return _back(request, organisation_id)


@require_POST
@signed_in
def onboard(request: PageRequest, organisation_id: int) -> HttpResponse:
    _door(request, organisation_id)
    begun = admission.start_onboarding(organisation_id=organisation_id, actor=request.actor, now=request.now)
    messages.info(request, _("The onboarding of %(name)s has begun.") % {"name": begun.name})
    return redirect("members:organisation", organisation_id)


@require_POST
@signed_in
def activate(request: PageRequest, organisation_id: int) -> HttpResponse:
    _door(request, organisation_id)
    made = admission.activate(organisation_id=organisation_id, actor=request.actor, now=request.now)
    messages.info(request, _("%(name)s is a member now, on probation.") % {"name": made.name})
    return redirect("members:organisation", organisation_id)


@require_POST
@signed_in
def end_on_the_way(request: PageRequest, organisation_id: int) -> HttpResponse:
    """The programme stops what it has approved."""
    _door(request, organisation_id)
    form = forms.Reason(request.POST, auto_id="end_%s")
    tried = attempt(
        form,
        lambda: ways_out.end(
            organisation_id=organisation_id, actor=request.actor, now=request.now, **form.cleaned_data
        ),
    )
    if not tried.done:
        return _again(request, organisation_id, "end", tried)
    messages.info(request, _("It is ended. The applicant is told, and reads your reason."))
    return _back(request, organisation_id)


@require_POST
@signed_in
def rename(request: PageRequest, organisation_id: int) -> HttpResponse:
    _door(request, organisation_id)
    form = forms.Rename(request.POST, auto_id="rename_%s")
    return _formed(
        request,
        organisation_id,
        "rename",
        form,
        lambda: organisations.rename(
            organisation_id=organisation_id, actor=request.actor, now=request.now, **form.cleaned_data
        ),
        _("The organisation has its new name. The old one is kept."),
    )


@require_POST
@signed_in
def support(request: PageRequest, organisation_id: int) -> HttpResponse:
    _door(request, organisation_id)
    with acting_as(request.actor):
        form = papers.Support(request.POST, partners=standing.partners(), auto_id="support_%s")
    return _formed(
        request,
        organisation_id,
        "support",
        form,
        lambda: organisations.support(
            organisation_id=organisation_id,
            partner_id=form.cleaned_data["partner"],
            office_hours=form.cleaned_data["office_hours"],
            ask_before_sharing=form.cleaned_data["ask_before_sharing"],
            actor=request.actor,
            now=request.now,
        ),
        _("The member is supported for a year."),
    )


@require_POST
@signed_in
def end_support(request: PageRequest, organisation_id: int) -> HttpResponse:
    _door(request, organisation_id)
    organisations.end_support(organisation_id=organisation_id, actor=request.actor, now=request.now)
    messages.info(request, _("The support has ended."))
    return redirect("members:organisation", organisation_id)


def _formed(
    request: PageRequest,
    organisation_id: int,
    name: str,
    form: Refusable,
    act: Callable[[], Organisation | object],
    told: str,
) -> HttpResponse:
    tried = attempt(form, act)
    if not tried.done:
        return _again(request, organisation_id, name, tried)
    messages.info(request, told)
    return redirect("members:organisation", organisation_id)


@require_POST
@signed_in
def pack(request: PageRequest, organisation_id: int) -> HttpResponse:
    """The compliance pack as one file."""
    with acting_as(request.actor):
        pages.find_papers(request, organisation_id)
    content = organisations.export_pack(organisation_id=organisation_id, actor=request.actor, now=request.now)
    with acting_as(request.actor):
        name = slugify(pages.find(request, organisation_id).name)
    head = {"Content-Disposition": f'attachment; filename="compliance-{name}-{request.now:%Y-%m-%d}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=head)
