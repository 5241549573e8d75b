"""Signals that wait together, of one incident or chosen from the queue: which of them one judgement may decide, and
what keeps the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.audit.actors import Actor
from lantern_site.errors import NotAllowed
from lantern_site.members.policies import permits
from reviews import dossier, policies, queues, waiting
from reviews.models import Decision
from reviews.offers import WHY, Offers, Option
from reviews.policies import Volume
from reviews.waiting import QueueRow
from reviews.workflow import Verdict
from signals import kinds, outlook
from signals.models import Incident, Signal
from signals.workflow import Status

Given = Mapping[str, int]
MOST = 100
MOST_IDENTIFIERS = 25
"""How many one judgement from the queue decides at once; of identifiers fewer, because each is about a person."""


def may_decide(
    actor: Actor,
    signal: Signal,
    verdict: Verdict,
    now: datetime,
    *,
    given: Given | None = None,
    volume: Volume | None = None,
    asks: bool | None = None,
) -> None:
    """On top of reviewing: what is approved with others needs nobody's second look. `given`, `volume` and `asks` (as of
    `policies.approvals_needed`) spare asking.

    Raises NotAllowed with the sentence that names what is missing.
    """
    if signal.correction_id is not None:
        raise NotAllowed(_("A correction is decided by itself."))
    if verdict != Verdict.APPROVE:
        policies.may_review(actor, signal, now)
        return
    known = policies.approvals_given(signal) if given is None else given
    policies.may_approve(actor, signal, known, now)
    if signal.warnings:
        said = " ".join(outlook.sentences(signal.warnings))
        raise NotAllowed(_("Look at it by itself: %(warnings)s") % {"warnings": said})
    plan = policies.approvals_needed(signal, now, volume, asks=asks)
    if plan.first - set(known) - {policies.attestation_of(actor)}:
        why = WHY[plan.why] if plan.why else ""
        raise NotAllowed(_("It needs a second approval, by the programme: %(why)s.") % {"why": why})


@dataclass(frozen=True)
class Place:
    """A waiting signal in the list of its incident.

    `barred` says why the actor does not decide it here at all, `kept` why an approval of the others leaves it.
    """

    row: QueueRow
    seen: str
    barred: str
    kept: str
    says_something_else: bool
    is_identifier: bool


def is_identifier(signal: Signal) -> bool:
    return signal.indicator.kind in kinds.IDENTIFIERS


def waiting_of(incident: Incident, actor: Actor) -> list[Signal]:
    """What waits for a decision of this actor, in the order in which it was shared."""
    waiting_here = queues.waiting(actor).filter(incident=incident, status=Status.SUBMITTED)
    found = waiting_here.with_context().order_by("pk")
    return list(found.select_related("claim__staff", "current_version__proposed_by"))


def places(signals: list[Signal], actor: Actor, now: datetime) -> list[Place]:
    """The list with what one approval would leave out. The number of queries does not grow with it."""
    if not signals:
        return []
    given, volumes = _given(signals), policies.volumes_of(signals, now)
    asks = {pk: policies.asks_first(pk, now) for pk in {signal.organisation_id for signal in signals}}
    first, is_own = signals[0].version, signals[0].organisation_id == actor.organisation_id
    return [
        Place(
            row=row,
            seen=f"{signal.public_id}:{signal.version.number}",
            barred=(barred := _barred(actor, signal, row, now)),
            kept=""
            if barred
            else permits(
                may_decide,
                actor,
                signal,
                Verdict.APPROVE,
                now,
                given=given.get(signal.pk, {}),
                volume=volumes.get(signal.pk, Volume()),
                asks=asks[signal.organisation_id],
            ).sentence,
            says_something_else=bool(dossier.differences(first, signal.version, own=is_own)),
            is_identifier=is_identifier(signal),
        )
        for signal, row in zip(signals, waiting.rows_of(signals, actor, now), strict=True)
    ]


def _given(signals: Iterable[Signal]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    approvals = Decision.objects.filter(
        signal__in=[signal.pk for signal in signals],
        verdict=Verdict.APPROVE,
        version=F("signal__current_version__number"),
    )
    for signal, attestation, person in approvals.values_list("signal", "attestation", "decided_by"):
        found.setdefault(signal, {})[attestation] = person
    return found


def _barred(actor: Actor, signal: Signal, row: QueueRow, now: datetime) -> str:
    if row.claim is not None and not row.claim.mine:
        return _("%(name)s is working on this.") % {"name": row.claim.holder}
    return permits(policies.may_review, actor, signal, now).sentence


def spokesman(places: list[Place]) -> int:
    """The place of the signal that stands for the others on the page: one that can be approved, if there is any."""
    ranked = sorted(range(len(places)), key=lambda number: (bool(places[number].barred), bool(places[number].kept)))
    return ranked[0]


def options(of_one: Offers, places: list[Place], chosen: str) -> list[Option]:
    """The options of the signal that stands for the others, with how many an approval would cover."""
    free = [place for place in places if not place.barred]
    approved = sum(not place.kept for place in free)
    found = of_one.options(chosen)
    if not approved:
        return [replace(found[0], refused=_("None of them can be approved together: each says why.")), *found[1:]]
    told = ngettext("%(count)d of %(all)d.", "%(count)d of %(all)d.", approved) % {"count": approved, "all": len(free)}
    return [replace(found[0], consequence=f"{told} {found[0].consequence}"), *found[1:]]


def plain_options(places: list[Place], chosen: str) -> list[Option]:
    """The options for signals of different cases, with how many an approval would cover."""
    free = [place for place in places if not place.barred]
    approved = sum(not place.kept for place in free)
    told = ngettext(
        "%(count)d of %(all)d is shared at once with its community; the others say why not.",
        "%(count)d of %(all)d are shared at once, each with its community; the others say why not.",
        approved,
    ) % {"count": approved, "all": len(free)}
    refused = "" if approved else _("None of them can be approved together: each says why.")
    said: dict[Verdict, str] = {
        Verdict.APPROVE: told,
        Verdict.REJECT: _("Not shared. The submitters read your reason."),
        Verdict.RETURN: _("Back to the submitters to be corrected."),
    }
    return [
        Option(
            verdict.value,
            verdict.label,
            consequence,
            str(number),
            refused=refused if verdict == Verdict.APPROVE else "",
            checked=chosen == verdict,
        )
        for number, (verdict, consequence) in enumerate(said.items(), start=1)
    ]
