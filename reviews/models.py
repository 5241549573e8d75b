"""Judgement as rows: claims, decisions, disputes, holds, recalls, findings."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.models import GovernmentRequest, Organisation, Staff
from lantern_site.members.policies import sees_signals
from reviews import workflow
from reviews.workflow import DeliveryState, DisputeState, Reason, Scope
from signals.models import Incident, Indicator, Lead, Signal


class ClaimQuerySet(models.QuerySet["Claim"]):
    def held_at(self, now: datetime) -> "ClaimQuerySet":
        return self.filter(ended_at__isnull=True, until__gt=now)


class Claim(models.Model):
    """A lease on a signal in the queue. One row per signal: whoever claims next takes it over."""

    signal = models.OneToOneField(Signal, models.CASCADE, related_name="claim")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="claims")
    taken_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    parked_note = models.CharField(max_length=200, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["staff", "until"], name="claim_by_staff")]

    def __str__(self) -> str:
        return f"claim on signal {self.signal_id}"

    def is_held(self, now: datetime) -> bool:
        return self.ended_at is None and self.until > now


class Decision(models.Model):
    """What a reviewer said of a submitted signal, and what the reviewer vouches for."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="decisions")
    version = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=workflow.Verdict)
    attestation = models.CharField(max_length=12, choices=workflow.Attestation, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, models.PROTECT, related_name="decisions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="decisions")
    outward_note = models.CharField(max_length=280, blank=True)
    inward_note = models.CharField(max_length=500, blank=True)
    is_recheck = models.BooleanField(default=False)
    """Said again of what had this approval, because something was found since."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "version", "attestation"],
                condition=Q(verdict="approve", is_recheck=False),
                name="one_approval_per_version_and_attestation",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="approve") | ~Q(attestation=""), name="an_approval_vouches_for_something"
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


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


class Recall(models.Model):
    """The notice to everyone with a receipt. Hold and what follows it are states of one recall."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="recalls")
    cause = models.CharField(max_length=10, choices=workflow.RecallCause)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)
    """That of the ledger's entry about its cause: machines that have read so far were told."""

    class Meta:
        indexes = [models.Index(fields=["signal", "-opened_at"], name="recall_by_signal")]
        constraints = [
            models.UniqueConstraint(
                fields=["signal"], condition=Q(closed_at__isnull=True), name="one_open_recall_per_signal"
            )
        ]

    def __str__(self) -> str:
        return f"recall {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, actor: Actor) -> "DeliveryQuerySet":
        """A member sees its own deliveries; the owner of the signal and the programme see the reach.

        The signal is asked for in a query of its own: a join would lose the deliveries of a member that has left the
        community since.
        """
        if not sees_signals(actor):
            return self.none()
        if actor.oversees:
            return self.all()
        owned = Signal.objects.owned_by(actor.organisation_id).values("pk")
        return self.filter(Q(organisation=actor.organisation_id) | Q(recall__signal__in=owned))

    def waiting_for(self, organisation_id: int | None) -> "DeliveryQuerySet":
        return self.filter(organisation=organisation_id).exclude(state=DeliveryState.ACKNOWLEDGED)

    def overdue_at(self, now: datetime) -> "DeliveryQuerySet":
        return self.filter(overdue_at__lte=now).exclude(state=DeliveryState.ACKNOWLEDGED)


class Delivery(models.Model):
    """A recall on its way to one member."""

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="deliveries")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.DUE)
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField()
    overdue_noted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    answer = models.CharField(max_length=16, choices=workflow.RecallAnswer, blank=True)
    report_corrected = models.CharField(max_length=10, choices=workflow.ReportCorrected, blank=True)
    local_hits = models.PositiveIntegerField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "organisation"], name="one_delivery_per_member")]
        indexes = [models.Index(fields=["organisation", "state"], name="delivery_by_organisation")]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def is_acknowledged(self) -> bool:
        return self.state == DeliveryState.ACKNOWLEDGED

    @property
    def awaits_confirmation(self) -> bool:
        """Somebody answered *kept*, and a second person has not confirmed it yet."""
        return self.answer == workflow.RecallAnswer.KEPT and not self.is_acknowledged


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
