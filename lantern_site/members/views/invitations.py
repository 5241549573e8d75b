"""Accepting an invitation, before anybody has signed in; sending one again, and revoking it."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Refusal
from lantern_site.members.forms import people as forms
from lantern_site.members.models import Invitation
from lantern_site.members.policies import needs_second_factor
from lantern_site.members.services import invitations
from lantern_site.pages import PageRequest, public, remember_the_way, signed_in, status_of


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@public
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password; then whoever came is signed in, and led to a second factor where a role needs one."""
    now = clock.now()
    form = forms.ChoosePassword(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                person = invitations.accept(token=token, password=form.cleaned_data["password"], now=now)
            except Hidden:
                return _dead(request)
            except Refusal as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
            else:
                get_adapter().login(request, person)
                reauthenticate_by_password(request)
                if not needs_second_factor(person, now):
                    return redirect("reviews:home")
                remember_the_way(request, "/")
                return redirect("mfa_index")
    with acting_as(Actor.clock()):
        found = Invitation.objects.for_token(token, now).select_related("organisation").first()
    if found is None:
        return _dead(request)
    return render(request, "members/invitation.html", {"invitation": found, "form": form}, status=status)


def _dead(request: HttpRequest) -> HttpResponse:
    """The same for a token that was used, revoked, too old or never made."""
    return render(request, "members/invitation_over.html", status=HTTPStatus.NOT_FOUND)


@require_POST
@signed_in
def resend(request: PageRequest, invitation_id: int) -> HttpResponse:
    sent = invitations.resend(invitation_id=invitation_id, actor=request.actor, now=request.now)
    messages.info(request, _("The invitation goes out again. The link sent before no longer works."))
    return redirect("members:people", sent.organisation.public_id)


@require_POST
@signed_in
def revoke(request: PageRequest, invitation_id: int) -> HttpResponse:
    revoked = invitations.revoke(invitation_id=invitation_id, actor=request.actor, now=request.now)
    messages.info(request, _("The invitation is revoked: its link opens nothing any more."))
    return redirect("members:people", revoked.organisation.public_id)
