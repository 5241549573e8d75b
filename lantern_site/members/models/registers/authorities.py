"""Requests of public authorities, and what organisations attest about them."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.legal_deadlines import Cadence, Period
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff
from lantern_site.members.models.registers.readers import reads_registers


class GovernmentRequestQuerySet(models.QuerySet["GovernmentRequest"]):
    def visible_to(self, actor: Actor) -> "GovernmentRequestQuerySet":
        return self.all() if reads_registers(actor) else self.none()

    def pending(self) -> "GovernmentRequestQuerySet":
        return self.filter(outcome=registers.Answered.PENDING)


class GovernmentRequest(models.Model):
    """A request of a public authority to the programme. Those to members are counted by what members attest."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    received_on = models.DateField()
    authority = models.CharField(max_length=12, choices=registers.Authority)
    jurisdiction = models.CharField(max_length=2)
    legal_basis = models.CharField(max_length=280)
    asked = models.CharField(max_length=16, choices=registers.Asked)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=registers.Answered, default=registers.Answered.PENDING)
    told = models.CharField(max_length=12, choices=registers.Told, default=registers.Told.NOT_YET)
    reason = models.CharField(max_length=500, blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = GovernmentRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(authority__in=registers.Authority.values), name="an_authority_is_of_a_known_class"
            ),
            models.CheckConstraint(condition=Q(jurisdiction__regex="^[A-Z]{2}$"), name="a_jurisdiction_is_a_code"),
            models.CheckConstraint(
                condition=Q(asked__in=registers.Asked.values), name="what_an_authority_asks_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=registers.Answered.values), name="a_government_request_has_a_known_outcome"
            ),
            models.CheckConstraint(condition=Q(told__in=registers.Told.values), name="who_was_told_is_known"),
            models.CheckConstraint(
                condition=~Q(asked=registers.Asked.INSERTION) | ~Q(outcome__in=sorted(registers.HELPED)),
                name="no_authority_inserts_a_value",
            ),
            models.CheckConstraint(
                condition=Q(outcome=registers.Answered.PENDING, answered_on__isnull=True, answered_by__isnull=True)
                | ~Q(outcome=registers.Answered.PENDING) & Q(answered_on__isnull=False, answered_by__isnull=False),
                name="an_answered_request_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")),
                name="nothing_is_answered_before_it_came",
            ),
        ]
        indexes = [models.Index(fields=["-received_on"], name="government_request_by_day")]

    def __str__(self) -> str:
        return f"government request {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)


class AttestationQuerySet(models.QuerySet["Attestation"]):
    def visible_to(self, actor: Actor) -> "AttestationQuerySet":
        return self.all() if reads_registers(actor) else self.of(actor.organisation_id)

    def of(self, organisation_id: int | None) -> "AttestationQuerySet":
        return self.filter(organisation=organisation_id)

    def open(self) -> "AttestationQuerySet":
        """Not attested, which says nothing about any request."""
        return self.filter(attested_at__isnull=True)

    def overdue_on(self, today: date) -> "AttestationQuerySet":
        return self.open().filter(due_on__lt=today)


class Attestation(models.Model):
    """What an organisation says of one period: how many requests of authorities it received about the programme's data.

    The row is made by the clock when the period has ended. Until somebody attests it has no number: not attested is
    never zero.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="attestations")
    starts_on = models.DateField()
    ends_before = models.DateField()
    due_on = models.DateField()
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    overdue_noted_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    requests = models.PositiveIntegerField(null=True)
    attested_at = models.DateTimeField(null=True)
    attested_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "starts_on"], name="one_attestation_per_period"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="a_period_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(requests__isnull=True, attested_at__isnull=True, attested_by__isnull=True)
                | Q(requests__isnull=False, attested_at__isnull=False, attested_by__isnull=False),
                name="not_attested_is_never_zero",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="attestation_due", condition=Q(attested_at__isnull=True))]

    def __str__(self) -> str:
        return f"attestation {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def period(self) -> Period:
        months = (self.ends_before.year - self.starts_on.year) * 12 + self.ends_before.month - self.starts_on.month
        return Period(self.starts_on, Cadence(months))

    @property
    def is_attested(self) -> bool:
        return self.attested_at is not None

    def state(self, today: date) -> str:
        """`attested`, `due`, or `overdue`: never a number for the last two."""
        if self.is_attested:
            return "attested"
        return "overdue" if self.due_on < today else "due"
