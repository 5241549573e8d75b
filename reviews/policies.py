"""May this actor judge this, now? Separation is by person and by organisation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.errors import NotAllowed, WrongState
from lantern_site.members.models import Organisation, Support
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import permits, require
from reviews import approvals
from reviews.approvals import Approvals, Circumstances
from reviews.models import Decision
from reviews.workflow import Attestation, Verdict
from signals.kinds import IDENTIFIERS, Kind, Severity
from signals.models import Signal, SignalQuerySet
from signals.workflow import Status

A_DAY = timedelta(hours=24)
TAKEN_BACK_WITHIN = timedelta(seconds=60)
NEVER_DRAWN = 100
"""The draw of a signal that no sample takes."""
NEVER_SHARED = (Status.CANCELLED, Status.REJECTED)


@dataclass(frozen=True)
class Volume:
    """What the approvals rule counts of a member: identifiers ever shared, those handed in within a day of a moment,
    and how many of those drawn from these were checked."""

    shared: int = 0
    in_24h: int = 0
    checked_in_24h: int = 0


def approvals_needed(
    signal: Signal, now: datetime, volume: Volume | None = None, *, asks: bool | None = None
) -> Approvals:
    """The approvals rule, asked about a signal as it stands. `volume` and `asks` (`asks_first`) spare asking for each
    of several signals that were handed in together."""
    version, kind = signal.under_review, Kind(signal.indicator.kind)
    if signal.correction_id is not None:
        return approvals.needed(_of_a_correction(signal, kind, now))
    counted = volume or volume_of(signal.organisation, signal.submitted_at, now) if kind in IDENTIFIERS else Volume()
    return approvals.needed(
        Circumstances(
            kind=kind,
            severity=Severity(signal.severity),
            danger=signal.danger,
            possibly_child=version.is_possibly_child,
            warnings=frozenset(signal.warnings),
            asks_first=_asks_first(signal, kind, now) if asks is None else asks,
            on_probation=signal.organisation.on_probation(now.date()),
            identifiers_shared=counted.shared,
            identifiers_in_24h=counted.in_24h,
            checked_in_24h=counted.checked_in_24h,
            draw=signal.public_id % 100,
        )
    )


def _of_a_correction(signal: Signal, kind: Kind, now: datetime) -> Circumstances:
    """It shares no new value: how many the member shares does not matter, and none is drawn."""
    version = signal.under_review
    return Circumstances(
        kind=kind,
        severity=version.severity(danger=signal.danger),
        danger=signal.danger,
        possibly_child=version.is_possibly_child,
        warnings=frozenset(signal.warnings),
        asks_first=_asks_first(signal, kind, now),
        on_probation=False,
        identifiers_shared=0,
        identifiers_in_24h=0,
        checked_in_24h=0,
        draw=NEVER_DRAWN,
    )


def _asks_first(signal: Signal, kind: Kind, now: datetime) -> bool:
    """Looked up only where nothing else has decided already whether the programme comes first."""
    if signal.danger or signal.warnings or kind == Kind.KEYWORD:
        return False
    return asks_first(signal.organisation_id, now)


def asks_first(organisation_id: int, now: datetime) -> bool:
    """Whether the member is supported, and the programme is asked before anything of it is shared."""
    return Support.objects.asking_first(organisation_id, now.date()).exists()


def volume_of(organisation: Organisation, at: datetime, now: datetime) -> Volume:
    """The volume around what is handed in at this moment. Only what can matter is counted."""
    in_24h, shared = _counted(organisation, at, on_probation=organisation.on_probation(now.date()))
    return Volume(shared, in_24h, _checked(organisation, at) if in_24h > approvals.UNUSUAL_VOLUME else 0)


def volumes_of(signals: Collection[Signal], now: datetime) -> dict[int, Volume]:
    """The volume around each of these, by primary key: in one query, and one more for each that came in a flood."""
    on_probation = {signal.organisation_id for signal in signals if signal.organisation.on_probation(now.date())}
    shared = {pk: _identifiers_of(pk).filter(activated_at__isnull=False).count() for pk in on_probation}
    around = Signal.objects.filter(organisation=OuterRef("organisation"), indicator__kind__in=sorted(IDENTIFIERS))
    before = around.filter(
        submitted_at__gte=OuterRef("submitted_at") - A_DAY, submitted_at__lte=OuterRef("submitted_at")
    )
    after = around.filter(
        submitted_at__gte=OuterRef("submitted_at"), submitted_at__lte=OuterRef("submitted_at") + A_DAY
    )
    identifiers = {signal.pk: signal for signal in signals if signal.indicator.kind in IDENTIFIERS}
    counted = Signal.objects.filter(pk__in=identifiers).values_list("pk", _number_of(before), _number_of(after))
    return {
        pk: Volume(
            shared.get(identifiers[pk].organisation_id, 0),
            most := max(earlier, later),
            _checked_among(identifiers[pk], most),
        )
        for pk, earlier, later in counted
    }


def _number_of(signals: SignalQuerySet) -> Subquery:
    return Subquery(signals.order_by().values("organisation").annotate(number=Count("pk")).values("number"))


def _checked_among(signal: Signal, in_24h: int) -> int:
    return _checked(signal.organisation, signal.submitted_at) if in_24h > approvals.UNUSUAL_VOLUME else 0


def is_flood(signal: Signal) -> bool:
    """Whether it came with unusually many others."""
    return _counted(signal.organisation, signal.submitted_at, on_probation=False)[0] > approvals.UNUSUAL_VOLUME


def _identifiers_of(organisation_id: int) -> SignalQuerySet:
    return Signal.objects.owned_by(organisation_id).filter(indicator__kind__in=sorted(IDENTIFIERS))


def _counted(organisation: Organisation, at: datetime, *, on_probation: bool) -> tuple[int, int]:
    """How many identifiers the member handed in within a day before or after that moment, whichever is more, and how
    many it ever shared: that matters on probation only, when they are few.

    Counted around the signal, not back from now: waiting for a day does not make a flood less unusual.
    """
    before, after = Q(submitted_at__range=(at - A_DAY, at)), Q(submitted_at__range=(at, at + A_DAY))
    counted = _identifiers_of(organisation.pk)
    numbers = (counted if on_probation else counted.filter(before | after)).aggregate(
        before=Count("pk", filter=before),
        after=Count("pk", filter=after),
        shared=Count("pk", filter=Q(activated_at__isnull=False)),
    )
    return max(numbers["before"], numbers["after"]), numbers["shared"] if on_probation else 0


def _checked(organisation: Organisation, at: datetime) -> int:
    """How many of those drawn from a flood the programme has checked.

    Public ids are random numbers: the lowest are a fair draw, and nobody chooses which ones are looked at.
    """
    around = (at - A_DAY, at + A_DAY)
    kept = _identifiers_of(organisation.pk).filter(submitted_at__range=around).exclude(status__in=NEVER_SHARED)
    drawn = list(kept.order_by("public_id").values_list("pk", flat=True)[: approvals.UNUSUAL_CHECKED])
    checks = Decision.objects.filter(signal__in=drawn, attestation=Attestation.COMPLETENESS)
    return checks.values("signal").distinct().count() + approvals.UNUSUAL_CHECKED - len(drawn)


def attestation_of(actor: Actor) -> Attestation:
    """What an approval by this actor vouches for: its own evidence at a member, completeness at the programme."""
    return Attestation.COMPLETENESS if actor.programme else Attestation.EVIDENCE


def may_review(actor: Actor, signal: Signal, now: datetime) -> None:
    """A reviewer of the same member who did not write what is to be reviewed, or a steward; never another member."""
    if actor.kind != ActorKind.STAFF:
        raise NotAllowed(_("Only people review."))
    require(actor, Permission.REVIEW)
    if not actor.programme and actor.organisation_id != signal.organisation_id:
        raise NotAllowed(_("Another organisation's signals are reviewed there."))
    if signal.correction_id is None and signal.submitted_by_id == actor.staff_id:
        raise NotAllowed(_("You submitted this signal. Somebody else must review it."))
    if signal.under_review.proposed_by_id == actor.staff_id:
        raise NotAllowed(_("You wrote this version. Somebody else must review it."))


def may_look_twice(actor: Actor) -> None:
    """A member's reviewers look again at what colleagues decided, and practise."""
    if actor.kind != ActorKind.STAFF:
        raise NotAllowed(_("Only people review."))
    _is_a_member(actor)
    require(actor, Permission.REVIEW)


def may_keep_quality(actor: Actor) -> None:
    """Choose how much is looked at twice, keep cases to practise on, and see totals."""
    _is_a_member(actor)
    require(actor, Permission.KEEP_QUALITY)


def _is_a_member(actor: Actor) -> None:
    if actor.programme:
        raise NotAllowed(_("Second looks and practice are for members."))


def approvals_given(signal: Signal) -> dict[str, int]:
    """The attestations that the version under review has, each with the primary key of the person who gave it."""
    given = Decision.objects.filter(signal=signal, version=signal.under_review.number, verdict=Verdict.APPROVE)
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


def last_decision(signal: Signal) -> Decision | None:
    return Decision.objects.filter(signal=signal).order_by("-decided_at", "-pk").first()


def may_take_back(actor: Actor, decision: Decision, now: datetime) -> None:
    """One's own decision, for a minute. Whether anything has left since, the signal's state says."""
    require(actor, Permission.REVIEW)
    if decision.decided_by_id != actor.staff_id:
        raise NotAllowed(_("Somebody else decided this."))
    if now - decision.decided_at > TAKEN_BACK_WITHIN:
        raise WrongState(_("A decision can be taken back for one minute only."))


def is_undoable(actor: Actor, signal: Signal, decision: Decision, now: datetime) -> bool:
    """Whether a page offers to take it back: it is one's own, of this minute, and nothing has left."""
    if not permits(may_take_back, actor, decision, now):
        return False
    if decision.version > signal.version.number:
        waits = signal.correction is not None and signal.correction.number == decision.version
        is_open = waits if decision.verdict == Verdict.APPROVE else signal.correction_id is None
        return is_open and signal.status == Status.ACTIVE and not signal.contested
    if decision.version < signal.version.number:
        return False
    return signal.status == {
        Verdict.APPROVE: Status.SUBMITTED,
        Verdict.REJECT: Status.REJECTED,
        Verdict.RETURN: Status.RETURNED,
    }.get(Verdict(decision.verdict))


def may_check(actor: Actor, signal: Signal, now: datetime) -> None:
    """A steward checks a shared signal once, while its check is due."""
    if signal.check_due_at is None:
        raise WrongState(_("No completeness check is due."))
    require(actor, Permission.CHECK)
