"""Law and compliance of one organisation: legal gates, the agreement, and the yearly reviews."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members import admission as questions
from lantern_site.members.forms import compliance as forms
from lantern_site.members.lifecycle import GATES_ARE_KEPT, Region, ReviewResult
from lantern_site.members.models import AgreementText, ComplianceReview, LegalGate, Observation, Organisation
from lantern_site.members.policies import permits
from lantern_site.members.services import agreements, gates
from lantern_site.members.services import compliance as services
from lantern_site.members.views import organisations as pages
from lantern_site.members.views.gates import Given
from lantern_site.members.views.tabs import tabs_of
from lantern_site.pages import PageRequest, signed_in


@require_safe
@signed_in
def compliance(request: PageRequest, organisation_id: int) -> HttpResponse:
    return page(request, organisation_id, {})


def page(request: PageRequest, organisation_id: int, given: Given, status: int = HTTPStatus.OK) -> HttpResponse:
    """The whole page, inside `acting_as` only. `given` are forms that were refused."""
    found = pages.find_papers(request, organisation_id)
    reviews = found.compliance_reviews.select_related("held_by").prefetch_related("observations")
    keeping = bool(permits(questions.may_keep, request.actor)) and found.state in GATES_ARE_KEPT
    may_sign = permits(questions.may_attest, request.actor, found)
    context = {
        "organisation": found,
        "crumbs": [(reverse("members:directory"), _("Members"))],
        "tabs": tabs_of(request, found),
        "legal_gates": [_legal(gate, given, request.actor) for gate in _legal_gates(found)],
        "signatures": found.signatures.select_related("agreement", "recorded_by").order_by("-signed_on", "-pk"),
        "unsigned": _unsigned(found),
        "reviews": [_review(review, given, request.actor) for review in reviews.order_by("-due_on", "-pk")],
        "today": request.now.date(),
        "keeping": keeping,
        "may_sign": may_sign,
        "unsaid": [form for name, form in given.items() if not (may_sign if name == "sign" else keeping)],
        **_forms(found, given),
    }
    return render(request, "members/compliance.html", context, status=status)


def _forms(found: Organisation, given: Given) -> dict[str, object]:
    return {
        "legal_form": given.get("legal") or forms.LegalGate(auto_id="legal_%s"),
        "sign_form": given.get("sign") or forms.Sign(unsigned=_unsigned(found), auto_id="sign_%s"),
        "review_form": given.get("review") or forms.Review(auto_id="review_%s"),
    }


def _legal_gates(found: Organisation) -> QuerySet[LegalGate]:
    """Those that stand first."""
    people = found.legal_gates.select_related("passed_by", "withdrawn_by")
    return people.order_by(F("withdrawn_at").desc(nulls_first=True), "jurisdiction", "pk")


def _legal(gate: LegalGate, given: Given, actor: Actor) -> dict[str, object]:
    name = f"withdraw_{slugify(gate.jurisdiction)}_%s"
    fresh = forms.Withdraw(initial={"jurisdiction": gate.jurisdiction}, auto_id=name)
    by = gate.passed_by.name_for(actor) if gate.passed_by else ""
    return {"gate": gate, "by": by, "form": given.get(f"withdraw {gate.jurisdiction}") or fresh}


def _review(review: ComplianceReview, given: Given, actor: Actor) -> dict[str, object]:
    """A review with the forms of its own; ids tell them apart."""
    return {
        "review": review,
        "by": review.held_by.name_for(actor) if review.held_by else "",
        "form": given.get(f"observe {review.public_id}") or forms.Observe(auto_id=f"observe_{review.pk}_%s"),
        "observations": [
            (each, given.get(f"remedy {each.public_id}") or forms.Remedy(auto_id=f"remedy_{each.pk}_%s"))
            for each in sorted(review.observations.all(), key=lambda each: (each.due_on, each.pk))
        ],
    }


def _unsigned(found: Organisation) -> list[AgreementText]:
    signed = found.signatures.values("agreement")
    return list(AgreementText.objects.exclude(pk__in=signed).newest_first())


def _done(
    request: PageRequest,
    organisation_id: int,
    name: str,
    form: Refusable,
    act: Callable[[], object],
    told: str,
) -> HttpResponse:
    tried = attempt(form, act)
    if not tried.done:
        with acting_as(request.actor):
            return page(request, organisation_id, {name: form}, tried.status)
    messages.info(request, told)
    return redirect("members:compliance", organisation_id)


@require_POST
@signed_in
def pass_legal_gate(request: PageRequest, organisation_id: int) -> HttpResponse:
    form = forms.LegalGate(request.POST, auto_id="legal_%s")
    return _done(
        request,
        organisation_id,
        "legal",
        form,
        lambda: gates.pass_legal_gate(
            organisation_id=organisation_id, actor=request.actor, now=request.now, **form.typed()
        ),
        _("The legal gate is passed."),
    )


@require_POST
@signed_in
def withdraw_legal_gate(request: PageRequest, organisation_id: int) -> HttpResponse:
    jurisdiction = request.POST.get("jurisdiction", "")
    form = forms.Withdraw(request.POST, auto_id=f"withdraw_{slugify(jurisdiction)}_%s")
    return _done(
        request,
        organisation_id,
        f"withdraw {jurisdiction}",
        form,
        lambda: gates.withdraw_legal_gate(
            organisation_id=organisation_id,
            jurisdiction=Region(form.cleaned_data["jurisdiction"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=request.now,
        ),
        _("The legal gate is withdrawn."),
    )


@require_POST
@signed_in
def sign(request: PageRequest, organisation_id: int) -> HttpResponse:
    with acting_as(request.actor):
        unsigned = _unsigned(pages.find_papers(request, organisation_id))
    form = forms.Sign(request.POST, unsigned=unsigned, auto_id="sign_%s")
    return _done(
        request,
        organisation_id,
        "sign",
        form,
        lambda: agreements.sign(
            organisation_id=organisation_id,
            agreement_id=form.cleaned_data["agreement"],
            signed_by=form.cleaned_data["signed_by"],
            function=form.cleaned_data["function"],
            signed_on=form.cleaned_data["signed_on"],
            actor=request.actor,
            now=request.now,
        ),
        _("The signature is kept with the hash of the text."),
    )


@require_POST
@signed_in
def hold_review(request: PageRequest, organisation_id: int) -> HttpResponse:
    form = forms.Review(request.POST, auto_id="review_%s")
    return _done(
        request,
        organisation_id,
        "review",
        form,
        lambda: services.hold_review(
            organisation_id=organisation_id,
            result=ReviewResult(form.cleaned_data["result"]),
            summary=form.cleaned_data["summary"],
            actor=request.actor,
            now=request.now,
        ),
        _("The review is kept, and the next one is planned."),
    )


@require_POST
@signed_in
def observe(request: PageRequest, review_id: int) -> HttpResponse:
    with acting_as(request.actor):
        review = ComplianceReview.objects.select_related("organisation").filter(public_id=review_id).first()
    if review is None:
        raise Hidden(_("There is no such review."))
    form = forms.Observe(request.POST, auto_id=f"observe_{review.pk}_%s")
    return _done(
        request,
        review.organisation.public_id,
        f"observe {review_id}",
        form,
        lambda: services.note_observation(
            review_id=review_id, actor=request.actor, now=request.now, **form.cleaned_data
        ),
        _("The observation is kept."),
    )


@require_POST
@signed_in
def remedy(request: PageRequest, observation_id: int) -> HttpResponse:
    with acting_as(request.actor):
        found = Observation.objects.select_related("review__organisation").filter(public_id=observation_id).first()
    if found is None:
        raise Hidden(_("There is no such observation."))
    form = forms.Remedy(request.POST, auto_id=f"remedy_{found.pk}_%s")
    return _done(
        request,
        found.review.organisation.public_id,
        f"remedy {observation_id}",
        form,
        lambda: services.remedy(
            observation_id=observation_id, actor=request.actor, now=request.now, **form.cleaned_data
        ),
        _("The observation is closed."),
    )
