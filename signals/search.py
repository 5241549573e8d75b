"""Finding signals: what a list is narrowed to, its order, and pages by key in it.

A page begins behind a place in the order and not behind a number of rows: what is added meanwhile moves nothing, and
the last page costs what the first one costs.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid
from signals.kinds import HarmTerm, Kind, Severity
from signals.models import Signal, SignalQuerySet
from signals.workflow import Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Sort(TextChoices):
    NEWEST = "newest", gettext_lazy("Newest first")
    DUE = "due", gettext_lazy("What is due first")

    @property
    def field(self) -> str:
        return "next_due_at" if self is Sort.DUE else "submitted_at"


class Flag(TextChoices):
    DANGER = "danger", gettext_lazy("Danger now")
    CONTESTED = "contested", gettext_lazy("Contested")
    MIXED = "mixed", gettext_lazy("Mixed findings")
    CAUTION = "caution", gettext_lazy("Caution")
    PROVISIONAL = "provisional", gettext_lazy("Provisional")


FLAGGED: Mapping[Flag, Q] = {
    Flag.DANGER: Q(danger=True),
    Flag.CONTESTED: Q(contested=True),
    Flag.MIXED: Q(found_right__gt=0, found_wrong__gt=0),
    Flag.CAUTION: Q(caution=True),
    Flag.PROVISIONAL: Q(provisional=True),
}


class Whose(TextChoices):
    OWN = "own", gettext_lazy("Our organisation")
    OTHERS = "others", gettext_lazy("Other members")


WORDS: Mapping[str, type[TextChoices]] = {
    "kind": Kind,
    "status": Status,
    "harm": HarmTerm,
    "whose": Whose,
    "flag": Flag,
    "sort": Sort,
}
"""The closed words that a list is narrowed to, by the name of the filter. `whose` may be the id of a member, too."""


QUEUE_WORDS: Mapping[str, frozenset[str]] = {
    "tab": frozenset({"unclaimed", "yours", "soon", "second", "checks"}),
    "kind": frozenset(Kind.values),
    "severity": frozenset(str(level) for level in Severity.values),
    "harm": frozenset(HarmTerm.values),
}
"""The same for the review queue."""


@dataclass(frozen=True)
class Wanted:
    """What to narrow the list to; what is empty narrows nothing. `member` and `incident` are public ids."""

    kind: str = ""
    status: str = ""
    harm: str = ""
    whose: str = ""
    flag: str = ""
    member: int | None = None
    incident: int | None = None
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True)
class Place:
    """Between two signals of the list: right behind the one with this key."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        """An opaque word for addresses."""
        key = f"{(self.at - EPOCH) // MICROSECOND}.{self.pk}"
        return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def place(word: str) -> Place:
    """The place behind an opaque word. Raises Invalid with the field `after`."""
    try:
        at, pk = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode().split(".")
        return Place(EPOCH + int(at) * MICROSECOND, min(int(pk), 2**63 - 1))
    except (binascii.Error, ValueError, OverflowError):
        raise Invalid(_("This is no place in the list. Begin again without it."), "after") from None


@dataclass(frozen=True)
class Page:
    """Some signals in their order, and whether there are more on either side."""

    signals: list[Signal]
    sort: Sort
    newer: bool
    older: bool

    @property
    def first(self) -> Place:
        return self._place(self.signals[0])

    @property
    def last(self) -> Place:
        return self._place(self.signals[-1])

    def _place(self, signal: Signal) -> Place:
        return Place(getattr(signal, self.sort.field), signal.pk)


def narrowed(found: SignalQuerySet, wanted: Wanted, actor: Actor) -> SignalQuerySet:
    """Those of the signals that are wanted. A member that is not named is not found by its name either."""
    words = {name: getattr(wanted, name) for name in ("kind", "status", "harm") if getattr(wanted, name)}
    found = found.filter(**words)
    if wanted.whose == Whose.OWN:
        found = found.filter(organisation=actor.organisation_id)
    if wanted.whose == Whose.OTHERS:
        found = found.exclude(organisation=actor.organisation_id)
    if wanted.member is not None:
        found = found.filter(organisation__public_id=wanted.member)
        if not (actor.programme or wanted.member == actor.organisation):
            found = found.filter(current_version__owner_named=True)
    if wanted.incident is not None:
        found = found.filter(incident__public_id=wanted.incident)
    if wanted.since is not None:
        found = found.filter(submitted_at__gte=_midnight(wanted.since))
    if wanted.until is not None:
        found = found.filter(submitted_at__lt=_midnight(wanted.until + timedelta(days=1)))
    if wanted.flag:
        found = found.filter(FLAGGED[Flag(wanted.flag)])
    return found.filter(next_due_at__isnull=False) if wanted.sort == Sort.DUE else found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def page(
    found: SignalQuerySet, sort: Sort, *, limit: int, after: Place | None = None, before: Place | None = None
) -> Page:
    """The signals behind a place, or those ahead of it, with their context."""
    ahead = before is not None
    rising = (sort is Sort.DUE) != ahead
    beyond = before or after
    if beyond is not None:
        found = found.filter(_beyond(sort.field, beyond, rising=rising))
    order = (sort.field, "pk") if rising else (f"-{sort.field}", "-pk")
    picked = Signal.objects.with_context().among(found.order_by(*order)[: limit + 1])
    signals = list(picked.order_by(*order))
    more, signals = len(signals) > limit, signals[:limit]
    if ahead:
        signals.reverse()
    newer, older = (more, True) if ahead else (after is not None, more)
    return Page(signals, sort, newer and bool(signals), older and bool(signals))


def _beyond(field: str, key: Place, *, rising: bool) -> Q:
    """Written so that the index is entered at the key."""
    way = "gt" if rising else "lt"
    return Q(**{f"{field}__{way}e": key.at}) & (Q(**{f"{field}__{way}": key.at}) | Q(**{f"pk__{way}": key.pk}))


def closed(words: Mapping[str, str], *, of_queue: bool = False) -> dict[str, str]:
    """The words as a filter may be kept: each one of its list or a member's id. Raises Invalid for anything else."""
    kept = {name: word for name, word in words.items() if word}
    for name, word in kept.items():
        if not (_is_of_queue(name, word) if of_queue else _is_of_list(name, word)):
            raise Invalid(_("A saved filter holds words of the lists above only."))
    if not kept:
        raise Invalid(_("Choose at least one filter to save."))
    return kept


def _is_of_list(name: str, word: str) -> bool:
    return name in WORDS and (word in WORDS[name].values or (name == "whose" and _is_id(word)))


def _is_of_queue(name: str, word: str) -> bool:
    return word in QUEUE_WORDS.get(name, ())


def _is_id(word: str) -> bool:
    try:
        return public_ids.shown(public_ids.parse(word)) == word
    except ValueError:
        return False
