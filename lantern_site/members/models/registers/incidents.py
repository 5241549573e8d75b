"""Security incidents, and the members that they touch."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff
from lantern_site.members.models.registers.readers import reads_registers
from lantern_site.members.registers import IncidentState


class SecurityIncidentQuerySet(models.QuerySet["SecurityIncident"]):
    def visible_to(self, actor: Actor) -> "SecurityIncidentQuerySet":
        """All for those who read the registers; a member sees what concerns it once it was informed."""
        return self.all() if reads_registers(actor) else self.known_to(actor.organisation_id)

    def known_to(self, organisation_id: int | None) -> "SecurityIncidentQuerySet":
        informed = Affected.objects.filter(organisation=organisation_id, informed_at__isnull=False)
        return self.filter(pk__in=informed.values("incident"))

    def running(self) -> "SecurityIncidentQuerySet":
        return self.exclude(state=IncidentState.CLOSED)

    def to_notify(self) -> "SecurityIncidentQuerySet":
        """The supervisory authority does not know yet, and nobody has said why it need not."""
        return self.filter(notified_at__isnull=True, not_notified_because="")

    def late_at(self, now: datetime) -> "SecurityIncidentQuerySet":
        return self.to_notify().filter(notify_due_at__lt=now)


class SecurityIncident(models.Model):
    """Something that went wrong with the security of the programme's data."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    detected_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=registers.IncidentKind)
    severity = models.CharField(max_length=8, choices=registers.Severity)
    affected_data = ArrayField(models.CharField(max_length=12, choices=registers.AffectedData), default=list)
    affected = models.ManyToManyField(Organisation, through="Affected", related_name="+")
    state = models.CharField(max_length=12, choices=IncidentState, default=IncidentState.OPEN)
    description = models.CharField(max_length=1_000)
    measures = models.CharField(max_length=1_000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    contained_at = models.DateTimeField(null=True)
    contained_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    notify_due_at = models.DateTimeField()
    notified_at = models.DateTimeField(null=True)
    late_because = models.CharField(max_length=280, blank=True)
    not_notified_because = models.CharField(max_length=280, blank=True)
    overdue_noted_at = models.DateTimeField(null=True)
    notice = models.CharField(max_length=1_000, blank=True)
    informed_at = models.DateTimeField(null=True)
    lesson = models.CharField(max_length=1_000, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = SecurityIncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=registers.IncidentKind.values), name="an_incident_of_security_has_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=registers.Severity.values), name="an_incident_of_security_is_graded"
            ),
            models.CheckConstraint(
                condition=Q(affected_data__contained_by=registers.AffectedData.values), name="affected_data_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=IncidentState.values), name="an_incident_of_security_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state=IncidentState.OPEN, contained_at__isnull=True, contained_by__isnull=True)
                | ~Q(state=IncidentState.OPEN) & Q(contained_at__isnull=False, contained_by__isnull=False),
                name="what_is_contained_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(notified_at__isnull=True) | Q(not_notified_because=""), name="notified_or_a_reason_why_not"
            ),
            models.CheckConstraint(
                condition=~Q(state=IncidentState.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True, lesson="")
                | Q(state=IncidentState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                & ~Q(lesson="")
                & (Q(notified_at__isnull=False) | ~Q(not_notified_because="")),
                name="a_closed_incident_has_a_lesson_and_a_notification",
            ),
        ]
        indexes = [models.Index(fields=["-detected_at"], name="security_incident_by_time")]

    def __str__(self) -> str:
        return f"security incident {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_running(self) -> bool:
        return self.state != IncidentState.CLOSED

    @property
    def awaits_notification(self) -> bool:
        return self.notified_at is None and not self.not_notified_because


class Affected(models.Model):
    """A member that an incident touches, and since when it knows."""

    incident = models.ForeignKey(SecurityIncident, models.PROTECT, related_name="touches")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    informed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "organisation"], name="an_incident_touches_a_member_once")
        ]

    def __str__(self) -> str:
        return f"affected {self.pk}"
