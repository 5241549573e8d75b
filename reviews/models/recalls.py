"""Recalls, and what became of each at those who had received the signal."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.policies import sees_signals
from reviews import workflow
from reviews.workflow import DeliveryState
from signals.models import Signal


class Recall(models.Model):
    """The notice to everyone with a receipt. Hold and what follows it are states of one recall."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="recalls")
    cause = models.CharField(max_length=10, choices=workflow.RecallCause)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)
    """That of the ledger's entry about its cause: machines that have read so far were told."""

    class Meta:
        indexes = [models.Index(fields=["signal", "-opened_at"], name="recall_by_signal")]
        constraints = [
            models.UniqueConstraint(
                fields=["signal"], condition=Q(closed_at__isnull=True), name="one_open_recall_per_signal"
            )
        ]

    def __str__(self) -> str:
        return f"recall {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, actor: Actor) -> "DeliveryQuerySet":
        """A member sees its own deliveries; the owner of the signal and the programme see the reach.

        The signal is asked for in a query of its own: a join would lose the deliveries of a member that has left the
        community since.
        """
        if not sees_signals(actor):
            return self.none()
        if actor.oversees:
            return self.all()
        owned = Signal.objects.owned_by(actor.organisation_id).values("pk")
        return self.filter(Q(organisation=actor.organisation_id) | Q(recall__signal__in=owned))

    def waiting_for(self, organisation_id: int | None) -> "DeliveryQuerySet":
        return self.filter(organisation=organisation_id).exclude(state=DeliveryState.ACKNOWLEDGED)

    def overdue_at(self, now: datetime) -> "DeliveryQuerySet":
        return self.filter(overdue_at__lte=now).exclude(state=DeliveryState.ACKNOWLEDGED)


class Delivery(models.Model):
    """A recall on its way to one member."""

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="deliveries")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.DUE)
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField()
    overdue_noted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    answer = models.CharField(max_length=16, choices=workflow.RecallAnswer, blank=True)
    report_corrected = models.CharField(max_length=10, choices=workflow.ReportCorrected, blank=True)
    local_hits = models.PositiveIntegerField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "organisation"], name="one_delivery_per_member")]
        indexes = [models.Index(fields=["organisation", "state"], name="delivery_by_organisation")]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def is_acknowledged(self) -> bool:
        return self.state == DeliveryState.ACKNOWLEDGED

    @property
    def awaits_confirmation(self) -> bool:
        """Somebody answered *kept*, and a second person has not confirmed it yet."""
        return self.answer == workflow.RecallAnswer.KEPT and not self.is_acknowledged
