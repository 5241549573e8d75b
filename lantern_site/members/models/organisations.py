"""Members, and the programme itself."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from lantern_site import public_ids
from lantern_site.members.lifecycle import (
    NOT_ADMITTED,
    Capability,
    MemberKind,
    MemberState,
    Region,
    Suspension,
    capabilities,
)
from lantern_site.members.office_hours import OfficeHours


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def members(self) -> "OrganisationQuerySet":
        """Everyone who was admitted, but the programme itself."""
        return self.admitted().exclude(kind=MemberKind.PROGRAMME)

    def admitted(self) -> "OrganisationQuerySet":
        """Without those who ask to take part."""
        return self.exclude(state__in=NOT_ADMITTED)

    def receiving(self) -> "OrganisationQuerySet":
        """Who may be told of signals now; the same rule as `may_receive`."""
        return self.filter(state=MemberState.ACTIVE, suspended__in=[Suspension.NONE, Suspension.SUBMIT])

    def fitting(self, kinds: Collection[str], regions: Collection[str]) -> "OrganisationQuerySet":
        """Whom the rule of a community takes in; an empty list means any."""
        found = self.taking_part()
        found = found.filter(kind__in=kinds) if kinds else found
        return found.filter(region__in=regions) if regions else found

    def taking_part(self) -> "OrganisationQuerySet":
        return self.members().filter(state=MemberState.ACTIVE)


class Organisation(models.Model):
    """A member, or the programme."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=MemberKind)
    state = models.CharField(max_length=12, choices=MemberState, default=MemberState.ACTIVE)
    suspended = models.CharField(max_length=8, choices=Suspension, default=Suspension.NONE, blank=True)
    region = models.CharField(max_length=40, blank=True)
    joined_on = models.DateField(null=True)
    probation_ends_on = models.DateField(null=True)
    identifiers_allowed_from = models.DateField(null=True)
    open_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    opens_at = models.TimeField(null=True)
    closes_at = models.TimeField(null=True)
    time_zone = models.CharField(max_length=40, default="UTC")
    """Its office hours, in which the targets of its reviews run; without them they run day and night."""
    care = models.CharField(max_length=500, blank=True)
    """Where its own people find help; shown to them and to nobody else."""
    suspended_at = models.DateTimeField(null=True)
    suspended_by = models.ForeignKey("Staff", models.PROTECT, null=True, related_name="+")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MemberKind.values), name="a_member_has_a_known_kind"),
            models.CheckConstraint(condition=Q(state__in=MemberState.values), name="a_member_has_a_known_state"),
            models.CheckConstraint(condition=Q(suspended__in=Suspension.values), name="a_suspension_is_known"),
            models.CheckConstraint(
                condition=Q(open_days=[], opens_at__isnull=True, closes_at__isnull=True)
                | ~Q(open_days=[]) & Q(closes_at__gt=F("opens_at")),
                name="office_hours_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(suspended="", suspended_at__isnull=True, suspended_by__isnull=True)
                | ~Q(suspended="") & Q(suspended_at__isnull=False),
                name="a_suspension_says_since_when",
            ),
            models.UniqueConstraint(
                Lower("name"), condition=~Q(state__in=sorted(NOT_ADMITTED)), name="a_member_has_a_name_of_its_own"
            ),
            models.CheckConstraint(
                condition=~Q(state=MemberState.ACTIVE) | Q(joined_on__isnull=False), name="who_is_active_has_joined"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_programme(self) -> bool:
        return self.kind == MemberKind.PROGRAMME

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def region_name(self) -> str:
        """In words; what is none of the known regions is shown as it was written."""
        return str(Region(self.region).label) if self.region in Region.values else self.region

    @property
    def office_hours(self) -> OfficeHours | None:
        if self.opens_at is None or self.closes_at is None:
            return None
        return OfficeHours(frozenset(self.open_days), self.opens_at, self.closes_at, self.time_zone)

    def target(self, start: datetime, hours: int, *, in_danger: bool) -> datetime:
        """When a first look is due: in office hours where there are any, but a child in danger waits for none."""
        own = None if in_danger else self.office_hours
        return own.after(start, hours) if own else start + timedelta(hours=hours)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self.kind, self.state, self.suspended)

    @property
    def may_belong(self) -> bool:
        """Whether communities take it in: suspended or not, as long as it takes part."""
        return self.kind != MemberKind.PROGRAMME and self.state == MemberState.ACTIVE

    @property
    def may_submit(self) -> bool:
        return Capability.SUBMIT in self.capabilities

    @property
    def may_receive(self) -> bool:
        return Capability.RECEIVE in self.capabilities

    def may_handle_identifiers(self, today: date) -> bool:
        """Identifier kinds need the legal gate of the member's jurisdiction."""
        return self.identifiers_allowed_from is not None and self.identifiers_allowed_from <= today

    def on_probation(self, today: date) -> bool:
        return self.probation_ends_on is not None and today < self.probation_ends_on
