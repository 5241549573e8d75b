"""Looking up some values at once: what a member's machine asks before it does anything itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid, Spent
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.policies import organisation_of
from signals import budgets, candidates, comparing, indexing, policies, receipts, sightings
from signals.candidates import Item, Parsed, Refused
from signals.comparing import Confirmed, Hit
from signals.kinds import IDENTIFIERS
from signals.models import Receipt, Signal, Spending
from signals.services import alarms

MOST = 100


@dataclass(frozen=True)
class Found:
    """An active signal of another member on what was asked for: a lead, never proof."""

    signal: int
    kind: str
    harm: str
    severity: int
    caution: bool
    contested: bool
    match: str
    distance: int
    owner: str
    confirmed_by: int
    """How many other members say the same independently."""


@dataclass(frozen=True)
class Result:
    """The answer to one item: what was found, or in `refused` why it could not be asked for."""

    found: tuple[Found, ...] = ()
    refused: str = ""


def look_up(*, items: Sequence[Item], actor: Actor, now: datetime) -> list[Result]:
    """One result per item, in the same order. What was found is received: recalls of it will come.

    Raises NotAllowed, Spent beyond the daily budget, or Invalid for `items` when there are none or too many. A bad item
    spoils only itself.
    """
    try:
        return _look_up(items, actor, now)
    except Spent:
        alarms.note_spent(kind=Spending.Kind.LOOKUP, actor=actor, now=now)
        raise


def _look_up(items: Sequence[Item], actor: Actor, now: datetime) -> list[Result]:
    if not 0 < len(items) <= MOST:
        raise Invalid(_("Ask for 1 to %(most)d values at once.") % {"most": MOST}, "items")
    parsed = candidates.from_items(items)
    index = indexing.current(now=now)
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        policies.may_match(actor)
        budget = budgets.of_lookups(actor, organisation)
        budgets.check(budget, len(items), now)
        parsed = _without_closed_kinds(parsed, organisation, now)
        hits = comparing.hits(parsed.candidates, index)
        confirmed = comparing.confirm({hit.indicator_id for hit in hits}, organisation, shown_before=now)
        key = ApiKey.objects.get(public_id=actor.id) if actor.kind == ActorKind.KEY else None
        received = [signal for signals in confirmed.signals.values() for signal in signals]
        receipts.give(received, organisation.pk, Receipt.Way.LOOKUP, now, key=key)
        known = sightings.confirmations(received, actor)
        results = _results(len(items), parsed, hits, confirmed, known)
        budgets.spend(budget, organisation.pk, len(items), now)
        record(
            "lookup.made",
            subject_kind="organisation",
            subject=organisation.public_id,
            audience=f"organisation:{organisation.public_id}",
            facts={
                "items": len(items),
                "refused": len(parsed.refused),
                "hits": sum(bool(result.found) for result in results),
                **Counter(candidate.kind for candidate in parsed.candidates),
            },
        )
    return results


def _without_closed_kinds(parsed: Parsed, organisation: Organisation, now: datetime) -> Parsed:
    """Identifiers are refused one by one where the member's legal gate for them is not open."""
    if organisation.may_handle_identifiers(now.date()):
        return parsed
    sentence = _("Your organisation's legal gate for identifiers is not open: compare content kinds only.")
    closed = [candidate for candidate in parsed.candidates if candidate.kind in IDENTIFIERS]
    return Parsed(
        tuple(candidate for candidate in parsed.candidates if candidate.kind not in IDENTIFIERS),
        parsed.refused + tuple(Refused(candidate.row, sentence) for candidate in closed),
    )


def _results(
    count: int, parsed: Parsed, hits: Iterable[Hit], confirmed: Confirmed, known: Mapping[int, int]
) -> list[Result]:
    found: dict[int, list[Found]] = defaultdict(list)
    for hit in hits:
        signals = confirmed.signals.get(hit.indicator_id, ())
        found[hit.row] += [_found(signal, hit, known.get(signal.pk, 0)) for signal in signals]
    refused = {row.row: row.sentence for row in parsed.refused}
    return [Result(tuple(found[row]), refused.get(row, "")) for row in range(1, count + 1)]


def _found(signal: Signal, hit: Hit, confirmed_by: int) -> Found:
    version = signal.version
    return Found(
        signal=signal.public_id,
        kind=signal.indicator.kind,
        harm=version.harm,
        severity=signal.severity,
        caution=signal.caution,
        contested=signal.contested,
        match=str(hit.match),
        distance=hit.distance,
        owner=signal.organisation.name if version.owner_named else _("a platform member"),
        confirmed_by=confirmed_by,
    )
