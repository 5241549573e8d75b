"""What a key has read, as a page and as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site import public_ids
from lantern_site.errors import Hidden
from lantern_site.members.lifecycle import Revocation
from lantern_site.members.models import ApiKey, KeyAddress
from lantern_site.members.policies import may_revoke_key, may_see_keys, permits
from lantern_site.pages import PageRequest, signed_in
from signals import reads
from signals.models import Receipt
from signals.services import key_reads

PAGE = 25
POLLS = 10
PLACES = 5


@require_safe
@signed_in
def reads_of_key(request: PageRequest, key_id: int) -> HttpResponse:
    """A summary, every signal that the key was given (`before` pages on), and the pages of the feed (`polls`)."""
    key = _find(request, key_id)
    before, polls_before = _number(request, "before"), _number(request, "polls")
    receipts = Receipt.objects.filter(key=key).order_by("-pk")
    page = list((receipts.filter(pk__lt=before) if before else receipts)[: PAGE + 1])
    polls = list(reads.filled_polls(key, polls_before)[: POLLS + 1])
    here = reverse("signals:key_reads", args=[key_id])
    context = {
        "key": key,
        "summary": reads.summary_of(key),
        "places": KeyAddress.objects.filter(key=key).order_by("-last_seen_at", "-pk")[:PLACES],
        "rows": reads.reads_of(page[:PAGE], request.actor),
        "older_url": f"{here}?before={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "newer_url": here if before else "",
        "polls": polls[:POLLS],
        "older_polls_url": f"{here}?polls={polls[POLLS - 1].pk}#polls" if len(polls) > POLLS else "",
        "has_leaked": key.revoked_because == Revocation.LEAKED,
        "revoking": permits(may_revoke_key, request.actor, key),
        "crumbs": _crumbs(key),
    }
    return render(request, "signals/key_reads.html", context)


def _number(request: PageRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _find(request: PageRequest, key_id: int) -> ApiKey:
    visible = ApiKey.objects.visible_to(request.actor).select_related("organisation")
    key = visible.filter(public_id=key_id).first()
    if key is None:
        raise Hidden(_("There is no such key."))
    may_see_keys(request.actor, key.organisation)
    return key


def _crumbs(key: ApiKey) -> list[tuple[str, str]]:
    organisation = key.organisation
    return [
        (reverse("members:keys", args=[organisation.public_id]), organisation.name),
        (reverse("members:key", args=[key.public_id]), key.label),
    ]


@require_POST
@signed_in
def export(request: PageRequest, key_id: int) -> HttpResponse:
    """The whole list as a file."""
    taken = key_reads.export(key_id=key_id, actor=request.actor, now=request.now)
    response = HttpResponse(reads.csv_of(taken), content_type="text/csv; charset=utf-8; header=present")
    name = f"lantern-reads-{public_ids.shown(key_id)}-{request.now:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
