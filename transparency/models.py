"""Editions of the yearly report."""

from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.members.models import Staff


class Edition(models.Model):
    """The report of one period, computed from the ledger at a frozen position."""

    class Stage(models.TextChoices):
        FROZEN = "frozen"
        COMPUTED = "computed"
        APPROVED = "approved"
        PUBLISHED = "published"

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.FROZEN)
    position = models.BigIntegerField()
    root = models.BinaryField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    figures = models.JSONField(null=True)
    computed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="editions_of_a_year_are_numbered"),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("frozen_by")),
                name="the_editor_does_not_publish",
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.year}.{self.number}"
