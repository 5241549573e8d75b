"""Invitations that wait for somebody to set a password."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.members import deadlines
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff
from lantern_site.members.roles import Role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)

    def for_token(self, token: str, now: datetime) -> "InvitationQuerySet":
        """The open invitation that was sent with this token, or none."""
        return self.open_at(now).filter(token_hash=sha256(token.encode()).digest())


class Invitation(models.Model):
    """Somebody may join an organisation. The mail carries a token of which only the SHA-256 is kept.

    The token is made when the mail is sent, so that it stands nowhere before. `roles` maps each role to the last day
    on which it is to be held, or to nothing.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=80)
    roles = models.JSONField(default=dict)
    trained_on = models.DateField(null=True)
    token_hash = models.BinaryField(null=True, unique=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(Staff, models.PROTECT, related_name="invitations_sent")
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="an_invitation_is_accepted_or_revoked",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {public_ids.shown(self.public_id)}"

    @property
    def held(self) -> Mapping[Role, date | None]:
        return {Role(role): date.fromisoformat(day) if day else None for role, day in self.roles.items()}

    def roles_from(self, now: datetime) -> dict[Role, datetime | None]:
        """The roles that whoever accepts now holds, and when each ends; what has run out before is left out."""
        ends = {role: deadlines.end_of(day) for role, day in self.held.items()}
        return {role: end for role, end in ends.items() if end is None or end > now}
