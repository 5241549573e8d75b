"""Editions of the yearly report."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantern_site import public_ids
from lantern_site.members.models import Staff


class EditionQuerySet(models.QuerySet["Edition"]):
    def published(self) -> "EditionQuerySet":
        """What everybody may read, the newest year first."""
        return self.filter(stage=Edition.Stage.PUBLISHED).order_by("-year", "-number")

    def of_year(self, year: int) -> "EditionQuerySet":
        return self.filter(year=year)

    def before(self, edition: "Edition") -> "EditionQuerySet":
        """The published editions of the year that stand before one, the first one first."""
        return self.published().of_year(edition.year).filter(number__lt=edition.number).order_by("number")

    def newest_of_years(self) -> "EditionQuerySet":
        """Of each year the one that was published last."""
        return self.published().order_by("-year", "-number").distinct("year")


class Edition(models.Model):
    """The report of one period, computed from the ledger at a frozen position."""

    class Stage(models.TextChoices):
        FROZEN = "frozen", gettext_lazy("Frozen")
        COMPUTED = "computed", gettext_lazy("Computed")
        APPROVED = "approved", pgettext_lazy("edition", "Approved")
        PUBLISHED = "published", gettext_lazy("Published")

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    restates = models.ForeignKey("self", models.PROTECT, related_name="restated_by", null=True)
    """The published edition of the same year that this one takes the place of."""
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.FROZEN)
    position = models.BigIntegerField()
    root = models.BinaryField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    figures = models.JSONField(null=True)
    suppressions = models.JSONField(default=list)
    """What is hidden and why, for those who make and audit the report: transparency.figures.Suppression."""
    computed_at = models.DateTimeField(null=True)
    computed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="editions_of_a_year_are_numbered"),
            models.CheckConstraint(
                condition=Q(stage__in=["frozen", "computed", "approved", "published"]),
                name="an_edition_has_a_known_stage",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | ~Q(published_by=F("frozen_by")) & ~Q(published_by=F("computed_by")),
                name="the_editor_does_not_publish",
            ),
            models.CheckConstraint(
                condition=Q(computed_at__isnull=True, computed_by__isnull=True, figures__isnull=True)
                | Q(computed_at__isnull=False, computed_by__isnull=False, figures__isnull=False),
                name="figures_say_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="a_publication_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(stage="published") | Q(published_at__isnull=False, computed_at__isnull=False),
                name="what_is_published_was_computed",
            ),
        ]

    def __str__(self) -> str:
        return f"edition {self.year}.{self.number}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def document(self) -> Any:
        """The figures, a transparency.figures.Document. Ask only when they have been computed."""
        assert self.figures is not None
        return self.figures

    @property
    def is_published(self) -> bool:
        return self.stage == self.Stage.PUBLISHED


class Restatement(models.Model):
    """How one figure of an edition differs from the published one that it restates, and why. Kept for ever."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="restatements")
    metric = models.CharField(max_length=60)
    changes = models.JSONField()
    """A list of row, column, old and new value, as both editions show them: transparency.comparison.Change."""
    reason = models.TextField(blank=True)
    explained_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    explained_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "metric"], name="a_figure_is_restated_once_in_an_edition"),
            models.CheckConstraint(
                condition=Q(reason="", explained_at__isnull=True, explained_by__isnull=True)
                | ~Q(reason="") & Q(explained_at__isnull=False, explained_by__isnull=False),
                name="a_reason_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(reason=""),
                name="what_is_approved_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("explained_by")),
                name="nobody_approves_their_own_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"restatement of {self.metric} in {self.edition_id}"
