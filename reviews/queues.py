"""What waits for whom."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lantern_site.audit.actors import Actor
from lantern_site.members.models import Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns
from reviews.models import Claim, Decision
from reviews.workflow import Attestation, Verdict
from signals.models import Signal, SignalQuerySet
from signals.workflow import Status

UNDER_REVIEW = Q(status=Status.SUBMITTED) | Q(correction__isnull=False, status=Status.ACTIVE, contested=False)
"""A signal that was never shared, or a correction of one that is. While a dispute runs a correction waits for it."""


WITH_CLAIM = ("claim__staff", "current_version__proposed_by", "correction__proposed_by")
"""What a row of the queue shows beside its signal's context."""


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
    under_review = Signal.objects.visible_to(actor).filter(UNDER_REVIEW)
    if actor.programme:
        seen_first = under_review.filter(approved(Attestation.EVIDENCE))
        to_check = Q(status__in=[Status.ACTIVE, Status.HELD], check_due_at__isnull=False)
        return Signal.objects.visible_to(actor).filter(Q(pk__in=seen_first.values("pk")) | to_check)
    return under_review.filter(~approved(Attestation.EVIDENCE), organisation=actor.organisation_id)


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


def one_of_each_incident(signals: SignalQuerySet) -> SignalQuerySet:
    """The first of each incident among these, with the number of them in `of_incident`; what is by itself counts 1."""
    same = signals.order_by().filter(incident=OuterRef("incident"))
    number = Subquery(same.values("incident").annotate(number=Count("pk")).values("number"))
    first = signals.filter(~Exists(same.filter(pk__lt=OuterRef("pk"))))
    return first.annotate(of_incident=Coalesce(number, 1))
