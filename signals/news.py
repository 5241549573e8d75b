"""What is new, compared with a list that a member keeps here: a few indicators against many values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.db.models import Q

from lantern_site.members.models import Organisation
from signals import indexing, intake, protection
from signals.candidates import COMPARED_AS_DIGEST, Candidate
from signals.comparing import Hit, closest
from signals.kinds import PERCEPTUAL, Kind
from signals.models import Indicator, Lead, Signal


def kept(candidate: Candidate) -> Candidate:
    """What a list keeps of a value: its public digest where the kind is equal or not, itself where it may be near."""
    if candidate.is_digest or candidate.kind not in COMPARED_AS_DIGEST:
        return candidate
    return replace(candidate, value=candidate.public_digest().hex(), is_digest=True, alias="")


def indicators(organisation: Organisation, *, after: int) -> list[Indicator]:
    """The indicators of which something happened to an active signal, or to its being shown to this member, since this
    position of the ledger. Ask with the clock's eyes."""
    shown = Q(showings__organisation=organisation, showings__is_shown=True, showings__position__gt=after)
    fresh = Signal.objects.shared_with(organisation.pk).matchable().filter(Q(position__gt=after) | shown)
    return list(Indicator.objects.filter(pk__in=fresh.values("indicator")).select_related("value").order_by("pk"))


def hits(candidates: Sequence[Candidate], news: Sequence[Indicator]) -> list[Hit]:
    """Every indicator among the news that a kept value meets: equal by digest, or within the radius of its kind."""
    return closest([*_equal(candidates, news), *_near(candidates, news)])


def _equal(candidates: Iterable[Candidate], news: Sequence[Indicator]) -> Iterator[Hit]:
    known = {(indicator.kind, bytes(indicator.digest)): indicator.pk for indicator in news}
    kinds = {kind for kind, _digest in known}
    oldest = min((indicator.pepper_id for indicator in news), default=0)
    for candidate in candidates:
        if candidate.kind in kinds:
            for digest in protection.digests(candidate.public_digest(), oldest).values():
                if (found := known.get((candidate.kind, digest))) is not None:
                    yield Hit(candidate.row, found, Lead.Match.EXACT)


def _near(candidates: Iterable[Candidate], news: Iterable[Indicator]) -> Iterator[Hit]:
    for kind in sorted(PERCEPTUAL):
        values = {indicator.pk: intake.value_of(indicator) for indicator in news if indicator.kind == kind}
        readable = {pk: value for pk, value in values.items() if value is not None}
        ours = [candidate for candidate in candidates if candidate.kind == kind]
        if readable and ours:
            yield from _within(kind, ours, readable)


def _within(kind: Kind, ours: Sequence[Candidate], values: dict[int, str]) -> Iterator[Hit]:
    part = indexing.empty(kind)
    part.update(values, values.keys())
    for near in part.search([candidate.value for candidate in ours]):
        match = Lead.Match.NEAR if near.distance else Lead.Match.EXACT
        yield Hit(ours[near.query].row, near.indicator_id, match, near.distance)
