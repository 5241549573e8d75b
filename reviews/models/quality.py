"""How well a member's people judge, for themselves: second looks at decided signals, and practice."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from reviews import workflow
from reviews.models.decisions import Decision
from signals import kinds
from signals.models import Signal

MOST_PERCENT = 50


class QualityRule(models.Model):
    """What a member has chosen. Without a row, or with zeros, nothing is looked at twice and nobody practises."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="quality")
    percent = models.PositiveSmallIntegerField(default=0)
    """Of the signals that its reviewers decide, how many are drawn for a second look."""
    practice = models.BooleanField(default=False)
    drawn_until = models.DateTimeField()
    """Decisions up to this moment have been drawn from, or were made before it was switched on."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=MOST_PERCENT), name="at_most_half_is_looked_at_twice")
        ]

    def __str__(self) -> str:
        return f"quality of organisation {self.organisation_id}"


class SecondLookQuerySet(models.QuerySet["SecondLook"]):
    def unanswered(self) -> "SecondLookQuerySet":
        return self.filter(answered_at__isnull=True)

    def of(self, actor: Actor) -> "SecondLookQuerySet":
        """What the person looks at or looked at, and what others said of the person's own decisions; nobody else's."""
        decided = Q(decision__decided_by=actor.staff_id, answered_at__isnull=False)
        return self.filter(decided | Q(taken_by=actor.staff_id))

    def apart(self) -> "SecondLookQuerySet":
        """Where the two said different things."""
        return self.filter(answered_at__isnull=False).exclude(verdict=models.F("decision__verdict"))


class SecondLook(models.Model):
    """A decided signal that a colleague of the one who decided judges once more, without knowing what was decided.

    It changes nothing of the signal. `taken_by` is who looks at it and, once it is answered, who did.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    signal = models.OneToOneField(Signal, models.PROTECT, related_name="second_look")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="second_look")
    drawn_at = models.DateTimeField()
    taken_by = models.ForeignKey(Staff, models.PROTECT, related_name="second_looks", null=True)
    until = models.DateTimeField(null=True)
    """Before this moment nobody else takes it."""
    passed_by = ArrayField(models.BigIntegerField(), default=list)
    """Primary keys of people who passed it on: it does not come back to them."""
    answered_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, choices=workflow.Verdict, blank=True)
    reason = models.CharField(max_length=280, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    settlement = models.CharField(max_length=12, choices=workflow.Settlement, blank=True)

    objects = SecondLookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, verdict="")
                | Q(answered_at__isnull=False, taken_by__isnull=False, verdict__in=workflow.Verdict.values),
                name="a_second_look_that_was_answered_says_what_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, settlement="")
                | Q(
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    answered_at__isnull=False,
                    settlement__in=workflow.Settlement.values,
                ),
                name="a_conversation_that_ended_says_how",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "answered_at"], name="second_look_by_organisation")]

    def __str__(self) -> str:
        return f"second look {public_ids.shown(self.public_id)}"

    @property
    def is_apart(self) -> bool:
        return self.answered_at is not None and self.verdict != self.decision.verdict


class PracticeQuerySet(models.QuerySet["PracticeItem"]):
    def of(self, organisation_id: int | None) -> "PracticeQuerySet":
        return self.filter(organisation=organisation_id)

    def in_use(self) -> "PracticeQuerySet":
        return self.filter(ended_at__isnull=True)


class PracticeItem(models.Model):
    """An invented or retold case with an agreed answer, for a member's own people. It is no signal and never shared."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=kinds.Kind)
    masked = models.CharField(max_length=80)
    """How the value looks behind its mask; there is no value."""
    harm = models.CharField(max_length=32, choices=kinds.HarmTerm)
    clause = models.CharField(max_length=120)
    review_method = models.CharField(max_length=16, choices=kinds.ReviewMethod)
    origin = models.CharField(max_length=20, choices=kinds.Origin)
    confidence = models.CharField(max_length=8, choices=kinds.Confidence)
    account_holder = models.CharField(max_length=16, choices=kinds.AccountHolder, default=kinds.AccountHolder.UNKNOWN)
    described = models.CharField(max_length=500)
    """What there is to know of the case, in words."""
    agreed = models.CharField(max_length=8, choices=workflow.Verdict)
    because = models.CharField(max_length=500)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed__in=workflow.Verdict.values) & ~Q(because=""),
                name="a_practice_item_has_an_agreed_answer_with_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="practice_that_ended_was_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"practice item {public_ids.shown(self.public_id)}"


class PracticeAnswerQuerySet(models.QuerySet["PracticeAnswer"]):
    def of(self, actor: Actor) -> "PracticeAnswerQuerySet":
        return self.filter(staff=actor.staff_id)


class PracticeAnswer(models.Model):
    """What a person answered, for themselves."""

    item = models.ForeignKey(PracticeItem, models.CASCADE, related_name="answers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=8, choices=workflow.Verdict)
    answered_at = models.DateTimeField()

    objects = PracticeAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "staff"], name="everybody_answers_practice_once")]

    def __str__(self) -> str:
        return f"practice answer {self.pk}"
