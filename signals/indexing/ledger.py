"""What the index reads: the values of active signals, and from the ledger which of them may have changed."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping

from cryptography.exceptions import InvalidTag
from django.db.models import Exists, Max, OuterRef, QuerySet

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Head
from signals import intake
from signals.models import IndicatorValue, Signal

AT_ONCE = 5_000
REBUILT = "index.rebuilt"
"""The action that tells every process to read anew, and that no older snapshot is to be trusted."""

Tick = Callable[[], None]
Values = dict[int, str]


class Gap(Exception):
    """The ledger does not continue where it was read last: positions are missing, or it is another one."""


class Unreadable(Exception):
    """A value cannot be decrypted: whoever goes on without it would miss what it matches."""


def head() -> int:
    return Head.objects.get().position


def leaf(position: int) -> str:
    """What tells one ledger from another at a position: the SHA-256 of its entry, or nothing where there is none."""
    entry = Entry.objects.filter(position=position).first()
    return hashlib.sha256(entry.leaf_input()).hexdigest() if entry else ""


def last_rebuilt() -> int:
    newest = Entry.objects.filter(action=REBUILT).aggregate(newest=Max("position"))["newest"]
    return int(newest or 0)


def count(kind: str) -> int:
    """How many values of a kind there are to match."""
    with acting_as(Actor.clock()):
        return _matchable().filter(indicator__kind=kind).count()


def values(kind: str, tick: Tick) -> Iterator[Values]:
    """All values of a kind, in parts. A lease that `tick` extends is seen by others: it runs between transactions."""
    last = 0
    while True:
        tick()
        with acting_as(Actor.clock()):
            part = plain(_matchable().filter(indicator__kind=kind, pk__gt=last).order_by("pk")[:AT_ONCE])
        found = part.get(kind)
        if not found:
            return
        yield found
        last = max(found)


def since(position: int, upto: int) -> dict[str, set[int]]:
    """Indicators that the entries after a position speak of, by kind. Raises Gap."""
    entries = Entry.objects.filter(position__gt=position, position__lte=upto)
    if entries.count() != upto - position:
        raise Gap
    touched: dict[str, set[int]] = defaultdict(set)
    about = entries.filter(subject_kind="signal", facts__has_keys=["kind", "indicator"])
    for kind, indicator in about.values_list("facts__kind", "facts__indicator").iterator(AT_ONCE):
        touched[kind].add(indicator)
    return touched


def was_rebuilt(position: int, upto: int) -> bool:
    return Entry.objects.filter(action=REBUILT, position__gt=position, position__lte=upto).exists()


def current(indicators: Collection[int], tick: Tick) -> Mapping[str, Values]:
    """What of these indicators there is to match now, by kind."""
    found: dict[str, Values] = defaultdict(dict)
    numbers = sorted(indicators)
    for start in range(0, len(numbers), AT_ONCE):
        tick()
        with acting_as(Actor.clock()):
            part = plain(_matchable().filter(pk__in=numbers[start : start + AT_ONCE]))
        for kind, some in part.items():
            found[kind] |= some
    return found


def sample(kind: str, size: int) -> Values:
    """Some values of a kind, by chance."""
    with acting_as(Actor.clock()):
        return plain(_matchable().filter(indicator__kind=kind).order_by("?")[:size]).get(kind, {})


def _matchable() -> QuerySet[IndicatorValue]:
    """Values with an active signal. What ended may come back, and is taken in again then."""
    return IndicatorValue.objects.filter(Exists(Signal.objects.matchable().filter(indicator=OuterRef("pk"))))


def plain(rows: QuerySet[IndicatorValue]) -> dict[str, Values]:
    """The values of these rows by kind and indicator. Raises Unreadable."""
    found: dict[str, Values] = defaultdict(dict)
    for pk, kind, ciphertext, key_id in rows.values_list("pk", "indicator__kind", "ciphertext", "key_id"):
        try:
            found[kind][pk] = intake.opened(pk, ciphertext, key_id)
        except (InvalidTag, KeyError) as problem:
            raise Unreadable(f"The value of indicator {pk} cannot be decrypted.") from problem
    return found
