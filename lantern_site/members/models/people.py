"""People of an organisation, and the roles that they hold for a time."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.roles import Role


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email__iexact=username)


class Staff(AbstractBaseUser):
    """A person of a member or of the programme. Other organisations see the pseudonym only."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="staff")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    pseudonym = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)
    trained_until = models.DateField(null=True)
    time_zone = models.CharField(max_length=40, default="UTC")
    break_minutes = models.PositiveSmallIntegerField(default=50)
    joined_at = models.DateTimeField()

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

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

    def actor(self, now: datetime, *, is_proven: bool = False) -> Actor:
        """The person as an actor, with the roles that are valid now. `is_proven`: showed a second factor lately."""
        return Actor(
            kind=ActorKind.STAFF,
            id=self.public_id,
            organisation_id=self.organisation_id,
            organisation=self.organisation.public_id,
            roles=frozenset(self.grants.valid_at(now).values_list("role", flat=True)),
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
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), granted_at__lte=now)


class Grant(models.Model):
    """A role held by a person for a time."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24, choices=Role)
    granted_at = models.DateTimeField()
    granted_by = models.BigIntegerField()
    ends_at = models.DateTimeField(null=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_grant_names_a_known_role"),
            models.UniqueConstraint(
                fields=["staff", "role"], condition=Q(ends_at__isnull=True), name="one_open_grant_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk} of {self.role}"
