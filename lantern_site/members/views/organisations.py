"""Pages about members: the directory, and one organisation with its people and keys."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members import admission as questions
from lantern_site.members.lifecycle import GONE, NOT_ADMITTED, ON_THE_WAY, MemberState
from lantern_site.members.models import Application, Grant, Organisation, OrganisationQuerySet, Staff
from lantern_site.members.policies import may_see_people, permits
from lantern_site.members.views import standing
from lantern_site.members.views.tabs import Tab, tabs_of_lists
from lantern_site.pages import PageRequest, signed_in

STATES = {"coming": ON_THE_WAY, "active": frozenset({MemberState.ACTIVE}), "going": GONE}
DUE = "due"


@require_GET
@signed_in
def directory(request: PageRequest) -> HttpResponse:
    """Who takes part; to the programme also what has to be looked after."""
    keeping = request.actor.programme
    chosen = request.GET.get("show", "")
    people = Count("staff", filter=Q(staff__is_active=True), distinct=True)
    members = Organisation.objects.members().annotate(people=people).order_by("name", "pk")
    if chosen in STATES:
        members = members.filter(state__in=STATES[chosen])
    rows = _with_health(members, request.now.date()) if keeping else [(member, []) for member in members]
    if keeping and chosen == DUE:
        rows = [(member, found) for member, found in rows if found]
    context = {"rows": rows, "keeping": keeping, "lists": tabs_of_lists(request), "tabs": _tabs(chosen, keeping)}
    return render(request, "members/directory.html", context)


def _with_health(members: OrganisationQuerySet, today: date) -> list[tuple[Organisation, Sequence[questions.Due]]]:
    return [(member, questions.due(member, today)) for member in questions.with_papers(members)]


def _tabs(chosen: str, keeping: bool) -> list[Tab]:
    words = {"": _("All"), "coming": _("On the way"), "active": _("Active"), "going": _("Leaving and left")}
    words |= {DUE: _("To look after")} if keeping else {}
    url = reverse("members:directory")
    return [
        {"url": f"{url}?show={name}" if name else url, "label": label, "count": None, "current": name == chosen}
        for name, label in words.items()
    ]


@require_GET
@signed_in
def organisation(request: PageRequest, organisation_id: int) -> HttpResponse:
    """One organisation."""
    return page(request, organisation_id)


def find(request: PageRequest, organisation_id: int) -> Organisation:
    """The organisation; who only asks to take part is known to the programme alone."""
    found = Organisation.objects.filter(public_id=organisation_id).first()
    if found is None or (found.state in NOT_ADMITTED and not _is_known_applicant(request, found)):
        raise Hidden(_("There is no such organisation."))
    return found


def _is_known_applicant(request: PageRequest, found: Organisation) -> bool:
    """What was forgotten has no page any more."""
    return request.actor.programme and Application.objects.filter(organisation=found).exists()


def find_papers(request: PageRequest, organisation_id: int) -> Organisation:
    """A member whose papers the actor may read: the own organisation, or any for the programme."""
    found = find(request, organisation_id)
    inside = request.actor.programme or found.pk == request.actor.organisation_id
    if found.is_programme or found.state in NOT_ADMITTED or not inside:
        raise Hidden(_("There is no such page."))
    return found


def page(
    request: PageRequest,
    organisation_id: int,
    *,
    given: Mapping[str, Refusable] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, inside `acting_as` only. `given` are forms of its cards that were refused."""
    found = find(request, organisation_id)
    if found.state in NOT_ADMITTED:
        return redirect("members:application", found.application.public_id)
    inside = request.actor.programme or found.pk == request.actor.organisation_id
    sees_people = bool(permits(may_see_people, request.actor, found))
    context = {
        "organisation": found,
        "facts": _facts(found),
        "inside": inside,
        "people": _people(found, request.now) if sees_people else [],
        "sees_people": sees_people,
        "own": found.pk == request.actor.organisation_id,
        "crumbs": [(reverse("members:directory"), _("Members"))],
        **(standing.context(request, found, given or {}) if inside else {}),
    }
    return render(request, "members/organisation.html", context, status=status)


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
        {"term": _("Region"), "value": found.region_name},
        {"term": _("Joined"), "value": found.joined_on or nothing},
        {"term": _("Probation until"), "value": found.probation_ends_on or nothing},
        {"term": _("May handle identifiers since"), "value": found.identifiers_allowed_from or nothing},
    ]
