"""Proposing that a shared signal says something else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.members.policies import permits
from lantern_site.pages import PageRequest, signed_in
from signals import forms, policies
from signals.services import corrections
from signals.views.share import harms, own_signal, said_by


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct(request: PageRequest, signal_id: int) -> HttpResponse:
    """GET shows what the signal says now; POST proposes what it is to say."""
    if request.method != "POST":
        signal = own_signal(request, signal_id)
        return _page(request, signal_id, forms.Correct(initial=said_by(signal)))
    form = forms.Correct(request.POST)
    tried = attempt(
        form,
        lambda: corrections.propose(signal_id=signal_id, changes=form.changes(), actor=request.actor, now=request.now),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, signal_id, form, tried.status)
    messages.info(request, _("The correction waits for its review by somebody else of your organisation."))
    return redirect("reviews:signal", signal_id)


def _page(request: PageRequest, signal_id: int, form: forms.Correct, status: int = 200) -> HttpResponse:
    signal = own_signal(request, signal_id)
    permission = permits(policies.may_correct, request.actor, signal)
    context = {"form": form, "signal": signal, "permission": permission, "harms": harms()}
    return render(request, "signals/correct.html", context, status=status)
