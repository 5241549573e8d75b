"""Meetings of the programme, and its advice to all members."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q, Subquery

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members import registers
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff
from lantern_site.members.models.registers.readers import reads_registers


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, actor: Actor) -> "MeetingQuerySet":
        return self.all() if reads_registers(actor) else self.for_everybody()

    def for_everybody(self) -> "MeetingQuerySet":
        return self.filter(is_public=True)


class Meeting(models.Model):
    """A note of a meeting. Those who were there appear by their class, never by name."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    held_on = models.DateField()
    parties = ArrayField(models.CharField(max_length=16, choices=registers.Party))
    subject = models.CharField(max_length=120)
    note = models.CharField(max_length=2_000)
    is_public = models.BooleanField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(parties__contained_by=registers.Party.values, parties__len__gt=0),
                name="a_meeting_is_with_somebody_known",
            )
        ]

    def __str__(self) -> str:
        return f"meeting {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def parties_shown(self) -> str:
        return ", ".join(str(registers.Party(one).label) for one in self.parties)


class Advice(models.Model):
    """An advisory note: guidance of the programme to all members, in numbered versions."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    title = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"advisory note {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)


class AdviceVersionQuerySet(models.QuerySet["AdviceVersion"]):
    def newest(self) -> "AdviceVersionQuerySet":
        later = AdviceVersion.objects.filter(advice=OuterRef("advice")).order_by("-number").values("number")[:1]
        return self.filter(number=Subquery(later))

    def unconfirmed_by(self, organisation_id: int | None) -> "AdviceVersionQuerySet":
        """The versions that count and that the organisation has not confirmed to have read."""
        confirmed = Confirmation.objects.filter(organisation=organisation_id).values("version")
        return self.newest().exclude(pk__in=confirmed)


class AdviceVersion(models.Model):
    """What an advisory note says. Nothing is edited in place."""

    advice = models.ForeignKey(Advice, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    objects = AdviceVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["advice", "number"], name="versions_of_advice_are_numbered")]

    def __str__(self) -> str:
        return f"version {self.number} of advisory note {self.advice_id}"


class Confirmation(models.Model):
    """A member has read a version of an advisory note."""

    version = models.ForeignKey(AdviceVersion, models.PROTECT, related_name="confirmations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "organisation"], name="a_version_is_confirmed_once_by_each")
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"
