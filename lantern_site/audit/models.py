"""The ledger: an append-only record of everything that happened, in one order."""

from typing import Any

import rfc8785
from django.db import models


class Head(models.Model):
    """One row: the position of the newest entry. Its row lock gives the ledger its order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="the_ledger_has_one_head")]

    def __str__(self) -> str:
        return f"head at {self.position}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, subject_kind: str, subject: int) -> "EntryQuerySet":
        return self.filter(subject_kind=subject_kind, subject=subject).order_by("position")

    def up_to(self, position: int) -> "EntryQuerySet":
        return self.filter(position__lte=position)


class Entry(models.Model):
    """One thing that happened. Never changed, never deleted, points at nothing.

    `facts` holds closed words, integers and public ids only; free text stands in the payload, whose commitment is
    SHA-256(salt ‖ body).
    """

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject = models.BigIntegerField()
    organisation = models.BigIntegerField(null=True)
    audience = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=8)
    actor = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    commitment = models.BinaryField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "position"], name="entry_by_subject"),
            models.Index(fields=["audience", "position"], name="entry_by_audience"),
            models.Index(fields=["actor", "position"], name="entry_by_actor"),
            models.Index(fields=["action", "at"], name="entry_by_action"),
            models.Index(fields=["organisation", "-at"], name="entry_by_organisation"),
            models.Index(fields=["at"], name="entry_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.action}"

    def leaf_input(self) -> bytes:
        """The canonical JSON (RFC 8785) that the ledger's tree commits to."""
        content: dict[str, Any] = {
            "v": 1,
            "position": self.position,
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "action": self.action,
            "subject_kind": self.subject_kind,
            "subject": self.subject,
            "organisation": self.organisation,
            "audience": self.audience,
            "actor_kind": self.actor_kind,
            "actor": self.actor,
            "facts": self.facts,
            "commitment": bytes(self.commitment).hex() if self.commitment is not None else None,
        }
        return rfc8785.dumps(content)


class Payload(models.Model):
    """The free text of an entry, as bytes so that the database does not rewrite it. It may be erased."""

    position = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField()
    body = models.BinaryField()

    def __str__(self) -> str:
        return f"payload of {self.position}"
