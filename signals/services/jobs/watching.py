"""Watch lists: kept here for some weeks, compared with what is new, and wiped."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Head
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.work import outbox
from signals import chunks, comparing, leads, news, policies
from signals.candidates import TEXT, Candidate, Row
from signals.comparing import Hit
from signals.models import Indicator, MatchJob, Showing, Signal, WatchList
from signals.services.jobs import batches, limits, running, steering
from signals.services.jobs.batches import Plan

CLOCK = Actor.clock()


def keep(*, plan: Plan, candidates: Iterable[Row], days: int, actor: Actor, now: datetime) -> WatchList:
    """Keep a list for some days: what arrives from now on is compared with it. Of values that are equal or not only
    their digests stay. Raises NotAllowed, or Invalid with the field of the plan, for `days` or for `candidates`."""
    with recording(actor, now) as record:
        longest = limits.LIMITS.watched_for.days
        job = batches.created(plan=plan, state=MatchJob.State.WATCHING, actor=actor, now=now)
        if not 1 <= days <= longest:
            raise Invalid(_("A list is kept for 1 to %(most)d days.") % {"most": longest}, "days")
        taken, _chunks = batches.fill(job=job, rows=candidates, most=limits.LIMITS.watched, turned=_kept)
        watched = WatchList.objects.create(job=job, ends_at=now + timedelta(days=days))
        steering.note(
            record=record,
            job=job,
            action="watch_list.kept",
            facts=taken.facts() | {"days": days},
            then=lambda position: _begin_at(watched, position),
        )
    return watched


def _kept(candidate: Candidate) -> Candidate:
    if candidate.kind == TEXT:
        raise Invalid(_("Texts are not kept: search them in a match job."), "candidates")
    return news.kept(candidate)


def _begin_at(watched: WatchList, position: int) -> None:
    watched.compared_to = position
    WatchList.objects.filter(pk=watched.pk).update(compared_to=position)
    MatchJob.objects.filter(pk=watched.job_id).update(position=position)


def pause(*, job_id: int, actor: Actor, now: datetime) -> None:
    """Compare nothing until the list is resumed; nothing is missed by it."""
    with recording(actor, now) as record:
        watched = _steered(job_id, actor)
        if watched.paused_at is not None:
            raise WrongState(_("This list is paused already."))
        _set_paused(record, watched, now, "watch_list.paused")


def resume(*, job_id: int, actor: Actor, now: datetime) -> None:
    """Go on, beginning with what arrived during the pause."""
    with recording(actor, now) as record:
        watched = _steered(job_id, actor)
        if watched.paused_at is None:
            raise WrongState(_("This list is not paused."))
        _set_paused(record, watched, None, "watch_list.resumed")


def _set_paused(record: Recorder, watched: WatchList, at: datetime | None, action: str) -> None:
    watched.paused_at = at
    watched.save(update_fields=["paused_at"])
    steering.note(record=record, job=watched.job, action=action, facts={})


def end(*, job_id: int, actor: Actor, now: datetime) -> None:
    """Wipe the list. Its leads stay."""
    with recording(actor, now) as record:
        _end(record, _steered(job_id, actor), MatchJob.State.CANCELLED)


def _steered(job_id: int, actor: Actor) -> WatchList:
    known = WatchList.objects.filter(job__in=MatchJob.objects.visible_to(actor), job__public_id=job_id).first()
    if known is None:
        raise policies.unknown_job()
    watched = _locked(known.pk)
    policies.may_steer_job(actor, watched.job)
    if watched.ended_at is not None:
        raise WrongState(_("This list has ended already."))
    return watched


def _locked(pk: int) -> WatchList:
    """The list with its job, both locked: first the job, as everywhere."""
    job_id = WatchList.objects.values_list("job_id", flat=True).get(pk=pk)
    job = steering.locked(job_id=job_id)
    watched = WatchList.objects.select_for_update(of=("self",)).get(pk=pk)
    watched.job = job
    return watched


def _end(record: Recorder, watched: WatchList, state: MatchJob.State) -> None:
    watched.ended_at = record.now
    watched.save(update_fields=["ended_at"])
    steering.end(record=record, job=watched.job, state=state, action="watch_list.ended")


# The clock


def look(*, now: datetime) -> int:
    """End the lists whose time is over, and ask for those that may have news to be compared; returns how many."""
    with acting_as(CLOCK):
        over = list(WatchList.objects.filter(ended_at__isnull=True, ends_at__lte=now).values_list("pk", flat=True))
    for pk in over:
        with recording(CLOCK, now) as record:
            watched = _locked(pk)
            if watched.ended_at is None:
                _end(record, watched, MatchJob.State.DONE)
    with acting_as(CLOCK):
        due = list(
            WatchList.objects.filter(ended_at__isnull=True, paused_at__isnull=True, compared_to__lt=_newest())
            .order_by("compared_to", "pk")
            .values_list("pk", flat=True)
        )
        for pk in due:
            outbox.ask("signals.compare_news_of_job", pk)
    return len(due)


def _newest() -> int:
    """Where in the ledger something last happened to a signal, or to its being shown."""
    newest = (rows.aggregate(newest=Max("position"))["newest"] for rows in (Signal.objects, Showing.objects))
    return max(position or 0 for position in newest)


def compare_news(*, watch_list_id: int, now: datetime) -> int:
    """Compare what is new with a list and write the leads that it brings; returns how many. Twice is once."""
    with recording(CLOCK, now) as record:
        watched = _locked(watch_list_id)
        if watched.ended_at is not None or watched.paused_at is not None or watched.ends_at <= now:
            return 0
        head = Head.objects.get().position
        found = news.indicators(watched.job.organisation, after=watched.compared_to)
        watched.compared_to = head
        watched.save(update_fields=["compared_to"])
        return _write(record, watched.job, found) if found else 0


def _write(record: Recorder, job: MatchJob, found: list[Indicator]) -> int:
    candidates = [candidate for chunk in job.chunks.order_by("number") for candidate in chunks.opened(chunk)]
    fresh = _without_known(job, news.hits(candidates, found))
    with acting_as(running.on_behalf_of(job=job)):
        met = {hit.indicator_id for hit in fresh}
        confirmed = comparing.confirm(met, job.organisation, shown_before=record.now)
        written = leads.write(job, candidates, fresh, confirmed, record.now)
    facts = {"news": len(found), "leads": written}
    steering.note(record=record, job=job, action="watch_list.compared", facts={**facts})
    return written


def _without_known(job: MatchJob, hits: list[Hit]) -> list[Hit]:
    """A value that met an indicator once is not told again because something else was said of that."""
    known = set(job.leads.filter(indicator__in={hit.indicator_id for hit in hits}).values_list("row", "indicator_id"))
    return [hit for hit in hits if (hit.row, hit.indicator_id) not in known]
