"""Keys of members' machines."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantern_site import public_ids
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff


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
            capabilities=self.organisation.capabilities,
        )
