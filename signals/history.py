"""What was known of a value before: signals on it that were found wrong, and match jobs that it swamped.

Whoever shares such a value again, it does not come back unseen: the programme looks first. A member is told that there
was something, and never whose signal it was.
"""

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals import intake, normalise, protection
from signals.guards import WarningCode
from signals.indexing import wrong
from signals.kinds import RADIUS, Kind
from signals.models import Indicator, IndicatorAlias, Signal, SignalQuerySet
from signals.normalise import Normal
from signals.workflow import Status

PAST = """
    WITH alike AS (
        SELECT unnest(%(alike)s::bigint[]) AS id
        UNION
        SELECT other.indicator_id FROM signals_indicatoralias own JOIN signals_indicatoralias other USING (digest)
        WHERE own.indicator_id = %(indicator)s
    )
    SELECT
        ARRAY(SELECT s.id FROM signals_signal s JOIN alike ON alike.id = s.indicator_id WHERE s.status = %(retracted)s),
        EXISTS (SELECT FROM signals_broadhit WHERE indicator_id = %(indicator)s)
        OR EXISTS (SELECT FROM signals_signal WHERE indicator_id = %(indicator)s AND %(broad)s = ANY(warnings))
"""
"""Signals that were found wrong on the indicator, on another spelling of the same mailbox or near it; and whether it
swamped a match job, or a signal on it was marked for that. Asked at every submission and approval, so the statement
stands here: to build it from querysets took longer than to answer it."""


def warnings(organisation_id: int, indicator: Indicator, value: str | None) -> tuple[WarningCode, ...]:
    """Everything that the past says, for the signal of a member; asked with the eyes of the clock. The plain `value` is
    needed of what is compared by distance only.

    Of what the member may see it knows anyway that it was retracted; the rest it does not learn more of than that.
    """
    kind = Kind(indicator.kind)
    near = wrong.near(kind, [value]) if value is not None and kind in RADIUS else []
    alike = [indicator.pk, *(one.indicator_id for one in near)]
    with acting_as(Actor.clock()), connection.cursor() as cursor:
        cursor.execute(
            PAST,
            {
                "indicator": indicator.pk,
                "alike": alike,
                "retracted": Status.RETRACTED.value,
                "broad": WarningCode.BROAD.value,
            },
        )
        found_wrong, is_broad = cursor.fetchone() or ((), False)
        ended = Signal.objects.filter(pk__in=found_wrong)
        is_known = bool(found_wrong) and any(known.exists() for known in known_by(organisation_id, ended))
    found = {
        WarningCode.RETRACTED_BEFORE: is_known,
        WarningCode.CORRECTED_BEFORE: bool(found_wrong) and not is_known,
        WarningCode.BROAD: is_broad,
    }
    return tuple(code for code, applies in found.items() if applies)


def look_back(signal: Signal) -> None:
    """Add to the warnings of a locked signal what has been found about its value since it was submitted."""
    value = intake.value_of(signal.indicator) if signal.indicator.kind in RADIUS else None
    found = warnings(signal.organisation_id, signal.indicator, value)
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
    """The values on which one of these signals was retracted: on this one, on another spelling of the same mailbox, or
    on a hash within the radius.

    It is what a member may be told before it shares anything, so `among` is what that member sees and no more. The
    number of queries does not depend on how many values there are.
    """
    on = _alike(normals)
    for normal, indicator in intake.find_indicators(normals).items():
        on[indicator].add(normal)
    found: set[Normal] = set()
    for signals in among:
        ended = signals.filter(status=Status.RETRACTED, indicator__in=set(on))
        found = found.union(*(on[indicator] for indicator in ended.values_list("indicator", flat=True)))
    return frozenset(found)


def _alike(normals: Collection[Normal]) -> dict[int, set[Normal]]:
    """By indicator what may be meant by it: other spellings of its mailbox; near hashes, where it was found wrong."""
    found: dict[int, set[Normal]] = defaultdict(set)
    aliases: dict[bytes, set[Normal]] = defaultdict(set)
    for normal in normals:
        alias = normalise.alias_digest(normal)
        for digest in protection.digests(alias).values() if alias is not None else ():
            aliases[digest].add(normal)
    same_mailbox = IndicatorAlias.objects.filter(digest__in=set(aliases)) if aliases else IndicatorAlias.objects.none()
    for indicator, kept in same_mailbox.values_list("indicator", "digest"):
        found[indicator] |= aliases[bytes(kept)]
    for kind in RADIUS:
        ours = [normal for normal in normals if normal.kind == kind]
        for near in wrong.near(kind, [normal.value for normal in ours]) if ours else ():
            found[near.indicator_id].add(ours[near.query])
    return found
