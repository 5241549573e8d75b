"""People of an organisation, and the roles that they hold for a time."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.members import deadlines
from lantern_site.members.deadlines import Access
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.roles import Role


class Digest(models.TextChoices):
    """How often somebody is sent a mail about unread notices."""

    NEVER = "never", gettext_lazy("Never")
    DAILY = "daily", gettext_lazy("Once a day")
    WEEKLY = "weekly", gettext_lazy("Once a week, on Monday")


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email__iexact=username)


class Staff(AbstractBaseUser):
    """A person of a member or of the programme. Other organisations see the pseudonym only, which never changes."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="staff")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    pseudonym = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)
    trained_until = models.DateField(null=True)
    access_confirmed_on = models.DateField()
    time_zone = models.CharField(max_length=40, default="UTC")
    break_minutes = models.PositiveSmallIntegerField(default=50)
    digest = models.CharField(max_length=8, choices=Digest, default=Digest.DAILY)
    digest_on = models.DateField(null=True)
    """The day, where the person lives, on which the last digest was asked for."""
    spared_kinds = ArrayField(models.CharField(max_length=16), default=list)
    spared_harms = ArrayField(models.CharField(max_length=32), default=list)
    """What *claim next* and *open next* do not bring to this person."""
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    factor_reset_at = models.DateTimeField(null=True)
    """Since when a lost second factor waits to be replaced."""

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(is_active=False), name="whoever_is_active_has_not_left"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(left_at__isnull=False), name="only_who_left_is_forgotten"
            ),
            models.CheckConstraint(condition=Q(digest__in=Digest.values), name="a_digest_has_a_known_rhythm"),
        ]

    def __str__(self) -> str:
        return f"staff {public_ids.shown(self.public_id)}"

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def name_for(self, actor: Actor) -> str:
        """The name for colleagues, the pseudonym for everybody else."""
        return self.name if self.organisation_id == actor.organisation_id else self.pseudonym

    def is_trained(self, today: date) -> bool:
        return self.trained_until is not None and today <= self.trained_until

    def access(self, today: date) -> Access:
        return deadlines.access(self.access_confirmed_on, today)

    @property
    def access_due_on(self) -> date:
        return deadlines.due_on(self.access_confirmed_on)

    @property
    def access_ends_on(self) -> date:
        """From this day on the roles are suspended until somebody confirms that the access is needed."""
        return deadlines.suspended_on(self.access_confirmed_on)

    def actor(self, now: datetime, *, is_proven: bool = False) -> Actor:
        """The person as an actor, with the roles that are valid now. `is_proven`: showed a second factor lately.

        There are none while the yearly confirmation of the person's access is overdue.
        """
        suspended = self.access(now.date()) == Access.SUSPENDED
        held = () if suspended else self.grants.valid_at(now).values_list("role", flat=True)
        return Actor(
            kind=ActorKind.STAFF,
            id=self.public_id,
            organisation_id=self.organisation_id,
            organisation=self.organisation.public_id,
            roles=frozenset(held),
            programme=self.organisation.is_programme,
            staff_id=self.pk,
            capabilities=self.organisation.capabilities,
            is_trained=self.is_trained(now.date()),
            is_proven=is_proven,
        )

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split()[0]

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nobody has Django's own permissions: what may be done is asked in roles and policies."""
        return False

    has_module_perms = has_perm


class GrantQuerySet(models.QuerySet["Grant"]):
    def valid_at(self, now: datetime) -> "GrantQuerySet":
        lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        return self.filter(lasting, Q(ended_at__isnull=True) | Q(ended_at__gt=now), granted_at__lte=now)

    def running(self) -> "GrantQuerySet":
        """What nobody and no date has ended yet; its date may have come since the clock last looked."""
        return self.filter(ended_at__isnull=True)

    def working(self, now: datetime) -> "GrantQuerySet":
        """Valid now, and held by somebody who is here and whose access is confirmed."""
        confirmed = deadlines.confirmed_after(now.date())
        return self.valid_at(now).filter(staff__is_active=True, staff__access_confirmed_on__gt=confirmed)


class Grant(models.Model):
    """A role held by a person for a time. `ends_at` is when it is to end; `ended_at` when it did, and who did it.

    `granted_by` and `ended_by` are public ids of people, 0 is the clock.
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24, choices=Role)
    granted_at = models.DateTimeField()
    granted_by = models.BigIntegerField()
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_grant_names_a_known_role"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_grant_that_ended_was_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("granted_at")), name="a_grant_ends_after_it_began"
            ),
            models.UniqueConstraint(
                fields=["staff", "role"], condition=Q(ended_at__isnull=True), name="one_running_grant_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk} of {self.role}"

    @property
    def last_day(self) -> date | None:
        """The day on which it is valid for the last time; None when no end is set."""
        return deadlines.last_day(self.ends_at) if self.ends_at else None
