"""Records of the yearly training, and what was told about ends that come near."""

from django.db import models
from django.db.models import F, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.members.models.people import Grant, Staff


class TrainingQuerySet(models.QuerySet["Training"]):
    def standing(self) -> "TrainingQuerySet":
        """All but what was recorded by mistake."""
        return self.filter(withdrawn_at__isnull=True)


class Training(models.Model):
    """Somebody took a course. `Staff.trained_until` follows from the records that stand.

    Without `recorded_by` it came from a file or a command.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="trainings")
    course = models.CharField(max_length=80)
    held_on = models.DateField()
    valid_until = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="trainings_recorded")
    withdrawn_at = models.DateTimeField(null=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("held_on")), name="a_training_is_valid_for_a_time")
        ]

    def __str__(self) -> str:
        return f"training {public_ids.shown(self.public_id)}"


class Notice(models.Model):
    """That an end was told: each of `deadlines.WARNED_AHEAD` once, and once that roles were suspended (0 days)."""

    class Matter(TextChoices):
        TRAINING = "training", _("Training")
        ROLE = "role", _("Role")
        ACCESS = "access", _("Access")

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="notices")
    matter = models.CharField(max_length=10, choices=Matter)
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="notices")
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(matter__in=["training", "role", "access"]), name="a_notice_is_known"),
            models.CheckConstraint(
                condition=Q(matter="role", grant__isnull=False) | (~Q(matter="role") & Q(grant__isnull=True)),
                name="a_notice_about_a_role_names_its_grant",
            ),
            models.UniqueConstraint(
                fields=["staff", "matter", "grant", "ends_on", "days"],
                nulls_distinct=False,
                name="an_end_is_told_once_each_time",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk} about {self.matter}"
