"""What a member's machine reads. Reading changes nothing about a signal; that it was read is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid
from lantern_site.members.models import ApiKey, Organisation, TestSignal
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import organisation_of, permits, require
from lantern_site.members.services import trials
from signals import feed, policies, receipts, search
from signals.feed import Page, Sight
from signals.models import Poll, Receipt, Signal, SignalQuerySet
from signals.search import Place, Wanted
from signals.workflow import Status


@dataclass(frozen=True)
class Glance:
    """Part of a list, and where the next part begins; empty at its end."""

    signals: Sequence[Sight]
    cursor: str


def read_feed(*, after: int, limit: int, actor: Actor, now: datetime) -> Page:
    """The next page after a position, for a key. Its active signals are received: recalls of them will come.

    Raises NotAllowed, or Invalid for `after` when it lies beyond the ledger's end.
    """
    with acting_as(actor):
        organisation = organisation_of(actor)
        policies.may_read_feed(actor)
        head = feed.head()
        if after > head:
            raise Invalid(_("This position lies beyond the end of the ledger. Begin again with 0."), "after")
        key = ApiKey.objects.get(public_id=actor.id)
        due = feed.due(organisation, after=after, upto=head, limit=limit)
        tests = list(TestSignal.objects.due(organisation.pk, after, head)[:limit])
        positions = sorted([*(one.position for one in due), *(test.position or 0 for test in tests)])[:limit]
        cursor = positions[-1] if positions else after
        told = feed.still_due(organisation, [one for one in due if one.position <= cursor])
        tests = [test for test in tests if (test.position or 0) <= cursor]
        active = [signal for _due, signal in told if signal is not None and signal.status == Status.ACTIVE]
        receipts.give(active, organisation.pk, Receipt.Way.FEED, now, key)
        for test in tests:
            trials.note_test_received(test_id=test.public_id, key=key, now=now)
        Poll.objects.create(key=key, after=after, upto=cursor, head=head, at=now)
        lines = [*feed.lines(told), *(feed.line_of_test(test) for test in tests)]
        return Page(sorted(lines, key=lambda line: line.position), cursor, head)


def look_at(*, signal_id: int, actor: Actor, now: datetime) -> Sight:
    """One signal, masked. A signal of another member is received by looking at it.

    Raises NotAllowed, or Hidden when the key may not know of it.
    """
    with acting_as(actor):
        organisation = organisation_of(actor)
        found = _readable(actor, organisation).filter(public_id=signal_id)
        feed.lock(found.values_list("pk", flat=True))
        signal = found.with_context().first()
        if signal is None:
            raise Hidden(_("There is no such signal."))
        key = ApiKey.objects.get(public_id=actor.id)
        receipts.give([signal], organisation.pk, Receipt.Way.PAGE, now, key)
        return feed.sights_of([signal], actor)[0]


def look_through(*, wanted: Wanted, after: Place | None, limit: int, actor: Actor, now: datetime) -> Glance:
    """Some of the signals that are wanted, from a place in their order on; those of other members are received.

    Raises NotAllowed.
    """
    with acting_as(actor):
        organisation = organisation_of(actor)
        readable = _readable(actor, organisation)
        page = search.page(search.narrowed(readable, wanted, actor), wanted.sort, limit=limit, after=after)
        picked = [signal.pk for signal in page.signals]
        feed.lock(picked)
        known = {signal.pk: signal for signal in readable.with_context().filter(pk__in=picked)}
        signals = [known[pk] for pk in picked if pk in known]
        receipts.give(signals, organisation.pk, Receipt.Way.PAGE, now, ApiKey.objects.get(public_id=actor.id))
        return Glance(feed.sights_of(signals, actor), str(page.last) if page.older else "")


def _readable(actor: Actor, organisation: Organisation) -> SignalQuerySet:
    """The own signals for a key that shares; those of others, too, for a key that may read the feed."""
    own = Q(organisation=organisation)
    if permits(policies.may_read_feed, actor):
        return Signal.objects.visible_to(actor)
    require(actor, Permission.SHARE_IN_DANGER)
    return Signal.objects.filter(own)
