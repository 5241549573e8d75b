"""Pages about oneself: settings, and showing a second factor."""

from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.members.forms import own as forms
from lantern_site.members.services import preferences
from lantern_site.pages import PageRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def address(request: PageRequest) -> HttpResponse:
    """Stands where allauth lets people change their address by themselves: unproven, and without a trace."""
    raise Hidden(_("There is no such page."))


@require_GET
@signed_in
def prove(request: PageRequest) -> HttpResponse:
    """On to the second factor, and from there back to `next`; who has none sets one up first."""
    step = "mfa_reauthenticate" if is_mfa_enabled(request.person) else "mfa_activate_totp"
    return redirect(f"{reverse(step)}?{urlencode({'next': request.GET.get('next', '/')})}")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: PageRequest) -> HttpResponse:
    """One's own settings."""
    person = request.person
    initial = {"time_zone": person.time_zone, "break_minutes": person.break_minutes}
    form = forms.Preferences(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        preferences.change(**form.cleaned_data, actor=request.actor)
        messages.info(request, _("Your settings are kept."))
        return redirect("members:settings")
    with acting_as(request.actor):
        return render(request, "members/settings.html", {"form": form}, status=422 if form.errors else 200)
