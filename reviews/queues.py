"""What waits for whom."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from lantern_site.audit.actors import Actor
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns
from reviews.models import Claim, Decision
from reviews.workflow import Attestation, Verdict
from signals.models import Signal, SignalQuerySet
from signals.workflow import Status


def approved(attestation: Attestation) -> Exists:
    """Whether the version under review has this approval."""
    return Exists(
        Decision.objects.filter(
            signal=OuterRef("pk"),
            version=OuterRef("current_version__number"),
            verdict=Verdict.APPROVE,
            attestation=attestation,
        )
    )


def waiting(actor: Actor) -> SignalQuerySet:
    """The review queue of an actor: a member's own submissions; for the programme, what needs its check.

    Claims do not matter here. Somebody without a reviewing role has an empty queue.
    """
    if not concerns(actor, Permission.REVIEW):
        return Signal.objects.none()
    submitted = Q(status=Status.SUBMITTED)
    if actor.programme:
        to_check = Q(status__in=[Status.ACTIVE, Status.HELD], check_due_at__isnull=False)
        return Signal.objects.filter(submitted & Q(approved(Attestation.EVIDENCE)) | to_check)
    own = Signal.objects.owned_by(actor.organisation_id)
    return own.filter(submitted, ~approved(Attestation.EVIDENCE))


def unclaimed(actor: Actor, now: datetime) -> SignalQuerySet:
    held = Claim.objects.held_at(now).filter(signal=OuterRef("pk"))
    return waiting(actor).filter(~Exists(held))


def claimed_by(actor: Actor, now: datetime) -> SignalQuerySet:
    """What the person holds, most urgent claim first."""
    mine = Claim.objects.held_at(now).filter(signal=OuterRef("pk"), staff__public_id=actor.id)
    return waiting(actor).filter(Exists(mine))


def due_before(actor: Actor, moment: datetime) -> SignalQuerySet:
    return waiting(actor).filter(review_due_at__lt=moment)
