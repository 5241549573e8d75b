"""Leads: hits as rows of the member that may look at them, and the member's own reference to what was hit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from signals import protection, receipts, sealing
from signals.candidates import Candidate
from signals.comparing import Confirmed, Hit
from signals.models import Lead, MatchJob, Receipt


def write(
    job: MatchJob, candidates: Iterable[Candidate], hits: Sequence[Hit], confirmed: Confirmed, now: datetime
) -> int:
    """Write a lead for each hit with an eligible signal, and the receipts. Returns how many leads.

    A lead shows the first of the signals on its indicator; the member receives them all. Nothing of a text is kept.
    """
    references = {candidate.row: candidate.reference for candidate in candidates if candidate.reference}
    made = [
        _lead(job, hit, confirmed, references.get(hit.row, ""), now)
        for hit in hits
        if confirmed.signals.get(hit.indicator_id)
    ]
    Lead.objects.bulk_create(made, batch_size=1_000, ignore_conflicts=True)
    received = [signal for signals in confirmed.signals.values() for signal in signals]
    receipts.give(received, job.organisation_id, Receipt.Way.LEAD, now, key=job.started_with)
    return len(made)


def _lead(job: MatchJob, hit: Hit, confirmed: Confirmed, reference: str, now: datetime) -> Lead:
    lead = Lead(
        job=job,
        organisation_id=job.organisation_id,
        indicator_id=hit.indicator_id,
        signal=confirmed.signals[hit.indicator_id][0],
        row=hit.row,
        reference_digest=reference_digest(job.organisation_id, reference) if reference else None,
        match=hit.match,
        distance=hit.distance,
        created_at=now,
    )
    if reference:
        lead.reference = sealing.seal(reference, bound_to=lead.binding)
    return lead


def reference_digest(organisation_id: int, reference: str) -> bytes:
    """What leads of one reference of a member have in common. Nobody can tell it of another member's."""
    return protection.digest(_reference(organisation_id, reference))


def _reference(organisation_id: int, reference: str) -> bytes:
    return sha256(f"lead/{organisation_id}/{reference}".encode()).digest()


def of_one_reference(lead: Lead) -> set[bytes]:
    """Everything that may stand at leads of the same reference, under whichever pepper they were written."""
    public = _reference(lead.organisation_id, reference_of(lead))
    return {*protection.digests(public).values()}


def reference_of(lead: Lead) -> str:
    """The member's own reference to the row that was hit, or nothing where it gave none."""
    return sealing.unseal(lead.reference, bound_to=lead.binding) if lead.reference else ""
