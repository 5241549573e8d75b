"""The first page after sign-in: what is mine, what is due, what waits for us, what happened."""

from datetime import timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from lantern_site.audit.actors import Actor
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns
from lantern_site.pages import PageRequest, public, signed_in
from lantern_site.templatetags.interface import counted
from lantern_site.work import heartbeats
from reviews import desk, order, queues, timeline, waiting

CLAIMS = 10
DUE = 5

WAITING: dict[str, tuple[str | Promise, str | Promise, str]] = {
    "notices": (gettext_lazy("Inbox"), gettext_lazy("notices that you have not read"), "reviews:inbox"),
    "queue": (gettext_lazy("Reviews"), gettext_lazy("signals wait in the queue"), "reviews:queue"),
    "looks": (gettext_lazy("Second looks"), gettext_lazy("wait for another pair of eyes"), "reviews:quality"),
    "returned": (
        pgettext_lazy("signals", "Returned"),
        gettext_lazy("signals came back to be corrected"),
        "signals:list",
    ),
    "answer": (gettext_lazy("Disputes to answer"), gettext_lazy("about signals of yours"), "reviews:disputes"),
    "confirm": (gettext_lazy("Holds to confirm"), gettext_lazy("wait for a second person"), "reviews:disputes"),
    "decide": (gettext_lazy("Disputes to decide"), gettext_lazy("wait for an adjudicator"), "reviews:disputes"),
    "recalls": (gettext_lazy("Recalls"), gettext_lazy("wait for your acknowledgement"), "reviews:recalls"),
    "leads": (gettext_lazy("Leads"), gettext_lazy("nobody has examined yet"), "reviews:leads"),
    "expiring": (gettext_lazy("Expiring soon"), gettext_lazy("signals end within 14 days"), "signals:list"),
    "attestations": (gettext_lazy("Attestations"), gettext_lazy("periods are not attested"), "members:attestations"),
    "notes": (gettext_lazy("Advisory notes"), gettext_lazy("wait to be read"), "members:notes"),
    "applications": (gettext_lazy("Applications"), gettext_lazy("wait for a decision"), "members:applications"),
    "late_applications": (
        gettext_lazy("Applications overdue"),
        gettext_lazy("should have been decided"),
        "members:applications",
    ),
    "tests": (gettext_lazy("Test signal"), gettext_lazy("waits to be acknowledged"), "members:test_signal"),
    "late_attestations": (
        gettext_lazy("Attestations overdue"),
        gettext_lazy("of all organisations"),
        "members:attestation_register",
    ),
    "late_answers": (
        gettext_lazy("Data-subject requests"),
        gettext_lazy("are past their term"),
        "members:subject_requests",
    ),
    "late_notifications": (
        gettext_lazy("Security incidents"),
        gettext_lazy("past 72 hours without a notification"),
        "members:incidents",
    ),
}
"""What may wait: heading, what the number counts, and where it is dealt with."""

OF_OWN_ORGANISATION = {"tests"}
"""Dealt with at an address that names the organisation."""
ALARMS: dict[str, str | Promise] = {
    "index_stale": gettext_lazy(
        "The index for match jobs cannot keep up with the ledger. Jobs and look-ups wait; nothing is lost. "
        "Tell those who run the machines."
    ),
    "index_differs": gettext_lazy(
        "The nightly comparison found the index for match jobs different from the database, and had it built anew. "
        "Jobs of the day before may have missed leads: ask members to run them again, and tell those who run "
        "the machines."
    ),
}
"""What the programme is told while an alarm stands."""

PARAMETERS = {
    "answer": "?tab=answer",
    "confirm": "?tab=confirm",
    "decide": "?tab=decide",
    "returned": "?status=returned&whose=own",
    "expiring": "?status=active&whose=own&sort=due",
}


@require_safe
@public
def home(request: HttpRequest) -> HttpResponseBase:
    """Whoever is not signed in sees what the public may see."""
    if request.user.is_authenticated:
        return _desk(cast(PageRequest, request))
    try:
        return redirect("transparency:editions")
    except NoReverseMatch:
        return redirect("account_login")


@signed_in
def _desk(request: PageRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    counts = desk.lengths(actor, desk.lists(actor, now))
    reviewing = concerns(actor, Permission.REVIEW)
    claims, due = _to_review(request) if reviewing else ([], [])
    context = {
        "reviewing": reviewing,
        "claims": claims,
        "due": due,
        "waiting": [_tile(name, counts[name], actor) for name in WAITING if counts[name]],
        "applications": desk.applications_to_decide(actor)[:DUE],
        "alarms": [ALARMS[name] for name in heartbeats.alarms(now)] if actor.oversees else [],
        "since": timeline.since(actor, now - timedelta(days=1)),
    }
    return render(request, "reviews/home.html", context)


def _to_review(request: PageRequest) -> tuple[list[waiting.QueueRow], list[waiting.QueueRow]]:
    """One's claims, and free signals whose target falls within the next 24 hours. What is known beside them is read
    for both at once."""
    actor, now = request.actor, request.now
    claimed = list(order.picked(order.dated(queues.claimed_by(actor, now)), CLAIMS))
    due = order.picked(order.due_by(queues.unclaimed(actor, now), now + timedelta(hours=24)), DUE)
    rows = waiting.rows_of([*claimed, *due], actor, now)
    return rows[: len(claimed)], rows[len(claimed) :]


def _tile(name: str, count: int, actor: Actor) -> dict[str, object]:
    label, note, address = WAITING[name]
    url = reverse(address, args=[actor.organisation] if name in OF_OWN_ORGANISATION else [])
    return {"label": label, "note": note, "value": counted(count), "url": url + PARAMETERS.get(name, "")}
