"""Redress: what the own organisation gave back, and whether the signal that led to it is disputed."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.members.policies import may_see_signals, permits
from lantern_site.pages import PageRequest, signed_in
from reviews import cases, disputing, forms
from reviews.models import Redress
from reviews.services import redress as services
from reviews.workflow import RedressState

SHOWN = 50


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """What waits first, the oldest of it on top; then what was settled lately."""
    may_see_signals(request.actor)
    mine = Redress.objects.visible_to(request.actor).select_related("organisation", "dispute")
    waiting, settled = mine.drafts().order_by("due_at", "pk"), mine.exclude(state=RedressState.DRAFT).order_by("-pk")
    page = [*waiting[:SHOWN], *settled[:SHOWN]]
    references = cases.references_of({one.signal_id for one in page})
    lines = [(one, references[one.signal_id]) for one in page]
    return render(request, "reviews/redresses.html", {"lines": lines})


@require_POST
@signed_in
def reinstate(request: PageRequest, finding_id: int) -> HttpResponse:
    """Something was given back. Where the signal had a part in it, its dispute is the next page."""
    draft = services.reinstate(finding_id=finding_id, actor=request.actor, now=request.now)
    if draft is None:
        messages.info(request, _("Noted. The signal had no part in it, so nothing is disputed."))
        return redirect("reviews:leads")
    messages.info(
        request, _("Noted. Send the redress, or say why the signal is not disputed, within two working days.")
    )
    return redirect("reviews:redress", draft.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def redress(request: PageRequest, redress_id: int) -> HttpResponse:
    """One draft, and the dispute that it becomes."""
    if request.method != "POST":
        return _page(request, redress_id)
    form = forms.Redress(request.POST)
    tried = attempt(
        form,
        lambda: services.send(redress_id=redress_id, actor=request.actor, now=request.now, **form.typed()),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, redress_id, sending=form, status=tried.status)
    messages.info(request, _("The redress is sent: every signal on this value is under caution from now on."))
    return redirect("reviews:redress", redress_id)


@require_POST
@signed_in
def decline(request: PageRequest, redress_id: int) -> HttpResponse:
    form = forms.DeclineRedress(request.POST, auto_id="decline_%s")
    tried = attempt(
        form,
        lambda: services.decline(redress_id=redress_id, actor=request.actor, now=request.now, **form.typed()),
    )
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, redress_id, declining=form, status=tried.status)
    messages.info(request, _("The redress is declined. Your reason is kept."))
    return redirect("reviews:redresses")


def _page(
    request: PageRequest,
    redress_id: int,
    *,
    sending: forms.Redress | None = None,
    declining: forms.DeclineRedress | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    visible = Redress.objects.visible_to(request.actor).select_related("organisation", "dispute", "finding")
    found = visible.filter(public_id=redress_id).first()
    if found is None:
        raise Hidden(_("There is no such redress."))
    context = {
        "redress": found,
        "signal": cases.references_of([found.signal_id])[found.signal_id],
        "may": permits(disputing.may_settle_redress, request.actor, found),
        "sending": sending or forms.Redress(),
        "declining": declining or forms.DeclineRedress(auto_id="decline_%s"),
    }
    return render(request, "reviews/redress.html", context, status=status)
