"""What was known of a value before: signals on it that were found wrong, and match jobs that it swamped.

Whoever shares such a value again, it does not come back unseen: the programme looks first. A member is told that there
was something, and never whose signal it was.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, QuerySet

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals import normalise, protection
from signals.guards import WarningCode
from signals.models import BroadHit, Indicator, IndicatorAlias, Signal, SignalQuerySet
from signals.normalise import Normal
from signals.workflow import Status


def warnings(organisation_id: int, indicator: Indicator) -> tuple[WarningCode, ...]:
    """Everything that the past says, for the signal of a member; asked with the eyes of the clock.

    Of what the member may see it knows anyway that it was retracted; the rest it does not learn more of than that.
    """
    with acting_as(Actor.clock()):
        wrong = _on(indicator).filter(status=Status.RETRACTED)
        is_wrong, was_swamped, was_marked = _asked(indicator, wrong, *_broad(indicator))
        is_known = is_wrong and any(known.exists() for known in known_by(organisation_id, wrong))
    found = {
        WarningCode.RETRACTED_BEFORE: is_known,
        WarningCode.CORRECTED_BEFORE: is_wrong and not is_known,
        WarningCode.BROAD: was_swamped or was_marked,
    }
    return tuple(code for code, applies in found.items() if applies)


def look_back(signal: Signal) -> None:
    """Add to the warnings of a locked signal what has been found about its value since it was submitted."""
    found = warnings(signal.organisation_id, signal.indicator)
    if new := [code.value for code in found if code not in signal.warnings]:
        signal.warnings = [*signal.warnings, *new]
        signal.save(update_fields=["warnings"])


def known_by(organisation_id: int, signals: SignalQuerySet) -> tuple[SignalQuerySet, ...]:
    """Those of these signals that a member knows of: its own, what is shared with it, and what was corrected for it."""
    return (
        signals.owned_by(organisation_id),
        signals.shared_with(organisation_id),
        signals.corrected_for(organisation_id),
    )


def retracted(normals: Collection[Normal], *among: SignalQuerySet) -> frozenset[Normal]:
    """The values on which one of these signals was retracted, under this or another spelling of the same mailbox.

    It is what a member may be told before it shares anything, so `among` is what that member sees and no more. The
    number of queries does not depend on how many values there are.
    """
    digests: dict[tuple[str, bytes], set[Normal]] = defaultdict(set)
    aliases: dict[bytes, set[Normal]] = defaultdict(set)
    for normal in normals:
        for digest in protection.digests(normalise.public_digest(normal)).values():
            digests[normal.kind, digest].add(normal)
        alias = normalise.alias_digest(normal)
        for digest in protection.digests(alias).values() if alias is not None else ():
            aliases[digest].add(normal)
    found: set[Normal] = set()
    for signals in among:
        wrong = signals.filter(status=Status.RETRACTED)
        on_value = wrong.filter(indicator__digest__in={digest for _kind, digest in digests})
        for kind, kept in on_value.values_list("indicator__kind", "indicator__digest"):
            found |= digests.get((kind, bytes(kept)), set())
        if aliases:
            on_mailbox = wrong.filter(indicator__alias__digest__in=set(aliases))
            for kept in on_mailbox.values_list("indicator__alias__digest", flat=True):
                found |= aliases[bytes(kept)]
    return frozenset(found)


def _on(indicator: Indicator) -> SignalQuerySet:
    """Signals on the indicator, and on every other spelling of the same mailbox."""
    aliases = IndicatorAlias.objects.filter(indicator=indicator).values("digest")
    others = IndicatorAlias.objects.filter(digest__in=aliases).values("indicator")
    return Signal.objects.filter(indicator__in=others.union(Indicator.objects.filter(pk=indicator.pk).values("pk")))


def _broad(indicator: Indicator) -> tuple[QuerySet[BroadHit], SignalQuerySet]:
    """Where it swamped a match job, and where a signal on it has been marked for that."""
    marked = Signal.objects.filter(indicator=indicator, warnings__contains=[WarningCode.BROAD])
    return BroadHit.objects.filter(indicator=indicator), marked


def _asked(indicator: Indicator, *questions: QuerySet[Any]) -> tuple[bool, ...]:
    """Which of these find something, in one query: it is asked at every submission and every approval."""
    answers: tuple[bool, ...] = Indicator.objects.filter(pk=indicator.pk).values_list(*map(Exists, questions)).get()
    return answers
