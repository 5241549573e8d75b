"""Match jobs for machines: start, state, cancel, go on, and what they found."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid
from lantern_site.rest import Resource, TooLarge, machine
from signals import candidates, policies
from signals.api import job_documented as documented
from signals.api import job_serializers as serializers
from signals.api import once
from signals.api.job_serializers import ToldLead
from signals.candidates import Row
from signals.forms.files import BATCH_LIMIT
from signals.leads import reference_of
from signals.models import Lead, MatchJob
from signals.services import jobs
from signals.services.batches import Once
from signals.services.jobs import Plan
from signals.spool import Spool

READ_AT_ONCE = 2**16


class Lines(BaseParser):
    """Text of any length up to the limit, sealed on its way to the disk and read line by line."""

    media_type = "text/plain"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        spool, size = Spool(), 0
        while part := stream.read(READ_AT_ONCE):
            size += len(part)
            if size > BATCH_LIMIT:
                spool.close()
                raise TooLarge(_("The lines are larger than %(most)d MB. Split them.") % {"most": BATCH_LIMIT >> 20})
            spool.write(part)
        return spool


class Jobs(Resource):
    @documented.start
    def post(self, request: Request) -> Response:
        batch = serializers.JobIn(data=request.data).typed()
        named = once.named(request, request.data)
        return _started(request, batch.plan, candidates.read_items(batch.items), named)


class JobsOfLines(Resource):
    parser_classes = [Lines]

    @documented.start_lines
    def post(self, request: Request) -> Response:
        batch = serializers.LinesIn(data=dict(request.query_params.items())).typed()
        [default] = batch.items
        if not isinstance(request.data, Spool):
            raise Invalid(_("There is nothing to compare: give at least one value."), "candidates")
        with closing(request.data) as spool:
            lines = candidates.decoded(spool.reader())
            rows = candidates.read(lines, kind=default.kind, service=default.service)
            named = once.named(request, [dict(request.query_params.items()), request.data.sha256.hexdigest()])
            return _started(request, batch.plan, rows, named)


def _started(request: Request, plan: Plan, rows: Iterator[Row], named: Once | None) -> Response:
    actor = machine(request).actor
    started = jobs.start_once(plan=plan, candidates=rows, once=named, actor=actor, now=clock.now())
    with acting_as(actor):
        return Response(serializers.StartedOut(started).data)


class Job(Resource):
    @documented.state
    def get(self, request: Request, job_id: int) -> Response:
        with acting_as(machine(request).actor):
            return Response(serializers.JobOut(_one(request, job_id)).data)


class Cancel(Resource):
    @documented.cancel
    def post(self, request: Request, job_id: int) -> Response:
        return _steered(request, jobs.cancel(job_id=job_id, actor=machine(request).actor, now=clock.now()))


class GoOn(Resource):
    @documented.go_on
    def post(self, request: Request, job_id: int) -> Response:
        return _steered(request, jobs.go_on(job_id=job_id, actor=machine(request).actor, now=clock.now()))


def _steered(request: Request, job: MatchJob) -> Response:
    with acting_as(machine(request).actor):
        return Response(serializers.JobOut(job).data)


class Leads(Resource):
    @documented.leads
    def get(self, request: Request, job_id: int) -> Response:
        wanted = serializers.LeadsIn(data=dict(request.query_params.items())).typed()
        with acting_as(machine(request).actor):
            found = Lead.objects.filter(job=_one(request, job_id)).select_related(
                "indicator", "signal__current_version"
            )
            if wanted.after is not None:
                found = found.filter(pk__gt=_place(job_id, wanted.after))
            page = list(found.order_by("pk")[: wanted.limit + 1])
            told = [_told(lead) for lead in page[: wanted.limit]]
        cursor = told[-1].id if len(page) > wanted.limit else None
        return Response(serializers.LeadPageOut(serializers.LeadPage(told, cursor)).data)


def _one(request: Request, job_id: int) -> MatchJob:
    """The job, or the list that is watched, of the key's own organisation."""
    actor = machine(request).actor
    job = MatchJob.objects.visible_to(actor).filter(public_id=job_id).first()
    if job is None:
        raise policies.unknown_job()
    policies.may_steer_job(actor, job)
    return job


def _place(job_id: int, after: int) -> int:
    place = Lead.objects.filter(job__public_id=job_id, public_id=after).values_list("pk", flat=True).first()
    if place is None:
        raise Invalid(_("No lead of this job has this id."), "after")
    return place


def _told(lead: Lead) -> ToldLead:
    return ToldLead(
        id=lead.public_id,
        row=lead.row,
        reference=reference_of(lead),
        signal=lead.signal.public_id,
        kind=lead.indicator.kind,
        harm=lead.signal.version.harm,
        level=lead.signal.severity,
        match=lead.match,
        distance=lead.distance,
        caution=lead.signal.caution,
        protect=lead.signal.version.is_possibly_child,
        contested=lead.signal.contested,
        examined=lead.found_at is not None,
        created_at=lead.created_at,
    )
