"""The order in which a queue is worked: the danger lane first, then by target, then by age; and pages by key in it."""

from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from signals.models import Signal, SignalQuerySet

FORWARDS = ("-danger", "due_at", "pk")
BACKWARDS = ("danger", "-due_at", "-pk")

WITH_CLAIM = ("claim__staff", "current_version__proposed_by", "correction__proposed_by")
"""What a row of the queue shows beside its signal's context."""


def dated(signals: SignalQuerySet) -> SignalQuerySet:
    """With the target that counts: of the completeness check once that is due, of the first review before."""
    return signals.annotate(due_at=Coalesce("check_due_at", "review_due_at"))


def due_by(signals: SignalQuerySet, moment: datetime) -> SignalQuerySet:
    """Those whose target falls on the moment or before it."""
    return dated(signals).filter(Q(("due_at__lte", moment)))


def picked(signals: SignalQuerySet, most: int, *, backwards: bool = False) -> SignalQuerySet:
    """The first few of `dated` signals with everything that a row shows of them."""
    direction = BACKWARDS if backwards else FORWARDS
    full = dated(Signal.objects.with_context()).select_related(*WITH_CLAIM)
    return full.among(signals.order_by(*direction)[:most]).order_by(*direction)


def beyond(anchor: Signal, *, backwards: bool = False) -> Q:
    """What comes after a signal in this order, or before it; of `dated` signals. The anchor need not be among them."""
    due_at = anchor.check_due_at or anchor.review_due_at
    later, lane = ("lt", "gt") if backwards else ("gt", "lt")
    same_lane = Q(danger=anchor.danger)
    return (
        Q((f"danger__{lane}", anchor.danger))
        | same_lane & Q((f"due_at__{later}", due_at))
        | same_lane & Q(("due_at", due_at), (f"pk__{later}", anchor.pk))
    )
