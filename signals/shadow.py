"""Counting what a job would hit, without telling which indicators: no lead, no receipt, and no small number."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals.comparing import Hit
from signals.kinds import Kind
from signals.models import MatchJob, Tally

SPREAD = (1, 5, 50)
"""Indicators are put together by how many rows they would hit: from so many on."""


def count(job: MatchJob, hits: Iterable[Hit]) -> None:
    """Add the hits to the tallies of the job, whose row is locked by the caller."""
    new = Counter((hit.indicator_id, str(hit.match), hit.distance) for hit in hits)
    with acting_as(Actor.clock()):
        known = {
            (tally.indicator_id, tally.match, tally.distance): tally
            for tally in job.tallies.filter(indicator__in={indicator for indicator, *_way in new})
        }
        for key in new.keys() & known.keys():
            known[key].rows += new[key]
        Tally.objects.bulk_update([known[key] for key in new.keys() & known.keys()], ["rows"], batch_size=1_000)
        Tally.objects.bulk_create(
            [
                Tally(job=job, indicator_id=indicator, match=match, distance=distance, rows=rows)
                for (indicator, match, distance), rows in new.items()
                if (indicator, match, distance) not in known
            ],
            batch_size=1_000,
        )


def told(job: MatchJob, *, step: int) -> list[dict[str, object]]:
    """What the member is told: for each kind, match and distance the hits, and how they spread over indicators.

    Numbers are rounded down to a multiple of `step`, and what is less than that is not told; nor is what fewer
    indicators than that were hit by, unless they are keywords: so nobody learns of one value by repeating it.
    """
    if not job.is_shadow:
        return []
    with acting_as(Actor.clock()):
        tallies = list(job.tallies.select_related("indicator"))
    ways: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for tally in tallies:
        ways[tally.indicator.kind, tally.match, tally.distance].append(tally.rows)
    return [
        {
            "kind": kind,
            "match": match,
            "distance": distance,
            "hits": _rounded(sum(rows), step),
            "indicators": _rounded(len(rows), step),
            "spread": [_rounded(number, step) for number in _spread(rows)],
        }
        for (kind, match, distance), rows in sorted(ways.items())
        if sum(rows) >= step and (kind == Kind.KEYWORD or len(rows) >= step)
    ]


def _spread(rows: list[int]) -> list[int]:
    return [
        sum(begin <= number and (end is None or number < end) for number in rows)
        for begin, end in zip(SPREAD, (*SPREAD[1:], None), strict=True)
    ]


def _rounded(number: int, step: int) -> int:
    return number - number % step


def total(job: MatchJob) -> int:
    return sum(way["hits"] for way in job.would_hit)


def forget(job: MatchJob) -> None:
    with acting_as(Actor.clock()):
        job.tallies.all().delete()
