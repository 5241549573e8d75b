"""What second looks say of how people agree: to each person of their own, and to a lead of at least five together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Q
from django.utils.functional import Promise

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from reviews import agreement
from reviews.agreement import Interval, Pair
from reviews.models import Finding, FindingQuerySet, SecondLook, SecondLookQuerySet
from reviews.workflow import LooksWrong, Outcome
from signals.kinds import HarmTerm, Kind

LEAST_PEOPLE = 5
LEAST_PAIRS = 10
MONTHS = 3

Words = str | Promise


@dataclass(frozen=True)
class Judged:
    """One second look that was answered."""

    kind: Kind
    harm: HarmTerm
    pair: Pair


@dataclass(frozen=True)
class Agreement:
    """A row: of what, how many were looked at twice, the share seen alike, and kappa where there is one and its error,
    which is one of large samples, means something."""

    words: Sequence[Words]
    count: int
    alike: Interval | None
    kappa: Interval | None

    @property
    def is_small(self) -> bool:
        return self.count < LEAST_PAIRS


@dataclass(frozen=True)
class Wrong:
    """Of how many signals that members examined, which share looked wrong to them."""

    words: Words
    count: int
    share: Interval | None


@dataclass(frozen=True)
class Team:
    """Totals of the last whole quarter. `rows` are empty where fewer than five people would stand behind them."""

    starts_at: datetime
    ends_at: datetime
    total: Agreement | None
    kinds: list[Agreement]
    harms: list[Agreement]

    @property
    def last_day(self) -> date:
        return (self.ends_at - timedelta(days=1)).date()


def of_person(actor: Actor) -> tuple[Agreement, list[Agreement], list[Agreement]]:
    """All that the person decided or looked at: together, by kind and by harm."""
    judged = _judged(SecondLook.objects.of(actor))
    return _agreement((), [one.pair for one in judged]), _each(judged, _kind), _each(judged, _harm)


def of_team(actor: Actor, now: datetime) -> Team:
    """The actor's member. Quarters do not overlap, and what lies in one that has ended does not change: nobody learns
    of fewer people by comparing two of them."""
    starts_at, ends_at = last_quarter(now)
    judged = _judged(
        SecondLook.objects.filter(
            organisation=actor.organisation_id, answered_at__gte=starts_at, answered_at__lt=ends_at
        )
    )
    everything = [one.pair for one in judged]
    if agreement.people_in(everything) < LEAST_PEOPLE:
        return Team(starts_at, ends_at, None, [], [])
    total = _agreement((), everything)
    return Team(starts_at, ends_at, total, _pooled(judged, _kind), _pooled(judged, _harm))


def last_quarter(now: datetime) -> tuple[datetime, datetime]:
    """The last quarter of a year that is over, in UTC."""
    quarters = now.year * 4 + (now.month - 1) // MONTHS
    starts_at, ends_at = (
        datetime(number // 4, number % 4 * MONTHS + 1, 1, tzinfo=UTC) for number in (quarters - 1, quarters)
    )
    return starts_at, ends_at


def looked_wrong(organisation_id: int) -> tuple[list[Wrong], list[Wrong]]:
    """Of the member's own signals what others found when they examined them, by kind and by harm; only where a hundred
    or more were."""
    with acting_as(Actor.clock()):
        found = Finding.objects.filter(signal__organisation=organisation_id).exclude(
            Q(outcome=Outcome.NOT_EXAMINED) | Q(organisation=organisation_id)
        )
        return _wrong(found, "signal__kind", Kind), _wrong(found, "signal__harm", HarmTerm)


def _wrong(found: FindingQuerySet, column: str, words: type[Kind] | type[HarmTerm]) -> list[Wrong]:
    counted = found.values_list(column).annotate(
        examined=Count("pk"), wrong=Count("pk", filter=Q(looks_wrong=LooksWrong.YES))
    )
    enough = counted.filter(examined__gte=agreement.LEAST_ESTIMATED).order_by("-examined", column)
    return [Wrong(words(word).label, examined, agreement.wilson(wrong, examined)) for word, examined, wrong in enough]


def _judged(looks: SecondLookQuerySet) -> list[Judged]:
    told = looks.filter(answered_at__isnull=False).order_by("pk")
    columns = ("signal__kind", "signal__harm", "decision__verdict", "verdict", "decision__decided_by", "taken_by")
    return [Judged(Kind(kind), HarmTerm(harm), Pair(*said)) for kind, harm, *said in told.values_list(*columns)]


def _kind(one: Judged) -> str:
    return str(one.kind.label)


def _harm(one: Judged) -> str:
    return str(one.harm.label)


def _groups(judged: Iterable[Judged], word: Callable[[Judged], str]) -> dict[str, list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for one in judged:
        groups.setdefault(word(one), []).append(one.pair)
    return groups


def _each(judged: Iterable[Judged], word: Callable[[Judged], str]) -> list[Agreement]:
    groups = _groups(judged, word)
    return [_agreement((name,), groups[name]) for name in sorted(groups, key=lambda name: (-len(groups[name]), name))]


def _pooled(judged: Iterable[Judged], word: Callable[[Judged], str]) -> list[Agreement]:
    pools = agreement.pooled(_groups(judged, word), LEAST_PEOPLE)
    return [_agreement(pool.words, pool.pairs) for pool in pools]


def _agreement(words: Sequence[Words], pairs: Sequence[Pair]) -> Agreement:
    alike = sum(pair.agrees for pair in pairs)
    kappa = agreement.kappa([(pair.first, pair.second) for pair in pairs]) if len(pairs) >= LEAST_PAIRS else None
    return Agreement(words, len(pairs), agreement.wilson(alike, len(pairs)), kappa)
