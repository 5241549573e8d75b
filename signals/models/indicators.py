"""What is shared: a value of one kind, its digests, and the value itself, encrypted."""

from django.conf import settings
from django.db import models
from django.db.models import Min, Q

from lantern_site import public_ids
from lantern_site.members.models import Organisation
from signals import kinds, protection


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def of(self, kind: str, public_digest: bytes) -> "IndicatorQuerySet":
        """The indicator of this value, under whichever pepper its digest lies."""
        return self.filter(kind=kind, digest__in=protection.digests(public_digest).values())

    def possibly_of(self, alias_digest: bytes) -> "IndicatorQuerySet":
        """Indicators of addresses at the same mailbox."""
        return self.filter(alias__digest__in=protection.digests(alias_digest).values())

    def oldest_pepper(self) -> int:
        """The lowest number among the peppers of the digests that are there; 0 where there is nothing to ask about."""
        if len(settings.PEPPERS) == 1:
            return 0
        return int(self.aggregate(oldest=Min("pepper_id", default=0))["oldest"])


class Indicator(models.Model):
    """The thing: one value of one kind. It has no status; what members say of it are signals.

    `pepper_id` is the number of the outermost pepper of its digest, and of that of its alias.
    """

    kind = models.CharField(max_length=12, choices=kinds.Kind)
    digest = models.BinaryField()
    pepper_id = models.PositiveSmallIntegerField()
    bucket = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)
    """Since when its digest leads to no value."""

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="one_indicator_per_kind_and_digest"),
            models.CheckConstraint(condition=Q(kind__in=kinds.Kind.values), name="an_indicator_has_a_known_kind"),
        ]
        indexes = [
            models.Index(fields=["kind", "bucket"], name="indicator_by_bucket"),
            models.Index(fields=["pepper_id"], name="indicator_by_pepper"),
        ]

    def __str__(self) -> str:
        return f"indicator {self.pk}"


class IndicatorAlias(models.Model):
    """A second, looser digest of an indicator: a match on it is a possible alias only."""

    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="alias")
    digest = models.BinaryField(db_index=True)

    def __str__(self) -> str:
        return f"alias of indicator {self.indicator_id}"


class IndicatorValue(models.Model):
    """The value of an indicator, encrypted and bound to this row."""

    indicator = models.OneToOneField(Indicator, models.CASCADE, primary_key=True, related_name="value")
    ciphertext = models.BinaryField()
    key_id = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key_id"], name="value_by_key")]

    def __str__(self) -> str:
        return f"value of indicator {self.pk}"

    @property
    def binding(self) -> str:
        """What the ciphertext is bound to."""
        return self.binding_of(self.pk)

    @staticmethod
    def binding_of(indicator_id: int) -> str:
        return f"indicator:{indicator_id}"


class Incident(models.Model):
    """Indicators of one case, shared and decided together."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="incidents")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"incident {public_ids.shown(self.public_id)}"
