"""What people are told, and how far the ledger was read for it."""

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from reviews.workflow import NoticeKind, NoticeSubject


class InboxNoticeQuerySet(models.QuerySet["InboxNotice"]):
    def of(self, actor: Actor) -> "InboxNoticeQuerySet":
        """The person's own, nobody else's."""
        return self.filter(staff__public_id=actor.id)

    def unread(self) -> "InboxNoticeQuerySet":
        return self.filter(read_at__isnull=True)


class InboxNotice(models.Model):
    """Something that one person is told: a closed word and the public id of what it is about, no value and no name."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="inbox")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    subject_kind = models.CharField(max_length=8, choices=NoticeSubject)
    subject = models.BigIntegerField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = InboxNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="a_notice_has_a_known_kind"),
            models.CheckConstraint(
                condition=Q(subject_kind__in=NoticeSubject.values), name="a_notice_leads_to_a_known_thing"
            ),
            models.UniqueConstraint(
                fields=["staff", "kind", "subject"],
                condition=Q(read_at__isnull=True),
                name="nobody_is_told_twice_before_reading",
            ),
        ]
        indexes = [models.Index(fields=["staff", "-at"], name="inbox_by_staff")]

    def __str__(self) -> str:
        return f"notice {public_ids.shown(self.public_id)}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.subject)


class InboxCursor(models.Model):
    """One row: up to which position of the ledger people have been told."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="the_inbox_has_one_cursor")]

    def __str__(self) -> str:
        return f"inbox up to {self.position}"
