"""Match jobs: start, watch, cancel."""

from dataclasses import dataclass
from datetime import timedelta

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
from signals.candidates import Refusals
from signals.kinds import Kind
from signals.models import Lead, MatchJob
from signals.purposes import Purpose, Surface
from signals.services import jobs
from signals.services.jobs.limits import LIMITS
from signals.shadow import SPREAD

PAGE = 10


@dataclass(frozen=True)
class Progress:
    """What `components/job.html` shows."""

    id: int
    title: str
    state: str
    done: int
    total: int
    found: int | None
    url: str
    cancel_url: str = ""
    go_on_url: str = ""
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
    forms.notice_oversize(form, request.META.get("CONTENT_LENGTH"), "file", most=forms.BATCH_LIMIT)
    status, refused = 422, Refusals()
    if form.is_valid():
        try:
            job = jobs.start(
                plan=form.plan(), candidates=refused.noting(form.rows()), actor=request.actor, now=request.now
            )
            return _started(request, job.public_id, refused)
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    with acting_as(request.actor):
        return _page(request, form, status, refused=refused_table(refused))


def refused_table(refused: Refusals) -> dict[str, object] | None:
    """The rows that could not be compared, as far as a page can show them."""
    if not refused.count:
        return None
    return {
        "caption": _("Rows that could not be compared"),
        "head": [_("Row"), _("Why")],
        "rows": [[row.row, row.sentence] for row in refused.first],
        "more": refused.count - len(refused.first),
    }


def _started(request: PageRequest, job_id: int, refused: Refusals) -> HttpResponse:
    """The job's page, with the rows that could not be compared."""
    if not refused.count:
        return redirect("signals:job", job_id)
    with acting_as(request.actor):
        return _job_page(request, job_id, refused=refused_table(refused))


def _page(request: PageRequest, form: forms.StartJob, status: int = 200, refused: object = None) -> HttpResponse:
    shown = MatchJob.objects.visible_to(request.actor).batches()
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


def _one(request: PageRequest, job_id: int) -> MatchJob:
    job = MatchJob.objects.visible_to(request.actor).batches().filter(public_id=job_id).first()
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
        "would_hit": _would_hit(found),
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


@require_POST
@signed_in
def go_on(request: PageRequest, job_id: int) -> HttpResponse:
    jobs.go_on(job_id=job_id, actor=request.actor, now=request.now)
    return redirect("signals:job", job_id)


def progress(job: MatchJob, request: PageRequest) -> Progress:
    """A job as its bar shows it."""
    done, found = job.compared, job.leads.count()
    address = [job.public_id]
    seconds = max(0.1, ((job.finished_at or request.now) - job.started_at).total_seconds())
    rate = done / seconds
    return Progress(
        id=job.public_id,
        title=job.label,
        state=job.state,
        done=done,
        total=job.total,
        found=None if job.is_shadow else found,
        url=reverse("signals:job_progress", args=address),
        cancel_url=reverse("signals:cancel_job", args=address) if job.is_open else "",
        go_on_url=reverse("signals:go_on", args=address) if job.state == MatchJob.State.ASKING else "",
        leads_url=f"{reverse('reviews:leads')}?job={job.reference}" if found else "",
        rate=_("%(rate)d a second") % {"rate": rate} if rate >= 1 else "",
        left=timedelta(seconds=(job.total - done) / rate) if rate else None,
        note=_note(job),
    )


def _note(job: MatchJob) -> str:
    """What was left out, in words."""
    sentences = []
    if job.is_shadow:
        sentences.append(_("This job only counts: it brings no leads."))
    if job.state == MatchJob.State.ASKING:
        sentences.append(_("The first part has been compared. Look at what it brought, then go on or cancel."))
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
    facts: list[dict[str, object]] = [
        {"term": _("Reference"), "value": job.reference, "mono": True},
        {"term": _("Purpose"), "value": Purpose(job.purpose).label},
        {"term": _("Where the values come from"), "value": Surface(job.surface).label},
        {"term": _("Ledger position"), "value": job.position},
        *_too_broad(job),
    ]
    if job.first_percent < 100:
        facts.append({"term": _("Begins with"), "value": _("%(n)d %% of the rows") % {"n": job.first_percent}})
    for kind, radius in job.radii.items():
        facts.append({"term": Kind(kind).label, "value": _("at most %(n)d apart") % {"n": radius}})
    return facts


def _would_hit(job: MatchJob) -> dict[str, object] | None:
    """What a job that only counts has counted, as a table."""
    if not job.is_shadow or not (job.compared and not job.is_running):
        return None
    _one_row, few, many = SPREAD
    return {
        "caption": _("What would be hit"),
        "head": [
            _("Kind"),
            _("Match"),
            _("Apart"),
            _("Hits"),
            _("Indicators"),
            _("hit by fewer than %(n)d rows") % {"n": few},
            _("by %(from)d to %(to)d") % {"from": few, "to": many - 1},
            _("by %(n)d or more") % {"n": many},
        ],
        "rows": [
            [
                Kind(way["kind"]).label,
                Lead.Match(way["match"]).label,
                way["distance"],
                _at_least(way["hits"]),
                _at_least(way["indicators"]),
                *(_at_least(number) for number in way["spread"]),
            ]
            for way in job.would_hit
        ],
        "step": LIMITS.counted_from,
    }


def _at_least(number: int) -> str:
    """A number that was rounded down, in words."""
    if not number:
        return _("fewer than %(n)d") % {"n": LIMITS.counted_from}
    return _("%(from)d to %(to)d") % {"from": number, "to": number + LIMITS.counted_from - 1}


def _too_broad(job: MatchJob) -> list[dict[str, object]]:
    """One line for each value that hit too much of the list to be looked at lead by lead."""
    broad = job.broad_hits.order_by("-hits", "pk").values_list("hits", "compared", "indicator__kind")
    sentence = _(
        "A value of the kind “%(kind)s” hit %(hits)d of %(compared)d rows. No more leads of it were written here; the "
        "programme looks at it."
    )
    told = (sentence % {"kind": Kind(kind).label, "hits": hits, "compared": count} for hits, count, kind in broad)
    return [{"term": _("Too broad"), "value": one} for one in told]
