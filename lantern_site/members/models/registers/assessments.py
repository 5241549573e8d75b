"""What independent bodies found about the programme, and what it makes of that."""

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.models.people import Staff
from lantern_site.members.models.registers.readers import reads_registers


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, actor: Actor) -> "AssessmentQuerySet":
        return self.all() if reads_registers(actor) else self.published()

    def published(self) -> "AssessmentQuerySet":
        return self.filter(published_at__isnull=False)


class Assessment(models.Model):
    """One assessment by an independent body: a draft until it is published, with its summary in both languages."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    subject = models.CharField(max_length=16, choices=registers.AssessmentSubject)
    body = models.CharField(max_length=120)
    scope = models.CharField(max_length=500)
    commissioned_on = models.DateField()
    held_on = models.DateField(null=True)
    summary_en = models.TextField(blank=True)
    summary_fr = models.TextField(blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__in=registers.AssessmentSubject.values), name="an_assessment_has_a_known_subject"
            ),
            models.CheckConstraint(
                condition=Q(document_sha256="") | Q(document_sha256__regex="^[0-9a-f]{64}$"),
                name="a_document_is_known_by_its_sha256",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False, held_on__isnull=False)
                & ~Q(summary_en="")
                & ~Q(summary_fr=""),
                name="what_is_published_speaks_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return f"assessment {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def summary(self, language: str) -> str:
        return self.summary_fr if language.startswith("fr") else self.summary_en


class Recommendation(models.Model):
    """One thing that the body recommends, and the programme's answer."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="recommendations")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    status = models.CharField(max_length=12, choices=registers.Followed, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="recommendations_are_numbered"),
            models.CheckConstraint(
                condition=Q(status__in=registers.Followed.values), name="what_became_of_a_recommendation_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="", answered_on__isnull=True) | ~Q(status="") & Q(answered_on__isnull=False),
                name="an_answer_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"recommendation {self.number} of assessment {self.assessment_id}"
