"""Editions of the yearly report, what members say of their own figures in them, and what they restate."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import deadlines
from lantern_site.members.models import Organisation, Staff
from transparency.layouts import Place
from transparency.statements import Correction, OwnFigure, Section, place_of, section_at


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
        ATTESTED = "attested", pgettext_lazy("edition", "Attested")
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
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    attest_before = models.DateTimeField(null=True)
    """Until then members confirm or correct their own figures."""
    attested_at = models.DateTimeField(null=True)
    """When they could no more: the clock or an editor closed it."""
    figures = models.JSONField(null=True)
    suppressions = models.JSONField(default=list)
    """What is hidden and why, for those who make and audit the report: transparency.figures.Suppression."""
    computed_at = models.DateTimeField(null=True)
    computed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="editions_of_a_year_are_numbered"),
            models.CheckConstraint(
                condition=Q(stage__in=["frozen", "attested", "computed", "approved", "published"]),
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
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by__isnull=True, attest_before__isnull=True)
                | Q(asked_at__isnull=False, asked_by__isnull=False, attest_before__isnull=False),
                name="members_are_asked_by_somebody_until_a_date",
            ),
            models.CheckConstraint(
                condition=Q(attested_at__isnull=True) | Q(asked_at__isnull=False),
                name="only_who_was_asked_has_attested",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, computed_at__isnull=False),
                name="an_approval_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("frozen_by")) & ~Q(approved_by=F("computed_by")),
                name="the_editor_does_not_approve",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["approved", "published"])
                | Q(approved_at__isnull=False)
                | Q(stage="published", asked_at__isnull=True),  # from before members were asked
                name="what_is_published_was_approved",
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

    @property
    def attest_until(self) -> date | None:
        """The last day on which members can say something of their figures."""
        return deadlines.last_day(self.attest_before) if self.attest_before else None

    def is_open_to_members(self, now: datetime) -> bool:
        return self.stage == self.Stage.FROZEN and self.attest_before is not None and now < self.attest_before


class AttestationQuerySet(models.QuerySet["Attestation"]):
    def of(self, actor: Actor) -> "AttestationQuerySet":
        """The own organisation's."""
        return self.filter(organisation=actor.organisation_id)

    def silent(self) -> "AttestationQuerySet":
        """Of members that have not stated every section."""
        spoken = models.Count("statements")
        return self.annotate(spoken=spoken).filter(spoken__lt=len(Section))


class Attestation(models.Model):
    """The figures of one member in one edition, shown to it so that it confirms or corrects what it stated."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    figures = models.JSONField()
    """A list of transparency.statements.OwnFigure, as they are at the edition's position."""
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "organisation"], name="a_member_is_asked_once_of_an_edition"),
        ]

    def __str__(self) -> str:
        return f"attestation of {self.organisation_id} in {self.edition_id}"

    @property
    def own_figures(self) -> list[OwnFigure]:
        found: list[OwnFigure] = self.figures
        return found

    def recorded(self, section: Section | None) -> dict[Place, int]:
        """What the ledger has in a section; None for what the hub records itself."""
        figures = ((place_of(one), one["value"]) for one in self.own_figures)
        return {place: value for place, value in figures if section_at(place) is section}


class Statement(models.Model):
    """What a member says of one section of its figures: they are right, or these are others, because."""

    attestation = models.ForeignKey(Attestation, models.PROTECT, related_name="statements")
    section = models.CharField(max_length=10, choices=Section)
    corrections = models.JSONField(default=list)
    """A list of transparency.statements.Correction."""
    reason = models.TextField(blank=True)
    stated_at = models.DateTimeField()
    stated_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    is_kept = models.BooleanField(default=False)
    """It was made for an earlier edition of the year, about the same figures."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attestation", "section"], name="a_section_is_stated_once"),
            models.CheckConstraint(
                condition=Q(section__in=Section.values), name="a_statement_is_about_a_known_section"
            ),
            models.CheckConstraint(
                condition=Q(corrections=[], reason="") | ~Q(corrections=[]) & ~Q(reason=""),
                name="a_correction_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"statement about {self.section} in attestation {self.attestation_id}"

    @property
    def made(self) -> list[Correction]:
        found: list[Correction] = self.corrections
        return found


class Objection(models.Model):
    """A member holds that the hub recorded a figure of its wrongly. A note for the editor; the figure stays."""

    attestation = models.ForeignKey(Attestation, models.PROTECT, related_name="objections")
    metric = models.CharField(max_length=60)
    note = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attestation", "metric"], name="a_figure_is_contested_once"),
            models.CheckConstraint(condition=~Q(note=""), name="an_objection_says_something"),
        ]

    def __str__(self) -> str:
        return f"objection to {self.metric} in attestation {self.attestation_id}"


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
