"""What workers and the clock do about imports: each part is judged once and shared once, whoever tries the same."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import translation

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import NotAllowed
from lantern_site.work import leases, outbox
from signals import imported, proposals, verdicts
from signals.models import CHOOSABLE, Import, ImportPart, ImportRow, Signal, Verdict
from signals.records import Record
from signals.services import batches, imports
from signals.services.batches import Outcome, Result
from signals.verdicts import Judged

CLOCK = Actor.clock()
FORGOTTEN_AT_ONCE = 20
BECAME = {
    Outcome.CREATED: Verdict.SHARED,
    Outcome.DUPLICATE: Verdict.EXISTS,
    Outcome.REFUSED: Verdict.REFUSED,
}


class LeaseLost(Exception):
    """The part belongs to somebody else by now, or the import has ended. Nothing was written."""


def run_part(part_id: int, *, holder: str, now: datetime) -> None:
    """Judge the rows of a part, or share those that were chosen. Call it outside of a transaction.

    `holder` names this attempt and no other. When it raises, the part stays leased for what is left of its term, which
    is the pause before the next attempt.
    """
    part = _taken(part_id, holder, now)
    if part is None:
        return
    try:
        with translation.override(part.whole.language):
            if part.whole.state == Import.State.CHECKING:
                _check(part, holder, now)
            else:
                _share(part, holder, now)
    except LeaseLost:
        with acting_as(CLOCK):
            leases.give_back(ImportPart, part_id, holder=holder)
    except Exception:
        if part.attempts >= imports.LIMITS.attempts:
            _fail(part.whole_id, now)
        raise


def _taken(part_id: int, holder: str, now: datetime) -> ImportPart | None:
    """The part, leased to us, if there is anything left to do about it."""
    with acting_as(CLOCK):
        if not leases.take(ImportPart, part_id, holder=holder, now=now):
            return None
        part = ImportPart.objects.select_related(
            "whole__organisation",
            "whole__community",
            "whole__submitted_by__organisation",
            "whole__submitted_with__organisation",
        ).get(pk=part_id)
        if _is_wanted(part):
            return part
        leases.give_back(ImportPart, part_id, holder=holder)
        return None


def _is_wanted(part: ImportPart) -> bool:
    if part.whole.state == Import.State.CHECKING:
        return part.checked_at is None
    return part.whole.state == Import.State.SHARING and part.done_at is None


def _held(part: ImportPart, holder: str) -> Import:
    """The part's import, with both rows locked: first the import, as everywhere. Raises LeaseLost."""
    found = imports.locked(part.whole_id)
    held = ImportPart.objects.select_for_update().filter(pk=part.pk, leased_by=holder).first()
    if held is None or found.state != part.whole.state:
        raise LeaseLost
    return found


# Judging


def _check(part: ImportPart, holder: str, now: datetime) -> None:
    with acting_as(CLOCK):
        judged = verdicts.judge(imported.opened(part), organisation=part.whole.organisation, now=now)
    with recording(CLOCK, now) as record:
        found = _held(part, holder)
        ImportRow.objects.bulk_create(_row(found, one) for one in judged)
        ImportPart.objects.filter(pk=part.pk).update(checked_at=now, leased_by="", leased_until=None)
        if not found.parts.filter(checked_at__isnull=True).exists():
            _all_checked(record, found)


def _row(found: Import, judged: Judged) -> ImportRow:
    row = ImportRow(
        whole=found,
        number=judged.number,
        verdict=judged.verdict,
        kind=judged.kind,
        digest=judged.digest,
        warnings=list(judged.warnings),
        sentence=judged.sentence,
        signal_id=judged.signal,
    )
    if judged.reference:
        imported.seal_reference(row, judged.reference)
    return row


def _all_checked(record: Recorder, found: Import) -> None:
    """Only now it can be said which rows repeat another, whatever the order in which the parts were judged."""
    good = found.rows.filter(verdict__in=CHOOSABLE)
    same = good.filter(digest=OuterRef("digest"), kind=OuterRef("kind")).order_by()
    first = Subquery(same.values("digest").annotate(first=Min("number")).values("first"))
    good.annotate(first=first).filter(first__lt=F("number")).update(verdict=Verdict.REPEATS, repeats=F("first"))
    found.state, found.checked_at = Import.State.CHECKED, record.now
    found.save(update_fields=["state", "checked_at"])
    facts: dict[str, Fact] = dict(imported.counts(found))
    imports.note(record, found, "import.checked", facts)


# Sharing


def _share(part: ImportPart, holder: str, now: datetime) -> None:
    """The rows of a part, their results and the end of the part are one transaction: all of it happens once."""
    submitter = _submitter(part.whole, now)
    with recording(submitter, now) as record:
        wanted = part.whole.rows.filter(
            verdict__in=part.whole.chosen, number__gte=part.first, number__lte=part.last
        ).values_list("number", flat=True)
        numbers = set(wanted)
        rows = [row for row in imported.opened(part) if isinstance(row, Record) and row.number in numbers]
        results = _shared(rows, part.whole, submitter, now)
        found = _held(part, holder)
        _keep_results(found, rows, results)
        ImportPart.objects.filter(pk=part.pk).update(done_at=now, ciphertext=None, leased_by="", leased_until=None)
        if not found.parts.filter(done_at__isnull=True).exists():
            imports.end(record, found, Import.State.DONE)


def _submitter(of: Import, now: datetime) -> Actor:
    """Who submitted the import, with what that person or key may do now."""
    assert of.submitted_by is not None
    return of.submitted_by.actor(now) if of.submitted_with is None else of.submitted_with.actor()


def _shared(rows: Sequence[Record], of: Import, submitter: Actor, now: datetime) -> list[Result]:
    """One result per row, in order. Where the submitter may not share any more, each row says so."""
    if not rows:
        return []
    assert of.community is not None
    made = [
        batches.Row(
            (proposals.item(row.cells),),
            proposals.statement(row.cells, no_authority_asked=True),  # nobody could submit without confirming it
            of.community.public_id,
        )
        for row in rows
    ]
    try:
        return batches.share(rows=made, once=None, actor=submitter, now=now)
    except NotAllowed as refusal:
        return [Result(number, Outcome.REFUSED, detail=str(refusal)) for number in range(len(rows))]


def _keep_results(found: Import, rows: Sequence[Record], results: Sequence[Result]) -> None:
    signals = {public_id for result in results for public_id in result.signals}
    keys = dict(Signal.objects.filter(public_id__in=signals).values_list("public_id", "pk"))
    kept = {row.number: row for row in found.rows.filter(number__in=[row.number for row in rows])}
    for row, result in zip(rows, results, strict=True):
        one = kept[row.number]
        one.verdict, one.sentence = BECAME[Outcome(result.status)], result.detail
        one.signal_id = keys[result.signals[0]] if result.signals else None
    ImportRow.objects.bulk_update(kept.values(), ["verdict", "sentence", "signal"])


# Sweeping


def _fail(pk: int, now: datetime) -> None:
    with recording(CLOCK, now) as record:
        found = imports.locked(pk)
        if found.is_at_work:
            imports.end(record, found, Import.State.FAILED)


def sweep(*, now: datetime) -> int:
    """Ask again for parts whose worker died or whose message was lost. Returns for how many.

    A part that failed too often ends its import as failed. While any part is worked on the queue moves, and only after
    some minutes a message counts as lost.
    """
    with acting_as(CLOCK):
        left = _left()
        worn_out = left.filter(leased_until__lte=now, attempts__gte=imports.LIMITS.attempts)
        hopeless = set(worn_out.values_list("whole", flat=True))
    for pk in sorted(hopeless):
        _fail(pk, now)
    with acting_as(CLOCK):
        moves = _left().filter(leased_until__gt=now).exists()
        patience = imports.LIMITS.queued if moves else imports.LIMITS.unasked
        lost = Q(leased_until__isnull=True, asked_at__lte=now - patience)
        dropped = Q(leased_until__lte=now, asked_at__lte=now - imports.LIMITS.unasked)
        due = _left().filter(lost | dropped).select_for_update(of=("self",), skip_locked=True)
        asked = [part.pk for part in due.order_by("asked_at", "pk")[: imports.LIMITS.asked_at_once]]
        ImportPart.objects.filter(pk__in=asked).update(asked_at=now)
        for pk in asked:
            outbox.ask("signals.run_import_part", pk)
    return len(asked)


def _left() -> QuerySet[ImportPart]:
    """Parts that somebody has to work on."""
    unchecked = Q(whole__state=Import.State.CHECKING, checked_at__isnull=True)
    unshared = Q(whole__state=Import.State.SHARING, done_at__isnull=True)
    return ImportPart.objects.filter(unchecked | unshared)


def forget(*, now: datetime) -> int:
    """Wipe what nobody came back for, and the results that were kept long enough. Returns how many imports.

    An import that is still at work after twice that time has waited for workers that do not come.
    """
    stale = Import.objects.filter(
        Q(state=Import.State.CHECKED, checked_at__lte=now - imports.LIMITS.forgotten_after)
        | Q(state__in=Import.AT_WORK, handed_in_at__lte=now - 2 * imports.LIMITS.forgotten_after)
    )
    told = ImportRow.objects.filter(whole=OuterRef("pk"))
    over = Import.objects.filter(Exists(told), ended_at__lte=now - imports.LIMITS.results_kept)
    with recording(CLOCK, now) as record:
        forgotten = list(
            stale.select_for_update(of=("self",), no_key=True).select_related("organisation")[:FORGOTTEN_AT_ONCE]
        )
        for found in forgotten:
            imports.end(record, found, Import.State.FORGOTTEN)
        emptied = list(over.order_by("pk")[:FORGOTTEN_AT_ONCE])
        ImportRow.objects.filter(whole__in=emptied).delete()
    return len(forgotten) + len(emptied)
