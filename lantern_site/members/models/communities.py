"""With whom a signal is shared."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models.organisations import Organisation


class CommunityQuerySet(models.QuerySet["Community"]):
    def open(self) -> "CommunityQuerySet":
        return self.filter(closed_at__isnull=True)

    def with_member(self, organisation_id: int | None) -> "CommunityQuerySet":
        return self.filter(memberships__organisation=organisation_id, memberships__left_at__isnull=True)


class Community(models.Model):
    """A set of members that a signal is shared with; *everyone* is one.

    Membership is by hand, or by rule: then every member of one of `kinds` in one of `regions` belongs to it, where an
    empty list means any. `opens_to_later_at` announces that later members will see what was shared before they joined.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    name = models.CharField(max_length=80, unique=True)
    is_everyone = models.BooleanField(default=False)
    purpose = models.CharField(max_length=280, blank=True)
    by_rule = models.BooleanField(default=False)
    kinds = ArrayField(models.CharField(max_length=12, choices=MemberKind), default=list)
    regions = ArrayField(models.CharField(max_length=40), default=list)
    open_to_later_members = models.BooleanField(default=True)
    opens_to_later_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    organisations = models.ManyToManyField(Organisation, through="Membership", related_name="communities")

    objects = CommunityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_everyone"], condition=Q(is_everyone=True), name="everyone_is_one_community"
            ),
            models.CheckConstraint(
                condition=Q(opens_to_later_at__isnull=True) | Q(open_to_later_members=False),
                name="what_is_open_is_not_to_be_opened",
            ),
            models.CheckConstraint(
                condition=Q(by_rule=True) | Q(kinds=[], regions=[]), name="only_a_rule_has_kinds_and_regions"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def fits(self, organisation: Organisation) -> bool:
        """Whether the rule takes the organisation in."""
        return (
            self.by_rule
            and organisation.may_belong
            and (not self.kinds or organisation.kind in self.kinds)
            and (not self.regions or organisation.region in self.regions)
        )

    @property
    def audience(self) -> str:
        """How ledger entries name the community."""
        return f"community:{self.public_id}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        return self.filter(left_at__isnull=True)

    def older_due_at(self, now: datetime) -> "MembershipQuerySet":
        """Those whose notice has run: from now on they see what was shared before they joined."""
        return self.current().filter(sees_older=False, sees_older_from__lte=now, community__open_to_later_members=True)


class Membership(models.Model):
    """An organisation in a community, from when to when.

    It sees what is shared from the day it joined; what was shared before only with `sees_older`, which comes when the
    notice to those who shared it has run (`sees_older_from`).
    """

    community = models.ForeignKey(Community, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    sees_older = models.BooleanField(default=False)
    sees_older_from = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "organisation"], condition=Q(left_at__isnull=True), name="one_open_membership_each"
            )
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"
