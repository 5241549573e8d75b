"""Matching jobs, their chunks, and the leads that they bring."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import ApiKey, Organisation, Staff
from lantern_site.members.policies import sees_signals
from lantern_site.work.models import Leased
from signals.models.indicators import Indicator
from signals.models.statements import Signal
from signals.purposes import Purpose, Surface


class MatchJobQuerySet(models.QuerySet["MatchJob"]):
    def visible_to(self, actor: Actor) -> "MatchJobQuerySet":
        return self.all() if actor.oversees else self.filter(organisation=actor.organisation_id)

    def batches(self) -> "MatchJobQuerySet":
        """Those that end by themselves, and no watch lists."""
        return self.filter(watch_list__isnull=True)


class MatchJob(models.Model):
    """A member's batch, compared with the indicators that it may see.

    A shadow job only counts: it writes no lead and gives no receipt. A staged one compares `first_percent` of its rows,
    then asks whether to go on; `stage` is the last one that runs. `radii` has the largest distance per kind where the
    member wants a smaller one than ours. The job of a watch list stays in state *watching* until the list ends.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        ASKING = "asking"
        WATCHING = "watching"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="jobs")
    started_by = models.ForeignKey(Staff, models.PROTECT, related_name="jobs")
    started_with = models.ForeignKey(ApiKey, models.PROTECT, related_name="jobs", null=True)
    label = models.CharField(max_length=60)
    purpose = models.CharField(max_length=24, choices=Purpose)
    surface = models.CharField(max_length=16, choices=Surface)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    total = models.PositiveIntegerField()
    compared = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    is_shadow = models.BooleanField(default=False)
    radii = models.JSONField(default=dict)
    first_percent = models.PositiveSmallIntegerField(default=100)
    stage = models.PositiveSmallIntegerField(default=1)
    would_hit = models.JSONField(default=list)
    not_eligible = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)

    objects = MatchJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="a_job_has_a_known_purpose"),
            models.CheckConstraint(condition=Q(surface__in=Surface.values), name="a_job_has_a_known_surface"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["queued", "running", "asking", "watching", "done", "cancelled", "failed"],
                ),
                name="a_job_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(first_percent__gte=1, first_percent__lte=100), name="a_first_stage_is_a_part_of_the_batch"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-started_at"], name="job_by_organisation")]

    def __str__(self) -> str:
        return f"job {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be compared, now or when somebody says so."""
        return self.is_running or self.state == self.State.ASKING


class Chunk(Leased):
    """A part of a job's candidates. Their values live here, encrypted, until the chunk is done."""

    lease: ClassVar[timedelta] = timedelta(seconds=30)

    job = models.ForeignKey(MatchJob, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    stage = models.PositiveSmallIntegerField(default=1)
    size = models.PositiveIntegerField()
    ciphertext = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="chunks_are_numbered"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(ciphertext__isnull=True), name="a_done_chunk_is_wiped"
            ),
        ]
        indexes = [models.Index(fields=["job"], name="chunk_waiting", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return f"chunk {self.number} of job {self.job_id}"

    @property
    def binding(self) -> str:
        """What the ciphertext is bound to."""
        return f"job:{self.job.public_id}:chunk:{self.number}"


class Tally(models.Model):
    """How often a shadow job would have hit one indicator. Nobody reads it; its sums are kept when the job is done."""

    job = models.ForeignKey(MatchJob, models.CASCADE, related_name="tallies")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+")
    match = models.CharField(max_length=8)
    distance = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "indicator", "match", "distance"], name="one_tally_per_way_to_hit")
        ]

    def __str__(self) -> str:
        return f"tally {self.pk}"


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, actor: Actor) -> "LeadQuerySet":
        """A member's own, whatever has become of the signals since: they are its records."""
        if not sees_signals(actor):
            return self.none()
        return self.all() if actor.oversees else self.filter(organisation=actor.organisation_id)

    def without_finding(self) -> "LeadQuerySet":
        return self.filter(found_at__isnull=True)


class Lead(models.Model):
    """One candidate that hit one indicator: something to look at, never proof."""

    class Match(models.TextChoices):
        EXACT = "exact", _("Exact")
        ALIAS = "alias", _("Possible alias")
        NEAR = "near", _("Near")
        PREFIX = "prefix", _("Under the same address")

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    job = models.ForeignKey(MatchJob, models.CASCADE, related_name="leads")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="leads")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="leads")
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="leads")
    row = models.PositiveIntegerField()
    reference = models.BinaryField(null=True)
    reference_digest = models.BinaryField(null=True)
    """A keyed digest, by which leads of one reference are found without reading any."""
    match = models.CharField(max_length=8, choices=Match)
    distance = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "row", "indicator"], name="one_lead_per_row_and_indicator")
        ]
        indexes = [
            models.Index(fields=["organisation", "found_at"], name="lead_by_organisation"),
            models.Index(fields=["organisation", "indicator"], name="lead_by_indicator"),
            models.Index(fields=["organisation", "reference_digest"], name="lead_by_reference"),
        ]

    def __str__(self) -> str:
        return f"lead {public_ids.shown(self.public_id)}"

    @property
    def binding(self) -> str:
        """What the reference is bound to."""
        return f"lead:{self.public_id}"


class BroadHit(models.Model):
    """An indicator that hit too much of one job: its leads were not written, and the programme looks at its signals."""

    job = models.ForeignKey(MatchJob, models.CASCADE, related_name="broad_hits")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="broad_hits")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="broad_hits")
    hits = models.PositiveIntegerField()
    compared = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "indicator"], name="one_broad_hit_per_job_and_indicator"),
            models.CheckConstraint(condition=Q(hits__lte=F("compared")), name="no_more_hits_than_rows"),
        ]

    def __str__(self) -> str:
        return f"broad hit {self.pk}"
