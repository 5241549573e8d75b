"""The page of one person: roles, training, and ending or opening the access."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantern_site.audit.access import acting_as
from lantern_site.forms import Refusable
from lantern_site.members import policies
from lantern_site.members.forms import people as forms
from lantern_site.members.models import Staff, Training
from lantern_site.members.policies import permits
from lantern_site.members.roles import Role
from lantern_site.members.services import factors, grants, staff, training
from lantern_site.members.views import people
from lantern_site.pages import PageRequest, signed_in


@require_GET
@signed_in
def person(request: PageRequest, staff_id: int) -> HttpResponse:
    return _person_page(request, staff_id)


def _person_page(
    request: PageRequest,
    staff_id: int,
    *,
    given: people.Given | None = None,
    status: int = HTTPStatus.OK,
    sentence: str = "",
) -> HttpResponse:
    rows = Staff.objects.filter(public_id=staff_id)
    found = people.with_roles(rows.select_related("organisation"), request).first()
    if found is None:
        raise policies.unknown_person()
    policies.may_see_person(request.actor, found)
    organisation = found.organisation
    context = {
        **people.standing(found, request),
        "organisation": organisation,
        "history": found.grants.order_by("-granted_at", "-pk"),
        "trainings": Training.objects.filter(staff=found).select_related("recorded_by").order_by("-held_on", "-pk"),
        "may": permits(policies.may_administer, request.actor, organisation, request.now),
        "vouching": permits(policies.may_vouch_for, request.actor, found, request.now),
        "changing": permits(policies.not_for_oneself, request.actor, found),
        "ending": permits(_may_end, request, found),
        "resetting": permits(policies.may_reset_factor, request.actor, found, request.now),
        "consequences": people.consequences(rows, request),
        "forms": {
            "grant": forms.GrantRole(offered=policies.roles_of(organisation)),
            "training": forms.RecordTraining(initial={"course": _(training.YEARLY)}),
            "reset": forms.ResetFactor(auto_id="reset_%s"),
            **(given or {}),
        },
        "sentence": sentence,
        "crumbs": people.crumbs(organisation, (reverse("members:people", args=[organisation.public_id]), _("People"))),
    }
    return render(request, "members/person.html", context, status=status)


def _may_end(request: PageRequest, found: Staff) -> None:
    policies.may_shut_out(request.actor, found.organisation)
    policies.not_for_oneself(request.actor, found)
    policies.somebody_stays(request.actor, found, request.now)


@require_POST
@signed_in
def grant_role(request: PageRequest, staff_id: int) -> HttpResponse:
    form = forms.GrantRole(request.POST, offered=_offered(request, staff_id))
    status = people.attempt(
        form, lambda: grants.grant(**form.cleaned_data, staff_id=staff_id, actor=request.actor, now=request.now)
    )
    if status != HTTPStatus.OK:
        with acting_as(request.actor):
            return _person_page(request, staff_id, given={"grant": form}, status=status)
    role = form.cleaned_data["role"].label.lower()
    messages.info(request, _("The role %(role)s is granted.") % {"role": role})
    return redirect("members:person", staff_id)


def _offered(request: PageRequest, staff_id: int) -> frozenset[Role]:
    found = Staff.objects.filter(public_id=staff_id).select_related("organisation").first()
    if found is None:
        raise policies.unknown_person()
    policies.may_see_person(request.actor, found)
    return policies.roles_of(found.organisation)


@require_POST
@signed_in
def end_role(request: PageRequest, staff_id: int) -> HttpResponse:
    form = forms.EndRole(request.POST)
    status = people.attempt(
        form, lambda: grants.end_grant(**form.cleaned_data, staff_id=staff_id, actor=request.actor, now=request.now)
    )
    if status != HTTPStatus.OK:
        return _plainly_refused(request, staff_id, form, status)
    messages.info(request, _("The role %(role)s has ended.") % {"role": form.cleaned_data["role"].label.lower()})
    return redirect("members:person", staff_id)


def _plainly_refused(request: PageRequest, staff_id: int, form: Refusable, status: HTTPStatus) -> HttpResponse:
    """The page again with the sentence, for an action that is one button."""
    sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
    with acting_as(request.actor):
        return _person_page(request, staff_id, status=status, sentence=sentence)


@require_POST
@signed_in
def record_training(request: PageRequest, staff_id: int) -> HttpResponse:
    form = forms.RecordTraining(request.POST)
    status = people.attempt(
        form,
        lambda: training.record_training(**form.cleaned_data, staff_id=staff_id, actor=request.actor, now=request.now),
    )
    if status != HTTPStatus.OK:
        with acting_as(request.actor):
            return _person_page(request, staff_id, given={"training": form}, status=status)
    messages.info(request, _("The training is recorded."))
    return redirect("members:person", staff_id)


@require_POST
@signed_in
def withdraw_training(request: PageRequest, training_id: int) -> HttpResponse:
    taken = training.withdraw(training_id=training_id, actor=request.actor, now=request.now)
    messages.info(request, _("The record counts no more."))
    return redirect("members:person", taken.staff.public_id)


@require_POST
@signed_in
def reset_factor(request: PageRequest, staff_id: int) -> HttpResponse:
    form = forms.ResetFactor(request.POST, auto_id="reset_%s")
    status = people.attempt(
        form, lambda: factors.reset(**form.cleaned_data, staff_id=staff_id, actor=request.actor, now=request.now)
    )
    if status != HTTPStatus.OK:
        with acting_as(request.actor):
            return _person_page(request, staff_id, given={"reset": form}, status=status)
    messages.info(
        request, _("The second factor is reset, and the person is told. At the next sign-in a new one is set up.")
    )
    return redirect("members:person", staff_id)


@require_POST
@signed_in
def deactivate(request: PageRequest, staff_id: int) -> HttpResponse:
    form = Refusable(request.POST)
    status = people.attempt(form, lambda: staff.deactivate(staff_id=staff_id, actor=request.actor, now=request.now))
    if status != HTTPStatus.OK:
        return _plainly_refused(request, staff_id, form, status)
    messages.info(request, _("The access has ended."))
    return redirect("members:person", staff_id)


@require_POST
@signed_in
def reactivate(request: PageRequest, staff_id: int) -> HttpResponse:
    form = Refusable(request.POST)
    status = people.attempt(form, lambda: staff.reactivate(staff_id=staff_id, actor=request.actor, now=request.now))
    if status != HTTPStatus.OK:
        return _plainly_refused(request, staff_id, form, status)
    messages.info(request, _("The person can sign in again. Grant the roles that are needed."))
    return redirect("members:person", staff_id)
