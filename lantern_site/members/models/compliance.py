"""What the law and the programme ask of a member: legal gates, dated switches, and the yearly compliance review."""

from datetime import date

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.members.lifecycle import DataRole, Region, ReviewResult, Switch
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff


class LegalGateQuerySet(models.QuerySet["LegalGate"]):
    def standing(self) -> "LegalGateQuerySet":
        return self.filter(withdrawn_at__isnull=True)


class LegalGate(models.Model):
    """Why an organisation may handle identifiers in one jurisdiction. Without one it handles hashes only."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="legal_gates")
    jurisdiction = models.CharField(max_length=40, choices=Region)
    lawful_basis = models.CharField(max_length=200)
    offence_basis = models.CharField(max_length=200)
    data_role = models.CharField(max_length=12, choices=DataRole)
    transfers = models.CharField(max_length=200)
    assessed_on = models.DateField()
    assessment = models.CharField(max_length=120)
    counsel = models.CharField(max_length=120)
    passed_on = models.DateField()
    passed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="legal_gates_passed")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="legal_gates_withdrawn")
    withdrawn_because = models.CharField(max_length=500, blank=True)

    objects = LegalGateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(jurisdiction__in=Region.values), name="a_jurisdiction_is_known"),
            models.CheckConstraint(condition=Q(data_role__in=DataRole.values), name="a_role_in_law_is_known"),
            models.UniqueConstraint(
                fields=["organisation", "jurisdiction"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_legal_gate_per_jurisdiction",
            ),
        ]

    def __str__(self) -> str:
        return f"legal gate {self.jurisdiction} of organisation {self.organisation_id}"


class JurisdictionSwitchQuerySet(models.QuerySet["JurisdictionSwitch"]):
    def on(self, day: date) -> "JurisdictionSwitchQuerySet":
        """Those whose time covers the day; of two the one that was set later counts."""
        covers = Q(until_before__isnull=True) | Q(until_before__gt=day)
        return self.filter(covers, from_on__lte=day).order_by("-set_at", "-pk")

    def is_allowed(self, jurisdiction: str, what: str, on: date) -> bool:
        """Whether the law of a jurisdiction allows `what` on a day. Where nobody has set anything it does not."""
        newest = self.on(on).filter(jurisdiction=jurisdiction, what=what).values_list("allowed", flat=True).first()
        return bool(newest)


class JurisdictionSwitch(models.Model):
    """From when until when the law of a jurisdiction allows something, or does not. Rows are added, never changed."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    jurisdiction = models.CharField(max_length=40, choices=Region)
    what = models.CharField(max_length=24, choices=Switch)
    allowed = models.BooleanField()
    from_on = models.DateField()
    until_before = models.DateField(null=True)
    basis = models.CharField(max_length=500)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="switches_set")

    objects = JurisdictionSwitchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(jurisdiction__in=Region.values), name="a_switch_names_a_jurisdiction"),
            models.CheckConstraint(condition=Q(what__in=Switch.values), name="a_switch_names_what_it_is_for"),
            models.CheckConstraint(
                condition=Q(until_before__isnull=True) | Q(until_before__gt=models.F("from_on")),
                name="a_switch_lasts_a_while",
            ),
        ]

    def __str__(self) -> str:
        return f"switch {self.pk} for {self.jurisdiction}"


class ComplianceReviewQuerySet(models.QuerySet["ComplianceReview"]):
    def planned(self) -> "ComplianceReviewQuerySet":
        return self.filter(held_on__isnull=True)


class ComplianceReview(models.Model):
    """The programme's look at a member, once a year. It is planned (`due_on`) before it is held."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="compliance_reviews")
    due_on = models.DateField()
    held_on = models.DateField(null=True)
    held_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="compliance_reviews_held")
    result = models.CharField(max_length=20, choices=ReviewResult, blank=True)
    summary = models.TextField(blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True)

    objects = ComplianceReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held_on__isnull=True, result="") | Q(held_on__isnull=False, result__in=ReviewResult.values),
                name="a_review_that_was_held_has_a_result",
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(held_on__isnull=True), name="one_planned_review_per_member"
            ),
        ]

    def __str__(self) -> str:
        return f"compliance review {public_ids.shown(self.public_id)}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def open(self) -> "ObservationQuerySet":
        return self.filter(done_on__isnull=True)


class Observation(models.Model):
    """Something that a review found, what is to be done about it, and until when."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    review = models.ForeignKey(ComplianceReview, models.PROTECT, related_name="observations")
    text = models.CharField(max_length=500)
    remediation = models.CharField(max_length=500)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="observations_closed")
    done_note = models.CharField(max_length=500, blank=True)

    objects = ObservationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"observation {public_ids.shown(self.public_id)}"

    def is_late(self, today: date) -> bool:
        return self.done_on is None and self.due_on < today
