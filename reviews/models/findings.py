"""What members found, what they gave back, and what people outside ask."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.policies import sees_signals
from reviews import workflow
from reviews.models.disputes import Dispute
from signals.models import Indicator, Lead, Signal


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, actor: Actor) -> "FindingQuerySet":
        return self.all() if actor.oversees else self.filter(organisation=actor.organisation_id)


class Finding(models.Model):
    """A member's own review of a lead, with its outcome.

    It may speak for several exact hits of one hash: `hits` counts them, `same_hits` names those beside `lead`.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="findings")
    lead = models.OneToOneField(Lead, models.PROTECT, related_name="finding")
    same_hits = models.ManyToManyField(Lead, related_name="findings_beside")
    hits = models.PositiveIntegerField(default=1)
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="findings")
    outcome = models.CharField(max_length=16, choices=workflow.Outcome)
    not_examined_because = models.CharField(max_length=12, choices=workflow.NotExamined, blank=True)
    authority = models.CharField(max_length=12, choices=registers.Authority, blank=True)
    authority_reference = models.BinaryField(null=True)
    """That of the report to an authority, encrypted."""
    named_to_owner = models.BooleanField(default=False)
    """Whether the owner of the signal may know whose finding it is."""
    reinstated_at = models.DateTimeField(null=True)
    reinstated_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    actions = ArrayField(models.CharField(max_length=24, choices=workflow.Action), default=list)
    content_removed = models.PositiveIntegerField(default=0)
    uploads_prevented = models.PositiveIntegerField(default=0)
    own_evidence = models.BooleanField()
    policy_version = models.CharField(max_length=40)
    attribution = models.CharField(max_length=8, choices=workflow.Attribution)
    looks_wrong = models.CharField(max_length=12, choices=workflow.LooksWrong)
    looks_wrong_because = models.CharField(max_length=280, blank=True)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(Staff, models.PROTECT, related_name="findings")

    objects = FindingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-found_at"], name="finding_by_organisation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reinstated_at__isnull=True, reinstated_by__isnull=True)
                | Q(reinstated_at__isnull=False, reinstated_by__isnull=False),
                name="what_was_reinstated_says_by_whom",
            )
        ]

    def __str__(self) -> str:
        return f"finding {public_ids.shown(self.public_id)}"

    @property
    def binding(self) -> str:
        """What the reference of the report is bound to."""
        return f"finding:{self.public_id}:report"


class RedressQuerySet(models.QuerySet["Redress"]):
    def visible_to(self, actor: Actor) -> "RedressQuerySet":
        if not sees_signals(actor):
            return self.none()
        return self.all() if actor.oversees else self.filter(organisation=actor.organisation_id)

    def drafts(self) -> "RedressQuerySet":
        return self.filter(state=workflow.RedressState.DRAFT)


class Redress(models.Model):
    """A member gave an account back that a signal had led to: its dispute of the signal, to be sent or declined."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="redresses")
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="redress")
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="redresses")
    state = models.CharField(max_length=8, choices=workflow.RedressState, default=workflow.RedressState.DRAFT)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    late_noted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="redress", null=True)
    declined_because = models.CharField(max_length=500, blank=True)

    objects = RedressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", settled_at__isnull=True, dispute__isnull=True)
                | Q(state="sent", settled_at__isnull=False, dispute__isnull=False)
                | (Q(state="declined", settled_at__isnull=False, dispute__isnull=True) & ~Q(declined_because="")),
                name="a_redress_is_sent_or_declined_with_a_reason",
            )
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="redress_by_organisation")]

    def __str__(self) -> str:
        return f"redress {public_ids.shown(self.public_id)}"


class Plea(models.Model):
    """A person proved that an address is theirs and asks whether it was wrongly signalled.

    It holds digests alone, encrypted, and only until the clock has looked, whatever it finds.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"plea {self.pk}"

    @property
    def binding(self) -> str:
        """What the content is bound to."""
        return f"plea:{self.public_id}"


class Keep(models.Model):
    """A legal duty to keep what is known of an indicator beyond the day on which it would be purged."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="keeps")
    reason = models.CharField(max_length=280)
    since = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    ends_on = models.DateField()

    def __str__(self) -> str:
        return f"keep {self.pk}"
