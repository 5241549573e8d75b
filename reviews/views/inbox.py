"""One's own inbox: what happened to what one has to do with, each notice leading to where it is dealt with."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantern_site.pages import PageRequest, signed_in
from reviews.models import InboxNotice
from reviews.services import inbox
from reviews.workflow import NoticeKind, NoticeSubject

PAGE = 25
PLACES: Mapping[NoticeSubject, str] = {
    NoticeSubject.SIGNAL: "reviews:signal",
    NoticeSubject.DISPUTE: "reviews:dispute",
    NoticeSubject.RECALL: "reviews:recall",
    NoticeSubject.EDITION: "transparency:own_figures",
    NoticeSubject.LOOK: "reviews:second_look",
}
ICONS: Mapping[NoticeKind, str] = {
    NoticeKind.HANDED_OVER: "shuffle",
    NoticeKind.SHARED: "check",
    NoticeKind.RETURNED: "undo-2",
    NoticeKind.REJECTED: "ban",
    NoticeKind.CHECK_FAILED: "triangle-alert",
    NoticeKind.HELD: "circle-pause",
    NoticeKind.DISPUTED: "scale",
    NoticeKind.ANSWERED: "message-square",
    NoticeKind.DECIDED: "gavel",
    NoticeKind.APPEALED: "landmark",
    NoticeKind.RECALLED: "megaphone",
    NoticeKind.OVERDUE: "clock",
    NoticeKind.FIGURES: "calendar-check",
    NoticeKind.FIGURES_DUE: "clock",
    NoticeKind.SEEN_OTHERWISE: "message-square",
}


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """The newest first, in pages by key."""
    mine = InboxNotice.objects.of(request.actor)
    before = request.GET.get("before", "")
    found = mine.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 18 else mine
    page = list(found.order_by("-pk")[: PAGE + 1])
    older = f"{reverse('reviews:inbox')}?before={page[PAGE - 1].pk}" if len(page) > PAGE else ""
    context = {
        "notices": [(notice, ICONS[NoticeKind(notice.kind)]) for notice in page[:PAGE]],
        "unread": mine.unread().count(),
        "older_url": older,
        "newer_url": reverse("reviews:inbox") if before else "",
    }
    return render(request, "reviews/inbox.html", context)


@require_POST
@signed_in
def open_notice(request: PageRequest, notice_id: int) -> HttpResponse:
    """Read it, and go where it leads."""
    notice = inbox.read(notice_id=notice_id, actor=request.actor, now=request.now)
    return redirect(PLACES[NoticeSubject(notice.subject_kind)], notice.subject)


@require_POST
@signed_in
def keep_unread(request: PageRequest, notice_id: int) -> HttpResponse:
    inbox.unread(notice_id=notice_id, actor=request.actor)
    return redirect("reviews:inbox")


@require_POST
@signed_in
def read_all(request: PageRequest) -> HttpResponse:
    inbox.read_all(actor=request.actor, now=request.now)
    return redirect("reviews:inbox")
