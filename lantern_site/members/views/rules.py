"""What holds for all members: the versions of the agreement, the switches of jurisdictions, and mergers of two."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.members import admission as questions
from lantern_site.members.forms import compliance as forms
from lantern_site.members.lifecycle import GONE
from lantern_site.members.models import AgreementText, JurisdictionSwitch, Organisation
from lantern_site.members.policies import permits
from lantern_site.members.services import agreements, compliance, organisations
from lantern_site.members.views import organisations as pages
from lantern_site.members.views.tabs import tabs_of_lists
from lantern_site.pages import PageRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def all_agreements(request: PageRequest) -> HttpResponse:
    """Every version, and the form for the next."""
    if request.method != "POST":
        return _agreements(request, forms.Agreement())
    form = forms.Agreement(request.POST)
    tried = attempt(form, lambda: agreements.publish(actor=request.actor, now=request.now, **form.cleaned_data))
    if not tried.done:
        with acting_as(request.actor):
            return _agreements(request, form, tried.status)
    messages.info(request, _("The version is published. Members sign it on their pages."))
    return redirect("members:agreements")


def _agreements(request: PageRequest, form: forms.Agreement, status: int = HTTPStatus.OK) -> HttpResponse:
    may_publish = permits(questions.may_keep, request.actor)
    context = {
        "agreements": AgreementText.objects.select_related("published_by").newest_first(),
        "in_force": AgreementText.objects.in_force(request.now.date()),
        "form": form,
        "may_publish": may_publish,
        "unsaid": [] if may_publish else [form],
        "lists": tabs_of_lists(request),
    }
    return render(request, "members/agreements.html", context, status=status)


@require_safe
@signed_in
def agreement(request: PageRequest, agreement_id: int) -> HttpResponse:
    """The text of a version, word for word."""
    found = AgreementText.objects.filter(public_id=agreement_id).first()
    if found is None:
        raise Hidden(_("There is no such agreement."))
    crumbs = [(reverse("members:agreements"), _("Agreement"))]
    return render(request, "members/agreement.html", {"agreement": found, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def jurisdictions(request: PageRequest) -> HttpResponse:
    """What the law allows where and when, and the form for the next entry."""
    if request.method != "POST":
        return _jurisdictions(request, forms.SetSwitch())
    form = forms.SetSwitch(request.POST)
    tried = attempt(form, lambda: compliance.switch(actor=request.actor, now=request.now, **form.typed()))
    if not tried.done:
        with acting_as(request.actor):
            return _jurisdictions(request, form, tried.status)
    messages.info(request, _("The entry is kept, and counts from its day on."))
    return redirect("members:jurisdictions")


def _jurisdictions(request: PageRequest, form: forms.SetSwitch, status: int = HTTPStatus.OK) -> HttpResponse:
    switches = JurisdictionSwitch.objects.select_related("set_by").order_by("jurisdiction", "what", "-set_at", "-pk")
    may_switch = permits(questions.may_keep, request.actor)
    context = {
        "switches": switches,
        "form": form,
        "may_switch": may_switch,
        "unsaid": [] if may_switch else [form],
        "lists": tabs_of_lists(request),
    }
    return render(request, "members/jurisdictions.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def merge(request: PageRequest, organisation_id: int) -> HttpResponse:
    """Which other member becomes part of this one: chosen first (`?ending=`), then seen, then decided."""
    questions.may_keep(request.actor)
    if request.method != "POST":
        ending = request.GET.get("ending", "")
        form = forms.Merge(initial={"ending": ending}, others=_others(organisation_id))
        return _merge(request, organisation_id, form, ending)
    with acting_as(request.actor):
        form = forms.Merge(request.POST, others=_others(organisation_id))
    tried = attempt(
        form,
        lambda: organisations.merge(
            continuing_id=organisation_id,
            ending_id=form.cleaned_data["ending"],
            effective_on=form.cleaned_data["effective_on"],
            note_text=form.cleaned_data["note"],
            actor=request.actor,
            now=request.now,
        ),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _merge(request, organisation_id, form, request.POST.get("ending", ""), tried.status)
    messages.info(request, _("The merger is decided."))
    return redirect("members:organisation", organisation_id)


def _others(organisation_id: int) -> list[Organisation]:
    members = Organisation.objects.members().exclude(state__in=GONE).exclude(public_id=organisation_id)
    return list(members.order_by("name", "pk"))


def _merge(
    request: PageRequest, organisation_id: int, form: forms.Merge, ending: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    found = pages.find_papers(request, organisation_id)
    other = Organisation.objects.members().filter(public_id=int(ending)).first() if ending.isdecimal() else None
    context = {
        "organisation": found,
        "other": other,
        "consequences": questions.merger_consequences(found, other, request.now) if other else [],
        "form": form,
        "crumbs": [
            (reverse("members:directory"), _("Members")),
            (reverse("members:organisation", args=[organisation_id]), found.name),
        ],
    }
    return render(request, "members/merge.html", context, status=status)
