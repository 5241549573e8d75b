"""Claims on what waits, and the decisions about it."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from lantern_site.members.models import Organisation, Staff
from reviews import workflow
from signals.models import Signal


class ClaimQuerySet(models.QuerySet["Claim"]):
    def held_at(self, now: datetime) -> "ClaimQuerySet":
        return self.filter(ended_at__isnull=True, until__gt=now)


class Claim(models.Model):
    """A lease on a signal in the queue. One row per signal: whoever claims next takes it over."""

    signal = models.OneToOneField(Signal, models.CASCADE, related_name="claim")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="claims")
    taken_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    parked_note = models.CharField(max_length=200, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["staff", "until"], name="claim_by_staff")]

    def __str__(self) -> str:
        return f"claim on signal {self.signal_id}"

    def is_held(self, now: datetime) -> bool:
        return self.ended_at is None and self.until > now


class Decision(models.Model):
    """What a reviewer said of a submitted signal, and what the reviewer vouches for."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="decisions")
    version = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=workflow.Verdict)
    attestation = models.CharField(max_length=12, choices=workflow.Attestation, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, models.PROTECT, related_name="decisions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="decisions")
    outward_note = models.CharField(max_length=280, blank=True)
    inward_note = models.CharField(max_length=500, blank=True)
    is_recheck = models.BooleanField(default=False)
    """Said again of what had this approval, because something was found since."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "version", "attestation"],
                condition=Q(verdict="approve", is_recheck=False),
                name="one_approval_per_version_and_attestation",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="approve") | ~Q(attestation=""), name="an_approval_vouches_for_something"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "decided_at"], name="decision_by_organisation")]

    def __str__(self) -> str:
        return f"decision {self.pk}"
