"""Checkpoints of the ledger for everybody, and the proof for an entry for whoever may read it."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lantern_site.audit.models import Checkpoint, Entry
from lantern_site.errors import Hidden, Refusal
from lantern_site.pages import PageRequest, public, signed_in, site_nav, status_of
from transparency import policies, proofs
from transparency.views.ledger import FOR_MEMBERS, readable, row_of

SHOWN = 30
PLAIN = "text/plain; charset=utf-8"


@require_safe
@public
def checkpoints(request: HttpRequest) -> HttpResponse:
    newest = list(Checkpoint.objects.order_by("-position")[:SHOWN])
    context = {"checkpoints": newest, "newest": newest[0] if newest else None, "site_nav": site_nav(request.path)}
    return render(request, "transparency/checkpoints.html", context)


@require_safe
@public
def newest_checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed note, as C2SP's tlog-checkpoint writes it."""
    found = Checkpoint.objects.newest()
    if found is None:
        raise Http404
    return HttpResponse(found.note, content_type=PLAIN)


@require_safe
@public
def checkpoint(request: HttpRequest, position: int) -> HttpResponse:
    found = Checkpoint.objects.filter(position=position).first()
    if found is None:
        raise Http404
    return HttpResponse(found.note, content_type=PLAIN)


@require_safe
@public
def consistency(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """As JSON, for whoever keeps checkpoints and compares them."""
    try:
        return JsonResponse(proofs.consistency(first, second))
    except Refusal as refusal:
        return JsonResponse({"detail": str(refusal)}, status=status_of(refusal))


@require_safe
@signed_in
def entry(request: PageRequest, position: int) -> HttpResponse:
    found = _find(request, position)
    try:
        proof, missing = _proof(request, found), ""
    except Refusal as refusal:
        proof, missing = None, str(refusal)
    context = {"row": row_of(found, request.actor), "proof": proof, "missing": missing}
    return render(request, "transparency/entry.html", context)


@require_safe
@signed_in
def proof(request: PageRequest, position: int) -> HttpResponse:
    """The same as a file."""
    made = _proof(request, _find(request, position))
    response = JsonResponse(made.as_data(), status=HTTPStatus.OK)
    response["Content-Disposition"] = f'attachment; filename="lantern-entry-{position}.json"'
    return response


def _proof(request: PageRequest, found: Entry) -> proofs.Inclusion:
    """With what the leaf hashes where the reader knows all of it: a member does not read every fact."""
    whole = policies.reads_whole_ledger(request.actor) or found.facts.keys() <= FOR_MEMBERS
    return proofs.inclusion(found, with_content=whole)


def _find(request: PageRequest, position: int) -> Entry:
    policies.may_read_ledger(request.actor)
    found = readable(request.actor).filter(position=position).first()
    if found is None:
        raise Hidden(_("There is no such page."))
    return found
