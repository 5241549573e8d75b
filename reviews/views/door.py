"""The public door: *think you were wrongly signalled?* The answer is the same for everybody.

The address travels in the body of a form, sealed once it was typed: never in an address, a log or a cookie.
"""

from http import HTTPStatus

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site import clock
from lantern_site.attempts import attempt
from lantern_site.forms import Refusable
from lantern_site.pages import public, site_nav
from reviews import forms
from reviews.services import pleas

RATES = {"begin": "5/h/ip,3/d/key", "prove": "20/h/ip,5/h/key"}
"""Codes that are sent from one network and to one address, and tries of one code."""


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def begin(request: HttpRequest) -> HttpResponse:
    """How the door works, and the address that is asked about."""
    form = forms.Plea(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, "begin", form, status)
    if not _is_allowed(request, "begin", pleas.fingerprint(sealed=form.cleaned_data["address"])):
        return _too_often(request, "begin", form)
    sealed: list[str] = []
    tried = attempt(form, lambda: sealed.append(pleas.begin(address=form.cleaned_data["address"], now=clock.now())))
    if not tried.done:
        return _page(request, "begin", form, tried.status)
    return _page(request, "code", forms.Code(initial={"sealed": sealed[0]}))


@sensitive_post_parameters()
@require_POST
@never_cache
@public
def prove(request: HttpRequest) -> HttpResponse:
    """Whoever has the code is told when the answer comes, and nothing else."""
    form = forms.Code(request.POST)
    if not form.is_valid():
        return _page(request, "code", form, HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    if not _is_allowed(request, "prove", pleas.fingerprint(sealed=given["sealed"])):
        return _too_often(request, "code", form)
    receipts: list[str] = []
    tried = attempt(form, lambda: receipts.append(pleas.prove(now=clock.now(), **given)))
    if not tried.done:
        return _page(request, "code", form, tried.status)
    return _page(request, "taken", forms.Receipt(initial={"receipt": receipts[0]}))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def answer(request: HttpRequest) -> HttpResponse:
    """The one answer, once its time has come."""
    form = forms.Receipt(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, "ask", form, status)
    come: list[bool] = []
    tried = attempt(form, lambda: come.append(pleas.is_answered(now=clock.now(), **form.cleaned_data)))
    if not tried.done:
        return _page(request, "ask", form, tried.status)
    return _page(request, "answer" if come[0] else "wait", form)


def _is_allowed(request: HttpRequest, action: str, key: str) -> bool:
    return bool(ratelimit.consume(request, app="reviews", action=action, key=key, config=RATES))


def _too_often(request: HttpRequest, step: str, form: Refusable) -> HttpResponse:
    form.add_error(None, _("This was tried too often. Please come back tomorrow."))
    return _page(request, step, form, HTTPStatus.TOO_MANY_REQUESTS)


def _page(request: HttpRequest, step: str, form: Refusable, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"step": step, "form": form, "site_nav": site_nav(request.path)}
    return render(request, "reviews/door.html", context, status=status)
