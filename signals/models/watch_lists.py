"""Lists that members leave here, so that they hear of news without sending anything again."""

from django.db import models
from django.db.models import Q

from signals.models.jobs import MatchJob


class WatchList(models.Model):
    """A member's list for some weeks. Its job holds the values, sealed, and takes the leads.

    `compared_to` is the position of the ledger up to which news was compared with it.
    """

    job = models.OneToOneField(MatchJob, models.CASCADE, related_name="watch_list")
    ends_at = models.DateTimeField()
    compared_to = models.BigIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["compared_to"], name="watch_list_open", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"watch list of {self.job}"
