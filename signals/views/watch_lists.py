"""Watch lists: keep one, pause, resume, end."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site.audit.access import acting_as
from lantern_site.errors import Refusal
from lantern_site.members.policies import permits
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import forms, policies
from signals.candidates import Refusals
from signals.models import MatchJob, WatchList
from signals.purposes import Purpose, Surface
from signals.services.jobs import watching
from signals.views.jobs import refused_table

PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """GET lists the watch lists beside the form; POST keeps one."""
    if request.method != "POST":
        return _page(request, forms.KeepWatchList())
    form = forms.KeepWatchList(request.POST, request.FILES)
    forms.notice_oversize(form, request.META.get("CONTENT_LENGTH"), "file", most=forms.BATCH_LIMIT)
    status, refused = 422, Refusals()
    if form.is_valid():
        try:
            watching.keep(
                plan=form.plan(),
                candidates=refused.noting(form.rows()),
                days=form.cleaned_data["days"],
                actor=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
        else:
            return _kept(request, refused)
    with acting_as(request.actor):
        return _page(request, form, status, refused)


def _kept(request: PageRequest, refused: Refusals) -> HttpResponse:
    """The lists; rows that could not be kept are shown once, here."""
    if not refused.count:
        return redirect("signals:watch_lists")
    with acting_as(request.actor):
        return _page(request, forms.KeepWatchList(), refused=refused)


def _page(
    request: PageRequest, form: forms.KeepWatchList, status: int = 200, refused: Refusals | None = None
) -> HttpResponse:
    mine = WatchList.objects.filter(job__in=MatchJob.objects.visible_to(request.actor)).select_related("job")
    before = request.GET.get("before", "")
    if before.isdecimal():
        mine = mine.filter(pk__lt=int(before))
    waiting = Count("job__leads", filter=Q(job__leads__found_at__isnull=True))
    found = list(mine.annotate(leads=Count("job__leads"), waiting=waiting).order_by("-pk")[: PAGE + 1])
    context = {
        "lists": [_told(one) for one in found[:PAGE]],
        "older_url": f"{reverse('signals:watch_lists')}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "newer_url": reverse("signals:watch_lists") if before else "",
        "form": form,
        "refused": refused_table(refused) if refused else None,
        "permission": permits(policies.may_match, request.actor),
    }
    return render(request, "signals/watch_lists.html", context, status=status)


def _told(watched: WatchList) -> dict[str, object]:
    job, address = watched.job, [watched.job.public_id]
    is_open = watched.ended_at is None
    is_paused = is_open and watched.paused_at is not None
    return {
        "title": job.label,
        "reference": job.reference,
        "state": "paused" if is_paused else job.state,
        "size": job.total,
        "purpose": Purpose(job.purpose).label,
        "surface": Surface(job.surface).label,
        "ends_at": watched.ended_at or watched.ends_at,
        "is_open": is_open,
        "leads": watched.leads,  # type: ignore[attr-defined]
        "waiting": watched.waiting,  # type: ignore[attr-defined]
        "leads_url": f"{reverse('reviews:leads')}?job={job.reference}",
        "pause_url": reverse("signals:pause_watch_list", args=address) if is_open and not is_paused else "",
        "resume_url": reverse("signals:resume_watch_list", args=address) if is_paused else "",
        "end_url": reverse("signals:end_watch_list", args=address) if is_open else "",
    }


@require_POST
@signed_in
def pause(request: PageRequest, job_id: int) -> HttpResponse:
    watching.pause(job_id=job_id, actor=request.actor, now=request.now)
    return redirect("signals:watch_lists")


@require_POST
@signed_in
def resume(request: PageRequest, job_id: int) -> HttpResponse:
    watching.resume(job_id=job_id, actor=request.actor, now=request.now)
    return redirect("signals:watch_lists")


@require_POST
@signed_in
def end(request: PageRequest, job_id: int) -> HttpResponse:
    watching.end(job_id=job_id, actor=request.actor, now=request.now)
    return redirect("signals:watch_lists")
