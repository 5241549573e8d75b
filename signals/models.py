"""Indicators and the statements that members make about them; matching jobs and their leads."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import ApiKey, Community, Organisation, Staff
from lantern_site.work.models import Leased
from signals import kinds
from signals.purposes import Purpose, Surface
from signals.workflow import LIVE, NO_LONGER_USED, SHOWN_TO_OTHERS, Status


class Indicator(models.Model):
    """The thing: one value of one kind. It has no status; what members say of it are signals."""

    kind = models.CharField(max_length=12, choices=kinds.Kind)
    digest = models.BinaryField()
    bucket = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="one_indicator_per_kind_and_digest"),
            models.CheckConstraint(condition=Q(kind__in=kinds.Kind.values), name="an_indicator_has_a_known_kind"),
        ]
        indexes = [models.Index(fields=["kind", "bucket"], name="indicator_by_bucket")]

    def __str__(self) -> str:
        return f"indicator {self.pk}"


class IndicatorAlias(models.Model):
    """A second, looser digest of an indicator: a match on it is a possible alias only."""

    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="alias")
    digest = models.BinaryField(db_index=True)

    def __str__(self) -> str:
        return f"alias of indicator {self.indicator_id}"


class IndicatorValue(models.Model):
    """The value of an indicator, encrypted and bound to this row."""

    indicator = models.OneToOneField(Indicator, models.CASCADE, primary_key=True, related_name="value")
    ciphertext = models.BinaryField()
    key_id = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"value of indicator {self.pk}"


class Incident(models.Model):
    """Indicators of one case, shared and decided together."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="incidents")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"incident {public_ids.shown(self.public_id)}"


class SignalQuerySet(models.QuerySet["Signal"]):
    def owned_by(self, organisation_id: int | None) -> "SignalQuerySet":
        return self.filter(organisation=organisation_id)

    def shared_with(self, organisation_id: int | None) -> "SignalQuerySet":
        """What other members have shared with this one, while it may receive: through a community that it was in at
        the time or whose older signals it sees, and that is meant for its region too."""
        receiving = Organisation.objects.receiving().filter(pk=organisation_id or 0)
        region = ArraySubquery(receiving.values("region"))
        return self.filter(
            Q(community__memberships__sees_older=True) | Q(community__memberships__joined_at__lte=F("activated_at")),
            community__memberships__organisation__in=receiving,
            community__memberships__left_at__isnull=True,
            status__in=SHOWN_TO_OTHERS,
            activated_at__isnull=False,
        ).exclude(Q(organisation=organisation_id) | Q(not_to_regions__contains=region))

    def corrected_for(self, organisation_id: int | None) -> "SignalQuerySet":
        """What a member has received and must not use any more: known to it whatever its standing is by now."""
        received = Receipt.objects.filter(signal=OuterRef("pk"), organisation=organisation_id)
        return self.filter(Exists(received), status__in=NO_LONGER_USED).exclude(organisation=organisation_id)

    def visible_to(self, actor: Actor) -> "SignalQuerySet":
        """Everything that the actor may know of. The database holds the same rule (row-level security)."""
        if actor.is_clock or actor.programme:
            return self.all()
        own = Q(organisation=actor.organisation_id)
        others = self.model._default_manager.filter(pk=OuterRef("pk"))  # asked row by row: a set of all would be slow
        shared = Exists(others.shared_with(actor.organisation_id))
        corrected = Exists(others.corrected_for(actor.organisation_id))
        return self.filter(own | shared | corrected)

    def matchable(self) -> "SignalQuerySet":
        """What a match job or look-up may answer with."""
        return self.filter(status=Status.ACTIVE)

    def live(self) -> "SignalQuerySet":
        return self.filter(status__in=LIVE)

    def with_context(self) -> "SignalQuerySet":
        """Everything that a row or page shows, in one query."""
        return self.select_related(
            "indicator__value", "organisation", "community", "current_version", "incident", "submitted_by"
        )


class Signal(models.Model):
    """One member's statement about one indicator."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="signals")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="signals")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="signals", null=True)
    community = models.ForeignKey(Community, models.PROTECT, related_name="signals")
    status = models.CharField(max_length=10, choices=Status, default=Status.SUBMITTED)
    current_version = models.ForeignKey("SignalVersion", models.PROTECT, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(choices=kinds.Severity)
    danger = models.BooleanField(default=False)
    warnings = ArrayField(models.CharField(max_length=24), default=list)
    provisional = models.BooleanField(default=False)
    contested = models.BooleanField(default=False)
    caution = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Staff, models.PROTECT, related_name="signals_submitted")
    submitted_with = models.ForeignKey(ApiKey, models.PROTECT, related_name="signals_submitted", null=True)
    review_due_at = models.DateTimeField()
    check_due_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    renewals = models.PositiveSmallIntegerField(default=0)
    not_to_regions = ArrayField(models.CharField(max_length=40), default=list)
    """As the current version says; here too, because the database asks it of every row."""
    position = models.BigIntegerField(default=0)

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="a_signal_has_a_known_status"),
            models.UniqueConstraint(
                fields=["organisation", "indicator"], condition=Q(status__in=sorted(LIVE)), name="one_live_signal_each"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted({Status.SUBMITTED, Status.RETURNED, Status.CANCELLED, Status.REJECTED}))
                | Q(activated_at__isnull=False),
                name="what_was_shared_has_been_activated",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(LIVE), ended_at__isnull=True)
                | Q(ended_at__isnull=False) & ~Q(status__in=sorted(LIVE)),
                name="what_has_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "review_due_at"], name="signal_queue"),
            models.Index(fields=["status", "expires_at"], name="signal_expiry"),
            models.Index(fields=["indicator", "status"], name="signal_by_indicator"),
            models.Index(fields=["check_due_at"], name="signal_check_due", condition=Q(check_due_at__isnull=False)),
            models.Index(fields=["position"], name="signal_by_position"),
        ]

    def __str__(self) -> str:
        return f"signal {public_ids.shown(self.public_id)}"

    @property
    def version(self) -> "SignalVersion":
        """The version that counts; there is one from the first moment."""
        assert self.current_version is not None
        return self.current_version

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def audience(self) -> str:
        """Whom ledger entries about the signal concern: its community once it was shared, its owner before."""
        if self.activated_at is not None:
            return self.community.audience
        return f"organisation:{self.organisation.public_id}"

    def state(self) -> dict[str, int | str | bool]:
        """The facts that a replay of the ledger must arrive at."""
        return {
            "status": str(self.status),
            "version": self.version.number,
            "contested": self.contested,
            "caution": self.caution,
            "provisional": self.provisional,
        }


WORDS_OF_A_VERSION: dict[str, type[models.TextChoices]] = {
    "harm": kinds.HarmTerm,
    "review_method": kinds.ReviewMethod,
    "origin": kinds.Origin,
    "confidence": kinds.Confidence,
    "ai": kinds.AiIndication,
    "real_child": kinds.RealChild,
    "account_holder": kinds.AccountHolder,
}


class SignalVersion(models.Model):
    """What a signal says. A correction proposes a new version; nothing is edited in place."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        CURRENT = "current"
        SUPERSEDED = "superseded"
        REFUSED = "refused"

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    harm = models.CharField(max_length=32, choices=kinds.HarmTerm)
    clause = models.CharField(max_length=120)
    evidence_seen_by = models.CharField(max_length=80)
    review_method = models.CharField(max_length=16, choices=kinds.ReviewMethod)
    origin = models.CharField(max_length=20, choices=kinds.Origin)
    confidence = models.CharField(max_length=8, choices=kinds.Confidence)
    first_seen_on = models.DateField(null=True)
    last_seen_on = models.DateField(null=True)
    behaviours = ArrayField(models.CharField(max_length=16, choices=kinds.Behaviour), default=list)
    ai = models.CharField(max_length=16, choices=kinds.AiIndication, default=kinds.AiIndication.NOT_INDICATED)
    real_child = models.CharField(max_length=8, choices=kinds.RealChild, default=kinds.RealChild.UNKNOWN)
    account_holder = models.CharField(max_length=16, choices=kinds.AccountHolder, default=kinds.AccountHolder.UNKNOWN)
    not_to_regions = ArrayField(models.CharField(max_length=40), default=list)
    owner_named = models.BooleanField(default=True)
    meaning = models.CharField(max_length=280, blank=True)
    outward_note = models.CharField(max_length=280, blank=True)
    inward_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signal", "number"], name="versions_are_numbered"),
            models.UniqueConstraint(fields=["signal"], condition=Q(state="current"), name="one_current_version"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "current", "superseded", "refused"]),
                name="a_version_has_a_known_state",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__in": words.values}), name=f"a_version_has_a_known_{field}"
                )
                for field, words in WORDS_OF_A_VERSION.items()
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of signal {self.signal_id}"

    @property
    def is_possibly_child(self) -> bool:
        return self.account_holder == kinds.AccountHolder.POSSIBLY_CHILD


class Receipt(models.Model):
    """The record that a member received a signal, and how. Recalls go to all of them."""

    class Way(models.TextChoices):
        FEED = "feed"
        LOOKUP = "lookup"
        LEAD = "lead"
        PAGE = "page"
        REVEAL = "reveal"
        EXPORT = "export"

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="receipts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="receipts")
    way = models.CharField(max_length=8, choices=Way)
    key = models.ForeignKey(ApiKey, models.PROTECT, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "organisation", "way", "key"], name="one_receipt_per_way", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["organisation", "signal"], name="receipt_by_organisation")]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class Poll(models.Model):
    """One page of the feed as it was given to a key."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="polls")
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    head = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "-upto"], name="poll_by_key")]

    def __str__(self) -> str:
        return f"poll {self.pk}"


class Showing(models.Model):
    """What the machines of a member were told last about seeing a signal that has not changed itself: that it is shown
    to them now, or hidden from them. `position` is that of the ledger's entry."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="showings")
    signal = models.ForeignKey(Signal, models.CASCADE, related_name="showings")
    is_shown = models.BooleanField()
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "signal"], name="one_last_word_on_showing")]
        indexes = [models.Index(fields=["organisation", "position"], name="showing_by_position")]

    def __str__(self) -> str:
        return f"showing {self.pk}"


class MatchJobQuerySet(models.QuerySet["MatchJob"]):
    def visible_to(self, actor: Actor) -> "MatchJobQuerySet":
        return self.all() if actor.programme or actor.is_clock else self.filter(organisation=actor.organisation_id)


class MatchJob(models.Model):
    """A member's batch, compared with the indicators that it may see."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
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
    refused = models.PositiveIntegerField(default=0)
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
                condition=Q(state__in=["queued", "running", "done", "cancelled", "failed"]),
                name="a_job_has_a_known_state",
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


class Chunk(Leased):
    """A part of a job's candidates. Their values live here, encrypted, until the chunk is done."""

    lease: ClassVar[timedelta] = timedelta(seconds=30)

    job = models.ForeignKey(MatchJob, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
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


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, actor: Actor) -> "LeadQuerySet":
        return self.all() if actor.programme or actor.is_clock else self.filter(organisation=actor.organisation_id)

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
    match = models.CharField(max_length=8, choices=Match)
    distance = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "row", "indicator"], name="one_lead_per_row_and_indicator")
        ]
        indexes = [models.Index(fields=["organisation", "found_at"], name="lead_by_organisation")]

    def __str__(self) -> str:
        return f"lead {public_ids.shown(self.public_id)}"
