"""What every page for people has in common: who asks, under whose eyes the database answers, how a refusal looks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from zoneinfo import ZoneInfo

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, Refusal, Spent, WrongState
from lantern_site.members.deadlines import Access
from lantern_site.members.models import Staff
from lantern_site.members.roles import SECOND_FACTOR_REQUIRED

STATUS: dict[type[Refusal], HTTPStatus] = {
    Hidden: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotProven: HTTPStatus.FORBIDDEN,
    WrongState: HTTPStatus.CONFLICT,
    Spent: HTTPStatus.TOO_MANY_REQUESTS,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}


PROVEN_FOR = timedelta(minutes=30)
"""How long a second factor counts for what asks for a fresh one."""
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as one; recovery codes only stand in for it."""
ONWARD = "onward"
"""What the session calls the page that somebody was on the way to."""


class PageRequest(HttpRequest):
    """A request of a person who has signed in."""

    htmx: HtmxDetails
    person: Staff
    actor: Actor
    now: datetime
    is_suspended: bool
    """The person's roles rest until somebody confirms that the access is still needed."""


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The door of every page that is not public.

    Reads (GET) run in one transaction that sees what the actor may see. Writes run in the transactions of the services
    that they call; what such a view shows afterwards it reads inside `acting_as`. No browser or proxy keeps a page.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        known = cast(PageRequest, request)
        known.person = request.user
        known.now = clock.now()
        known.actor = known.person.actor(known.now, is_proven=_is_proven(known))
        known.is_suspended = known.person.access(known.now.date()) == Access.SUSPENDED
        needs_factor = known.actor.roles & SECOND_FACTOR_REQUIRED or known.person.factor_reset_at is not None
        if needs_factor and not is_mfa_enabled(known.person, SECOND_FACTORS):
            remember_the_way(known, known.get_full_path() if known.method == "GET" else "/")
            return redirect("mfa_index")
        with timezone.override(ZoneInfo(known.person.time_zone)):
            response = _answer(view, known, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    door.is_signed_in = True  # type: ignore[attr-defined]
    return door


def remember_the_way(request: HttpRequest, path: str) -> None:
    """Where the person was going when a second factor had to be set up; pages of the set-up lead on to there."""
    own = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    request.session[ONWARD] = path if own else "/"


def _is_proven(request: PageRequest) -> bool:
    """Whether the person showed a second factor lately, in this session."""
    records = get_authentication_records(request, request.person)
    newest = max((record["at"] for record in records if record["method"] == "mfa"), default=0)
    return bool(request.now.timestamp() - newest <= PROVEN_FOR.total_seconds())


def _answer(view: Callable[..., HttpResponseBase], request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        if request.method in ("GET", "HEAD"):
            with acting_as(request.actor):
                return view(request, *args, **kwargs)
        return view(request, *args, **kwargs)
    except Refusal as refusal:
        return refused(request, refusal)


def public(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Marks a page that everybody may read. What is neither this nor `signed_in` fails a test."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def site_nav(path: str) -> list[dict[str, Any]]:
    """The links at the head of every public page."""
    links = [
        (reverse("transparency:editions"), _("Reports")),
        (reverse("transparency:method"), _("Method")),
        (reverse("signals:normalisation"), _("Normal forms")),
        (reverse("members:assessments"), _("Assessments")),
        (reverse("reviews:door"), _("Wrongly signalled?")),
        (reverse("members:apply"), _("Take part")),
    ]
    return [{"url": url, "label": label, "current": path.startswith(url)} for url, label in links]


def status_of(refusal: Refusal) -> HTTPStatus:
    return STATUS[type(refusal)]


def refused(request: PageRequest, refusal: Refusal) -> HttpResponse:
    """The sentence of a refusal, as a page or as a fragment. A hidden thing answers like an unknown one."""
    if isinstance(refusal, Hidden):
        return render(request, "404.html", status=HTTPStatus.NOT_FOUND)
    template = "components/refusal.html" if request.htmx else "refusal.html"
    context = {"sentence": str(refusal), "needs_proof": isinstance(refusal, NotProven)}
    with acting_as(request.actor):
        return render(request, template, context, status=status_of(refusal))
