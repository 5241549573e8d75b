"""One's own quality, which nobody else sees, and second looks: blind first, then beside what was decided."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Refusal, WrongState
from lantern_site.forms import Refusable
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, permits
from lantern_site.pages import PageRequest, signed_in, status_of
from reviews import quality, quality_forms, queues
from reviews.dossier import Dossier
from reviews.models import PracticeAnswer, PracticeItem, QualityRule, SecondLook
from reviews.offers import Option
from reviews.services import second_looks
from reviews.workflow import Settlement, Verdict
from signals import guards, intake, rows, sightings
from signals.models import Signal, SignalVersion
from signals.policies import may_reveal
from signals.workflow import RevealReason


@require_safe
@signed_in
def own(request: PageRequest) -> HttpResponse:
    """The person's own numbers, what waits for them, and practice."""
    return _own(request)


def _own(request: PageRequest, *, sentence: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    actor = request.actor
    looks = SecondLook.objects.of(actor).select_related("signal", "decision")
    total, kinds, harms = quality.of_person(actor)
    answers = list(PracticeAnswer.objects.of(actor).select_related("item"))
    practised = {answer.item_id for answer in answers}
    rule = QualityRule.objects.filter(organisation=actor.organisation_id).first()
    items = PracticeItem.objects.of(actor.organisation_id).in_use() if rule and rule.practice else ()
    to_practise = [item for item in items if item.pk not in practised]
    context = {
        "sentence": sentence,
        "rule": rule,
        "reviewing": not actor.programme and concerns(actor, Permission.REVIEW),
        "keeps": not actor.programme and concerns(actor, Permission.KEEP_QUALITY),
        "waiting": queues.second_looks(actor, request.now).count(),
        "talks": looks.apart().filter(settled_at__isnull=True).order_by("answered_at", "pk"),
        "total": total,
        "kinds": kinds,
        "harms": harms,
        "practised": len(answers),
        "as_agreed": sum(answer.verdict == answer.item.agreed for answer in answers),
        "to_practise": to_practise,
    }
    return render(request, "reviews/quality.html", context, status=status)


@require_POST
@signed_in
def take(request: PageRequest) -> HttpResponse:
    """On to the one that was begun, or to the next."""
    try:
        look = second_looks.take(actor=request.actor, now=request.now)
    except WrongState as refusal:
        with acting_as(request.actor):
            return _own(request, sentence=str(refusal), status=status_of(refusal))
    return redirect("reviews:second_look", look.public_id)


@require_safe
@signed_in
def second_look(request: PageRequest, look_id: int) -> HttpResponse:
    return page(request, look_id)


def page(
    request: PageRequest,
    look_id: int,
    *,
    form: Refusable | None = None,
    status: int = HTTPStatus.OK,
    plain: str = "",
    error: str = "",
) -> HttpResponse:
    """As long as it is not answered: all that the first reviewer saw, and nothing of what came of it."""
    look = _find(request, look_id)
    if look.answered_at is not None:
        context = {"look": look, "form": form or quality_forms.Settle(), "is_mine": _is_mine(request, look)}
        return render(request, "reviews/second_look_answered.html", context, status=status)
    asked = form or quality_forms.SecondLook()
    context = _blind(request, look) | {
        "look": look,
        "form": asked,
        "options": _options(str(asked["verdict"].value() or "") if "verdict" in asked.fields else ""),
        "value": _value(request, look, plain, error),
        "revealing": permits(may_reveal, request.actor),
    }
    return render(request, "reviews/second_look.html", context, status=status)


def _find(request: PageRequest, look_id: int) -> SecondLook:
    looks = SecondLook.objects.of(request.actor).filter(public_id=look_id)
    found = looks.select_related("signal__indicator__value", "decision__decided_by", "taken_by").first()
    if found is None:
        raise Hidden(_("There is no such second look."))
    return found


def _is_mine(request: PageRequest, look: SecondLook) -> bool:
    return look.taken_by_id == request.actor.staff_id


def _blind(request: PageRequest, look: SecondLook) -> dict[str, object]:
    """The statement as it was decided, and what others had said by then."""
    actor = request.actor
    own_signals = Signal.objects.owned_by(actor.organisation_id).with_context()
    signal = own_signals.annotate(**sightings.beside(actor)).get(pk=look.signal_id)
    version = SignalVersion.objects.get(signal=signal, number=look.decision.version)
    dossier = Dossier(signal, actor, request.now)
    row = rows.row_of(signal, actor)
    return {
        "kind": row.kind,
        "kind_label": row.kind_label,
        "digest": row.digest,
        "harm": version.get_harm_display(),
        "severity": version.severity(danger=signal.danger),
        "is_possibly_child": version.is_possibly_child,
        "facts": dossier.statement(version),
        "warnings": guards.explained(signal.warnings),
        "corroborations": sightings.confirming(signal),
    }


def _value(request: PageRequest, look: SecondLook, plain: str, error: str) -> dict[str, object]:
    """What `components/masked.html` shows; the signal is not named."""
    return {
        "id": look.public_id,
        "masked": intake.masked(look.signal.indicator),
        "plain": plain,
        "error": error,
        "reveal_url": reverse("reviews:reveal_second_look", args=[look.public_id])
        if permits(may_reveal, request.actor)
        else "",
        "reasons": RevealReason.choices,
    }


def _options(chosen: str) -> list[Option]:
    nothing = {
        Verdict.APPROVE: _("You would have shared it."),
        Verdict.REJECT: _("You would not have shared it."),
        Verdict.RETURN: _("You would have asked for something first."),
    }
    return [
        Option(verdict.value, verdict.label, text, str(number), checked=chosen == verdict)
        for number, (verdict, text) in enumerate(nothing.items(), start=1)
    ]


@require_POST
@never_cache
@signed_in
def reveal(request: PageRequest, look_id: int) -> HttpResponse:
    """The plain value, in this answer only."""
    status, plain, error = HTTPStatus.OK, "", ""
    try:
        reason = request.POST.get("reason", "")
        plain = second_looks.reveal(look_id=look_id, reason=reason, actor=request.actor, now=request.now)
    except Hidden:
        raise
    except Refusal as refusal:
        status, error = status_of(refusal), str(refusal)
    with acting_as(request.actor):
        if not request.htmx:
            return page(request, look_id, status=status, plain=plain, error=error)
        shown = _value(request, _find(request, look_id), plain, error)
        return render(request, "reviews/_value.html", {"value": shown}, status=status)


@require_POST
@signed_in
def answer(request: PageRequest, look_id: int) -> HttpResponse:
    form = quality_forms.SecondLook(request.POST)
    tried = attempt(
        form,
        lambda: second_looks.answer(
            look_id=look_id,
            verdict=Verdict(form.cleaned_data["verdict"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=request.now,
        ),
    )
    if not tried.done:
        return _again(request, look_id, tried.form, tried.status)
    messages.info(request, _("Your second look is kept. Nothing of the signal has changed."))
    return redirect("reviews:second_look", look_id)


@require_POST
@signed_in
def pass_on(request: PageRequest, look_id: int) -> HttpResponse:
    second_looks.pass_on(look_id=look_id, actor=request.actor)
    messages.info(request, _("Somebody else looks at it."))
    return redirect("reviews:quality")


@require_POST
@signed_in
def settle(request: PageRequest, look_id: int) -> HttpResponse:
    form = quality_forms.Settle(request.POST)
    tried = attempt(
        form,
        lambda: second_looks.settle(
            look_id=look_id,
            settlement=Settlement(form.cleaned_data["settlement"]),
            actor=request.actor,
            now=request.now,
        ),
    )
    if not tried.done:
        return _again(request, look_id, tried.form, tried.status)
    messages.info(request, _("It is kept how you two see it now."))
    return redirect("reviews:second_look", look_id)


def _again(request: PageRequest, look_id: int, form: Refusable, status: int) -> HttpResponse:
    """The page with the sentence and what was typed; once answered there is another form on it."""
    with acting_as(request.actor):
        return page(request, look_id, form=form, status=status)
