"""The signals of one incident that wait for review: seen as a list, decided with one judgement."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lantern_site import public_ids
from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.members.policies import sees_signals
from lantern_site.pages import PageRequest, signed_in
from reviews import forms, navigation, together
from reviews.dossier import Dossier
from reviews.offers import Offers
from reviews.services import incidents
from reviews.services.incidents import Judged
from reviews.views import queue
from signals.models import Incident
from signals.policies import unknown_signal

NAMED = 20
"""How many of those that were left a message names; the page has them all."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def incident(request: PageRequest, incident_id: int) -> HttpResponse:
    if request.method != "POST":
        return _page(request, incident_id, forms.Together())
    form = forms.Together(request.POST)
    done: list[Judged] = []
    tried = attempt(
        form,
        lambda: done.append(
            incidents.decide(
                incident_id=incident_id,
                seen=form.cleaned_data["seen"],
                judgement=form.judgement(),
                actor=request.actor,
                now=request.now,
            )
        ),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, incident_id, form, tried.status)
    _tell(request, done[0])
    if done[0].left:
        return redirect("reviews:incident", incident_id)
    return redirect(queue.next_address(request))


def _page(request: PageRequest, incident_id: int, form: forms.Together, status: int = 200) -> HttpResponse:
    found = Incident.objects.filter(public_id=incident_id).first()
    actor = request.actor
    may_see = sees_signals(actor) and (actor.oversees or (found and found.organisation_id == actor.organisation_id))
    if found is None or not may_see:
        raise unknown_signal()
    signals = together.waiting_of(found, actor)
    places = together.places(signals, actor, request.now)
    free = [place.seen for place in places if not place.barred]
    context = {
        **navigation.rail(request, "reviews:queue"),
        "incident": found,
        "reference": public_ids.shown(found.public_id),
        "places": places,
        "chosen": set((form["seen"].value() or []) if form.is_bound else free),
        "differing": sum(place.says_something_else for place in places),
        "form": form,
    }
    if signals:
        spokesman = together.spokesman(places)
        offers = Offers(Dossier(signals[spokesman], actor, request.now))
        context |= {
            "signal": signals[spokesman],
            "dossier": offers.dossier,
            "offers": offers,
            "attestation": offers.attestation,
            "barred": places[spokesman].barred,
            "options": together.options(offers, places, str(form["verdict"].value() or "")),
        }
    return render(request, "reviews/incident.html", context, status=status)


def _tell(request: PageRequest, judged: Judged) -> None:
    count = len(judged.decided)
    messages.info(
        request,
        ngettext("%(count)d signal is decided.", "%(count)d signals of the incident are decided.", count)
        % {"count": count},
    )
    for one in judged.left[:NAMED]:
        messages.warning(
            request, _("%(subject)s: %(sentence)s") % {"subject": one.signal.reference, "sentence": one.sentence}
        )
