"""Pages about oneself: settings, sessions, and showing a second factor."""

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.members import deadlines
from lantern_site.members.forms import own as forms
from lantern_site.members.forms.people import OneSession
from lantern_site.members.models import Session
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import organisation_of, require
from lantern_site.members.services import house as house_services
from lantern_site.members.services import preferences, sessions
from lantern_site.pages import ONWARD, SECOND_FACTORS, PageRequest, remember_the_way, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def address(request: PageRequest) -> HttpResponse:
    """Stands where allauth lets people change their address by themselves: unproven, and without a trace."""
    raise Hidden(_("There is no such page."))


@require_GET
@signed_in
def prove(request: PageRequest) -> HttpResponse:
    """On to the second factor, and from there back to `next`; who has none sets one up first."""
    back = request.GET.get("next", "/")
    if not is_mfa_enabled(request.person, SECOND_FACTORS):
        remember_the_way(request, back)
        return redirect("mfa_index")
    has_app = is_mfa_enabled(request.person, [Authenticator.Type.TOTP])
    step = "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(step)}?{urlencode({'next': back})}")


@require_GET
@signed_in
def onward(request: PageRequest) -> HttpResponse:
    """Where the person was going before a second factor was set up."""
    return redirect(request.session.pop(ONWARD, "/"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: PageRequest) -> HttpResponse:
    """One's own settings."""
    person = request.person
    initial = {"time_zone": person.time_zone, "break_minutes": person.break_minutes, "digest": person.digest}
    form = forms.Preferences(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        preferences.change(**form.cleaned_data, actor=request.actor)
        messages.info(request, _("Your settings are kept."))
        return redirect("members:settings")
    with acting_as(request.actor):
        context = {"form": form, **_factors(request), **_standing(request), "sessions": _sessions(request)}
        return render(request, "members/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def house(request: PageRequest) -> HttpResponse:
    """The own organisation's hours and care, kept by whoever looks after its people."""
    require(request.actor, Permission.MANAGE_STAFF)
    if request.method != "POST":
        own = organisation_of(request.actor)
        initial = {name: getattr(own, name) for name in forms.House.base_fields}
        return render(request, "members/house.html", {"form": forms.House(initial=initial)})
    form = forms.House(request.POST)
    tried = attempt(form, lambda: house_services.keep(**form.cleaned_data, actor=request.actor, now=request.now))
    if tried.done:
        messages.info(request, _("Hours and care are kept. Targets of new signals follow them."))
        return redirect("members:house")
    with acting_as(request.actor):
        return render(request, "members/house.html", {"form": form}, status=tried.status)


def _factors(request: PageRequest) -> dict[str, Any]:
    """How the person shows who they are."""
    found = [one.wrap() for one in Authenticator.objects.filter(user=request.person).order_by("pk")]
    codes = [one for one in found if one.instance.type == Authenticator.Type.RECOVERY_CODES]
    return {
        "has_app": any(one.instance.type == Authenticator.Type.TOTP for one in found),
        "keys": [one.name for one in found if one.instance.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes[0].get_unused_codes()) if codes else 0,
    }


def _standing(request: PageRequest) -> dict[str, Any]:
    """What the person may do, until when, and what has to be renewed."""
    person, today = request.person, request.now.date()
    trained_until = person.trained_until
    return {
        "me": person,
        "grants": person.grants.valid_at(request.now).order_by("role", "pk"),
        "trainings": person.trainings.standing().order_by("-held_on", "-pk"),
        "is_trained": person.is_trained(today),
        "training_ends_soon": bool(trained_until and deadlines.warning(trained_until, today)),
        "access": person.access(today).value,
    }


def _sessions(request: PageRequest) -> list[dict[str, Any]]:
    """The browsers in which the person is signed in, this one first."""
    own = request.session.session_key
    found = Session.objects.filter(staff=request.person, expire_date__gt=request.now).order_by("-expire_date", "pk")
    shown = [{"row": session, "is_this": session.pk == own} for session in found]
    return sorted(shown, key=lambda one: not one["is_this"])


@require_POST
@signed_in
def end_session(request: PageRequest) -> HttpResponse:
    """Sign out in one of one's other browsers."""
    form = OneSession(request.POST)
    handle = form.cleaned_data["session"] if form.is_valid() else ""
    sessions.end_one(handle=handle, actor=request.actor, now=request.now)
    messages.info(request, _("That session has ended."))
    return redirect("members:settings")


@require_POST
@signed_in
def end_other_sessions(request: PageRequest) -> HttpResponse:
    """Sign out everywhere else."""
    keep = request.session.session_key or ""
    count = sessions.end_others(keep=keep, actor=request.actor, now=request.now)
    said = ngettext("%(n)d other session has ended.", "%(n)d other sessions have ended.", count)
    messages.info(request, said % {"n": count})
    return redirect("members:settings")
