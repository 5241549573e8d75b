"""Counting years of the ledger: streams of entries in, tallies out.

A stream brings the entries of one subject together, so that one history is in memory at a time; what grows is only the
tally, with the number of categories and members. The work is cut into portions, which can be counted in any order and
by anybody: tallies are merged by adding. Nothing but `facts` and the fixed columns of the entries is read, see
transparency.metrics.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from functools import reduce
from itertools import groupby, pairwise
from operator import or_
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import BigIntegerField, Case, Count, F, Q, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from lantern_site.audit.models import Entry, EntryQuerySet
from transparency.counting import judgements, programme, sharing
from transparency.counting.tally import Breakdown, Event, Tally
from transparency.periods import Period

AT_ONCE = 5_000
PORTION = 500_000
"""About as many entries are counted at once: some ten seconds of work."""
SUBJECTS = 2**50
"""Public ids lie below."""


class Cut(NamedTuple):
    """What one tally counts: the entries of a period up to a position."""

    period: Period
    position: int


class Portion(NamedTuple):
    """A stream, and the subjects of it from `lower` to before `upper`."""

    stream: str
    lower: int = 0
    upper: int = SUBJECTS


Counter = Callable[[Tally, Period, list[Event]], None]

COUNTERS: Mapping[str, tuple[frozenset[str], Counter]] = {
    "signal": (frozenset(sharing.ACTIONS), sharing.count_signal),
    "dispute": (judgements.DISPUTE_ACTIONS, judgements.count_dispute),
    "recall": (judgements.RECALL_ACTIONS, judgements.count_recall),
    "job": (judgements.JOB_ACTIONS, judgements.count_job),
    "finding": (judgements.FINDING_ACTIONS, judgements.count_finding),
    "government_request": (programme.ACTIONS, programme.count_government_request),
    "assessment": (programme.ACTIONS, programme.count_assessment),
    "attestation": (programme.ACTIONS, programme.count_attestation),
    "staff": (programme.ACTIONS, programme.count_once),
    "subject_request": (programme.ACTIONS, programme.count_once),
    "security_incident": (programme.ACTIONS, programme.count_once),
}
"""By the kind of subject: the entries that count, and what counts them. All entries about members count."""
_COUNTED = reduce(or_, (actions for actions, _count in COUNTERS.values()))


def count(cuts: Sequence[Cut]) -> list[Tally]:
    """A tally for each cut. The same ledger always gives the same tallies."""
    return merged([count_portion(cuts, portion) for portion in portions(cuts)])


def portions(cuts: Sequence[Cut]) -> list[Portion]:
    """Everything that there is to count."""
    parts = 1 + last_position(cuts) // PORTION
    bounds = [SUBJECTS * part // parts for part in range(parts + 1)]
    subjects = (Portion("subjects", lower, upper) for lower, upper in pairwise(bounds))
    return [*subjects, Portion("indicators"), Portion("cohorts"), Portion("lookups")]


def merged(counted: Sequence[Sequence[Tally]]) -> list[Tally]:
    """The tallies of the cuts out of those of all portions."""
    wholes = [Tally() for _cut in counted[0]]
    for tallies in counted:
        for whole, tally in zip(wholes, tallies, strict=True):
            whole.merge(tally)
    return wholes


def last_position(cuts: Sequence[Cut]) -> int:
    return max(cut.position for cut in cuts)


@transaction.atomic  # a cursor on the server outside a transaction would copy all that it reads first
def count_portion(cuts: Sequence[Cut], portion: Portion) -> list[Tally]:
    tallies = [Tally() for _cut in cuts]
    entries = Entry.objects.up_to(last_position(cuts))
    _STREAMS[portion.stream](entries, portion, list(zip(cuts, tallies, strict=True)))
    return tallies


Counting = Sequence[tuple[Cut, Tally]]


def _count_subjects(entries: EntryQuerySet, portion: Portion, counting: Counting) -> None:
    asked = Q(subject__gte=portion.lower, subject__lt=portion.upper)
    counted = Q(subject_kind__in=COUNTERS, action__in=_COUNTED) | Q(action__startswith="member.")
    for history in _histories(entries.filter(asked & counted), "subject"):
        kind = history[0].action.partition(".")[0]
        if kind == "member":
            one: Counter = programme.count_member
        else:
            one = COUNTERS["job" if kind == "watch_list" else kind][1]
        _count_history(counting, history, one)


def _count_indicators(entries: EntryQuerySet, _portion: Portion, counting: Counting) -> None:
    for history in _histories(entries.filter(action="signal.activated"), "facts__indicator"):
        _count_history(counting, history, sharing.count_indicator)


def _count_cohorts(entries: EntryQuerySet, _portion: Portion, counting: Counting) -> None:
    found = Q(action__in=("finding.recorded", "finding.withdrawn"), facts__has_key="signal")
    told = Cast(KeyTextTransform("signal", "facts"), BigIntegerField())
    about = Case(When(subject_kind="finding", then=told), default=F("subject"))
    chosen = entries.filter(found | Q(action="signal.activated")).annotate(about=about)
    for history in _histories(chosen, "about"):
        _count_history(counting, history, sharing.count_cohort)


def _count_lookups(entries: EntryQuerySet, _portion: Portion, counting: Counting) -> None:
    for cut, tally in counting:
        during = Q(at__gte=cut.period.starts_at, at__lt=cut.period.ends_before, position__lte=cut.position)
        made = entries.filter(during, action="lookup.made").values_list("organisation")
        for member, times in made.annotate(times=Count("position")):
            tally.count("lookups", member, times)
            tally.members["receiving"].add(member or 0)


_STREAMS: Mapping[str, Callable[[EntryQuerySet, Portion, Counting], None]] = {
    "subjects": _count_subjects,
    "indicators": _count_indicators,
    "cohorts": _count_cohorts,
    "lookups": _count_lookups,
}


def _count_history(counting: Counting, history: list[Event], one: Counter) -> None:
    for cut, tally in counting:
        whole = history[-1].position <= cut.position
        if known := history if whole else [event for event in history if event.position <= cut.position]:
            one(tally, cut.period, known)


def _histories(entries: EntryQuerySet, key: str) -> Generator[list[Event], None, None]:
    """The events that have one key after those of another, each history in the order of the ledger."""
    columns = ("position", "subject", "at", "action", "organisation", "actor_kind", "facts")
    rows: Any = entries.order_by(key, "position").values_list(key, *columns).iterator(AT_ONCE)
    with closing(rows):
        for _key, same in groupby(rows, key=lambda row: row[0]):
            yield [Event(*row[1:]) for row in same]


__all__ = [
    "Breakdown",
    "Cut",
    "Event",
    "Portion",
    "Tally",
    "count",
    "count_portion",
    "merged",
    "portions",
]
