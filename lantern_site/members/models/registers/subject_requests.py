"""Requests of persons about their own data."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.models.people import Staff
from lantern_site.members.models.registers.readers import reads_registers
from lantern_site.members.registers import RequestState


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def visible_to(self, actor: Actor) -> "SubjectRequestQuerySet":
        return self.all() if reads_registers(actor) else self.none()

    def unanswered(self) -> "SubjectRequestQuerySet":
        return self.filter(state__in=sorted(registers.UNANSWERED))

    def overdue_on(self, today: date) -> "SubjectRequestQuerySet":
        return self.unanswered().filter(due_on__lt=today)

    def restricting(self, signal_id: int) -> "SubjectRequestQuerySet":
        """Those that keep a signal (public id) out of use at present."""
        return self.filter(state=RequestState.RESTRICTED, signals__contains=[signal_id])


class SubjectRequest(models.Model):
    """A person asks about their own data.

    Neither who it is nor what they asked about stands here: the correspondence lies where `file_reference` says, and
    the value that was looked for is forgotten. `signals` are public ids of what was found, `held` those of them that
    this request took out of the feed.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    received_on = models.DateField()
    right = models.CharField(max_length=16, choices=registers.Right)
    file_reference = models.CharField(max_length=40)
    state = models.CharField(max_length=16, choices=RequestState, default=RequestState.OPEN)
    due_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    extended_at = models.DateTimeField(null=True)
    extended_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    extended_because = models.CharField(max_length=280, blank=True)
    proof = models.CharField(max_length=16, choices=registers.Proof, blank=True)
    proven_at = models.DateTimeField(null=True)
    proven_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    searches = models.PositiveSmallIntegerField(default=0)
    signals = ArrayField(models.BigIntegerField(), default=list)
    held = ArrayField(models.BigIntegerField(), default=list)
    ruling = models.CharField(max_length=16, choices=registers.Ruling, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    overdue_noted_at = models.DateTimeField(null=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(right__in=registers.Right.values), name="a_right_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="a_subject_request_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(proof="", proven_at__isnull=True, proven_by__isnull=True)
                | Q(proof__in=registers.Proof.values, proven_at__isnull=False, proven_by__isnull=False),
                name="a_proof_of_identity_has_a_person",
            ),
            models.CheckConstraint(
                condition=Q(extended_at__isnull=True, extended_by__isnull=True, extended_because="")
                | Q(extended_at__isnull=False, extended_by__isnull=False) & ~Q(extended_because=""),
                name="an_extension_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ruling="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(ruling__in=registers.Ruling.values, decided_at__isnull=False, decided_by__isnull=False),
                name="a_ruling_has_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RequestState.DECIDED, RequestState.CLOSED], decided_at__isnull=False)
                | ~Q(state__in=[RequestState.DECIDED, RequestState.CLOSED]) & Q(decided_at__isnull=True),
                name="what_is_decided_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | ~Q(state=RequestState.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True),
                name="a_closed_subject_request_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.RESTRICTED) | ~Q(proof=""), name="only_the_person_restricts"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("received_on")), name="an_answer_is_due_after_the_question"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="subject_request_due")]

    def __str__(self) -> str:
        return f"data-subject request {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_unanswered(self) -> bool:
        return self.state in registers.UNANSWERED

    @property
    def is_proven(self) -> bool:
        return self.proven_at is not None
