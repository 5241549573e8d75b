"""With whom a signal is shared."""

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.members.models.organisations import Organisation


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
