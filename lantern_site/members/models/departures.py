"""Leaving: notice, the rule for what the member shared, the day, and the certificate that it has deleted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff


class SignalsRule(models.TextChoices):
    """What becomes of the signals of a member that leaves."""

    EXPIRE = "expire", _("They expire on that day")
    WITHDRAW = "withdraw", _("They are withdrawn")
    HAND_OVER = "hand_over", _("The programme takes them over")


class DepartureQuerySet(models.QuerySet["Departure"]):
    def under_way(self) -> "DepartureQuerySet":
        """Those that have parted and have not certified yet that they deleted what they received."""
        return self.filter(left_at__isnull=False, certified_at__isnull=True)


class Departure(models.Model):
    """One organisation's way out. Its machines are told corrections until it certifies, 24 months at most."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="departure")
    rule = models.CharField(max_length=12, choices=SignalsRule)
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    leaves_on = models.DateField()
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    certificate_due_on = models.DateField(null=True)
    certified_at = models.DateTimeField(null=True)
    certified_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    certificate_note = models.CharField(max_length=280, blank=True)
    redress_until = models.DateField(null=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=SignalsRule.values), name="a_departure_has_a_known_rule"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, left_by__isnull=True, certificate_due_on__isnull=True)
                | Q(left_at__isnull=False, left_by__isnull=False, certificate_due_on__isnull=False),
                name="who_parts_owes_a_certificate",
            ),
            models.CheckConstraint(
                condition=Q(certified_at__isnull=True, certified_by__isnull=True)
                | Q(certified_at__isnull=False, certified_by__isnull=False, left_at__isnull=False),
                name="a_certificate_has_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"departure of organisation {self.organisation_id}"
