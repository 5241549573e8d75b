"""Pages about members: the directory, and one organisation with its people."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantern_site.errors import Hidden
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.policies import may_see_keys, permits
from lantern_site.pages import PageRequest, signed_in


@require_GET
@signed_in
def directory(request: PageRequest) -> HttpResponse:
    """Who takes part."""
    people = Count("staff", filter=Q(staff__is_active=True), distinct=True)
    members = Organisation.objects.members().annotate(people=people).order_by("name", "pk")
    return render(request, "members/directory.html", {"members": members})


@require_GET
@signed_in
def organisation(request: PageRequest, organisation_id: int) -> HttpResponse:
    """One organisation."""
    found = Organisation.objects.filter(public_id=organisation_id).first()
    if found is None:
        raise Hidden(_("There is no such organisation."))
    inside = request.actor.programme or found.pk == request.actor.organisation_id
    context = {
        "organisation": found,
        "facts": _facts(found),
        "inside": inside,
        "people": _people(found) if inside else [],
        "sees_keys": bool(permits(may_see_keys, request.actor, found)),
        "crumbs": [(reverse("members:directory"), _("Members"))],
    }
    return render(request, "members/organisation.html", context)


def _people(found: Organisation) -> list[tuple[Staff, str]]:
    people = found.staff.prefetch_related("grants").order_by("name", "pk")
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
