"""The breadth guard: a value that hits an unusual share of a member's own list makes no leads there.

It is measured on each chunk of a match job, among the rows that the value could have hit at all. A keyword, a whole
host, the hash of something plain: whoever gets a thousand leads of one value examines none of them. The programme looks
at its signals (see `reviews.services.breadth`).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from lantern_site.audit.recording import Recorder
from lantern_site.work import outbox
from signals.candidates import TEXT, Candidate
from signals.comparing import Confirmed, Hit
from signals.guards import BREADTH
from signals.kinds import Kind
from signals.models import BroadHit, Indicator, MatchJob


def narrowed(
    record: Recorder, job: MatchJob, candidates: Sequence[Candidate], hits: Sequence[Hit], confirmed: Confirmed
) -> Confirmed:
    """What the member may be told, without the indicators that are too broad for this job, now or in a chunk before.

    Call it inside `acting_as` the member, with the job's row locked. What is found too broad is kept and recorded.
    """
    broad = set(BroadHit.objects.filter(job=job).values_list("indicator_id", flat=True))
    found = _too_broad(job.purpose, candidates, hits, confirmed.signals.keys() - broad)
    BroadHit.objects.bulk_create(
        BroadHit(
            job=job,
            organisation_id=job.organisation_id,
            indicator_id=indicator_id,
            hits=count,
            compared=compared,
            at=record.now,
        )
        for indicator_id, (count, compared) in found.items()
    )
    for indicator_id, (count, compared) in found.items():
        _note(record, job, {"indicator": indicator_id, "hits": count, "compared": compared})
        outbox.ask("reviews.caution_broad", indicator_id)
    told = {pk: signals for pk, signals in confirmed.signals.items() if pk not in broad | found.keys()}
    return replace(confirmed, signals=told)


def _too_broad(
    purpose: str, candidates: Sequence[Candidate], hits: Sequence[Hit], indicators: Collection[int]
) -> dict[int, tuple[int, int]]:
    """For each indicator over the limits, its hits and the rows that it could have hit."""
    counted = Counter(hit.indicator_id for hit in hits)
    often = [pk for pk in sorted(indicators) if counted[pk] >= BREADTH.least_hits]
    if not often:
        return {}
    rows = Counter(candidate.kind for candidate in candidates)
    kinds = dict(Indicator.objects.filter(pk__in=often).values_list("pk", "kind"))
    shares = {pk: (counted[pk], _comparable(rows, kinds[pk])) for pk in often}
    return {pk: share for pk, share in shares.items() if is_broad(purpose, *share)}


def _comparable(rows: Counter[str], kind: str) -> int:
    return rows[kind] + (rows[TEXT] if kind == Kind.KEYWORD else 0)


def is_broad(purpose: str, hits: int, compared: int) -> bool:
    """Whether that many hits among that many rows are too much to be looked at one by one."""
    return hits >= BREADTH.least_hits and hits * 1_000 > compared * BREADTH.most_per_thousand[purpose]


def _note(record: Recorder, job: MatchJob, facts: dict[str, int]) -> None:
    organisation = job.organisation.public_id
    record(
        "job.broad_hit",
        subject_kind="job",
        subject=job.public_id,
        organisation=organisation,
        audience=f"organisation:{organisation}",
        facts=dict(facts),
    )
