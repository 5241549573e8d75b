"""Judgement as rows: claims, decisions, disputes, holds, recalls, findings, and the notices of all that."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.policies import sees_signals
from reviews import workflow
from reviews.workflow import DeliveryState, DisputeState, NoticeKind, NoticeSubject, Reason, Scope
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
        """The opener, the owners of what is disputed, and the programme."""
        if not sees_signals(actor):
            return self.none()
        if actor.programme or actor.is_clock:
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
    opened_by = models.ForeignKey(Staff, models.PROTECT, related_name="disputes_opened")
    opened_at = models.DateTimeField()
    opener_named = models.BooleanField(default=True)
    reason = models.CharField(max_length=16, choices=Reason)
    statement = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, choices=DisputeState, default=DisputeState.OPENED)

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
                condition=Q(held_by__isnull=True) | ~Q(held_by=F("opened_by")), name="a_hold_needs_a_second_person"
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
    def is_person_harm(self) -> bool:
        return self.reason in workflow.PERSON_HARM

    @property
    def final_result(self) -> str:
        """What holds in the end: an appeal's result replaces the first one."""
        return self.appeal_result or self.result


class DisputedSignal(models.Model):
    """A signal that a dispute touches. `organisation` owns the signal and is a party.

    `retracted_at` says that the decision of this dispute retracted the signal, so that an appeal can reinstate it.
    """

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="touches")
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="disputes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    retracted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "signal"], name="a_dispute_touches_a_signal_once")]

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
        if actor.programme or actor.is_clock:
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
        return self.all() if actor.programme or actor.is_clock else self.filter(organisation=actor.organisation_id)


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

    def __str__(self) -> str:
        return f"finding {public_ids.shown(self.public_id)}"


class InboxNoticeQuerySet(models.QuerySet["InboxNotice"]):
    def of(self, actor: Actor) -> "InboxNoticeQuerySet":
        """The person's own, nobody else's."""
        return self.filter(staff__public_id=actor.id)

    def unread(self) -> "InboxNoticeQuerySet":
        return self.filter(read_at__isnull=True)


class InboxNotice(models.Model):
    """Something that one person is told: a closed word and the public id of what it is about, no value and no name."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="inbox")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    subject_kind = models.CharField(max_length=8, choices=NoticeSubject)
    subject = models.BigIntegerField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = InboxNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="a_notice_has_a_known_kind"),
            models.CheckConstraint(
                condition=Q(subject_kind__in=NoticeSubject.values), name="a_notice_leads_to_a_known_thing"
            ),
            models.UniqueConstraint(
                fields=["staff", "kind", "subject"],
                condition=Q(read_at__isnull=True),
                name="nobody_is_told_twice_before_reading",
            ),
        ]
        indexes = [models.Index(fields=["staff", "-at"], name="inbox_by_staff")]

    def __str__(self) -> str:
        return f"notice {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.subject)


class InboxCursor(models.Model):
    """One row: up to which position of the ledger people have been told."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="the_inbox_has_one_cursor")]

    def __str__(self) -> str:
        return f"inbox up to {self.position}"
