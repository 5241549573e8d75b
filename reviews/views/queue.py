"""The review queue: tabs and filters in the address, a preview beside the list, pages by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns
from lantern_site.pages import PageRequest, signed_in
from lantern_site.templatetags.interface import counted
from reviews import desk, forms, order, queues, waiting
from signals.models import SavedFilter, Signal, SignalQuerySet
from signals.policies import unknown_signal
from signals.search import QUEUE_WORDS
from signals.workflow import Status

PAGE = 20
SOON = timedelta(hours=6)


@dataclass(frozen=True)
class Tab:
    """A view of the queue."""

    code: str
    label: str | Promise
    steward: bool = False


TABS = (
    Tab("", gettext_lazy("Everything")),
    Tab("unclaimed", gettext_lazy("Unclaimed")),
    Tab("yours", gettext_lazy("Yours")),
    Tab("soon", gettext_lazy("Due soon")),
    Tab("second", gettext_lazy("Second approval"), steward=True),
    Tab("checks", gettext_lazy("Completeness checks"), steward=True),
)


def lists(actor: Actor, now: datetime) -> Mapping[str, SignalQuerySet]:
    """The signals of each tab."""
    every = queues.waiting(actor)
    return {
        "": every,
        "unclaimed": queues.unclaimed(actor, now),
        "yours": queues.claimed_by(actor, now),
        "soon": order.due_by(every, now + SOON),
        "second": every.filter(queues.UNDER_REVIEW),
        "checks": every.filter(check_due_at__isnull=False),
    }


@require_safe
@vary_on_headers("HX-Request")
@signed_in
def queue(request: PageRequest) -> HttpResponse:
    """htmx asks for the results alone, when a filter changes."""
    found = lists(request.actor, request.now)
    chosen = request.GET.get("tab", "")
    tab = chosen if chosen in found else ""
    context = _results(request, found[tab], tab)
    if request.htmx:
        return render(request, "reviews/_results.html", context)
    return render(request, "reviews/queue.html", context | _frame(request, found, tab))


def _results(request: PageRequest, found: SignalQuerySet, tab: str) -> dict[str, object]:
    form = forms.Filters(request.GET)
    refused = not form.is_valid()
    page = _page(request, order.dated(found.none() if refused else _filtered(found, form)))
    shown = waiting.rows_of(page.signals, request.actor, request.now)
    first = page.signals[0] if page.signals else None
    return {
        "filters": form,
        "rows": shown,
        "newer_url": page.newer_url,
        "older_url": page.older_url,
        "tab": tab,
        "narrowed": any(request.GET.get(name) for name in ("kind", "severity", "harm")),
        "preview": waiting.preview_of(shown[0], first, request.actor) if first else None,
        "may_claim": concerns(request.actor, Permission.REVIEW),
        "kept_words": {name: word for name, word in _narrowing(request).items() if name in QUEUE_WORDS},
        "all_url": f"{reverse('reviews:together')}?{urlencode({'all': 1, **_narrowing(request)})}",
    }


def _narrowing(request: PageRequest) -> dict[str, str]:
    """The tab and the filters, as they stand in the address."""
    return {name: request.GET[name] for name in forms.Filters.base_fields if request.GET.get(name)}


def kept_views(request: PageRequest) -> list[dict[str, object]]:
    """Views of the queue under a name: one's own, and what colleagues share."""
    saved = SavedFilter.objects.visible_to(request.actor).filter(page=SavedFilter.Page.QUEUE)
    words = _narrowing(request)
    return [
        {
            "id": one.public_id,
            "name": one.name,
            "url": address(**one.words),
            "current": one.words == words,
            "own": one.owner_id == request.actor.staff_id,
            "is_shared": one.is_shared,
            "owner": one.owner.name,
        }
        for one in saved.select_related("owner").order_by("name", "pk")
    ]


def _frame(request: PageRequest, found: Mapping[str, SignalQuerySet], tab: str) -> dict[str, object]:
    """What stands around the list."""
    actor = request.actor
    steward = concerns(actor, Permission.CHECK)
    offered = [one for one in TABS if steward or not one.steward]
    counted: dict[str, QuerySet[Signal]] = {one.code or "all": found[one.code] for one in offered}
    counted["late"] = order.due_by(found[""], request.now)
    newest = Subquery(found[""].order_by("-position").values("position")[:1])
    counts = desk.ask(actor, {name: desk.Length(one) for name, one in counted.items()} | {"newest": newest})
    return {
        "tabs": [
            {
                "url": address(tab=one.code),
                "label": one.label,
                "count": counts[one.code or "all"],
                "current": one.code == tab,
            }
            for one in offered
        ],
        "counts": counts,
        "views": kept_views(request),
        "live_url": f"{reverse('reviews:queue_count')}?{urlencode({'since': counts['newest'] or 0})}",
        "is_steward": steward,
    }


def address(**given: object) -> str:
    """The address of the queue with these parameters, leaving out the empty ones."""
    kept = {name: value for name, value in given.items() if value not in ("", None)}
    return f"{reverse('reviews:queue')}?{urlencode(kept)}" if kept else reverse("reviews:queue")


def _filtered(found: SignalQuerySet, form: forms.Filters) -> SignalQuerySet:
    given = form.cleaned_data
    if given["kind"]:
        found = found.filter(kind=given["kind"])
    if given["severity"]:
        found = found.filter(severity=given["severity"])
    if given["harm"]:
        found = found.filter(harm=given["harm"])
    return found


def narrowed(found: Mapping[str, SignalQuerySet], form: forms.Filters) -> SignalQuerySet:
    """The signals of the tab and the filters that a valid form names."""
    return _filtered(found.get(form.cleaned_data["tab"], found[""]), form)


@dataclass(frozen=True)
class _Page:
    signals: list[Signal]
    newer_url: str
    older_url: str


def _page(request: PageRequest, found: SignalQuerySet) -> _Page:
    """The signals after (or before) the one that the address names; its own place does not have to exist any more."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    anchor = None
    if given := after or before:
        anchor = order.dated(Signal.objects.visible_to(request.actor)).filter(public_id=number(given)).first()
    listed = queues.one_of_each_incident(found)
    if anchor is not None:
        listed = listed.filter(order.beyond(anchor, backwards=bool(before)))
    picked = order.picked(listed, PAGE + 1, backwards=anchor is not None and bool(before))
    signals = list(queues.numbered(picked, found))
    more, signals = len(signals) > PAGE, signals[:PAGE]
    if anchor is not None and before:
        signals.reverse()
    query = {name: value for name, value in request.GET.items() if name not in ("after", "before")}
    newer, older = (more, True) if before else (anchor is not None, more)
    return _Page(
        signals,
        address(**query, before=signals[0].public_id) if newer and signals else "",
        address(**query, after=signals[-1].public_id) if older and signals else "",
    )


@dataclass(frozen=True)
class Place:
    """Where a signal stands in the queue, with the addresses of its neighbours, and how many of its incident wait for a
    decision beside it."""

    position: str
    previous_url: str
    next_url: str
    beside: int


def place(request: PageRequest, signal: Signal) -> Place:
    """One query, however long the queue is."""
    every = order.dated(queues.waiting(request.actor))
    beside = every.filter(incident=signal.incident, status=Status.SUBMITTED).exclude(pk=signal.pk)
    back, on = every.filter(order.beyond(signal, backwards=True)), every.filter(order.beyond(signal))
    columns = {
        "before": desk.Length(back),
        "total": desk.Length(every),
        "beside": desk.Length(beside if signal.incident else beside.none()),
        "previous": Subquery(back.order_by(*order.BACKWARDS).values("public_id")[:1]),
        "next": Subquery(on.order_by(*order.FORWARDS).values("public_id")[:1]),
    }
    found = desk.ask(request.actor, columns)
    number, total = counted(found["before"] + 1), counted(max(found["total"], 1))
    position = _("%(number)s of %(total)s") % {"number": number, "total": total}
    return Place(position, _to(found["previous"]), _to(found["next"]), found["beside"])


def _to(public_id: int | None) -> str:
    return reverse("reviews:signal", args=[public_id]) if public_id is not None else ""


def next_address(request: PageRequest) -> str:
    """What to open after a decision: the most urgent of one's claims, else of what is free, else the empty queue."""
    with acting_as(request.actor):
        for free in (queues.claimed_by, queues.unclaimed):
            found = queues.by_others(free(request.actor, request.now), request.actor.people)
            if free == queues.unclaimed:
                found = queues.without_spared(found, request.person)
            found = order.dated(found)
            if (public_id := found.order_by(*order.FORWARDS).values_list("public_id", flat=True).first()) is not None:
                return reverse("reviews:signal", args=[public_id])
    return reverse("reviews:queue")


def number(given: str) -> int:
    return int(given) if given.isdecimal() and len(given) < 18 else 0


@require_safe
@signed_in
def count(request: PageRequest) -> HttpResponse:
    """How many signals came into the queue since the list was drawn."""
    since = number(request.GET.get("since", ""))
    new = queues.waiting(request.actor).filter(position__gt=since)
    return render(
        request,
        "components/live_count.html",
        {
            "url": request.get_full_path(),
            "count": desk.lengths(request.actor, {"new": new})["new"],
            "show_url": reverse("reviews:queue"),
        },
    )


@require_safe
@signed_in
def preview(request: PageRequest, signal_id: int) -> HttpResponse:
    """The panel beside the list; without htmx its link leads to the page of the signal."""
    known = Signal.objects.visible_to(request.actor).known_whole_to(request.actor)
    visible = known.with_context().filter(public_id=signal_id)
    if not request.actor.programme:
        visible = visible.owned_by(request.actor.organisation_id)
    signal = visible.select_related(*order.WITH_CLAIM).first()
    if signal is None:
        raise unknown_signal()
    row = waiting.rows_of([signal], request.actor, request.now)[0]
    return render(request, "components/preview.html", {"preview": waiting.preview_of(row, signal, request.actor)})
