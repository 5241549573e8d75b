"""What waits for whom."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lantern_site.audit.actors import Actor
from lantern_site.members.models import Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, staff_id_of
from reviews.models import Claim, Decision, SecondLook, SecondLookQuerySet
from reviews.workflow import Attestation, Verdict
from signals.models import Signal, SignalQuerySet, SignalVersion
from signals.workflow import Status

UNDER_REVIEW = Q(status=Status.SUBMITTED) | Q(correction__isnull=False, status=Status.ACTIVE, contested=False)
"""A signal that was never shared, or a correction of one that is. While a dispute runs a correction waits for it."""


def approved(attestation: Attestation) -> Exists:
    """Whether the version under review has this approval."""
    return Exists(
        Decision.objects.filter(
            signal=OuterRef("pk"),
            version=Coalesce(OuterRef("correction__number"), OuterRef("current_version__number")),
            verdict=Verdict.APPROVE,
            attestation=attestation,
        )
    )


def waiting(actor: Actor) -> SignalQuerySet:
    """The review queue of an actor: a member's own submissions and corrections; what the programme has to check.

    Claims do not matter here. Somebody without a reviewing role has an empty queue.
    """
    if not concerns(actor, Permission.REVIEW):
        return Signal.objects.none()
    if actor.programme:
        to_check = Q(status__in=[Status.ACTIVE, Status.HELD], check_due_at__isnull=False)
        return Signal.objects.filter(UNDER_REVIEW & Q(approved(Attestation.EVIDENCE)) | to_check)
    own = Signal.objects.owned_by(actor.organisation_id)
    return own.filter(UNDER_REVIEW, ~approved(Attestation.EVIDENCE))


def by_others(signals: SignalQuerySet, people: Collection[int]) -> SignalQuerySet:
    """Without what these people (public ids) wrote: somebody else reviews it."""
    submitted = Q(correction__isnull=True, submitted_by__public_id__in=people)
    return signals.exclude(submitted).exclude(correction__proposed_by__public_id__in=people)


def without_spared(signals: SignalQuerySet, person: Staff) -> SignalQuerySet:
    """Without the kinds and harms that the person does not want to be brought. A child in danger is always brought."""
    spared = Q(indicator__kind__in=person.spared_kinds) | Q(current_version__harm__in=person.spared_harms)
    return signals.exclude(spared, danger=False)


def unclaimed(actor: Actor, now: datetime) -> SignalQuerySet:
    held = Claim.objects.held_at(now).filter(signal=OuterRef("pk"))
    return waiting(actor).filter(~Exists(held))


def claimed_by(actor: Actor, now: datetime) -> SignalQuerySet:
    """What the person holds, most urgent claim first."""
    mine = Claim.objects.held_at(now).filter(signal=OuterRef("pk"), staff__public_id=actor.id)
    return waiting(actor).filter(Exists(mine))


def due_before(actor: Actor, moment: datetime) -> SignalQuerySet:
    return waiting(actor).filter(review_due_at__lt=moment)


def second_looks(actor: Actor, now: datetime) -> SecondLookQuerySet:
    """Second looks that a reviewer of a member may take: free ones at what others decided and nobody who had a hand in
    it, nothing that they spare themselves or have passed on, and nothing of which a correction waits."""
    if actor.programme or not concerns(actor, Permission.REVIEW):
        return SecondLook.objects.none()
    me = staff_id_of(actor)
    decided = Decision.objects.filter(signal=OuterRef("signal"), decided_by=me)
    wrote = SignalVersion.objects.filter(signal=OuterRef("signal"), proposed_by=me)
    spares = Staff.objects.filter(
        Q(spared_kinds__contains=[OuterRef("signal__kind")]) | Q(spared_harms__contains=[OuterRef("signal__harm")]),
        pk=me,
    )
    free = Q(taken_by__isnull=True) | Q(until__lte=now) | Q(taken_by=me)
    waits = SecondLook.objects.unanswered().filter(free, organisation=actor.organisation_id)
    waits = waits.filter(~Exists(decided), ~Exists(wrote), ~Exists(spares), signal__correction__isnull=True)
    return waits.exclude(signal__submitted_by=me).exclude(passed_by__contains=[me])


def one_of_each_incident(signals: SignalQuerySet) -> SignalQuerySet:
    """The first of each incident among these, and what is by itself."""
    return signals.filter(~Exists(_of_its_incident(signals).filter(pk__lt=OuterRef("pk"))))


def numbered(few: SignalQuerySet, signals: SignalQuerySet) -> SignalQuerySet:
    """A few signals with the number of those of their incident in `of_incident`; what is by itself counts 1."""
    same = _of_its_incident(signals).values("incident")
    return few.annotate(of_incident=Coalesce(Subquery(same.annotate(number=Count("pk")).values("number")), 1))


def _of_its_incident(signals: SignalQuerySet) -> SignalQuerySet:
    return signals.order_by().filter(incident=OuterRef("incident"))
