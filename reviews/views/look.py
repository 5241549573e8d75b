"""The live look at what somebody is about to share, with what will happen to it. Nothing is kept."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lantern_site.audit.access import acting_as
from lantern_site.members.models import Community
from lantern_site.pages import PageRequest, signed_in
from reviews import forecast
from signals import forms, guards, kinds, outlook
from signals.views import share

SHOWN = 20


@require_POST
@signed_in
def look(request: PageRequest) -> HttpResponse:
    """htmx gets the two parts of the form that change; a button without scripting gets the whole page."""
    form = share.form_of(request, request.POST, request.FILES)
    form.full_clean()
    with acting_as(request.actor):
        context = _seen(request, form) if request.POST.get("kind", "") in kinds.OFFERED else {}
        if request.htmx:
            return render(request, "signals/_look.html", context)
        typed = share.form_of(request)
        typed.initial = typed.initial_of(form.typed()) | {name: form[name].value() for name in ("kind", "draft")}
        return share.page(request, typed, **context)


def _seen(request: PageRequest, form: forms.Share) -> dict[str, Any]:
    statement = form.statement()
    outlooks = outlook.of_lines(form.lines(), statement, request.actor, request.now)
    refused = [one for one in outlooks if one.refused]
    shared = [one for one in outlooks if not one.refused]
    given = form.cleaned_data
    mine = Community.objects.with_member(request.actor.organisation_id)
    return {
        "looks": [*refused[:SHOWN], *shared[:SHOWN]],
        "lists": {"version": guards.LISTS_VERSION, "date": date.fromisoformat(guards.LISTS_DATE)},
        "several": len(outlooks) > 1,
        "more": max(0, len(refused) - SHOWN) + max(0, len(shared) - SHOWN),
        "shareable": len(shared) if refused else 0,
        "forecast": forecast.of(
            outlooks,
            statement,
            mine.filter(public_id=given.get("community") or 0).first(),
            request.actor,
            request.now,
            harm_chosen=bool(given.get("harm") or given.get("danger")),
        ),
    }
