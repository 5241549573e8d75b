"""The test signal of one organisation: sent by a steward, acknowledged by its own people."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, NotProven, Refusal
from lantern_site.members import admission as questions
from lantern_site.members.lifecycle import MemberState
from lantern_site.members.models import TestSignal
from lantern_site.members.policies import permits
from lantern_site.members.services import trials
from lantern_site.members.views import organisations as pages
from lantern_site.members.views.tabs import tabs_of
from lantern_site.pages import PageRequest, signed_in, status_of


@require_safe
@signed_in
def test_signal(request: PageRequest, organisation_id: int) -> HttpResponse:
    return _page(request, organisation_id)


def _page(request: PageRequest, organisation_id: int, sentence: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    found = pages.find_papers(request, organisation_id)
    sent = TestSignal.objects.newest_of(found.pk)
    own = found.pk == request.actor.organisation_id
    context = {
        "organisation": found,
        "crumbs": [(reverse("members:directory"), _("Members"))],
        "tabs": tabs_of(request, found),
        "sent": sent,
        "steps": _steps(sent) if sent else [],
        "own": own,
        "may_acknowledge": permits(questions.may_acknowledge_test, request.actor, found),
        "may_send": not own and bool(permits(questions.may_keep, request.actor)),
        "is_connecting": found.state in (MemberState.ONBOARDING, MemberState.ACTIVE),
        "sentence": sentence,
    }
    return render(request, "members/test_signal.html", context, status=status)


def _steps(sent: TestSignal) -> list[dict[str, object]]:
    """Context of components/lifecycle.html."""
    times = [(_("Sent"), sent.sent_at), (_("Received"), sent.received_at), (_("Acknowledged"), sent.acknowledged_at)]
    newest = max(place for place, (_label, at) in enumerate(times) if at)
    return [
        {"label": label, "at": at, "state": "current" if place == newest else "done" if at else "next"}
        for place, (label, at) in enumerate(times)
    ]


@require_POST
@signed_in
def send(request: PageRequest, organisation_id: int) -> HttpResponse:
    try:
        trials.send_test_signal(organisation_id=organisation_id, actor=request.actor, now=request.now)
    except (Hidden, NotProven):
        raise
    except Refusal as refusal:
        return _refused(request, organisation_id, refusal)
    messages.info(request, _("The test signal is on its way: in the feed, and on this page."))
    return redirect("members:test_signal", organisation_id)


@require_POST
@signed_in
def acknowledge(request: PageRequest, test_id: int) -> HttpResponse:
    organisation_id = request.actor.organisation or 0
    try:
        trials.acknowledge_test_signal(test_id=test_id, actor=request.actor, now=request.now)
    except (Hidden, NotProven):
        raise
    except Refusal as refusal:
        return _refused(request, organisation_id, refusal)
    messages.info(request, _("The test signal is acknowledged. Its gate is passed."))
    return redirect("members:test_signal", organisation_id)


def _refused(request: PageRequest, organisation_id: int, refusal: Refusal) -> HttpResponse:
    with acting_as(request.actor):
        return _page(request, organisation_id, str(refusal), status_of(refusal))
