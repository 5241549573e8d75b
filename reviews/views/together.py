"""Signals chosen from the queue, or all that a filter finds: each with its context, decided with one judgement."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site import public_ids
from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, require
from lantern_site.pages import PageRequest, signed_in
from reviews import forms, navigation, order, policies, queues, together, waiting
from reviews.dossier import Dossier, Fact
from reviews.models import Decision
from reviews.services import several, undo
from reviews.services.incidents import Judged
from reviews.together import Place
from reviews.views import queue
from signals.models import Signal, SignalQuerySet
from signals.workflow import Status

WIDE = 10 * together.MOST
"""How many chosen signals an address may name; what is beyond is not looked up."""


@dataclass(frozen=True)
class Chosen:
    """A chosen signal that waits, with what its reviewer reads before ticking it."""

    place: Place
    facts: list[Fact]


@dataclass(frozen=True)
class Done:
    """A chosen signal that somebody has decided, and whether the one who looks can take that back."""

    row: waiting.QueueRow
    verdict: str | Promise
    who: str
    may_undo: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def together_page(request: PageRequest) -> HttpResponse:
    """What is chosen stands in the address: `s` for each signal, or `all` with the filters of the queue."""
    if request.method != "POST":
        return _page(request, forms.Together())
    form = forms.Together(request.POST)
    done: list[Judged] = []
    tried = attempt(
        form,
        lambda: done.append(
            several.decide(
                seen=form.cleaned_data["seen"], judgement=form.judgement(), actor=request.actor, now=request.now
            )
        ),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, form, tried.status)
    _tell(request, done[0])
    return redirect(_address(_numbers(request.POST.getlist("listed"))))


def _page(request: PageRequest, form: forms.Together, status: int = 200) -> HttpResponse:
    actor = request.actor
    require(actor, Permission.REVIEW)
    signals, count = _chosen(request)
    open_ones = _waiting(request, signals)
    waits = [signal for signal in signals if signal.pk in open_ones]
    places = together.places(waits, actor, request.now)
    unbound = {one.seen for one in places if not one.barred and not one.is_identifier}
    context = {
        **navigation.rail(request, "reviews:queue"),
        "chosen": [
            Chosen(place, Dossier(one, actor, request.now).facts) for place, one in zip(places, waits, strict=True)
        ],
        "decided": _decided(request, [signal for signal in signals if signal.pk not in open_ones]),
        "listed": [signal.public_id for signal in signals],
        "count": count,
        "free": sum(not place.barred for place in places),
        "identifiers": sum(place.is_identifier for place in places),
        "most_identifiers": together.MOST_IDENTIFIERS,
        "ticked": set(form["seen"].value() or []) if form.is_bound else unbound,
        "form": form,
        "options": together.plain_options(places, str(form["verdict"].value() or "")),
        "attestation": policies.attestation_of(actor),
        "queue_url": reverse("reviews:queue"),
    }
    return render(request, "reviews/together.html", context, status=status)


def _chosen(request: PageRequest) -> tuple[list[Signal], int]:
    """The signals, most urgent first and no more than one judgement decides; and how many were chosen in all."""
    found = _by_filter(request) if request.GET.get("all") else _by_name(request)
    full = order.dated(found).with_context().select_related(*order.WITH_CLAIM)
    every = list(full.order_by(*order.FORWARDS)[: together.MOST])
    about_people = [signal for signal in every if together.is_identifier(signal)]
    too_many = {signal.pk for signal in about_people[together.MOST_IDENTIFIERS :]}
    return [signal for signal in every if signal.pk not in too_many], found.count()


def _by_name(request: PageRequest) -> SignalQuerySet:
    visible = Signal.objects.visible_to(request.actor).known_whole_to(request.actor)
    if not request.actor.programme:
        visible = visible.owned_by(request.actor.organisation_id)
    return visible.filter(public_id__in=_numbers(request.GET.getlist("s")))


def _by_filter(request: PageRequest) -> SignalQuerySet:
    """What the filters find, without corrections and without what one wrote oneself."""
    form = forms.Filters(request.GET)
    if not form.is_valid():
        return Signal.objects.none()
    found = queue.narrowed(queue.lists(request.actor, request.now), form)
    return queues.by_others(found.filter(status=Status.SUBMITTED), request.actor.people)


def _numbers(given: Collection[str]) -> list[int]:
    """Public ids out of an address, written as numbers or as references; what is neither is left out."""
    found = []
    for one in list(given)[:WIDE]:
        with suppress(ValueError):
            found.append(queue.number(one) or public_ids.parse(one))
    return found


def _waiting(request: PageRequest, signals: list[Signal]) -> set[int]:
    """Primary keys of those that wait for this actor's decision."""
    waits = queues.waiting(request.actor).filter(status=Status.SUBMITTED)
    return set(waits.filter(pk__in=[signal.pk for signal in signals]).values_list("pk", flat=True))


def _decided(request: PageRequest, signals: list[Signal]) -> list[Done]:
    """The newest decision about each of these: the per-row result after a judgement."""
    said = Decision.objects.filter(signal__in=[signal.pk for signal in signals]).select_related("decided_by")
    newest = {decision.signal_id: decision for decision in said.order_by("decided_at", "pk")}
    rows = waiting.rows_of(signals, request.actor, request.now)
    return [
        Done(
            row=row,
            verdict=decision.get_verdict_display() if decision else _("No decision"),
            who=decision.decided_by.name_for(request.actor) if decision else "",
            may_undo=decision is not None and policies.is_undoable(request.actor, signal, decision, request.now),
        )
        for row, signal in zip(rows, signals, strict=True)
        for decision in [newest.get(signal.pk)]
    ]


def _address(signal_ids: Collection[int]) -> str:
    return f"{reverse('reviews:together')}?{urlencode({'s': list(signal_ids)}, doseq=True)}"


def _tell(request: PageRequest, judged: Judged) -> None:
    count = len(judged.decided)
    if count:
        said = ngettext("%(count)d signal is decided.", "%(count)d signals are decided.", count)
        messages.info(request, said % {"count": count})
    for one in judged.left:
        messages.warning(request, f"{one.signal.reference}: {one.sentence}")


@require_POST
@signed_in
def take_back(request: PageRequest) -> HttpResponse:
    """Undo what was decided together, as far as each can still be taken back."""
    listed = _numbers(request.POST.getlist("listed"))
    count = undo.take_back_each(signal_ids=_numbers(request.POST.getlist("s")), actor=request.actor, now=request.now)
    if count:
        said = ngettext("%(count)d decision is taken back.", "%(count)d decisions are taken back.", count)
        messages.info(request, said % {"count": count})
    else:
        messages.warning(request, _("Nothing is taken back: the minute is over, or it has been shared."))
    return redirect(_address(listed) if concerns(request.actor, Permission.REVIEW) else "reviews:home")
