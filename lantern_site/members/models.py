"""Who takes part: organisations, their staff, their keys, and the communities that they share with."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.members.lifecycle import KeyScope, MemberKind, MemberState, Suspension
from lantern_site.members.roles import Role


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def members(self) -> "OrganisationQuerySet":
        """Everyone but the programme itself."""
        return self.exclude(kind=MemberKind.PROGRAMME)

    def taking_part(self) -> "OrganisationQuerySet":
        return self.members().filter(state=MemberState.ACTIVE)


class Organisation(models.Model):
    """A member, or the programme."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=MemberKind)
    state = models.CharField(max_length=12, choices=MemberState, default=MemberState.ACTIVE)
    suspended = models.CharField(max_length=8, choices=Suspension, default=Suspension.NONE, blank=True)
    region = models.CharField(max_length=40, blank=True)
    joined_on = models.DateField()
    probation_ends_on = models.DateField(null=True)
    identifiers_allowed_from = models.DateField(null=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MemberKind.values), name="a_member_has_a_known_kind"),
            models.CheckConstraint(condition=Q(state__in=MemberState.values), name="a_member_has_a_known_state"),
            models.CheckConstraint(condition=Q(suspended__in=Suspension.values), name="a_suspension_is_known"),
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
    def may_submit(self) -> bool:
        """Financial institutions receive only."""
        return (
            self.kind == MemberKind.PLATFORM
            and self.state == MemberState.ACTIVE
            and self.suspended in (Suspension.NONE, Suspension.RECEIVE)
        )

    @property
    def may_receive(self) -> bool:
        return self.state == MemberState.ACTIVE and self.suspended in (Suspension.NONE, Suspension.SUBMIT)

    def may_handle_identifiers(self, today: date) -> bool:
        """Identifier kinds need the legal gate of the member's jurisdiction."""
        return self.identifiers_allowed_from is not None and self.identifiers_allowed_from <= today

    def on_probation(self, today: date) -> bool:
        return self.probation_ends_on is not None and today < self.probation_ends_on


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

    def actor(self, now: datetime) -> Actor:
        """The person as an actor, with the roles that are valid now."""
        return Actor(
            kind=ActorKind.STAFF,
            id=self.public_id,
            organisation_id=self.organisation_id,
            organisation=self.organisation.public_id,
            roles=frozenset(self.grants.valid_at(now).values_list("role", flat=True)),
            programme=self.organisation.is_programme,
            staff_id=self.pk,
            trained_until=self.trained_until,
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


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable_at(self, now: datetime) -> "ApiKeyQuerySet":
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class ApiKey(models.Model):
    """A member's machine. The secret is shown once; its SHA-256 is kept."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="keys")
    label = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.BinaryField()
    scopes = ArrayField(models.CharField(max_length=10, choices=KeyScope))
    issued_by = models.ForeignKey(Staff, models.PROTECT, related_name="keys_issued")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    corrections_only = models.BooleanField(default=False)

    objects = ApiKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"key {self.prefix}"

    def actor(self) -> Actor:
        """The key as an actor; its scopes stand where a person has roles."""
        return Actor(
            kind=ActorKind.KEY,
            id=self.public_id,
            organisation_id=self.organisation_id,
            organisation=self.organisation.public_id,
            roles=frozenset(f"key:{scope}" for scope in self.scopes),
            issuer=self.issued_by.public_id,
            programme=self.organisation.is_programme,
            staff_id=self.issued_by_id,
        )


class CommunityQuerySet(models.QuerySet["Community"]):
    def with_member(self, organisation_id: int | None) -> "CommunityQuerySet":
        return self.filter(memberships__organisation=organisation_id, memberships__left_at__isnull=True)


class Community(models.Model):
    """A set of members that a signal is shared with; *everyone* is one."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    name = models.CharField(max_length=80, unique=True)
    is_everyone = models.BooleanField(default=False)
    open_to_later_members = models.BooleanField(default=True)
    organisations = models.ManyToManyField(Organisation, through="Membership", related_name="communities")

    objects = CommunityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_everyone"], condition=Q(is_everyone=True), name="everyone_is_one_community"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audience(self) -> str:
        """How ledger entries name the community."""
        return f"community:{self.public_id}"


class Membership(models.Model):
    """An organisation in a community, from when to when."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "organisation"], condition=Q(left_at__isnull=True), name="one_open_membership_each"
            )
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"
