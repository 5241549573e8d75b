"""All signals that one may see: filters in the address, what is looked for only ever in the body of a POST."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid
from lantern_site.members.models import Organisation
from lantern_site.members.policies import may_see_signals
from lantern_site.pages import PageRequest, signed_in
from signals import forms, intake, rows, search
from signals.models import SavedFilter, Signal, SignalQuerySet
from signals.services import filters

PAGE = 25
PLACES = ("after", "before")
Query = Mapping[str, str]
Context = dict[str, Any]


@require_safe
@vary_on_headers("HX-Request")
@signed_in
def listing(request: PageRequest) -> HttpResponse:
    """Page by page, from the place in the order on that the address names (`after`, `before`)."""
    may_see_signals(request.actor)
    frame = _frame(request, request.GET)
    return render(request, "signals/list.html", frame | _results(request, frame["form"], request.GET))


def _frame(request: PageRequest, query: Query) -> Context:
    """What stands around the list: its forms, and the filters that were kept."""
    members = Organisation.objects.filter(joined_on__isnull=False).order_by("name", "pk")
    words = {name: query[name] for name in search.WORDS if query.get(name)}
    kept = SavedFilter.objects.visible_to(request.actor).filter(page=SavedFilter.Page.SIGNALS)
    saved = kept.select_related("owner").order_by("name", "pk")
    chips = [_chip(one, request, words) for one in saved]
    return {
        "form": forms.FindSignals(query, members=members),
        "find_form": forms.FindValue(),
        "chips": chips,
        "own_chips": [chip for chip in chips if chip["own"]],
        "kept_words": words,
        "may_save": bool(words) and not any(chip["current"] for chip in chips),
        "save_form": forms.SaveFilter(),
    }


def _chip(one: SavedFilter, request: PageRequest, words: Query) -> Context:
    return {
        "id": one.public_id,
        "name": one.name,
        "url": _address(one.words),
        "current": one.words == words,
        "own": one.owner_id == request.actor.staff_id,
        "is_shared": one.is_shared,
        "owner": one.owner.name,
    }


def _results(request: PageRequest, form: forms.FindSignals, asked: Query) -> Context:
    """The rows of the page; where there are none, what to leave out in order to find more."""
    query = {name: word for name, word in asked.items() if word and name not in PLACES}
    page = _page(request, form, asked) if form.is_valid() else None
    if page is None or not page.signals:
        return {"rows": [], "widen": _wider(form, query)}
    return {
        "rows": rows.rows_of(page.signals, request.actor),
        "newer_url": _address({**query, "before": str(page.first)}) if page.newer else "",
        "older_url": _address({**query, "after": str(page.last)}) if page.older else "",
    }


def _page(request: PageRequest, form: forms.FindSignals, asked: Query) -> search.Page:
    """A word that is no place begins the list again."""
    wanted = form.wanted()
    found = search.narrowed(_known(request), wanted, request.actor)
    places: dict[str, search.Place] = {}
    for name in PLACES:
        if word := asked.get(name, ""):
            with suppress(Invalid):
                places[name] = search.place(word)
    return search.page(found, wanted.sort, limit=PAGE, **places)


def _known(request: PageRequest) -> SignalQuerySet:
    return Signal.objects.visible_to(request.actor).known_whole_to(request.actor)


def _wider(form: forms.FindSignals, query: Query) -> list[tuple[str, str]]:
    """Each filter that is set, with the address of the list without it."""
    without = {name: {other: word for other, word in query.items() if other != name} for name in query}
    return [(words, _address(without[name])) for name, words in form.chosen().items()]


def _address(query: Query) -> str:
    here = reverse("signals:list")
    return f"{here}?{urlencode(query)}" if query else here


@require_POST
@signed_in
def find(request: PageRequest) -> HttpResponse:
    """Open the signal of a reference, or look for a value: brought into normal form, digested and forgotten."""
    may_see_signals(request.actor)
    form, found, asked, status = forms.FindValue(request.POST), [], False, 422
    with acting_as(request.actor):
        visible = Signal.objects.visible_to(request.actor)
        if form.is_valid() and (reference := form.reference()) is not None:
            if visible.filter(public_id=reference).exists():
                return redirect("reviews:signal", reference)
            form.add_error("value", _("There is no such signal that you may see."))
        elif form.is_valid() and not form.cleaned_data["kind"]:
            form.add_error("kind", _("Choose what kind of value this is."))
        elif form.is_valid():
            try:
                indicator = intake.find_indicator(intake.take(form.item()).normal)
                newest = _known(request).with_context().filter(indicator=indicator).order_by("-pk")[:PAGE]
                found, asked, status = rows.rows_of(newest if indicator else [], request.actor), True, 200
            except Invalid as refusal:
                form.refuse(refusal)
        context = _frame(request, {}) | {"find_form": form, "rows": found, "asked": asked}
        return render(request, "signals/list.html", context, status=status)


# Filters that people keep


@require_POST
@signed_in
def save_filter(request: PageRequest) -> HttpResponse:
    may_see_signals(request.actor)
    form = forms.SaveFilter(request.POST)
    tried = attempt(
        form,
        lambda: filters.save(
            name=form.cleaned_data["name"],
            words=form.words(),
            is_shared=form.cleaned_data["is_shared"],
            actor=request.actor,
            now=request.now,
        ),
    )
    if tried.done:
        return redirect(_address(form.words()))
    return _again(request, form.words(), tried.status, save_form=form)


@require_POST
@signed_in
def rename_filter(request: PageRequest, filter_id: int) -> HttpResponse:
    form = forms.RenameFilter(request.POST)
    try:
        filters.rename(filter_id=filter_id, name=request.POST.get("name", ""), actor=request.actor, now=request.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _again(request, {}, 422, refused_filter=filter_id, rename_form=form)
    return redirect("signals:list")


@require_POST
@signed_in
def share_filter(request: PageRequest, filter_id: int) -> HttpResponse:
    is_shared = request.POST.get("is_shared") == "1"
    filters.share(filter_id=filter_id, is_shared=is_shared, actor=request.actor, now=request.now)
    return redirect("signals:list")


@require_POST
@signed_in
def delete_filter(request: PageRequest, filter_id: int) -> HttpResponse:
    filters.delete(filter_id=filter_id, actor=request.actor, now=request.now)
    return redirect("signals:list")


def _again(request: PageRequest, query: Query, status: int, **more: object) -> HttpResponse:
    """The list as it was, with the refusal beside what was typed."""
    with acting_as(request.actor):
        frame = _frame(request, query)
        context = frame | _results(request, frame["form"], query) | more
        return render(request, "signals/list.html", context, status=status)
