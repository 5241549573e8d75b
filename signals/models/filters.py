"""Filters of the list of signals and of the queue that people keep: closed words under a name, never a value."""

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, actor: Actor) -> "SavedFilterQuerySet":
        """One's own, and what colleagues share."""
        shared = Q(organisation=actor.organisation_id, is_shared=True)
        return self.filter(shared | Q(owner=actor.staff_id, organisation=actor.organisation_id))


class SavedFilter(models.Model):
    """One way to narrow a list. `words` are the parameters of its address."""

    class Page(models.TextChoices):
        SIGNALS = "signals"
        QUEUE = "queue"

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="saved_filters")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="saved_filters")
    page = models.CharField(max_length=8, choices=Page, default=Page.SIGNALS)
    name = models.CharField(max_length=40)
    words = models.JSONField()
    is_shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="one_saved_filter_per_name"),
            models.CheckConstraint(
                condition=Q(page__in=["signals", "queue"]), name="a_saved_filter_is_of_a_known_page"
            ),
        ]

    def __str__(self) -> str:
        return f"saved filter {public_ids.shown(self.public_id)}"
