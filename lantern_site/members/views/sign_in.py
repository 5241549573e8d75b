"""What stands around allauth's pages: too many attempts, and the last second factor."""

from allauth.account.internal.stagekit import unstash_login
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.services import sessions
from lantern_site.pages import PageRequest, signed_in


def too_many(request: HttpRequest) -> HttpResponse:
    """Answers whoever tried too often (429), with the time to wait. Of one burst one entry stays in the ledger."""
    step, meant = _step(request), _meant(request)
    if cache.add(f"limited:{step}:{meant or get_ip(request)}", 1, settings.ATTEMPTS_WITHIN):
        sessions.note_limit(staff_id=meant, step=step, now=clock.now())
    minutes = settings.ATTEMPTS_WITHIN // 60
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(settings.ATTEMPTS_WITHIN)
    response["Cache-Control"] = "no-store"
    return response


def _step(request: HttpRequest) -> str:
    if "2fa" in request.path:
        return "second_factor"
    if "reset" in request.path:
        return "reset"
    return "confirmation" if request.user.is_authenticated else "password"


def _meant(request: HttpRequest) -> int | None:
    """The public id of the person whose account it was about, as far as there is one."""
    login = unstash_login(request, peek=True)
    if request.user.is_authenticated:
        return request.user.public_id
    if login is not None and login.user is not None:
        return int(login.user.public_id)
    address = request.POST.get("login") or request.POST.get("email") or ""
    return Staff.objects.filter(email__iexact=address.strip()).values_list("public_id", flat=True).first()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove_key(request: PageRequest, pk: int) -> HttpResponse:
    """Stands before allauth's page, which asks nobody whether a key may go."""
    found = Authenticator.objects.filter(pk=pk, user=request.person, type=Authenticator.Type.WEBAUTHN).first()
    if found is None:
        raise Hidden(_("There is no such key."))
    adapter = get_adapter()
    if not adapter.can_delete_authenticator(found):
        raise WrongState(adapter.error_messages["cannot_delete_authenticator"])
    response: HttpResponse = remove_webauthn(request, pk=pk)
    if hasattr(response, "render"):
        with acting_as(request.actor):
            response = response.render()
    return response
