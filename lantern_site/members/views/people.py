"""The people of an organisation: who they are, inviting others, and the yearly confirmation of access."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Refusal
from lantern_site.forms import Refusable
from lantern_site.members import policies
from lantern_site.members.deadlines import Access
from lantern_site.members.forms import people as forms
from lantern_site.members.models import ApiKey, Grant, Invitation, Organisation, Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, permits
from lantern_site.members.services import access, invitations
from lantern_site.pages import SECOND_FACTORS, PageRequest, signed_in, status_of

Given = Mapping[str, Refusable]
DUE = {Access.DUE, Access.SUSPENDED}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def people(request: PageRequest, organisation_id: int) -> HttpResponse:
    """Who works for an organisation; those who administer it invite others here (POST)."""
    if request.method != "POST":
        return _people_page(request, organisation_id)
    with acting_as(request.actor):
        organisation = _organisation(request, organisation_id)
    form = forms.Invite(request.POST, offered=policies.roles_of(organisation))
    status = attempt(
        form,
        lambda: invitations.invite(
            **form.invitation(), organisation_id=organisation_id, actor=request.actor, now=request.now
        ),
    )
    if status != HTTPStatus.OK:
        with acting_as(request.actor):
            return _people_page(request, organisation_id, given={"invite": form}, status=status)
    messages.info(request, _("The invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]})
    return redirect("members:people", organisation_id)


def attempt(form: Refusable, act: Callable[[], object]) -> HTTPStatus:
    """Call the service when the form is complete; the form shows a refusal. What is hidden is left to the door."""
    if not form.is_valid():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        act()
    except Hidden:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return status_of(refusal)
    return HTTPStatus.OK


def _organisation(request: PageRequest, organisation_id: int) -> Organisation:
    """The organisation, for somebody who may know its people. Raises Hidden."""
    found = Organisation.objects.filter(public_id=organisation_id).first()
    if found is None:
        raise Hidden(_("There is no such organisation."))
    policies.may_see_people(request.actor, found)
    return found


def _people_page(
    request: PageRequest, organisation_id: int, *, given: Given | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    organisation = _organisation(request, organisation_id)
    keeps = concerns(request.actor, Permission.MANAGE_STAFF, Permission.SEE_STAFF)
    everybody = list(with_roles(Staff.objects.filter(organisation=organisation), request).order_by("name", "pk"))
    here = [standing(person, request) for person in everybody if person.is_active]
    here.sort(key=lambda row: row["access"] not in DUE)  # what is to be done comes first
    asked: dict[str, Refusable] = {
        "invite": forms.Invite(offered=policies.roles_of(organisation)),
        "chosen": forms.ChosenPeople(among=[]),
        **(given or {}),
    }
    chosen = asked["chosen"]
    may = permits(policies.may_administer, request.actor, organisation, request.now)
    context = {
        "organisation": organisation,
        "keeps": keeps,
        "here": here,
        "gone": [person for person in everybody if not person.is_active] if keeps else [],
        "due": sum(row["access"] in DUE for row in here),
        "invitations": _open_invitations(organisation, request) if keeps else [],
        "may": may,
        "unsaid": [] if may else list((given or {}).values()),
        "forms": asked,
        "ticked": chosen.ticked() if isinstance(chosen, forms.ChosenPeople) and chosen.is_bound else set(),
        "crumbs": crumbs(organisation),
    }
    return render(request, "members/people.html", context, status=status)


def crumbs(organisation: Organisation, *more: tuple[str, str]) -> list[tuple[str, str]]:
    own = (reverse("members:organisation", args=[organisation.public_id]), organisation.name)
    return [(reverse("members:directory"), _("Members")), own, *more]


def with_roles(found: QuerySet[Staff], request: PageRequest) -> QuerySet[Staff]:
    """Each with `valid`, the grants of today, and `has_factor`."""
    valid = Grant.objects.valid_at(request.now).order_by("role", "pk")
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    shown = Prefetch("grants", queryset=valid, to_attr="valid")
    return found.prefetch_related(shown).annotate(has_factor=Exists(factors))


def standing(person: Staff, request: PageRequest) -> dict[str, Any]:
    today = request.now.date()
    return {"whose": person, "trained": person.is_trained(today), "access": person.access(today).value}


def _open_invitations(organisation: Organisation, request: PageRequest) -> list[Invitation]:
    found = Invitation.objects.open_at(request.now).filter(organisation=organisation)
    return list(found.select_related("invited_by").order_by("-invited_at", "-pk"))


@require_POST
@signed_in
def confirm(request: PageRequest, organisation_id: int) -> HttpResponse:
    """The access of those who were ticked is needed for another year."""
    form = _chosen(request, organisation_id)
    status = attempt(form, lambda: access.confirm(staff_ids=form.ids(), actor=request.actor, now=request.now))
    if status != HTTPStatus.OK:
        with acting_as(request.actor):
            return _people_page(request, organisation_id, given={"chosen": form}, status=status)
    count = len(form.ids())
    said = ngettext("Access is confirmed for %(n)d person.", "Access is confirmed for %(n)d people.", count)
    messages.info(request, said % {"n": count})
    return redirect("members:people", organisation_id)


@require_POST
@signed_in
def end_access(request: PageRequest, organisation_id: int) -> HttpResponse:
    """First what would happen to those who were ticked; once that was seen (`sure`), it happens."""
    form = _chosen(request, organisation_id)
    if form.is_valid() and form.ids() and "sure" not in request.POST:
        with acting_as(request.actor):
            return _end_page(request, organisation_id, form.ids())
    status = attempt(form, lambda: access.end(staff_ids=form.ids(), actor=request.actor, now=request.now))
    if status != HTTPStatus.OK:
        with acting_as(request.actor):
            return _people_page(request, organisation_id, given={"chosen": form}, status=status)
    count = len(form.ids())
    said = ngettext("The access of %(n)d person has ended.", "The access of %(n)d people has ended.", count)
    messages.info(request, said % {"n": count})
    return redirect("members:people", organisation_id)


def _chosen(request: PageRequest, organisation_id: int) -> forms.ChosenPeople:
    with acting_as(request.actor):
        organisation = _organisation(request, organisation_id)
        among = list(organisation.staff.filter(is_active=True).values_list("public_id", flat=True))
    return forms.ChosenPeople(request.POST, among=among)


def _end_page(request: PageRequest, organisation_id: int, chosen: Sequence[int]) -> HttpResponse:
    organisation = _organisation(request, organisation_id)
    found = with_roles(Staff.objects.filter(organisation=organisation, public_id__in=chosen), request).order_by(
        "name", "pk"
    )
    crumb = (reverse("members:people", args=[organisation_id]), _("People"))
    context = {
        "organisation": organisation,
        "people": found,
        "consequences": consequences(found, request),
        "crumbs": crumbs(organisation, crumb),
    }
    return render(request, "members/end_access.html", context)


def consequences(found: QuerySet[Staff], request: PageRequest) -> dict[str, int]:
    """What ends, or stays, when these people go."""
    return found.aggregate(
        roles=Count("grants", filter=Q(grants__in=Grant.objects.valid_at(request.now)), distinct=True),
        sessions=Count("sessions", filter=Q(sessions__expire_date__gt=request.now), distinct=True),
        invitations=Count(
            "invitations_sent", filter=Q(invitations_sent__in=Invitation.objects.open_at(request.now)), distinct=True
        ),
        keys=Count("keys_issued", filter=Q(keys_issued__in=ApiKey.objects.usable_at(request.now)), distinct=True),
    )
