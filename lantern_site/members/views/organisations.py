"""Pages about members: the directory, and one organisation with its people and keys."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Invalid, Refusal
from lantern_site.members.forms import machines as forms
from lantern_site.members.models import ApiKey, Grant, Organisation, Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import may_see_people, permits, require
from lantern_site.members.services import keys
from lantern_site.pages import PageRequest, signed_in, status_of


@require_GET
@signed_in
def directory(request: PageRequest) -> HttpResponse:
    """Who takes part."""
    people = Count("staff", filter=Q(staff__is_active=True), distinct=True)
    members = Organisation.objects.members().annotate(people=people).order_by("name", "pk")
    return render(request, "members/directory.html", {"members": members})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def organisation(request: PageRequest, organisation_id: int) -> HttpResponse:
    """One organisation; its own admin issues keys here (POST)."""
    if request.method != "POST":
        return _page(request, organisation_id, forms.IssueKey())
    form, status = forms.IssueKey(request.POST), 422
    if form.is_valid():
        try:
            key, secret = keys.issue(**form.cleaned_data, actor=request.actor, now=request.now)
            with acting_as(request.actor):
                return _page(request, organisation_id, forms.IssueKey(), issued=(key, secret))
        except Refusal as refusal:
            form.add_error((refusal.field if isinstance(refusal, Invalid) else "") or None, str(refusal))
            status = status_of(refusal)
    with acting_as(request.actor):
        return _page(request, organisation_id, form, status=status)


def _page(
    request: PageRequest,
    organisation_id: int,
    form: forms.IssueKey,
    *,
    issued: tuple[ApiKey, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = Organisation.objects.filter(public_id=organisation_id).first()
    if found is None:
        raise Hidden(_("There is no such organisation."))
    inside = request.actor.programme or found.pk == request.actor.organisation_id
    sees_people = bool(permits(may_see_people, request.actor, found))
    context = {
        "organisation": found,
        "facts": _facts(found),
        "inside": inside,
        "people": _people(found, request.now) if sees_people else [],
        "sees_people": sees_people,
        "keys": found.keys.order_by("-issued_at", "-pk") if inside else [],
        "own": found.pk == request.actor.organisation_id,
        "permission": permits(require, request.actor, Permission.ISSUE_KEYS),
        "form": form,
        "issued": issued,
        "crumbs": [(reverse("members:directory"), _("Members"))],
    }
    response = render(request, "members/organisation.html", context, status=status)
    if issued is not None:
        response["Cache-Control"] = "no-store"
    return response


def _people(found: Organisation, now: datetime) -> list[tuple[Staff, str]]:
    valid = Prefetch("grants", queryset=Grant.objects.valid_at(now).order_by("role", "pk"))
    people = found.staff.filter(is_active=True).prefetch_related(valid).order_by("name", "pk")
    return [(person, ", ".join(str(grant.get_role_display()) for grant in person.grants.all())) for person in people]


def _facts(found: Organisation) -> list[dict[str, object]]:
    nothing = _("not yet")
    return [
        {"term": _("Kind"), "value": found.get_kind_display()},
        {"term": _("State"), "value": found.get_state_display()},
        {"term": _("Suspension"), "value": found.get_suspended_display()},
        {"term": _("Region"), "value": found.region},
        {"term": _("Joined"), "value": found.joined_on},
        {"term": _("Probation until"), "value": found.probation_ends_on or nothing},
        {"term": _("May handle identifiers since"), "value": found.identifiers_allowed_from or nothing},
    ]


@require_POST
@signed_in
def revoke(request: PageRequest, key_id: int) -> HttpResponse:
    key = keys.revoke(key_id=key_id, actor=request.actor, now=request.now)
    messages.info(request, _("The key “%(label)s” is revoked.") % {"label": key.label})
    return redirect("members:organisation", key.organisation.public_id)
