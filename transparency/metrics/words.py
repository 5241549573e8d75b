"""What a row of the metric dictionary says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from transparency.dimensions import Dimension, Words


class Source(TextChoices):
    """Who says so. Figures of the two sources are never added."""

    HUB = "hub", _("Recorded by the hub")
    MEMBERS = "members", _("Stated by members")


class Protection(StrEnum):
    EXACT = "exact"
    """A headline or a total that the programme answers for: never hidden."""
    COUNTS = "counts"
    """A breakdown: cells are hidden when they would say something about one member."""
    PERSONS = "persons"
    """The same, with the larger threshold for accounts and persons."""


class Unit(TextChoices):
    SIGNALS = "signals", _("signals")
    MEMBERS = "members", _("members")
    LEADS = "leads", _("leads")
    JOBS = "jobs", _("match jobs")
    CANDIDATES = "candidates", _("candidates")
    LOOKUPS = "lookups", _("look-ups")
    FINDINGS = "findings", _("findings")
    ITEMS = "items", _("items")
    DISPUTES = "disputes", _("disputes")
    RECALLS = "recalls", _("recalls")
    ACKNOWLEDGEMENTS = "acknowledgements", _("acknowledgements")
    HOURS = "hours", _("hours")
    PERCENT = "percent", _("per cent")
    BAND = "band", _("band")
    RENEWALS = "renewals", _("renewals")
    CORRECTIONS = "corrections", _("corrections")
    REQUESTS = "requests", _("requests")
    ATTESTATIONS = "attestations", _("attestations")
    INCIDENTS = "incidents", _("security incidents")
    ASSESSMENTS = "assessments", _("assessments")
    RECOMMENDATIONS = "recommendations", _("recommendations")
    STAFF = "staff", _("people of members")


class Deduplication(TextChoices):
    """How often the same thing counts."""

    SUBJECT = "subject", _("each thing counts once")
    MEMBER = "member", _("each member counts once")
    ENTRY = "entry", _("each entry counts")
    SUM = "sum", _("a sum over the entries")
    DERIVED = "derived", _("worked out of counts")


_DEDUPLICATION: Mapping[Unit, Deduplication] = MappingProxyType(
    {
        Unit.MEMBERS: Deduplication.MEMBER,
        Unit.LOOKUPS: Deduplication.ENTRY,
        Unit.ACKNOWLEDGEMENTS: Deduplication.ENTRY,
        Unit.RENEWALS: Deduplication.ENTRY,
        Unit.CORRECTIONS: Deduplication.ENTRY,
        Unit.CANDIDATES: Deduplication.SUM,
        Unit.LEADS: Deduplication.SUM,
        Unit.ITEMS: Deduplication.SUM,
        Unit.HOURS: Deduplication.DERIVED,
        Unit.PERCENT: Deduplication.DERIVED,
        Unit.BAND: Deduplication.DERIVED,
    }
)


@dataclass(frozen=True)
class Metric:
    """One figure or table. `actions` are the ledger entries that it counts."""

    id: str
    title: Words
    unit: Unit
    definition: Words
    actions: tuple[str, ...]
    source: Source = Source.HUB
    protection: Protection = Protection.EXACT
    dimensions: tuple[Dimension, ...] = ()

    @property
    def deduplication(self) -> Deduplication:
        return _DEDUPLICATION.get(self.unit, Deduplication.SUBJECT)

    @property
    def is_table(self) -> bool:
        return bool(self.dimensions)


SHARED = ("signal.activated",)
REVIEWED = ("signal.submitted", "signal.approved", "signal.activated", "signal.returned", "signal.rejected")
CONCLUDED = ("dispute.accepted", "dispute.decided", "dispute.appeal_decided", "dispute.withdrawn")
FOUND = ("finding.recorded",)
"""Ledger entries that several metrics count."""
