"""Asked-for work as rows: the broker may forget, PostgreSQL does not."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def unsent(self) -> "OutboxQuerySet":
        return self.filter(sent_at__isnull=True).order_by("pk")


class Outbox(models.Model):
    """A message to a worker, written in the transaction that asks for the work."""

    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=list)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["id"], name="outbox_unsent", condition=models.Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class Heartbeat(models.Model):
    """When a part of the installation was last seen alive, and how far in the ledger it has read."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    position = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(models.Model):
    """What a request that carried an `Idempotency-Key` was answered, so that its repetition is answered alike.

    `organisation` is a public id. `answer` is empty only inside the transaction that does the work.
    """

    organisation = models.BigIntegerField()
    key = models.CharField(max_length=100)
    body_hash = models.BinaryField()
    answer = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Leased(models.Model):
    """A row that one worker at a time may work on, until its lease runs out."""

    lease: ClassVar[timedelta] = timedelta(seconds=30)

    leased_by = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    def is_leased(self, now: datetime) -> bool:
        return self.leased_until is not None and self.leased_until > now
