"""Views of the queue that people keep under a name, for themselves or for their colleagues."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lantern_site.errors import Invalid, WrongState
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.pages import PageRequest, signed_in
from reviews.views import queue
from signals.models import SavedFilter
from signals.search import QUEUE_WORDS
from signals.services import filters


@require_POST
@signed_in
def save(request: PageRequest) -> HttpResponse:
    """The filters stay in the address, whatever comes of it."""
    require(request.actor, Permission.REVIEW)
    words = {name: word for name in QUEUE_WORDS if (word := request.POST.get(name, ""))}
    try:
        filters.save(
            name=request.POST.get("name", ""),
            words=words,
            is_shared=bool(request.POST.get("is_shared")),
            page=SavedFilter.Page.QUEUE,
            actor=request.actor,
            now=request.now,
        )
    except (Invalid, WrongState) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.info(request, _("The view is kept."))
    return redirect(queue.address(**words))


@require_POST
@signed_in
def rename(request: PageRequest, filter_id: int) -> HttpResponse:
    name = request.POST.get("name", "")
    try:
        kept = filters.rename(filter_id=filter_id, name=name, actor=request.actor, now=request.now)
    except Invalid as refusal:
        messages.warning(request, str(refusal))
        return redirect("reviews:queue")
    return redirect(queue.address(**kept.words))


@require_POST
@signed_in
def share(request: PageRequest, filter_id: int) -> HttpResponse:
    is_shared = request.POST.get("is_shared") == "1"
    kept = filters.share(filter_id=filter_id, is_shared=is_shared, actor=request.actor, now=request.now)
    return redirect(queue.address(**kept.words))


@require_POST
@signed_in
def delete(request: PageRequest, filter_id: int) -> HttpResponse:
    filters.delete(filter_id=filter_id, actor=request.actor, now=request.now)
    return redirect("reviews:queue")
