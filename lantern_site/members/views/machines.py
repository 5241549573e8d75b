"""Pages about keys of machines: the list with its card to issue one, one key, its rotation and its end.

The text of a new key stands in one answer only: not in an address, the session or a message, and in no cache.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Refusal
from lantern_site.members import key_rules
from lantern_site.members.forms import machines as forms
from lantern_site.members.key_rules import Rotation
from lantern_site.members.lifecycle import KeyScope, KeyState, Revocation
from lantern_site.members.models import ApiKey, KeyAddress, Organisation, Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import may_revoke_key, may_rotate_key, may_see_keys, permits, require
from lantern_site.members.services import keys
from lantern_site.pages import PageRequest, signed_in, status_of

PAGE = 25
NETWORKS = 3
PLACES = 25
"""How many networks of use a page shows, the newest first."""


@dataclass(frozen=True)
class Row:
    """A key as the list shows it."""

    key: ApiKey
    state: KeyState
    scopes: str
    networks: list[str]
    more: int
    """How many networks there are beside those few."""


@dataclass(frozen=True)
class Issued:
    """A key that was made in this request, and its text."""

    key: ApiKey
    text: str


def scopes_in_words(scopes: list[str]) -> str:
    return ", ".join(str(scope.label) for scope in KeyScope if scope in scopes)


# The list


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest, organisation_id: int) -> HttpResponse:
    """The keys of an organisation; its own admin issues one here (POST)."""
    if request.method != "POST":
        return _list(request, organisation_id, forms.IssueKey())
    form, status, issued = forms.IssueKey(request.POST), 422, None
    if form.is_valid():
        try:
            _own(request, organisation_id)
            issued = Issued(*keys.issue(**form.cleaned_data, actor=request.actor, now=request.now))
            form, status = forms.IssueKey(), 200
        except Hidden:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    with acting_as(request.actor):
        return _list(request, organisation_id, form, issued=issued, status=status)


def _own(request: PageRequest, organisation_id: int) -> None:
    """Keys are issued for the own organisation; an address of another one must not do it in its place."""
    if organisation_id != request.actor.organisation:
        raise Hidden(_("There is no such organisation."))


def _list(
    request: PageRequest,
    organisation_id: int,
    form: forms.IssueKey,
    *,
    issued: Issued | None = None,
    status: int = 200,
) -> HttpResponse:
    organisation = Organisation.objects.filter(public_id=organisation_id).first()
    if organisation is None:
        raise Hidden(_("There is no such organisation."))
    may_see_keys(request.actor, organisation)
    found = organisation.keys.all()
    before = request.GET.get("before", "")
    ended = found.ended_at(request.now).order_by("-pk")
    page = list((ended.filter(pk__lt=int(before)) if before.isdecimal() else ended)[: PAGE + 1])
    here = reverse("members:keys", args=[organisation_id])
    context = {
        "organisation": organisation,
        "rows": _rows(found.usable_at(request.now).order_by("label", "-pk"), request),
        "ended": _rows(page[:PAGE], request),
        "older_url": f"{here}?before={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "newer_url": here if before else "",
        "own": organisation.pk == request.actor.organisation_id,
        "issuing": permits(require, request.actor, Permission.ISSUE_KEYS),
        "form": form,
        "issued": issued,
        "crumbs": _crumbs(organisation)[:-1],
    }
    return render(request, "members/keys.html", context, status=status)


def _rows(found: QuerySet[ApiKey] | list[ApiKey], request: PageRequest) -> list[Row]:
    return [
        Row(
            key,
            key.state_at(request.now),
            scopes_in_words(key.scopes),
            key.networks[:NETWORKS],
            max(0, len(key.networks) - NETWORKS),
        )
        for key in found
    ]


def _crumbs(organisation: Organisation) -> list[tuple[str, str]]:
    address = [organisation.public_id]
    return [
        (reverse("members:directory"), _("Members")),
        (reverse("members:organisation", args=address), organisation.name),
        (reverse("members:keys", args=address), _("Keys of machines")),
    ]


# One key


def find(request: PageRequest, key_id: int) -> ApiKey:
    """A key that the actor may see."""
    around = ("organisation", "issued_by", "revoked_by", "replaces", "replaced_by")
    key = ApiKey.objects.visible_to(request.actor).select_related(*around).filter(public_id=key_id).first()
    if key is None:
        raise Hidden(_("There is no such key."))
    may_see_keys(request.actor, key.organisation)
    return key


@require_safe
@signed_in
def key(request: PageRequest, key_id: int) -> HttpResponse:
    """One key: what it may do, from where, until when, and who used it."""
    return _page(request, key_id)


def _page(
    request: PageRequest,
    key_id: int,
    *,
    form: forms.RevokeKey | None = None,
    issued: Issued | None = None,
    status: int = 200,
) -> HttpResponse:
    found = find(request, key_id)
    state = found.state_at(request.now)
    places = KeyAddress.objects.filter(key=found).order_by("-last_seen_at", "-pk")
    context = {
        "key": found,
        "state": state,
        "has_leaked": found.revoked_because == Revocation.LEAKED,
        "facts": _facts(found, request),
        "places": places[:PLACES],
        "follower": getattr(found, "replaced_by", None),
        "own": found.organisation_id == request.actor.organisation_id,
        "rotating": permits(may_rotate_key, request.actor, found, request.now),
        "revoking": permits(may_revoke_key, request.actor, found),
        "form": form or forms.RevokeKey(reasons=key_rules.reasons(request.actor, found)),
        "issued": issued,
        "crumbs": _crumbs(found.organisation),
    }
    return render(request, "members/key.html", context, status=status)


def _facts(found: ApiKey, request: PageRequest) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = [
        {"term": _("It may"), "value": scopes_in_words(found.scopes)},
        {
            "term": pgettext("networks", "From"),
            "value": ", ".join(found.networks) or _("anywhere"),
            "mono": bool(found.networks),
        },
        {"term": _("Issued"), "value": _act(found.issued_at, found.issued_by, request)},
        {"term": _("Valid until"), "value": _moment(found.ends_at)},
    ]
    if found.revoked_at is not None:
        facts.append({"term": _("Ended"), "value": _act(found.revoked_at, found.revoked_by, request)})
    for term, other in ((_("Replaces"), found.replaces), (_("Replaced by"), getattr(found, "replaced_by", None))):
        if other is not None:
            facts.append({"term": term, "value": other.prefix, "url": reverse("members:key", args=[other.public_id])})
    if found.corrections_only:
        facts.append({"term": _("Limited to"), "value": _("corrections of what it received")})
    return facts


def _act(at: datetime, by: Staff | None, request: PageRequest) -> str:
    """When something was done, and by whom: colleagues by name, others by pseudonym."""
    if by is None:
        return _moment(at)
    return _("%(at)s by %(who)s") % {"at": _moment(at), "who": by.name_for(request.actor)}


def _moment(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "j F Y, H:i")


# Acts


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rotate(request: PageRequest, key_id: int) -> HttpResponse:
    """The form with what would happen (GET, or POST of `preview`); POST of anything else rotates."""
    if request.method != "POST":
        return _rotation(request, key_id, None)
    with acting_as(request.actor):
        form = forms.RotateKey(request.POST, key=find(request, key_id))
    if not form.is_valid() or "preview" in request.POST:
        with acting_as(request.actor):
            return _rotation(request, key_id, form)
    try:
        issued = Issued(*keys.rotate(key_id=key_id, **form.cleaned_data, actor=request.actor, now=request.now))
    except Hidden:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        with acting_as(request.actor):
            return _rotation(request, key_id, form, status=status_of(refusal))
    with acting_as(request.actor):
        return _page(request, issued.key.public_id, issued=issued)


def _rotation(
    request: PageRequest, key_id: int, form: forms.RotateKey | None, *, status: int | None = None
) -> HttpResponse:
    old = find(request, key_id)
    form = form or forms.RotateKey(key=old)
    plan = _plan(old, form, request)
    context = {
        "key": old,
        "form": form,
        "plan": plan,
        "rotating": permits(may_rotate_key, request.actor, old, request.now),
        "crumbs": [*_crumbs(old.organisation), (reverse("members:key", args=[key_id]), old.label)],
    }
    return render(request, "members/rotate_key.html", context, status=status or (422 if form.errors else 200))


def _plan(old: ApiKey, form: forms.RotateKey, request: PageRequest) -> Rotation | None:
    """What the form would bring, as it is filled in; None when that is refused, and the form says why."""
    if not form.is_bound:
        given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    elif form.is_valid():
        given = form.cleaned_data
    else:
        return None
    try:
        return key_rules.rotation(old, **given, now=request.now)
    except Refusal as refusal:
        form.refuse(refusal)
        return None


@require_POST
@signed_in
def revoke(request: PageRequest, key_id: int) -> HttpResponse:
    """End a key. One that has leaked leads to what it has read."""
    with acting_as(request.actor):
        form = forms.RevokeKey(request.POST, reasons=key_rules.reasons(request.actor, find(request, key_id)))
    status = 422
    if form.is_valid():
        reason = Revocation(form.cleaned_data["reason"])
        try:
            ended = keys.revoke(key_id=key_id, reason=reason, actor=request.actor, now=request.now)
            messages.info(request, _("The key “%(label)s” is revoked.") % {"label": ended.label})
            return redirect("members:key", key_id)
        except Hidden:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    with acting_as(request.actor):
        return _page(request, key_id, form=form, status=status)
