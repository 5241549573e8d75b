"""What concerns the person alone: how much hard material it was, what is not brought to them, where they find help."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, organisation_of
from lantern_site.members.services import preferences
from lantern_site.pages import PageRequest, signed_in
from reviews import desk, forms

TODAY = timedelta(hours=12)
WEEK = timedelta(days=7)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def wellbeing(request: PageRequest) -> HttpResponse:
    person = request.person
    if request.method != "POST":
        return _page(request, forms.Spared(initial={"kinds": person.spared_kinds, "harms": person.spared_harms}))
    form = forms.Spared(request.POST)
    tried = attempt(form, lambda: preferences.spare(**form.cleaned_data, actor=request.actor))
    if tried.done:
        messages.info(request, _("Your choice is kept. Only you see it."))
        return redirect("reviews:wellbeing")
    with acting_as(request.actor):
        return _page(request, form, tried.status)


def _page(request: PageRequest, form: forms.Spared, status: int = 200) -> HttpResponse:
    actor, now = request.actor, request.now
    asked = {
        f"{name}_{span}": queryset
        for span, since in (("today", now - TODAY), ("week", now - WEEK))
        for name, queryset in desk.hard_work(actor, since).items()
    }
    context = {
        "form": form,
        "counts": desk.lengths(actor, asked),
        "reviewing": concerns(actor, Permission.REVIEW),
        "keeps_house": concerns(actor, Permission.MANAGE_STAFF),
        "care": organisation_of(actor).care,
        "break_minutes": request.person.break_minutes,
    }
    return render(request, "reviews/wellbeing.html", context, status=status)
