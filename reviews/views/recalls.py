"""Recalls: what one's organisation has to acknowledge, and how far those it sent have come."""

from http import HTTPStatus

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Refusal
from lantern_site.members.policies import Answer, may_see_signals, permits, sees_signals
from lantern_site.pages import PageRequest, signed_in, status_of
from reviews import cases, desk, disputing, forms
from reviews.models import Delivery, DeliveryQuerySet, Recall
from reviews.services import recalls
from reviews.workflow import RecallAnswer, RecallCause, ReportCorrected
from signals import rows
from signals.models import Signal

PAGE = 25


def sent_by(actor: Actor) -> QuerySet[Recall]:
    """The recalls of one's own signals; all of them for the programme."""
    if actor.oversees:
        return Recall.objects.all()
    return Recall.objects.filter(signal__in=Signal.objects.owned_by(actor.organisation_id).values("pk"))


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """What waits, the oldest first; what was answered and what was sent, the newest first."""
    may_see_signals(request.actor)
    actor = request.actor
    received = Delivery.objects.filter(organisation=actor.organisation_id)
    waiting = Delivery.objects.waiting_for(actor.organisation_id)
    lists: dict[str, tuple[str, QuerySet[Delivery] | QuerySet[Recall]]] = {}
    if not actor.programme:
        lists["waiting"] = (_("To acknowledge"), waiting)
        lists["answered"] = (_("Acknowledged"), received.exclude(pk__in=waiting.values("pk")))
    lists["sent"] = (pgettext("recalls", "Sent"), sent_by(actor))
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists else next(iter(lists))
    counts = desk.lengths(actor, {name: found for name, (_label, found) in lists.items()})
    context: dict[str, object] = {
        "tab": tab,
        "tabs": [
            {
                "url": f"{reverse('reviews:recalls')}?tab={name}",
                "label": label,
                "count": counts[name],
                "current": name == tab,
            }
            for name, (label, _found) in lists.items()
        ],
    }
    return render(request, "reviews/recalls.html", context | _page(request, tab))


def _page(request: PageRequest, tab: str) -> dict[str, object]:
    before = request.GET.get("before", "")
    older = f"{reverse('reviews:recalls')}?tab={tab}&before="
    if tab == "sent":
        out = sent_by(request.actor).order_by("-pk")
        out = out.filter(pk__lt=int(before)) if before.isdecimal() else out
        keys = list(out.values_list("pk", flat=True)[: PAGE + 1])
        lines: list[object] = [*cases.sent(Recall.objects.filter(pk__in=keys[:PAGE]).order_by("-pk"), request.now)]
    else:
        organisation_id = request.actor.organisation_id
        mine = Delivery.objects.filter(organisation=organisation_id)
        last = mine.filter(pk=int(before)).first() if before.isdecimal() else None
        waiting = Delivery.objects.waiting_for(organisation_id)
        found = _due_first(waiting, last) if tab == "waiting" else _newest_first(mine.exclude(pk__in=waiting), last)
        page = list(found.select_related("recall")[: PAGE + 1])
        keys = [delivery.pk for delivery in page]
        lines = [*cases.notices_of(page[:PAGE], request.actor, request.now)]
    return {
        "lines": lines,
        "older_url": f"{older}{keys[PAGE - 1]}" if len(keys) > PAGE else "",
        "newer_url": f"{reverse('reviews:recalls')}?tab={tab}" if before else "",
    }


def _due_first(waiting: DeliveryQuerySet, last: Delivery | None) -> DeliveryQuerySet:
    """After the last of the page before; what is late is never on the last page."""
    if last is not None:
        after = Q(overdue_at__gt=last.overdue_at) | Q(overdue_at=last.overdue_at, pk__gt=last.pk)
        waiting = waiting.filter(after)
    return waiting.order_by("overdue_at", "pk")


def _newest_first(answered: DeliveryQuerySet, last: Delivery | None) -> DeliveryQuerySet:
    return (answered if last is None else answered.filter(pk__lt=last.pk)).order_by("-pk")


@require_safe
@signed_in
def recall(request: PageRequest, recall_id: int) -> HttpResponse:
    """Opening the page delivers the recall to one's organisation; the ledger keeps that, as every read that counts."""
    recalls.deliver(recall_id=recall_id, actor=request.actor, now=request.now)
    return _recall(request, recall_id, forms.Acknowledge())


def _recall(
    request: PageRequest, recall_id: int, form: forms.Acknowledge, status: int = HTTPStatus.OK, sentence: str = ""
) -> HttpResponse:
    """The page of a recall, inside `acting_as` only."""
    actor = request.actor
    found = Recall.objects.filter(public_id=recall_id).first()
    if found is None or not sees_signals(actor):
        raise _unknown()
    own = found.deliveries.filter(organisation=actor.organisation_id)
    mine = own.select_related("recall", "acknowledged_by").first()
    reaches = sent_by(actor).filter(pk=found.pk).exists()
    if mine is None and not reaches:
        raise _unknown()
    signal = Signal.objects.visible_to(actor).with_context().filter(pk=found.signal_id).first()
    context = {
        "recall": found,
        "means": cases.MEANS[RecallCause(found.cause)],
        "reference": cases.references_of([found.signal_id])[found.signal_id],
        "row": rows.row_of(signal, actor) if signal is not None else None,
        "delivery": mine,
        "state": cases.delivery_state(mine, request.now) if mine else "",
        "reach": cases.reach_of(found, request.now) if reaches else [],
        "acknowledging": mine and permits(disputing.may_acknowledge, actor, mine, hits=None),
        "confirming": _confirming(actor, mine),
        "form": form,
        "options": _options(form),
        "sentence": sentence,
    }
    return render(request, "reviews/recall.html", context, status=status)


def _unknown() -> Hidden:
    return Hidden(_("There is no such recall."))


def _confirming(actor: Actor, delivery: Delivery | None) -> Answer | None:
    """Whether the actor may be the second person, where one is waited for."""
    if not delivery or not delivery.awaits_confirmation:
        return None
    return permits(disputing.may_confirm_answer, actor, delivery)


def _options(form: forms.Acknowledge) -> list[dict[str, object]]:
    """The answers as radio cards. Nothing is preselected."""
    consequences = {
        RecallAnswer.NOTHING_FOUND: _("We looked: nothing on our service."),
        RecallAnswer.NOT_ACTED: _("We found it and had done nothing because of it."),
        RecallAnswer.UNDONE: _("We had acted, and have undone it."),
        RecallAnswer.KEPT: _("Our own evidence stands. A second person confirms this."),
    }
    chosen = form["answer"].value()
    return [
        {
            "name": "answer",
            "value": answer.value,
            "title": answer.label,
            "consequence": consequences[answer],
            "key": str(number),
            "checked": chosen == answer.value,
        }
        for number, answer in enumerate(RecallAnswer, start=1)
    ]


@require_POST
@signed_in
def acknowledge(request: PageRequest, recall_id: int) -> HttpResponse:
    form = forms.Acknowledge(request.POST)
    tried = attempt(
        form,
        lambda: recalls.acknowledge(
            recall_id=recall_id,
            answer=recalls.Answer(
                RecallAnswer(form.cleaned_data["answer"]),
                ReportCorrected(form.cleaned_data["report_corrected"]),
                form.cleaned_data["local_hits"],
            ),
            actor=request.actor,
            now=request.now,
        ),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _recall(request, recall_id, form, tried.status)
    kept = form.cleaned_data["answer"] == RecallAnswer.KEPT
    messages.info(request, _("Your answer waits for a second person.") if kept else _("The recall is acknowledged."))
    return redirect("reviews:recall", recall_id)


@require_POST
@signed_in
def confirm(request: PageRequest, recall_id: int) -> HttpResponse:
    try:
        recalls.confirm(recall_id=recall_id, actor=request.actor, now=request.now)
    except Hidden:
        raise
    except Refusal as refusal:
        with acting_as(request.actor):
            return _recall(request, recall_id, forms.Acknowledge(), status_of(refusal), str(refusal))
    messages.info(request, _("The recall is acknowledged."))
    return redirect("reviews:recall", recall_id)
