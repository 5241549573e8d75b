"""Keys of members' machines, and from where they are used."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.members import networks
from lantern_site.members.lifecycle import KeyScope, KeyState, Revocation
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable_at(self, now: datetime) -> "ApiKeyQuerySet":
        retiring = Q(retire_at__isnull=True) | Q(retire_at__gt=now)
        return self.filter(retiring, revoked_at__isnull=True, expires_at__gt=now)

    def ended_at(self, now: datetime) -> "ApiKeyQuerySet":
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=now) | Q(retire_at__lte=now))

    def visible_to(self, actor: Actor) -> "ApiKeyQuerySet":
        """Those of the own organisation; all for the programme and the clock."""
        return self.all() if actor.programme or actor.is_clock else self.filter(organisation=actor.organisation_id)


class ApiKey(models.Model):
    """A member's machine. The secret is shown once; its SHA-256 is kept.

    It stays valid when its issuer leaves: it is the organisation's machine, and the next admin finds it in the list.
    For the separation of duties it counts as its issuer for ever (see `actor`). When the organisation is suspended or
    leaves, the key opens the door and the organisation's standing decides what it may still do.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="keys")
    label = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.BinaryField()
    scopes = ArrayField(models.CharField(max_length=10, choices=KeyScope))
    networks = ArrayField(models.CharField(max_length=49), default=list, blank=True)
    issued_by = models.ForeignKey(Staff, models.PROTECT, related_name="keys_issued")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    replaces = models.OneToOneField("self", models.PROTECT, related_name="replaced_by", null=True)
    retire_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    revoked_because = models.CharField(max_length=8, choices=Revocation, blank=True, default="")
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=49, blank=True, default="")
    refused_at = models.DateTimeField(null=True)
    refused_from = models.CharField(max_length=49, blank=True, default="")
    warned_days = models.PositiveSmallIntegerField(null=True)
    corrections_only = models.BooleanField(default=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(networks__len__lte=networks.MOST), name="a_key_has_few_networks"),
            models.CheckConstraint(
                condition=Q(retire_at__isnull=True) | Q(retire_at__gte=F("issued_at"), retire_at__lte=F("expires_at")),
                name="a_key_retires_in_its_lifetime",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_because="")
                | Q(revoked_at__isnull=False, revoked_because__in=Revocation.values),
                name="a_revoked_key_says_why",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=False, revoked_at__isnull=False)
                | Q(revoked_by__isnull=True, revoked_because__in=["", Revocation.ROTATED, Revocation.LEFT]),
                name="a_revoked_key_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(last_used_from="") | Q(last_used_at__isnull=False), name="a_place_of_use_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(refused_from="") | Q(refused_at__isnull=False), name="a_refused_place_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.prefix}"

    @property
    def about(self) -> dict[str, Any]:
        """How ledger entries name the key: they are its organisation's, whoever acted."""
        organisation = self.organisation.public_id
        return {
            "subject_kind": "key",
            "subject": self.public_id,
            "organisation": organisation,
            "audience": f"organisation:{organisation}",
        }

    @property
    def ends_at(self) -> datetime:
        """When the key stops working unless somebody revokes it before."""
        return min(self.expires_at, self.retire_at) if self.retire_at else self.expires_at

    def state_at(self, now: datetime) -> KeyState:
        if self.revoked_at is not None:
            return KeyState.REVOKED
        if self.ends_at <= now:
            return KeyState.EXPIRED
        return KeyState.RETIRING if self.retire_at is not None else KeyState.IN_USE

    def actor(self) -> Actor:
        """The key as an actor; its scopes stand where a person has roles.

        The issuer stands behind everything that it does, also when that person has left: whoever issued the key of a
        submission does not approve it.
        """
        return Actor(
            kind=ActorKind.KEY,
            id=self.public_id,
            organisation_id=self.organisation_id,
            organisation=self.organisation.public_id,
            roles=frozenset(f"key:{scope}" for scope in self.scopes),
            issuer=self.issued_by.public_id,
            programme=self.organisation.is_programme,
            staff_id=self.issued_by_id,
            capabilities=self.organisation.capabilities,
        )


class KeyAddress(models.Model):
    """A network from which a key was used.

    Only the prefix of the address is kept, /24 or /48 (see `networks.prefix_of`): it is enough to notice a stranger,
    and neither a machine nor the person at it can be told by it. `count` is the number of minutes with a call.
    """

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="addresses")
    prefix = models.CharField(max_length=49)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "prefix"], name="one_row_per_key_and_prefix"),
            models.CheckConstraint(
                condition=Q(first_seen_at__lte=F("last_seen_at")), name="an_address_is_first_seen_first"
            ),
        ]
        indexes = [models.Index(fields=["last_seen_at"], name="address_by_last_seen")]

    def __str__(self) -> str:
        return f"address {self.pk} of key {self.key_id}"
