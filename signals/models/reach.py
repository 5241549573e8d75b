"""Whom a signal has reached: receipts, polls of the feed, and who was shown it."""

from django.db import models
from django.db.models import Q

from lantern_site.members.models import ApiKey, Organisation


class Receipt(models.Model):
    """The record that a member received a signal, and how. Recalls go to all of them."""

    class Way(models.TextChoices):
        FEED = "feed"
        LOOKUP = "lookup"
        LEAD = "lead"
        PAGE = "page"
        REVEAL = "reveal"
        EXPORT = "export"

    signal = models.ForeignKey("signals.Signal", models.CASCADE, related_name="receipts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="receipts")
    way = models.CharField(max_length=8, choices=Way)
    key = models.ForeignKey(ApiKey, models.PROTECT, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "organisation", "way", "key"], name="one_receipt_per_way", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["organisation", "signal"], name="receipt_by_organisation")]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class Poll(models.Model):
    """One page of the feed as it was given to a key."""

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="polls")
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    head = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "-upto"], name="poll_by_key")]

    def __str__(self) -> str:
        return f"poll {self.pk}"


class Showing(models.Model):
    """What the machines of a member were told last about seeing a signal that has not changed itself: that it is shown
    to them now, or hidden from them. `position` is that of the ledger's entry."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="showings")
    signal = models.ForeignKey("signals.Signal", models.CASCADE, related_name="showings")
    is_shown = models.BooleanField()
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "signal"], name="one_last_word_on_showing")]
        indexes = [models.Index(fields=["organisation", "position"], name="showing_by_position")]

    def __str__(self) -> str:
        return f"showing {self.pk}"


class Spending(models.Model):
    """How much of a day's budget a person, a key or a whole organisation (`holder`, a public id) has used."""

    class Kind(models.TextChoices):
        REVEAL = "reveal"
        LOOKUP = "lookup"
        EXPORT = "export"

    kind = models.CharField(max_length=8, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="spendings")
    holder = models.BigIntegerField()
    on = models.DateField(db_index=True)
    used = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "holder", "on"], name="one_spending_per_day"),
            models.CheckConstraint(
                condition=Q(kind__in=["reveal", "lookup", "export"]), name="a_spending_has_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"spending {self.pk}"
