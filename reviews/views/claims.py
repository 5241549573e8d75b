"""Claiming: from the list, from the page of a signal, five at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import WrongState
from lantern_site.pages import PageRequest, signed_in
from reviews import forms, waiting
from reviews.services import claims
from reviews.views import queue, signal


@require_POST
@signed_in
def claim(request: PageRequest, signal_id: int) -> HttpResponse:
    """htmx gets the cell of the row; when somebody was faster, it says who."""
    sentence = ""
    try:
        claims.claim(signal_id=signal_id, actor=request.actor, now=request.now)
    except WrongState as refusal:
        if not request.htmx:
            return signal.plainly_refused(request, signal_id, refusal)
        sentence = str(refusal)
    if not request.htmx:
        return redirect("reviews:signal", signal_id)
    with acting_as(request.actor):
        row = waiting.rows_of([signal.find(request, signal_id)], request.actor, request.now)[0]
        context = {"row": row, "sentence": sentence}
        return render(request, "reviews/_claim.html", context, status=409 if sentence else 200)


@require_POST
@signed_in
def claim_next(request: PageRequest) -> HttpResponse:
    """Take a small batch, never an endless list."""
    taken = len(claims.claim_next(actor=request.actor, now=request.now))
    if taken:
        said = ngettext("You hold %(count)d more signal.", "You hold %(count)d more signals.", taken)
        messages.info(request, said % {"count": taken})
    else:
        messages.info(request, _("Nothing is free at present. Enjoy the quiet."))
    return redirect(queue.address(tab="yours"))


@require_POST
@signed_in
def keep(request: PageRequest, signal_id: int) -> HttpResponse:
    """Asked for by the page while its reviewer types: the bar of the claim with a new countdown, or who has it now."""
    sentence = ""
    try:
        claims.keep(signal_id=signal_id, actor=request.actor, now=request.now)
    except WrongState as refusal:
        if not request.htmx:
            return signal.plainly_refused(request, signal_id, refusal)
        sentence = str(refusal)
    if not request.htmx:
        return redirect("reviews:signal", signal_id)
    with acting_as(request.actor):
        row = waiting.row_of(signal.find(request, signal_id), request.actor, request.now)
        context = {"claim": row.claim, "id": row.id, "sentence": sentence}
        return render(request, "reviews/_kept.html", context, status=409 if sentence else 200)


@require_POST
@signed_in
def release(request: PageRequest, signal_id: int) -> HttpResponse:
    try:
        claims.release(signal_id=signal_id, actor=request.actor, now=request.now)
    except WrongState as refusal:
        return signal.plainly_refused(request, signal_id, refusal)
    messages.info(request, _("The signal is back in the queue."))
    return redirect("reviews:queue")


@require_POST
@signed_in
def park(request: PageRequest, signal_id: int) -> HttpResponse:
    form = forms.Park(request.POST, auto_id="park_%s")
    tried = attempt(
        form,
        lambda: claims.park(signal_id=signal_id, note=form.cleaned_data["note"], actor=request.actor, now=request.now),
    )
    if not tried.done:
        return signal.refused(request, signal_id, "park", tried)
    messages.info(request, _("Parked for two days. It stays yours."))
    return redirect("reviews:signal", signal_id)


@require_POST
@signed_in
def hand_over(request: PageRequest, signal_id: int) -> HttpResponse:
    """Pass it on; no reason is asked for."""
    with acting_as(request.actor):
        form = forms.HandOver(request.POST, colleagues=signal.colleagues(request), auto_id="hand_over_%s")
    tried = attempt(
        form,
        lambda: claims.hand_over(signal_id=signal_id, to=form.cleaned_data["to"], actor=request.actor, now=request.now),
    )
    if not tried.done:
        return signal.refused(request, signal_id, "hand_over", tried)
    messages.info(request, _("Handed over."))
    return redirect("reviews:queue")
