"""The ledger: search it, page through it, and check that it is whole."""

import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from lantern_site import public_ids
from lantern_site.audit import leaves, verification, wording
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry, EntryQuerySet
from lantern_site.pages import PageRequest, signed_in
from reviews.models import SecondLook
from transparency import forms, policies

PAGE = 50
IDS = frozenset({"owner", "opener", "organisation", "signal", "dispute"})
"""Facts that are public ids."""
FOR_MEMBERS = frozenset(
    {
        "action",
        "actions",
        "attribution",
        "cause",
        "count",
        "delivery",
        "harm",
        "hits",
        "kind",
        "leads",
        "number",
        "outcome",
        "period",
        "origin",
        "purpose",
        "reason",
        "result",
        "scope",
        "scopes",
        "severity",
        "state",
        "status",
        "surface",
        "total",
        "verdict",
        "version",
    }
)
"""What a member reads of the facts: nothing that names another member, such as the opener of a dispute."""


@dataclass(frozen=True)
class Row:
    """An entry as the table shows it."""

    entry: Entry
    sentence: str
    at: str
    subject: str
    actor: str
    is_person: bool
    facts: list[tuple[str, str]]


@dataclass(frozen=True)
class Verified:
    """What came of verifying: the position and root, or the sentence that says what is wrong."""

    seconds: float
    position: int = 0
    root: str = ""
    checkpoints: int = 0
    fault: str = ""


@require_safe
@signed_in
@vary_on_headers("HX-Request")
def ledger(request: PageRequest) -> HttpResponse:
    policies.may_read_ledger(request.actor)
    return render(request, "transparency/ledger.html", _context(request))


@require_POST
@signed_in
@vary_on_headers("HX-Request")
def verify(request: PageRequest) -> HttpResponse:
    """A POST because it reads the whole ledger; nothing changes."""
    policies.may_read_ledger(request.actor)
    started = time.perf_counter()
    try:
        checked = verification.verify()
        seconds = time.perf_counter() - started
        result = Verified(seconds, checked.position, checked.root.hex(), checked.checkpoints)
    except leaves.Fault as fault:
        result = Verified(time.perf_counter() - started, fault=str(fault))
    if request.htmx:
        return render(request, "transparency/_verified.html", {"verified": result})
    with acting_as(request.actor):
        return render(request, "transparency/ledger.html", _context(request) | {"verified": result})


def readable(actor: Actor) -> EntryQuerySet:
    """Everything for auditors and stewards, what happened in the own organisation for a member admin; but of a signal
    that a reviewer looks at for the second time, that person reads nothing until they have said what they think."""
    if policies.reads_whole_ledger(actor):
        return Entry.objects.all()
    begun = SecondLook.objects.unanswered().filter(taken_by=actor.staff_id)
    return Entry.objects.filter(organisation=actor.organisation).exclude(subject__in=begun.values("signal__public_id"))


def _context(request: PageRequest) -> dict[str, Any]:
    form = forms.FindEntries(request.GET)
    found, newer, older = _page(form.chosen(readable(request.actor)), **_from(form))
    return {
        "form": form,
        "rows": [row_of(entry, request.actor) for entry in found],
        "newer_url": _address(request, after=found[0].position) if newer else "",
        "older_url": _address(request, before=found[-1].position) if older else "",
        "head": verification.head_position(),
        "is_whole": policies.reads_whole_ledger(request.actor),
    }


def _from(form: forms.FindEntries) -> dict[str, int | None]:
    cleaned = form.cleaned_data
    return {"before": cleaned.get("before"), "after": cleaned.get("after")}


def _page(entries: EntryQuerySet, before: int | None, after: int | None) -> tuple[list[Entry], bool, bool]:
    """A page by position, newest first, and whether there are newer and older entries."""
    if after is not None:
        found = list(entries.filter(position__gt=after).order_by("position")[: PAGE + 1])
        return found[:PAGE][::-1], len(found) > PAGE, bool(found)
    older = entries.filter(position__lt=before) if before is not None else entries
    found = list(older.order_by("-position")[: PAGE + 1])
    return found[:PAGE], before is not None and bool(found), len(found) > PAGE


def _address(request: PageRequest, **position: int) -> str:
    asked = request.GET.copy()
    for name in ("before", "after"):
        asked.pop(name, None)
    asked.update({name: str(value) for name, value in position.items()})
    return f"{reverse('transparency:ledger')}?{asked.urlencode()}"


def row_of(entry: Entry, actor: Actor) -> Row:
    whole = policies.reads_whole_ledger(actor)
    return Row(
        entry=entry,
        sentence=wording.sentence(entry.action),
        at=entry.at.strftime("%Y-%m-%d %H:%M:%S"),  # UTC, like the leaf of the entry
        subject=public_ids.shown(entry.subject),
        actor=_("the clock") if entry.actor_kind == ActorKind.CLOCK else public_ids.shown(entry.actor),
        is_person=entry.actor_kind != ActorKind.CLOCK,
        facts=[
            (name, _shown(name, value))
            for name, value in sorted(entry.facts.items())
            if value not in (None, "", []) and (whole or name in FOR_MEMBERS)
        ],
    )


def _shown(name: str, value: Any) -> str:
    if name in IDS and isinstance(value, int):
        return public_ids.shown(value)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
