"""Disputes: the lists, and the form that opens one."""

from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, permits
from lantern_site.pages import PageRequest, signed_in
from reviews import cases, desk, disputing, forms, waiting
from reviews.models import Dispute, DisputeQuerySet, Redress
from reviews.services import disputes
from reviews.views import signal as signals
from reviews.workflow import OPEN, Reason, Scope

PAGE = 25
Words = str | Promise
EMPTY: Mapping[str, Words] = {
    "open": gettext_lazy("No dispute is open."),
    "answer": gettext_lazy("Nobody waits for your answer."),
    "confirm": gettext_lazy("No hold waits for a second person."),
    "decide": gettext_lazy("No dispute waits for a decision."),
    "ours": gettext_lazy("Your organisation has opened no dispute."),
    "ended": gettext_lazy("No dispute has ended yet."),
}


def _tabs(request: PageRequest) -> dict[str, tuple[Words, DisputeQuerySet]]:
    """The lists of disputes that concern the actor, by the word in the address."""
    actor = request.actor
    visible = Dispute.objects.visible_to(actor)
    found: dict[str, tuple[Words, DisputeQuerySet]] = {"open": (pgettext("disputes", "Open"), visible.open())}
    if not actor.programme:
        found["answer"] = (_("To answer"), desk.disputes_to_answer(actor))
        found["ours"] = (_("Opened by us"), visible.filter(opener=actor.organisation_id))
    if not actor.programme or concerns(actor, Permission.HOLD):
        found["confirm"] = (_("Holds to confirm"), desk.holds_to_confirm(actor))
    if concerns(actor, Permission.DECIDE, Permission.DECIDE_APPEAL):
        found["decide"] = (_("To decide"), desk.disputes_to_decide(actor))
    found["ended"] = (_("Ended"), visible.exclude(state__in=sorted(OPEN)))
    return found


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """The newest first, page by page from a dispute on (`before`)."""
    tabs = _tabs(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else "open"
    counts = desk.lengths(request.actor, {name: found for name, (_label, found) in tabs.items()})
    found, before = tabs[tab][1], request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    page = list(found.select_related("opener").order_by("-pk")[: PAGE + 1])
    address = reverse("reviews:disputes")
    context = {
        "tabs": [
            {"url": f"{address}?tab={name}", "label": label, "count": counts[name], "current": name == tab}
            for name, (label, _found) in tabs.items()
        ],
        "lines": cases.lines_of(page[:PAGE], request.actor),
        "empty": EMPTY[tab],
        "drafts": Redress.objects.visible_to(request.actor).drafts().count(),
        "older_url": f"{address}?tab={tab}&before={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "newer_url": f"{address}?tab={tab}" if before else "",
    }
    return render(request, "reviews/disputes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def open_dispute(request: PageRequest, signal_id: int) -> HttpResponse:
    """Object to a signal of another member."""
    if request.method != "POST":
        return _asking(request, signal_id, forms.OpenDispute())
    form = forms.OpenDispute(request.POST)
    done: list[Dispute] = []
    tried = attempt(form, lambda: done.append(_open(request, signal_id, form)))
    if not tried.done:
        with acting_as(request.actor):
            return _asking(request, signal_id, form, tried.status)
    messages.info(request, _("The dispute is open. The signal is under caution from now on."))
    return redirect("reviews:dispute", done[0].public_id)


def _open(request: PageRequest, signal_id: int, form: forms.OpenDispute) -> Dispute:
    given = form.cleaned_data
    return disputes.open(
        signal_id=signal_id,
        scope=Scope(given["scope"]),
        reason=Reason(given["reason"]),
        statement=given["statement"],
        opener_named=not given["opener_unnamed"],
        hold_asked=given["hold_asked"],
        order_id=given["order"],
        actor=request.actor,
        now=request.now,
    )


def _asking(request: PageRequest, signal_id: int, form: forms.OpenDispute, status: int = HTTPStatus.OK) -> HttpResponse:
    signal = signals.find(request, signal_id)
    context = {
        "signal": signal,
        "row": waiting.row_of(signal, request.actor, request.now),
        "form": form,
        "permission": permits(disputing.may_dispute, request.actor, signal),
    }
    return render(request, "reviews/open_dispute.html", context, status=status)
