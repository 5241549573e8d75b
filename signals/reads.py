"""What a key has read and shared: for the day it leaks, and for whoever wonders what a machine does.

Every signal of another member that is given to a key leaves a receipt, every page of the feed a poll, every look-up an
entry of the ledger. Signals of the own organisation leave none: a key that may share or read sees all of them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, IntegerField, Max, Min, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry
from lantern_site.members.models import ApiKey
from signals import kinds
from signals.models import Poll, Receipt, Signal

WAYS: dict[str, str | Promise] = {
    Receipt.Way.FEED: _("in the feed"),
    Receipt.Way.LOOKUP: _("found by a look-up"),
    Receipt.Way.PAGE: _("by its reference"),
}
HEAD = ("reference", "kind", "harm", "way", "first_given_at")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BATCH = 2_000


@dataclass(frozen=True)
class Read:
    """A signal as it was given to the key for the first time in this way.

    `kind` and `harm` are codes, and empty where the reader may not see the signal any more.
    """

    signal: int
    kind: str
    harm: str
    way: str
    at: datetime

    @property
    def reference(self) -> str:
        return public_ids.shown(self.signal)

    @property
    def kind_label(self) -> str | Promise:
        return kinds.Kind(self.kind).label if self.kind else ""

    @property
    def harm_label(self) -> str | Promise:
        return kinds.HarmTerm(self.harm).label if self.harm else ""

    @property
    def way_label(self) -> str | Promise:
        return WAYS.get(self.way, self.way)


@dataclass(frozen=True)
class Summary:
    """How much there is. Times are None where there is nothing."""

    signals: int
    first_at: datetime | None
    last_at: datetime | None
    polls: int
    first_poll_at: datetime | None
    last_poll_at: datetime | None
    upto: int
    lookups: int
    items: int
    hits: int
    shared: int


def summary_of(key: ApiKey) -> Summary:
    given = Receipt.objects.filter(key=key).aggregate(
        signals=Count("signal", distinct=True), first_at=Min("at"), last_at=Max("at")
    )
    polled = Poll.objects.filter(key=key).aggregate(
        polls=Count("pk"), first_poll_at=Min("at"), last_poll_at=Max("at"), upto=Max("upto", default=0)
    )
    asked = Entry.objects.filter(actor_kind=ActorKind.KEY, actor=key.public_id, action="lookup.made").aggregate(
        lookups=Count("pk"),
        items=Sum(Cast(KT("facts__items"), IntegerField()), default=0),
        hits=Sum(Cast(KT("facts__hits"), IntegerField()), default=0),
    )
    shared = Signal.objects.filter(submitted_with=key).count()
    return Summary(**given, **polled, **asked, shared=shared)


def reads_of(receipts: Sequence[Receipt], actor: Actor) -> list[Read]:
    """What the receipts say, as far as the actor may see the signals now; the reference always."""
    wanted = {receipt.signal_id for receipt in receipts}
    seen = {
        pk: (public_id, kind, harm)
        for pk, public_id, kind, harm in Signal.objects.visible_to(actor)
        .filter(pk__in=wanted)
        .values_list("pk", "public_id", "indicator__kind", "current_version__harm")
    }
    if unseen := wanted - seen.keys():
        with acting_as(Actor.clock()):  # the organisation was given them: it may know which they were
            references = Signal.objects.filter(pk__in=unseen).values_list("pk", "public_id")
            seen |= {pk: (public_id, "", "") for pk, public_id in references}
    return [Read(*seen[receipt.signal_id], receipt.way, receipt.at) for receipt in receipts]


def all_reads(key: ApiKey, actor: Actor) -> Iterator[Read]:
    """Everything that the key was given, the oldest first."""
    receipts = Receipt.objects.filter(key=key).order_by("pk").only("signal_id", "way", "at")
    last = 0
    while page := list(receipts.filter(pk__gt=last)[:BATCH]):
        yield from reads_of(page, actor)
        last = page[-1].pk


def filled_polls(key: ApiKey, before: int | None = None) -> QuerySet[Poll]:
    """Pages of the feed that told the key something, the newest first."""
    found = Poll.objects.filter(key=key, upto__gt=F("after")).order_by("-pk")
    return found if before is None else found.filter(pk__lt=before)


def csv_of(reads: Iterable[Read]) -> str:
    """The reads as CSV (RFC 4180). No cell can be taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for read in reads:
        line = (read.reference, read.kind, read.harm, read.way, f"{read.at:%Y-%m-%dT%H:%M:%SZ}")
        writer.writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line)
    return out.getvalue()
