"""Match jobs: start, watch, cancel."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantern_site.audit.access import acting_as
from lantern_site.errors import Refusal
from lantern_site.members.policies import permits
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import forms, policies
from signals.candidates import Parsed
from signals.kinds import Kind
from signals.models import MatchJob, MatchJobQuerySet
from signals.purposes import Purpose, Surface
from signals.services import jobs

PAGE = 10
REFUSED_SHOWN = 200


@dataclass(frozen=True)
class Progress:
    """What `components/job.html` shows."""

    id: int
    title: str
    state: str
    done: int
    total: int
    found: int
    url: str
    cancel_url: str = ""
    leads_url: str = ""
    rate: str = ""
    left: timedelta | None = None
    note: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """GET lists the jobs beside the form; POST starts one."""
    if request.method != "POST":
        return _page(request, forms.StartJob())
    form = forms.StartJob(request.POST, request.FILES)
    forms.notice_oversize(form, request.META.get("CONTENT_LENGTH"), "file")
    status, parsed = 422, Parsed()
    if form.is_valid():
        parsed, given = form.parsed(), form.cleaned_data
        try:
            job = jobs.start(
                label=given["label"],
                purpose=given["purpose"],
                surface=given["surface"],
                candidates=parsed.candidates,
                refused=len(parsed.refused),
                actor=request.actor,
                now=request.now,
            )
            return _started(request, job.public_id, parsed)
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    with acting_as(request.actor):
        return _page(request, form, status, refused=_refused(parsed))


def _started(request: PageRequest, job_id: int, parsed: Parsed) -> HttpResponse:
    """The job's page; rows that could not be compared are shown once, here, and kept nowhere."""
    if not parsed.refused:
        return redirect("signals:job", job_id)
    with acting_as(request.actor):
        return _job_page(request, job_id, refused=_refused(parsed))


def _refused(parsed: Parsed) -> dict[str, object] | None:
    """The table of the rows that could not be compared, as far as a page can show them."""
    if not parsed.refused:
        return None
    return {
        "caption": _("Rows that could not be compared"),
        "head": [_("Row"), _("Why")],
        "rows": [[refused.row, refused.sentence] for refused in parsed.refused[:REFUSED_SHOWN]],
        "more": max(0, len(parsed.refused) - REFUSED_SHOWN),
    }


def _page(request: PageRequest, form: forms.StartJob, status: int = 200, refused: object = None) -> HttpResponse:
    shown = _counted(MatchJob.objects.visible_to(request.actor))
    before = request.GET.get("before", "")
    if before.isdecimal():
        shown = shown.filter(pk__lt=int(before))
    found = list(shown.order_by("-pk")[: PAGE + 1])
    older_url = f"{reverse('signals:jobs')}?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    context = {
        "jobs": [progress(job, request) for job in found[:PAGE]],
        "older_url": older_url,
        "newer_url": reverse("signals:jobs") if before else "",
        "form": form,
        "refused": refused,
        "permission": permits(policies.may_match, request.actor),
    }
    return render(request, "signals/jobs.html", context, status=status)


def _counted(found: MatchJobQuerySet) -> MatchJobQuerySet:
    return found.select_related("organisation").annotate(
        done=Sum("chunks__size", filter=Q(chunks__done_at__isnull=False), default=0),
    )


def _one(request: PageRequest, job_id: int) -> MatchJob:
    job = _counted(MatchJob.objects.visible_to(request.actor)).filter(public_id=job_id).first()
    if job is None:
        raise policies.unknown_job()
    return job


@require_GET
@signed_in
def job(request: PageRequest, job_id: int) -> HttpResponse:
    return _job_page(request, job_id)


def _job_page(request: PageRequest, job_id: int, refused: object = None) -> HttpResponse:
    found = _one(request, job_id)
    context = {
        "job": progress(found, request),
        "crumbs": [(reverse("signals:jobs"), _("Match jobs"))],
        "facts": _facts(found),
        "refused": refused,
    }
    return render(request, "signals/job.html", context)


@require_GET
@never_cache
@signed_in
def job_progress(request: PageRequest, job_id: int) -> HttpResponse:
    """The bar alone; it asks for itself again as long as the job runs."""
    return render(request, "components/job.html", {"job": progress(_one(request, job_id), request)})


@require_POST
@signed_in
def cancel(request: PageRequest, job_id: int) -> HttpResponse:
    jobs.cancel(job_id=job_id, actor=request.actor, now=request.now)
    if not request.htmx:
        return redirect("signals:job", job_id)
    with acting_as(request.actor):
        return render(request, "components/job.html", {"job": progress(_one(request, job_id), request)})


def progress(job: MatchJob, request: PageRequest) -> Progress:
    """A job (fetched with `done`) as its bar shows it."""
    done: int = job.done  # type: ignore[attr-defined]
    found = job.leads.count()
    address = [job.public_id]
    seconds = max(0.1, ((job.finished_at or request.now) - job.started_at).total_seconds())
    rate = done / seconds
    return Progress(
        id=job.public_id,
        title=job.label,
        state=job.state,
        done=done,
        total=job.total,
        found=found,
        url=reverse("signals:job_progress", args=address),
        cancel_url=reverse("signals:cancel_job", args=address) if job.is_running else "",
        leads_url=f"{reverse('reviews:leads')}?job={job.reference}" if found else "",
        rate=_("%(rate)d a second") % {"rate": rate} if rate >= 1 else "",
        left=timedelta(seconds=(job.total - done) / rate) if rate else None,
        note=_note(job),
    )


def _note(job: MatchJob) -> str:
    """What was left out, in words."""
    sentences = []
    if job.refused:
        sentences.append(
            ngettext("%(n)d row could not be compared.", "%(n)d rows could not be compared.", job.refused)
            % {"n": job.refused}
        )
    if job.not_eligible:
        sentences.append(
            ngettext(
                "%(n)d hit was dropped: its signal is not active any more.",
                "%(n)d hits were dropped: their signals are not active any more.",
                job.not_eligible,
            )
            % {"n": job.not_eligible}
        )
    return " ".join(sentences)


def _facts(job: MatchJob) -> list[dict[str, object]]:
    return [
        {"term": _("Reference"), "value": job.reference, "mono": True},
        {"term": _("Purpose"), "value": Purpose(job.purpose).label},
        {"term": _("Where the values come from"), "value": Surface(job.surface).label},
        {"term": _("Ledger position"), "value": job.position},
        *_too_broad(job),
    ]


def _too_broad(job: MatchJob) -> list[dict[str, object]]:
    """One line for each value that hit too much of the list to be looked at lead by lead."""
    broad = job.broad_hits.order_by("-hits", "pk").values_list("hits", "compared", "indicator__kind")
    sentence = _(
        "A value of the kind “%(kind)s” hit %(hits)d of %(compared)d rows. No more leads of it were written here; the "
        "programme looks at it."
    )
    told = (sentence % {"kind": Kind(kind).label, "hits": hits, "compared": count} for hits, count, kind in broad)
    return [{"term": _("Too broad"), "value": one} for one in told]
