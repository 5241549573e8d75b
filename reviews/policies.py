"""May this actor judge this, now? Separation is by person and by organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.errors import NotAllowed, WrongState
from lantern_site.members.models import Organisation, Support
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from reviews import approvals
from reviews.approvals import Approvals, Circumstances
from reviews.models import Decision
from reviews.workflow import Attestation, Verdict
from signals.kinds import IDENTIFIERS, Kind, Severity
from signals.models import Signal, SignalQuerySet


@dataclass(frozen=True)
class Volume:
    """What the approvals rule asks of a member: identifiers ever shared, those of the last 24 hours, how many of these
    were checked, and whether the programme is asked before anything of it is shared."""

    shared: int = 0
    in_24h: int = 0
    checked_in_24h: int = 0
    asks_first: bool = False


def approvals_needed(signal: Signal, now: datetime, volume: Volume | None = None) -> Approvals:
    """The approvals rule, asked about a signal as it stands. `volume` spares counting for each of several signals."""
    kind = Kind(signal.indicator.kind)
    counted = volume or volume_of(signal.organisation, now) if kind in IDENTIFIERS else Volume()
    return approvals.needed(
        Circumstances(
            kind=kind,
            severity=Severity(signal.severity),
            danger=signal.danger,
            possibly_child=signal.version.is_possibly_child,
            warnings=frozenset(signal.warnings),
            asks_first=_asks_first(signal, kind, now) if volume is None else volume.asks_first,
            on_probation=signal.organisation.on_probation(now.date()),
            identifiers_shared=counted.shared,
            identifiers_in_24h=counted.in_24h,
            checked_in_24h=counted.checked_in_24h,
            draw=signal.public_id % 100,
        )
    )


def volume_of(organisation: Organisation, now: datetime) -> Volume:
    """Only what can matter is counted."""
    identifiers = Signal.objects.owned_by(organisation.pk).filter(indicator__kind__in=sorted(IDENTIFIERS))
    today = Q(submitted_at__gt=now - timedelta(hours=24))
    in_24h, shared = _counted(identifiers, today, on_probation=organisation.on_probation(now.date()))
    unusual = in_24h > approvals.UNUSUAL_VOLUME
    checked = _checked(identifiers.filter(today)) if unusual else 0
    return Volume(shared, in_24h, checked, _is_supported(organisation.pk, now))


def _counted(identifiers: SignalQuerySet, today: Q, *, on_probation: bool) -> tuple[int, int]:
    """How many are of today, and how many were ever shared: that matters on probation only, when they are few."""
    counted = identifiers if on_probation else identifiers.filter(today)
    shared = Count("pk", filter=Q(activated_at__isnull=False))
    numbers = counted.aggregate(today=Count("pk", filter=today), shared=shared)
    return numbers["today"], numbers["shared"] if on_probation else 0


def _asks_first(signal: Signal, kind: Kind, now: datetime) -> bool:
    """Looked up only where nothing else has decided already whether the programme comes first."""
    if signal.danger or signal.warnings or kind == Kind.KEYWORD:
        return False
    return _is_supported(signal.organisation_id, now)


def _is_supported(organisation_id: int, now: datetime) -> bool:
    return Support.objects.asking_first(organisation_id, now.date()).exists()


def _checked(signals: SignalQuerySet) -> int:
    return Decision.objects.filter(signal__in=signals.values("pk"), attestation=Attestation.COMPLETENESS).count()


def attestation_of(actor: Actor) -> Attestation:
    """What an approval by this actor vouches for: its own evidence at a member, completeness at the programme."""
    return Attestation.COMPLETENESS if actor.programme else Attestation.EVIDENCE


def may_review(actor: Actor, signal: Signal, now: datetime) -> None:
    """A reviewer of the same member who did not submit it, or a steward. Another member never reviews."""
    if actor.kind != ActorKind.STAFF:
        raise NotAllowed(_("Only people review."))
    require(actor, Permission.REVIEW)
    if not actor.programme and actor.organisation_id != signal.organisation_id:
        raise NotAllowed(_("Another organisation's signals are reviewed there."))
    if signal.submitted_by_id == actor.staff_id:
        raise NotAllowed(_("You submitted this signal. Somebody else must review it."))
    if signal.version.proposed_by_id == actor.staff_id:
        raise NotAllowed(_("You wrote this version. Somebody else must review it."))


def approvals_given(signal: Signal) -> dict[str, int]:
    """The attestations that the version under review has, each with the primary key of the person who gave it."""
    given = Decision.objects.filter(signal=signal, version=signal.version.number, verdict=Verdict.APPROVE)
    return dict(given.values_list("attestation", "decided_by_id"))


def may_approve(actor: Actor, signal: Signal, given: Mapping[str, int], now: datetime) -> None:
    """On top of reviewing: one person gives one approval, and each attestation is given once.

    What still waits after its own reviewer has approved waits for the programme, whatever the rule would say by now.
    """
    may_review(actor, signal, now)
    if actor.staff_id in given.values():
        raise NotAllowed(_("You have approved this signal already. Somebody else must give the other approval."))
    if attestation_of(actor) in given:
        raise NotAllowed(_("This approval has been given. The signal waits for the other one."))
    if actor.programme and Attestation.EVIDENCE not in given:
        raise NotAllowed(_("The programme checks completeness after the own reviewer has seen the evidence."))


def may_check(actor: Actor, signal: Signal, now: datetime) -> None:
    """A steward checks a shared signal once, while its check is due."""
    if signal.check_due_at is None:
        raise WrongState(_("No completeness check is due."))
    require(actor, Permission.CHECK)
