"""Public pages: the application, and the link by which an applicant comes back to it."""

from http import HTTPStatus
from typing import Any

from allauth.core.internal import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site import clock
from lantern_site.attempts import attempt
from lantern_site.errors import Hidden
from lantern_site.members import admission as questions
from lantern_site.members import deadlines
from lantern_site.members.forms import admission as forms
from lantern_site.members.lifecycle import MOVES, Move
from lantern_site.members.services import admission, ways_out
from lantern_site.pages import public, site_nav

RATES = {"apply": "5/h/ip"}
"""Complete applications per address and hour: enough for mistakes, too few to fill the inbox."""


@require_http_methods(["GET", "HEAD", "POST"])
@public
def apply(request: HttpRequest) -> HttpResponse:
    """The criteria, and the form that asks about each."""
    form = forms.Apply(request.POST or None)
    if request.method != "POST":
        return _form(request, form)
    if not form.is_valid():
        return _form(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not ratelimit.consume(request, app="members", action="apply", config=RATES):
        form.add_error(None, _("Too many applications came from your network within an hour. Please try again later."))
        return _form(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    made: list[str] = []

    def act() -> None:
        application, secret = admission.apply(**form.typed(), now=clock.now())
        made.append(reverse("members:application_status", args=[application.public_id, secret]))

    tried = attempt(form, act)
    return redirect(f"{made[0]}?sent=1") if tried.done else _form(request, form, tried.status)


def _form(request: HttpRequest, form: forms.Apply, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"form": form, "site_nav": site_nav(request.path), "decided_within": deadlines.APPLICATION_DAYS}
    return render(request, "members/apply.html", context, status=status)


@require_safe
@never_cache
@public
def application_status(request: HttpRequest, application_id: int, secret: str) -> HttpResponse:
    """Where the application stands, for whoever has the link; and the thanks, right after it was sent."""
    return _status(request, application_id, secret, forms.Appeal())


@require_POST
@never_cache
@public
def appeal(request: HttpRequest, application_id: int, secret: str) -> HttpResponse:
    """The one objection to a refusal."""
    form = forms.Appeal(request.POST)
    try:
        tried = attempt(
            form,
            lambda: admission.appeal(
                application_id=application_id, secret=secret, now=clock.now(), **form.cleaned_data
            ),
        )
    except Hidden:
        raise Http404 from None
    if not tried.done:
        return _status(request, application_id, secret, form, tried.status)
    return redirect("members:application_status", application_id, secret)


@require_POST
@never_cache
@public
def withdraw(request: HttpRequest, application_id: int, secret: str) -> HttpResponse:
    """The applicant wants to take part no more."""
    form = forms.WithdrawApplication(request.POST)
    try:
        tried = attempt(
            form,
            lambda: ways_out.withdraw(
                application_id=application_id, secret=secret, now=clock.now(), **form.cleaned_data
            ),
        )
    except Hidden:
        raise Http404 from None
    if not tried.done:
        return _status(request, application_id, secret, forms.Appeal(), tried.status, withdrawing=form)
    return redirect("members:application_status", application_id, secret)


def _status(
    request: HttpRequest,
    application_id: int,
    secret: str,
    form: forms.Appeal,
    status: int = HTTPStatus.OK,
    *,
    withdrawing: forms.WithdrawApplication | None = None,
) -> HttpResponse:
    try:
        application = questions.by_link(application_id=application_id, secret=secret)
    except Hidden:
        raise Http404 from None
    context: dict[str, Any] = {
        "application": application,
        "link": request.build_absolute_uri(request.path.removesuffix("appeal/").removesuffix("withdraw/")),
        "form": form,
        "may_withdraw": application.organisation.state in MOVES[Move.WITHDRAW].starts,
        "withdraw_form": withdrawing or forms.WithdrawApplication(auto_id="withdraw_%s"),
        "secret": secret,
        "just_sent": "sent" in request.GET,
        "site_nav": site_nav(request.path),
    }
    return render(request, "members/application_status.html", context, status=status)
