"""What a lead keeps for the quality of a member's reviews, and totals that show nobody."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.members.policies import organisation_id_of
from lantern_site.pages import PageRequest, signed_in
from reviews import agreement, policies, quality, quality_forms
from reviews.models import PracticeItem, QualityRule, SecondLook
from reviews.services import practice
from reviews.services import quality as services
from reviews.workflow import Settlement

UNCLEAR = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def team(request: PageRequest) -> HttpResponse:
    """Totals, the switch, and the cases to practise on."""
    policies.may_keep_quality(request.actor)
    if request.method != "POST":
        return _page(request)
    form = quality_forms.Quality(request.POST)
    tried = attempt(form, lambda: services.keep(**form.cleaned_data, actor=request.actor, now=request.now))
    if tried.done:
        messages.info(request, _("Second looks and practice are kept as you chose."))
        return redirect("reviews:team_quality")
    with acting_as(request.actor):
        return _page(request, rule_form=form, status=tried.status)


@require_POST
@signed_in
def add(request: PageRequest) -> HttpResponse:
    form = quality_forms.Case(request.POST)
    tried = attempt(form, lambda: practice.add(lesson=form.lesson(), actor=request.actor, now=request.now))
    if tried.done:
        messages.info(request, _("The case is there to practise on."))
        return redirect("reviews:team_quality")
    policies.may_keep_quality(request.actor)
    with acting_as(request.actor):
        return _page(request, case_form=form, status=tried.status)


@require_POST
@signed_in
def end(request: PageRequest, item_id: int) -> HttpResponse:
    practice.end(item_id=item_id, actor=request.actor, now=request.now)
    messages.info(request, _("The case is out of use."))
    return redirect("reviews:team_quality")


def _page(
    request: PageRequest,
    *,
    rule_form: quality_forms.Quality | None = None,
    case_form: quality_forms.Case | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    organisation_id = organisation_id_of(request.actor)
    rule = QualityRule.objects.filter(organisation=organisation_id).first()
    chosen = {"percent": rule.percent if rule else 0, "practice": bool(rule and rule.practice)}
    unclear = SecondLook.objects.filter(organisation=organisation_id, settlement=Settlement.RULE_UNCLEAR)
    newest = unclear.select_related("signal__current_version", "decision").order_by("-settled_at", "-pk")[:UNCLEAR]
    by_kind, by_harm = quality.looked_wrong(organisation_id)
    context = {
        "form": rule_form or quality_forms.Quality(initial=chosen),
        "case_form": case_form or quality_forms.Case(auto_id="case_%s"),
        "team": quality.of_team(request.actor, request.now),
        "wrong_kinds": by_kind,
        "wrong_harms": by_harm,
        "unclear": newest,
        "items": PracticeItem.objects.of(organisation_id).in_use().order_by("-added_at", "-pk"),
        "least": quality.LEAST_PEOPLE,
        "enough": agreement.LEAST_ESTIMATED,
    }
    return render(request, "reviews/team_quality.html", context, status=status)
