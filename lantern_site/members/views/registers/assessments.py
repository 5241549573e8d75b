"""Assessments by independent bodies: drafts for the programme, and what everybody may read."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members.forms.registers import assessments as forms
from lantern_site.members.forms.registers.fields import Step
from lantern_site.members.models import Assessment, Meeting, Recommendation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.registers import Register
from lantern_site.members.services.registers import assessments as services
from lantern_site.members.views.registers import frames, history
from lantern_site.pages import PageRequest, public, signed_in, site_nav

HEAD = (
    gettext_lazy("Assessment"),
    gettext_lazy("Body"),
    gettext_lazy("Commissioned"),
    gettext_lazy("State"),
    gettext_lazy("Recommendations"),
)
TONES = {"": "due", "accepted": "accepted", "partly": "answered", "not_accepted": "done", "done": "published"}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """All assessments with their drafts; a steward enters one here (POST)."""
    if request.method != "POST":
        return _list(request, forms.Commission())
    return frames.make(
        request,
        forms.Commission(request.POST),
        services.commission,
        again=lambda form, status: _list(request, form, status),
        then=_address,
        told=_("The assessment is entered, as a draft."),
    )


def _address(assessment: Assessment) -> str:
    return reverse("members:assessment_draft", args=[assessment.public_id])


def _list(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    url = reverse("members:assessment_register")
    visible = Assessment.objects.visible_to(request.actor).prefetch_related("recommendations")
    found, older_url, newer_url = frames.page_of(request, visible, url)
    shown = frames.Listing(
        register=Register.ASSESSMENTS,
        lead=_("What independent bodies found, and what becomes of what they recommend. Published ones are public."),
        head=HEAD,
        rows=[_row(one) for one in found],
        empty=_("No assessment has been commissioned."),
        older_url=older_url,
        newer_url=newer_url,
    )
    offer = frames.Offer(_("Enter an assessment"), url, _("Enter"), form, frames.may(request), icon="plus")
    return frames.listing(request, shown, offer, status)


def _state(one: Assessment) -> frames.Cell:
    if one.is_published:
        return frames.Cell(_("Published"), status="published")
    return frames.Cell(_("Draft"), status="queued")


def _row(one: Assessment) -> frames.Row:
    recommended = list(one.recommendations.all())
    answered = sum(bool(each.status) for each in recommended)
    return frames.Row(
        url=_address(one),
        name=one.get_subject_display(),
        under=one.reference,
        cells=(
            frames.Cell(one.body),
            frames.Cell(one.commissioned_on),
            _state(one),
            frames.Cell(_("%(answered)d of %(all)d answered") % {"answered": answered, "all": len(recommended)}),
        ),
    )


@require_safe
@signed_in
def entry(request: PageRequest, assessment_id: int) -> HttpResponse:
    return _page(request, assessment_id)


def _find(request: PageRequest, assessment_id: int) -> Assessment:
    visible = Assessment.objects.visible_to(request.actor).filter(public_id=assessment_id)
    found = visible.first() if frames.may(request, Permission.READ_REGISTERS) else None
    if found is None:
        raise Hidden(_("There is no such assessment."))
    return found


def _page(
    request: PageRequest, assessment_id: int, given: Mapping[str, Refusable] | None = None, status: int = 200
) -> HttpResponse:
    """The whole page, inside `acting_as` only. `given` are forms that were refused, by the name of their step."""
    found = _find(request, assessment_id)
    recommended = list(found.recommendations.order_by("number"))
    sheet = frames.Sheet(
        title=found.get_subject_display(),
        reference=found.body,
        register=Register.ASSESSMENTS,
        state=_state(found),
        facts=_facts(found),
        sections=[
            (_("Scope"), found.scope),
            (_("Public summary, English"), found.summary_en),
            (_("Public summary, French"), found.summary_fr),
        ],
        history=history.of("assessment", found.public_id, request.actor),
    )
    return frames.entry(
        request,
        sheet,
        _offers(request, found, recommended, given or {}),
        template="members/registers/assessment.html",
        status=status,
        recommendations=_shown(recommended),
        public_url=reverse("members:assessment", args=[found.public_id]) if found.is_published else "",
    )


def _shown(recommended: list[Recommendation]) -> list[tuple[Recommendation, str]]:
    return [(one, TONES[one.status]) for one in recommended]


def _facts(found: Assessment) -> list[dict[str, object]]:
    return [
        {"term": _("Independent body"), "value": found.body},
        {"term": _("Commissioned"), "value": found.commissioned_on},
        {"term": pgettext("took place", "Held"), "value": found.held_on or _("not yet")},
        {"term": _("Published"), "value": frames.shown_at(found.published_at, _("not yet"))},
        {"term": _("SHA-256 of the document"), "value": found.document_sha256 or "–", "mono": True},
    ]


def _offers(
    request: PageRequest, found: Assessment, recommended: list[Recommendation], given: Mapping[str, Refusable]
) -> list[frames.Offer | None]:
    keep, draft = frames.may(request), not found.is_published
    initial = {
        "scope": found.scope,
        "held_on": found.held_on,
        "summary_en": found.summary_en,
        "summary_fr": found.summary_fr,
        "document_sha256": found.document_sha256,
    }

    def offer(
        name: str, title: str, button: str, form: Callable[..., Refusable], *, when: bool, **more: Any
    ) -> frames.Offer | None:
        refused = given.get(name)
        if refused is None and not when:
            return None
        url = reverse(f"members:{name}_assessment", args=[found.public_id])
        shown = refused or form(auto_id=f"{name}_%s", initial=initial)
        return frames.Offer(title, url, button, shown, **({"answer": keep} | more))

    def answering(**options: Any) -> Refusable:
        return forms.Answer(assessment=found, auto_id="answer_%s")

    complete = bool(found.held_on and found.summary_en and found.summary_fr)
    publishing = frames.may(request, Permission.PUBLISH_ASSESSMENT)
    return [
        offer("describe", _("Describe it"), _("Keep"), forms.Describe, when=draft),
        offer("recommend", _("Add a recommendation"), _("Add"), forms.Recommend, when=draft, icon="plus"),
        offer("answer", _("Answer a recommendation"), _("Keep the answer"), answering, when=bool(recommended),
              icon="message-square"),
        offer("publish", _("Publish"), _("Publish it"), Step, when=draft and complete, answer=publishing,
              icon="book-open", note=_("Everybody can read it at once. Only answers are added later.")),
    ]  # fmt: skip


def _step(
    request: PageRequest, assessment_id: int, name: str, form: Refusable, service: Callable[..., Any], told: str
) -> HttpResponse:
    return frames.make(
        request,
        form,
        service,
        again=lambda refused, status: _page(request, assessment_id, {name: refused}, status),
        then=lambda _made: reverse("members:assessment_draft", args=[assessment_id]),
        told=told,
        assessment_id=assessment_id,
    )


@require_POST
@signed_in
def describe(request: PageRequest, assessment_id: int) -> HttpResponse:
    form = forms.Describe(request.POST, auto_id="describe_%s")
    return _step(request, assessment_id, "describe", form, services.describe, _("The description is kept."))


@require_POST
@signed_in
def recommend(request: PageRequest, assessment_id: int) -> HttpResponse:
    form = forms.Recommend(request.POST, auto_id="recommend_%s")
    return _step(request, assessment_id, "recommend", form, services.recommend, _("The recommendation is added."))


@require_POST
@signed_in
def answer(request: PageRequest, assessment_id: int) -> HttpResponse:
    with acting_as(request.actor):
        form = forms.Answer(request.POST, assessment=_find(request, assessment_id), auto_id="answer_%s")
    return _step(request, assessment_id, "answer", form, services.answer, _("The answer is kept."))


@require_POST
@signed_in
def publish(request: PageRequest, assessment_id: int) -> HttpResponse:
    told = _("The assessment is published.")
    return _step(request, assessment_id, "publish", Step(request.POST), services.publish, told)


# What everybody may read


@require_safe
@public
def published(request: HttpRequest) -> HttpResponse:
    """Published assessments, and notes of meetings that are public."""
    found = Assessment.objects.published().prefetch_related("recommendations").order_by("-published_at", "-pk")
    context = {
        "assessments": [(one, one.summary(get_language() or "en")) for one in found],
        "meetings": Meeting.objects.for_everybody().order_by("-held_on", "-pk")[: frames.PAGE],
        "site_nav": site_nav(request.path),
    }
    return render(request, "members/registers/published.html", context)


@require_safe
@public
def published_one(request: HttpRequest, assessment_id: int) -> HttpResponse:
    found = Assessment.objects.published().filter(public_id=assessment_id).first()
    if found is None:
        raise Http404
    context = {
        "assessment": found,
        "summary": found.summary(get_language() or "en"),
        "recommendations": _shown(list(found.recommendations.order_by("number"))),
        "site_nav": site_nav(request.path),
    }
    return render(request, "members/registers/published_one.html", context)
