"""The page of one signal: what it says, what happened to it, and every action in one card."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lantern_site import public_ids
from lantern_site.attempts import Attempt, attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Refusal
from lantern_site.forms import Refusable
from lantern_site.members.models import Grant, Staff
from lantern_site.members.policies import organisation_id_of
from lantern_site.members.roles import Role
from lantern_site.pages import PageRequest, signed_in, status_of
from lantern_site.templatetags.interface import ago
from reviews import forms, navigation, order, policies
from reviews.dossier import Dossier
from reviews.models import SecondLook
from reviews.offers import Offers
from reviews.services import decisions, holds, undo
from reviews.views import queue
from reviews.workflow import HoldReason, Verdict
from signals import feed, receipts, sightings
from signals.models import Receipt, Signal
from signals.policies import unknown_signal
from signals.services import corrections, sharing
from signals.workflow import RevealReason, Status


@require_safe
@signed_in
def signal(request: PageRequest, signal_id: int) -> HttpResponse:
    return page(request, signal_id)


def page(
    request: PageRequest,
    signal_id: int,
    *,
    given: Mapping[str, Refusable] | None = None,
    status: int = HTTPStatus.OK,
    sentence: str = "",
    plain: str = "",
    error: str = "",
) -> HttpResponse:
    """The whole page, inside `acting_as` only.

    `given` are forms that were refused, by the name of their action; `sentence` is a refusal without a form; `plain`
    and `error` belong to the answer to a reveal.
    """
    found = find(request, signal_id)
    if begun := getattr(found, "begun", None):
        return redirect("reviews:second_look", begun)
    dossier = Dossier(found, request.actor, request.now)
    offers = Offers(dossier)
    offered = _forms(request, offers)
    asked = offered | dict(given or {})
    unsaid = next((form for name, form in (given or {}).items() if not _is_shown(name, offered, offers)), None)
    in_queue = offers.reviews or offers.checking
    context = {
        **(navigation.rail(request, "reviews:queue") if in_queue else {}),
        "signal": found,
        "dossier": dossier,
        "offers": offers,
        "forms": asked,
        "options": offers.options(str(asked["decision"]["verdict"].value() or "")) if offers.reviews else [],
        "place": queue.place(request, found) if offers.reviews else None,
        "sentence": sentence or _sentence(unsaid),
        "unsaid": unsaid,
        "taken": _taken(dossier) if given or sentence else "",
        "value": _value(dossier, offers, plain, error),
    }
    return render(request, "reviews/signal.html", context, status=status)


def find(request: PageRequest, signal_id: int) -> Signal:
    """The signal as the actor may see it. Whoever looks at another member's signal has received it.

    What the person looks at for the second time (`begun`) has a page of its own until they have said what they think.
    The receipt comes before what is shown: from then on a decision about the signal finds it, and recalls it here.
    """
    actor = request.actor
    visible = Signal.objects.visible_to(actor).with_context().filter(public_id=signal_id)
    given = Receipt.objects.filter(signal=OuterRef("pk"), organisation=actor.organisation_id, way=Receipt.Way.PAGE)
    full = visible.select_related(*order.WITH_CLAIM)
    begun = SecondLook.objects.unanswered().filter(signal=OuterRef("pk"), taken_by=actor.staff_id)
    full = full.annotate(
        is_received=Exists(given), begun=Subquery(begun.values("public_id")), **sightings.beside(actor)
    )
    found = full.first()
    if found is None:
        raise unknown_signal()
    is_own = actor.organisation_id == found.organisation_id
    if actor.programme or is_own or getattr(found, "is_received", False):
        return found
    feed.lock([found.pk])
    receipts.give([found], organisation_id_of(actor), Receipt.Way.PAGE, request.now)
    return full.get()


def colleagues(request: PageRequest) -> QuerySet[Staff]:
    """To whom a claim may be handed over: people of the same organisation who review."""
    role = Role.STEWARD if request.actor.programme else Role.REVIEWER
    reviewing = Grant.objects.valid_at(request.now).filter(role=role).values("staff")
    same = Staff.objects.filter(organisation=request.actor.organisation_id, is_active=True, pk__in=reviewing)
    return same.exclude(public_id=request.actor.id).order_by("name", "pk")


def _forms(request: PageRequest, offers: Offers) -> dict[str, Refusable]:
    """Empty forms of the actions that are offered. Several stand on one page, so each has ids of its own."""
    asked: dict[str, Refusable] = {"decision": forms.Decision()}
    claim = offers.dossier.row.claim
    if claim is not None and claim.mine:
        asked["park"] = forms.Park(auto_id="park_%s")
        asked["hand_over"] = forms.HandOver(colleagues=colleagues(request), auto_id="hand_over_%s")
    if offers.checking:
        asked["check"] = forms.Check(auto_id="check_%s")
    if offers.holding:
        asked["hold"] = forms.Hold(auto_id="hold_%s")
    if offers.withdrawing:
        asked["withdraw"] = forms.Withdraw(auto_id="withdraw_%s")
    if offers.correcting and offers.withdrawing:
        asked["replace"] = forms.Replace(auto_id="replace_%s")
    if offers.renewing:
        asked["renew"] = forms.Renew(auto_id="renew_%s")
    return asked


def _is_shown(name: str, offered: Mapping[str, Refusable], offers: Offers) -> bool:
    """Whether the card has a place for this form: of a decision also when it says who works on it or who was faster."""
    if name == "decision":
        return offers.reviews or offers.dossier.acted_since is not None
    return name in offered


def _sentence(unsaid: Refusable | None) -> str:
    """What a form says that the page does not show: it was refused to somebody to whom it is not offered."""
    if unsaid is None:
        return ""
    said = unsaid.non_field_errors() or next(iter(unsaid.errors.values()), None)
    return " ".join(str(sentence) for sentence in said or ())


def _taken(dossier: Dossier) -> str:
    """Who was faster, and what they said: for the one whose own words were not taken."""
    newest = dossier.acted_since
    if newest is None:
        return ""
    return _("%(who)s was faster: %(verdict)s, %(ago)s.") % {
        "who": newest.decided_by.name_for(dossier.actor),
        "verdict": newest.get_verdict_display().lower(),
        "ago": ago(newest.decided_at),
    }


def _value(dossier: Dossier, offers: Offers, plain: str, error: str) -> dict[str, object]:
    """What `components/masked.html` shows."""
    row = dossier.row
    return {
        "id": row.id,
        "masked": row.masked,
        "plain": plain,
        "error": error,
        "reveal_url": reverse("reviews:reveal", args=[row.id]) if offers.revealing else "",
        "reasons": RevealReason.choices,
    }


def refused(request: PageRequest, signal_id: int, name: str, tried: Attempt) -> HttpResponse:
    """The page again, with the sentence beside the action and everything that was typed."""
    with acting_as(request.actor):
        return page(request, signal_id, given={name: tried.form}, status=tried.status)


def plainly_refused(request: PageRequest, signal_id: int, refusal: Refusal) -> HttpResponse:
    """The page again with the sentence, for an action that is one button."""
    if isinstance(refusal, Hidden):
        raise refusal
    with acting_as(request.actor):
        return page(request, signal_id, sentence=str(refusal), status=status_of(refusal))


@require_POST
@never_cache
@signed_in
def reveal(request: PageRequest, signal_id: int) -> HttpResponse:
    """The plain value, in this answer only: no other page and no cache ever holds it."""
    status, plain, error = HTTPStatus.OK, "", ""
    try:
        reason = request.POST.get("reason", "")
        plain = sharing.reveal(signal_id=signal_id, reason=reason, actor=request.actor, now=request.now)
    except Hidden:
        raise
    except Refusal as refusal:
        status, error = status_of(refusal), str(refusal)
    with acting_as(request.actor):
        if not request.htmx:
            return page(request, signal_id, status=status, plain=plain, error=error)
        dossier = Dossier(find(request, signal_id), request.actor, request.now)
        shown = _value(dossier, Offers(dossier), plain, error)
        return render(request, "reviews/_value.html", {"value": shown}, status=status)


@require_POST
@signed_in
def decide(request: PageRequest, signal_id: int) -> HttpResponse:
    """Approve, reject or return; then stay, or open what comes next."""
    form = forms.Decision(request.POST)
    done: list[Signal] = []
    tried = attempt(
        form,
        lambda: done.append(
            decisions.decide(
                signal_id=signal_id,
                judgement=form.judgement(),
                version=form.cleaned_data["version"],
                actor=request.actor,
                now=request.now,
            )
        ),
    )
    if not tried.done:
        return refused(request, signal_id, "decision", tried)
    told = _told(done[0], form.judgement().verdict, form.cleaned_data["version"])
    messages.info(request, told, extra_tags=_way_back(request, done[0]))
    if request.POST.get("then") == "next":
        return redirect(queue.next_address(request))
    return redirect("reviews:signal", signal_id)


def _way_back(request: PageRequest, signal: Signal) -> str:
    """Where the decision that was just made is taken back, as the tag of its message; nothing where it has left."""
    with acting_as(request.actor):
        decision = policies.last_decision(signal)
        if decision is None or not policies.is_undoable(request.actor, signal, decision, request.now):
            return ""
    return reverse("reviews:take_back", args=[signal.public_id])


@require_POST
@signed_in
def take_back(request: PageRequest, signal_id: int) -> HttpResponse:
    try:
        undo.take_back(signal_id=signal_id, actor=request.actor, now=request.now)
    except Refusal as refusal:
        return plainly_refused(request, signal_id, refusal)
    messages.info(request, _("Your decision is taken back. The signal waits for you again."))
    return redirect("reviews:signal", signal_id)


def _told(signal: Signal, verdict: Verdict, version: int) -> str:
    if signal.correction_id is not None:
        return _("The correction is approved by you. The programme checks it next.")
    if signal.status == Status.ACTIVE and verdict == Verdict.REJECT:
        return _("The correction is not accepted. The version in use stays.")
    if signal.status == Status.ACTIVE and version > 1:
        return _("%(reference)s is approved and in use as you saw it.") % {"reference": signal.reference}
    sentences = {
        Status.ACTIVE: _("%(reference)s is approved and shared."),
        Status.SUBMITTED: _("%(reference)s is approved by you. The programme checks it next."),
        Status.REJECTED: _("%(reference)s is rejected."),
        Status.RETURNED: _("%(reference)s is returned to its submitter."),
    }
    return sentences[Status(signal.status)] % {"reference": signal.reference}


@require_POST
@signed_in
def check(request: PageRequest, signal_id: int) -> HttpResponse:
    form = forms.Check(request.POST, auto_id="check_%s")
    tried = attempt(
        form, lambda: decisions.check(signal_id=signal_id, actor=request.actor, now=request.now, **form.cleaned_data)
    )
    if not tried.done:
        return refused(request, signal_id, "check", tried)
    passed = form.cleaned_data["passed"]
    messages.info(request, _("The check is passed.") if passed else _("The check is not passed: under caution."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def hold(request: PageRequest, signal_id: int) -> HttpResponse:
    form = forms.Hold(request.POST, auto_id="hold_%s")
    tried = attempt(
        form,
        lambda: holds.hold(
            signal_id=signal_id,
            reason=HoldReason(form.cleaned_data["reason"]),
            actor=request.actor,
            now=request.now,
        ),
    )
    if not tried.done:
        return refused(request, signal_id, "hold", tried)
    messages.info(request, _("The signal is out of the feed. Those who received it are told."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def end_hold(request: PageRequest, signal_id: int) -> HttpResponse:
    try:
        holds.release(signal_id=signal_id, actor=request.actor, now=request.now)
    except Refusal as refusal:
        return plainly_refused(request, signal_id, refusal)
    messages.info(request, _("The programme's hold has ended."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def cancel(request: PageRequest, signal_id: int) -> HttpResponse:
    try:
        sharing.cancel(signal_id=signal_id, actor=request.actor, now=request.now)
    except Refusal as refusal:
        return plainly_refused(request, signal_id, refusal)
    messages.info(request, _("The signal is cancelled. It was never shared."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def cancel_correction(request: PageRequest, signal_id: int) -> HttpResponse:
    try:
        corrections.cancel(signal_id=signal_id, actor=request.actor, now=request.now)
    except Refusal as refusal:
        return plainly_refused(request, signal_id, refusal)
    messages.info(request, _("The correction is cancelled. The version in use stays."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def withdraw(request: PageRequest, signal_id: int) -> HttpResponse:
    """A doubt is enough: then it is retracted, and everyone who received it is told."""
    form = forms.Withdraw(request.POST, auto_id="withdraw_%s")
    tried = attempt(
        form,
        lambda: decisions.withdraw(
            signal_id=signal_id,
            could_be_wrong=form.could_be_wrong(),
            note=form.cleaned_data["note"],
            actor=request.actor,
            now=request.now,
        ),
    )
    if not tried.done:
        return refused(request, signal_id, "withdraw", tried)
    retracted = _("The signal is retracted. Everyone who received it is told.")
    messages.info(request, retracted if form.could_be_wrong() else _("The signal is withdrawn."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def replace(request: PageRequest, signal_id: int) -> HttpResponse:
    """The value is wrong: retract the signal, then share the right value with everything else as it was."""
    form = forms.Replace(request.POST, auto_id="replace_%s")
    tried = attempt(
        form,
        lambda: decisions.withdraw(
            signal_id=signal_id, could_be_wrong=True, actor=request.actor, now=request.now, **form.cleaned_data
        ),
    )
    if not tried.done:
        return refused(request, signal_id, "replace", tried)
    messages.info(request, _("The signal is retracted. Everyone who received it is told."))
    return redirect(f"{reverse('signals:share')}?{urlencode({'replaces': public_ids.shown(signal_id)})}")


@require_POST
@signed_in
def renew(request: PageRequest, signal_id: int) -> HttpResponse:
    form = forms.Renew(request.POST, auto_id="renew_%s")
    tried = attempt(
        form, lambda: sharing.renew(signal_id=signal_id, actor=request.actor, now=request.now, **form.cleaned_data)
    )
    if not tried.done:
        return refused(request, signal_id, "renew", tried)
    messages.info(request, _("The signal is renewed."))
    return redirect("reviews:signal", signal_id)
