"""Disputes, the signals that they concern, and holds of the programme."""

from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import GovernmentRequest, Organisation, Staff
from lantern_site.members.policies import sees_signals
from reviews import workflow
from reviews.workflow import DisputeState, Reason, Scope
from signals.models import Incident, Indicator, Signal


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> "DisputeQuerySet":
        return self.filter(state__in=sorted(workflow.OPEN))

    def holding(self) -> "DisputeQuerySet":
        """Disputes whose hold is in force."""
        return self.open().filter(held_at__isnull=False, hold_ended_at__isnull=True)

    def visible_to(self, actor: Actor) -> "DisputeQuerySet":
        """The opener, the owners of what is disputed, and the programme; an external adjudicator its own case."""
        if not sees_signals(actor):
            return self.none()
        if actor.is_external:
            return self.filter(assigned_to=actor.staff_id)
        if actor.oversees:
            return self.all()
        owned = self.model._default_manager.filter(touches__organisation=actor.organisation_id).values("pk")
        return self.filter(Q(opener=actor.organisation_id) | Q(pk__in=owned))


class Dispute(models.Model):
    """A reasoned objection, its answer, its decision, and one appeal."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    scope = models.CharField(max_length=10, choices=Scope)
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="disputes_named")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="disputes", null=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="disputes", null=True)
    opener = models.ForeignKey(Organisation, models.PROTECT, related_name="disputes_opened")
    opened_by = models.ForeignKey(Staff, models.PROTECT, related_name="disputes_opened", null=True)
    """Nobody where the clock opened it, for a person who came to the public door."""
    opened_at = models.DateTimeField()
    opener_named = models.BooleanField(default=True)
    reason = models.CharField(max_length=16, choices=Reason)
    statement = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, choices=DisputeState, default=DisputeState.OPENED)

    order = models.ForeignKey(GovernmentRequest, models.PROTECT, related_name="+", null=True)
    """The entry of the register in which a legal order stands."""
    joined = models.ForeignKey("self", models.PROTECT, related_name="joiners", null=True)
    """The dispute about the same with which this one was decided."""

    assigned_to = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    assigned_at = models.DateTimeField(null=True)
    assigned_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    question = models.CharField(max_length=1000, blank=True)
    question_to = models.CharField(max_length=6, choices=workflow.Side, blank=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    reply_due_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=1000, blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    hold_asked = models.BooleanField(default=False)
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    hold_until = models.DateTimeField(null=True)
    hold_extended = models.BooleanField(default=False)
    hold_ended_at = models.DateTimeField(null=True)

    answer_due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    answer = models.CharField(max_length=1000, blank=True)

    decide_due_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=workflow.Result, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    decision_text = models.CharField(max_length=1000, blank=True)

    appealed_at = models.DateTimeField(null=True)
    appealed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    appeal_text = models.CharField(max_length=1000, blank=True)
    appeal_result = models.CharField(max_length=12, choices=workflow.Result, blank=True)
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_decided_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    appeal_decision_text = models.CharField(max_length=1000, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DisputeState.values), name="a_dispute_has_a_known_state"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="a_dispute_has_a_known_reason"),
            models.CheckConstraint(
                condition=Q(held_by__isnull=True) | Q(opened_by__isnull=True) | ~Q(held_by=F("opened_by")),
                name="a_hold_needs_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(assigned_to__isnull=True, assigned_at__isnull=True, assigned_by__isnull=True)
                | Q(assigned_to__isnull=False, assigned_at__isnull=False, assigned_by__isnull=False),
                name="a_case_is_assigned_by_somebody_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by__isnull=True, reply_due_at__isnull=True, question="")
                | (Q(asked_at__isnull=False, asked_by__isnull=False, reply_due_at__isnull=False) & ~Q(question="")),
                name="a_question_is_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(reason="legal_order") | Q(order__isnull=False), name="a_legal_order_stands_in_the_register"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "decide_due_at"], name="dispute_queue"),
            models.Index(fields=["opener", "-opened_at"], name="dispute_by_opener"),
        ]

    def __str__(self) -> str:
        return f"dispute {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_open(self) -> bool:
        return self.state in workflow.OPEN

    @property
    def is_holding(self) -> bool:
        return self.is_open and self.held_at is not None and self.hold_ended_at is None

    @property
    def is_asked(self) -> bool:
        """Whether a question waits for its reply."""
        return self.is_open and self.asked_at is not None and self.replied_at is None

    @property
    def is_person_harm(self) -> bool:
        return self.reason in workflow.PERSON_HARM

    @property
    def final_result(self) -> str:
        """What holds in the end: an appeal's result replaces the first one."""
        return self.appeal_result or self.result


class DisputedSignal(models.Model):
    """A signal that a dispute touches. `organisation` owns the signal and is a party.

    `retracted_at` says that the decision of this dispute retracted the signal, so that an appeal can reinstate it.
    `stands_because` is what an owner beside the one who is named says of its own evidence; it counts once a second
    person of that owner has confirmed it.
    """

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="touches")
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="disputes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    retracted_at = models.DateTimeField(null=True)
    stands_because = models.CharField(max_length=1000, blank=True)
    stands_at = models.DateTimeField(null=True)
    stands_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    stands_confirmed_at = models.DateTimeField(null=True)
    stands_confirmed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "signal"], name="a_dispute_touches_a_signal_once"),
            models.CheckConstraint(
                condition=Q(stands_confirmed_by__isnull=True)
                | (Q(stands_by__isnull=False) & ~Q(stands_confirmed_by=F("stands_by"))),
                name="evidence_stands_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"disputed signal {self.pk}"


class StewardHoldQuerySet(models.QuerySet["StewardHold"]):
    def open(self) -> "StewardHoldQuerySet":
        return self.filter(released_at__isnull=True)


class StewardHold(models.Model):
    """A signal held by the programme itself: by a steward, or by the clock when a check is long overdue."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="steward_holds")
    reason = models.CharField(max_length=24, choices=workflow.HoldReason)
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = StewardHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal"], condition=Q(released_at__isnull=True), name="one_open_steward_hold"
            )
        ]

    def __str__(self) -> str:
        return f"steward hold {self.pk}"
