"""Files of signals on their way in: what was handed in, its encrypted rows, and what is to become of each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import ApiKey, Community, Organisation, Staff
from lantern_site.work.models import Leased
from signals import kinds
from signals.models.statements import Signal


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, actor: Actor) -> "ImportQuerySet":
        """Those of the own organisation: what was not shared yet concerns nobody else, the programme neither."""
        return self.all() if actor.is_clock else self.filter(organisation=actor.organisation_id)

    def open(self) -> "ImportQuerySet":
        return self.filter(state__in=Import.OPEN)


class Import(models.Model):
    """A file of rows that a member wants to share."""

    class State(models.TextChoices):
        CHECKING = "checking"
        CHECKED = "checked"
        SHARING = "sharing"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"
        FORGOTTEN = "forgotten"

    AT_WORK = ("checking", "sharing")
    OPEN = ("checking", "checked", "sharing")

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="imports")
    digest = models.BinaryField()
    """Keyed, of the file and what was chosen for rows that do not say it: tells that it was here before."""
    label = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10)
    """In which the sentences about its rows are written."""
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    total = models.PositiveIntegerField(default=0)
    handed_in_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(Staff, models.PROTECT, related_name="imports")
    handed_in_with = models.ForeignKey(ApiKey, models.PROTECT, related_name="imports", null=True)
    checked_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    submitted_with = models.ForeignKey(ApiKey, models.PROTECT, related_name="+", null=True)
    community = models.ForeignKey(Community, models.PROTECT, related_name="+", null=True)
    chosen = ArrayField(models.CharField(max_length=8), default=list)
    """The verdicts whose rows are shared."""
    ended_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "sharing", "done", "cancelled", "failed", "forgotten"]),
                name="an_import_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "sharing"], ended_at__isnull=True)
                | Q(state__in=["done", "cancelled", "failed", "forgotten"], ended_at__isnull=False),
                name="an_import_that_has_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True, community__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, community__isnull=False),
                name="an_import_is_submitted_by_somebody_to_somebody",
            ),
            models.UniqueConstraint(
                fields=["organisation", "digest"],
                condition=Q(state__in=["checking", "checked", "sharing"]),
                name="one_open_import_of_a_file",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="import_by_organisation")]

    def __str__(self) -> str:
        return f"import {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def title(self) -> str:
        return self.label or self.reference

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ImportPart(Leased):
    """Some rows of an import, encrypted until they were shared or are not needed any more. Worked on twice: to judge
    the rows, and to share what was chosen of them."""

    whole = models.ForeignKey(Import, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    """Numbers of its first and last row."""
    ciphertext = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whole", "number"], name="parts_are_numbered"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(ciphertext__isnull=True), name="a_done_part_is_wiped"
            ),
        ]
        indexes = [models.Index(fields=["whole"], name="part_waiting", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return f"part {self.number} of import {self.whole_id}"

    @property
    def binding(self) -> str:
        """What the rows are bound to."""
        return f"import:{self.whole.public_id}:part:{self.number}"


class Verdict(models.TextChoices):
    """What is to become of a row, and what has become of it."""

    NEW = "new", _("New")
    WARNED = "warned", _("New, with a warning")
    EXISTS = "exists", _("Shared already")
    REPEATS = "repeats", _("Repeats a row")
    REFUSED = "refused", _("Refused")
    SHARED = "shared", _("Submitted")


CHOOSABLE = (Verdict.NEW, Verdict.WARNED)
"""Verdicts of which rows can be shared."""


class ImportRow(models.Model):
    """One row as it was judged. The value stands in its part alone; a digest until the import ends."""

    whole = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    kind = models.CharField(max_length=12, choices=kinds.Kind, blank=True)
    digest = models.BinaryField(null=True)
    repeats = models.PositiveIntegerField(null=True)
    warnings = ArrayField(models.CharField(max_length=24), default=list)
    sentence = models.CharField(max_length=600, blank=True)
    reference = models.BinaryField(null=True)
    """The member's own, encrypted."""
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whole", "number"], name="rows_are_numbered"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="a_row_has_a_known_verdict"),
            models.CheckConstraint(
                condition=~Q(verdict="shared") | Q(signal__isnull=False), name="a_shared_row_has_its_signal"
            ),
        ]
        indexes = [
            models.Index(fields=["whole", "verdict", "number"], name="row_by_verdict"),
            models.Index(fields=["whole", "digest", "number"], name="row_by_digest"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.whole_id}"

    @property
    def binding(self) -> str:
        """What the reference is bound to."""
        return f"import:{self.whole.public_id}:row:{self.number}"
