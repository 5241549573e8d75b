"""The metric dictionary: what each figure of the report counts, in words and as data.

Figures are computed from the ledger only. The entries and facts that they read:

- ``signal.*``: subject = signal; ``owner`` (public id of the member), ``indicator``, ``kind``, ``harm``, ``severity``,
  ``origin``, ``ai`` (signals.moves.description), and for ``signal.retracted`` ``reason`` (a reason of a dispute, or
  ``owner`` when the owner took it back).
- ``dispute.*``: subject = dispute; ``reason``, ``scope``, ``state``, ``result``, ``opener`` (public id), ``signal``.
- ``recall.opened|delivered|acknowledged|confirmed|overdue``: subject = recall; ``cause``, ``state``; on all but the
  first ``organisation`` (public id of the member), ``delivery`` (an acknowledgement that waits for a second person is
  still ``delivered``) and ``seconds_since_due``. ``overdue`` once for each member and time that the recall is due.
- ``job.started|finished|cancelled``: subject = job, organisation = the member; ``purpose``, ``surface``; on
  ``finished`` and ``cancelled`` the sums ``candidates`` and ``leads``.
- ``lookup.made``: organisation = the member.
- ``finding.recorded``: subject = finding, organisation = the member; ``outcome``, ``actions``, ``attribution``,
  ``looks_wrong``, ``hits``, ``kind``, ``harm``, ``content_removed``, ``uploads_prevented``, ``seconds_since_lead``.
- ``edition.attestation_asked|attested|attestation_kept``: subject = edition, organisation = the member; ``section``,
  and for what it corrected ``corrected`` (figures), ``before`` and ``values``. See transparency.statements.
- ``member.*``: subject = organisation (public id); ``kind`` and ``state`` whenever they are set or change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from transparency.dimensions import Dimension, Words

VERSION = 1
"""Of this dictionary; it grows with every change of a definition."""


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


_SHARED = ("signal.activated",)
_REVIEWED = ("signal.submitted", "signal.approved", "signal.activated", "signal.returned", "signal.rejected")
_CONCLUDED = ("dispute.accepted", "dispute.decided", "dispute.appeal_decided", "dispute.withdrawn")
_FOUND = ("finding.recorded",)
_ATTESTED = ("edition.attested", "edition.attestation_kept")

KEY_FIGURES: tuple[Metric, ...] = (
    Metric(
        "signals_shared",
        _("Signals shared"),
        Unit.SIGNALS,
        _("Signals that became active for the first time in the period. Renewals and corrections do not count again."),
        _SHARED,
    ),
    Metric(
        "signals_on_new_indicators",
        _("On new indicators"),
        Unit.SIGNALS,
        _("Signals shared about an indicator that no member had shared before."),
        _SHARED,
    ),
    Metric(
        "signals_corroborating",
        _("Corroborating another member"),
        Unit.SIGNALS,
        _(
            "Signals shared about an indicator that another member had shared before, from evidence of the member's "
            "own: a signal whose origin is another signal, or whose member had received the other's before, does not "
            "corroborate."
        ),
        _SHARED,
    ),
    Metric(
        "members_taking_part",
        _("Members taking part"),
        Unit.MEMBERS,
        _("Organisations whose membership was active at the end of the period."),
        ("member.*",),
    ),
    Metric(
        "members_newly_active",
        _("New members"),
        Unit.MEMBERS,
        _("Organisations whose membership became active for the first time in the period."),
        ("member.*",),
    ),
    Metric(
        "members_sharing",
        _("Members that shared"),
        Unit.MEMBERS,
        _("Members with at least one signal shared in the period."),
        _SHARED,
    ),
    Metric(
        "members_receiving",
        _("Members that received"),
        Unit.MEMBERS,
        _(
            "Members that started a match job, made a look-up, recorded a finding or were sent a recall in the period. "
            "A member that only reads the feed is not counted here."
        ),
        ("job.started", "lookup.made", "finding.recorded", "recall.delivered"),
    ),
    Metric(
        "largest_member_share",
        _("Share of the largest member"),
        Unit.BAND,
        _("The band that holds the share of the member that shared most: below 25, 25–50, 50–75 or above 75 %."),
        _SHARED,
    ),
    Metric(
        "median_hours_to_first_review",
        _("Median time to first review"),
        Unit.HOURS,
        _("Half of the signals first reviewed in the period had waited no longer than this since they were submitted."),
        _REVIEWED,
    ),
    Metric(
        "match_jobs", _("Match jobs"), Unit.JOBS, _("Match jobs that members started in the period."), ("job.started",)
    ),
    Metric(
        "candidates_compared",
        _("Candidates compared"),
        Unit.CANDIDATES,
        _("Values that members compared with the indicators they may see, in jobs that ended in the period."),
        ("job.finished", "job.cancelled"),
    ),
    Metric(
        "lookups",
        _("Look-ups"),
        Unit.LOOKUPS,
        _("Calls with which members looked up values one by one in the period."),
        ("lookup.made",),
    ),
    Metric(
        "leads",
        _("Leads"),
        Unit.LEADS,
        _("Hits of match jobs that ended in the period. A lead is something to look at, never proof."),
        ("job.finished", "job.cancelled"),
    ),
    Metric(
        "members_stating_findings",
        _("Members that stated findings"),
        Unit.MEMBERS,
        _("Members that recorded at least one finding in the period."),
        _FOUND,
    ),
    Metric(
        "members_asked",
        _("Members asked to confirm their numbers"),
        Unit.MEMBERS,
        _("Members that took part at the end of the period, or recorded findings in it: asked what they stand by."),
        ("edition.attestation_asked",),
    ),
    Metric(
        "members_reporting_findings",
        _("Members that reported findings"),
        Unit.MEMBERS,
        _("Members that confirmed or corrected their findings. Silence is in no figure, not even as 0."),
        _ATTESTED,
    ),
    Metric(
        "members_reporting_actions",
        _("Members that reported actions"),
        Unit.MEMBERS,
        _("Members that confirmed or corrected their actions. Silence is in no figure, not even as 0."),
        _ATTESTED,
    ),
    Metric(
        "findings",
        _("Findings"),
        Unit.FINDINGS,
        _(
            "What members wrote down, in the period, about leads that they had reviewed or could not review. One "
            "finding may stand for all exact hits of one hash."
        ),
        _FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "findings_examined",
        _("Findings after examination"),
        Unit.FINDINGS,
        _("Findings other than “not examined”."),
        _FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "leads_examined",
        _("Leads examined"),
        Unit.LEADS,
        _("The leads that findings after examination stand for."),
        _FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "violation_share",
        _("Led to action"),
        Unit.PERCENT,
        _("Findings of a violation of the member's own policy, as a percentage of the findings after examination."),
        _FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "looks_wrong_share",
        _("Signals that looked wrong"),
        Unit.PERCENT,
        _("Findings that said the signal itself looked wrong, as a percentage of the findings after examination."),
        _FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "retracted_share",
        _("Retracted as wrong, of those shared"),
        Unit.PERCENT,
        _(
            "Of the signals first shared in the period, the percentage that had been retracted as wrong, and not "
            "reinstated, by the position at which the figures were frozen."
        ),
        ("signal.activated", "signal.retracted", "signal.reinstated"),
    ),
    Metric(
        "retracted_as_wrong",
        _("Retracted as wrong"),
        Unit.SIGNALS,
        _("Signals retracted in the period, whenever they had been shared."),
        ("signal.retracted",),
    ),
    Metric(
        "reinstated",
        _("Reinstated on appeal"),
        Unit.SIGNALS,
        _("Signals whose retraction was undone by an appeal in the period."),
        ("signal.reinstated",),
    ),
    Metric(
        "disputes_opened",
        _("Disputes opened"),
        Unit.DISPUTES,
        _("Disputes opened in the period."),
        ("dispute.opened",),
    ),
    Metric(
        "disputes_decided",
        _("Disputes decided"),
        Unit.DISPUTES,
        _("Disputes that the owner accepted or an adjudicator first decided in the period."),
        ("dispute.accepted", "dispute.decided"),
    ),
    Metric(
        "disputes_upheld",
        _("Disputes upheld"),
        Unit.DISPUTES,
        _(
            "Disputes decided in the period in favour of the opener: accepted by the owner, or upheld after any "
            "appeal. The share of upheld disputes is not an error rate of signals."
        ),
        _CONCLUDED,
    ),
    Metric(
        "disputes_open",
        _("Disputes still open"),
        Unit.DISPUTES,
        _("Disputes without a conclusion at the end of the period."),
        ("dispute.opened", *_CONCLUDED),
    ),
    Metric(
        "recalls_opened",
        _("Recalls"),
        Unit.RECALLS,
        _("Recalls opened in the period: everyone who had received a signal was told that it was held or retracted."),
        ("recall.opened",),
    ),
    Metric(
        "median_hours_to_acknowledgement",
        _("Median time to acknowledge a recall"),
        Unit.HOURS,
        _("Half of the acknowledgements of the period came no later than this after the recall was due."),
        ("recall.acknowledged", "recall.confirmed"),
    ),
    Metric(
        "acknowledgements_overdue",
        _("Acknowledgements overdue"),
        Unit.ACKNOWLEDGEMENTS,
        _(
            "Cases in the period in which a member had not acknowledged a recall 72 hours after it was due, whether or "
            "not it did so later."
        ),
        ("recall.overdue",),
    ),
)

TABLES: tuple[Metric, ...] = (
    Metric(
        "shared_by_month_and_kind",
        _("Signals shared by month and kind"),
        Unit.SIGNALS,
        _("Signals shared, by the month of their first activation (UTC) and the kind of the indicator."),
        _SHARED,
        protection=Protection.COUNTS,
        dimensions=(Dimension.MONTH, Dimension.KIND),
    ),
    Metric(
        "shared_by_harm",
        _("Signals shared by harm"),
        Unit.SIGNALS,
        _("Signals shared, by the harm that the owner named at first activation."),
        _SHARED,
        protection=Protection.COUNTS,
        dimensions=(Dimension.HARM,),
    ),
    Metric(
        "shared_by_origin",
        _("Signals shared by origin"),
        Unit.SIGNALS,
        _("Signals shared, by where the owner's evidence came from. No signal comes from a public authority."),
        _SHARED,
        protection=Protection.COUNTS,
        dimensions=(Dimension.ORIGIN,),
    ),
    Metric(
        "shared_by_ai",
        _("Signals shared by AI involvement"),
        Unit.SIGNALS,
        _("Signals shared, by whether AI-generated or altered material was indicated."),
        _SHARED,
        protection=Protection.COUNTS,
        dimensions=(Dimension.AI,),
    ),
    Metric(
        "first_review_by_severity",
        _("Time to first review by severity"),
        Unit.HOURS,
        _("Hours from submission to the first decision of a reviewer, for signals first reviewed in the period."),
        _REVIEWED,
        protection=Protection.COUNTS,
        dimensions=(Dimension.SEVERITY, Dimension.STATISTIC),
    ),
    Metric(
        "ended_by_way",
        _("Signals that ended"),
        Unit.SIGNALS,
        _("Shared signals that were withdrawn, retracted or expired in the period, each way counted once per signal."),
        ("signal.withdrawn", "signal.retracted", "signal.expired"),
        protection=Protection.COUNTS,
        dimensions=(Dimension.ENDING,),
    ),
    Metric(
        "retracted_by_reason",
        _("Retracted as wrong, by reason"),
        Unit.SIGNALS,
        _("Signals retracted in the period, by the reason of the dispute or the owner's own admission."),
        ("signal.retracted",),
        protection=Protection.COUNTS,
        dimensions=(Dimension.REASON,),
    ),
    Metric(
        "disputes_by_reason_and_conclusion",
        _("Disputes concluded, by reason and conclusion"),
        Unit.DISPUTES,
        _(
            "Disputes that were accepted, decided or withdrawn for the first time in the period. An appeal decided "
            "before the figures were frozen replaces the first decision."
        ),
        _CONCLUDED,
        protection=Protection.COUNTS,
        dimensions=(Dimension.REASON, Dimension.CONCLUSION),
    ),
    Metric(
        "findings_by_outcome",
        _("Findings by outcome"),
        Unit.FINDINGS,
        _("Findings recorded in the period, by what the member's own review found under its own policy."),
        _FOUND,
        Source.MEMBERS,
        Protection.COUNTS,
        (Dimension.OUTCOME,),
    ),
    Metric(
        "actions_taken",
        _("Actions that members stated"),
        Unit.ITEMS,
        _(
            "Findings with this action; for content removed and uploads prevented, the number of items that members "
            "stated. One finding may have several actions, so they have no total. An account is not a person."
        ),
        _FOUND,
        Source.MEMBERS,
        Protection.COUNTS,
        (Dimension.ACTION,),
    ),
    Metric(
        "findings_by_attribution",
        _("Findings by the part that the signal played"),
        Unit.FINDINGS,
        _("Findings after examination, by whether the signal was decisive for them."),
        _FOUND,
        Source.MEMBERS,
        Protection.COUNTS,
        (Dimension.ATTRIBUTION,),
    ),
    Metric(
        "findings_by_delay",
        _("Time from lead to finding"),
        Unit.FINDINGS,
        _("Findings after examination, by the time since the first lead that they are about."),
        _FOUND,
        Source.MEMBERS,
        Protection.COUNTS,
        (Dimension.DELAY,),
    ),
    Metric(
        "members_by_kind",
        _("Members taking part by kind"),
        Unit.MEMBERS,
        _("Organisations whose membership was active at the end of the period. The list of members is public."),
        ("member.*",),
        dimensions=(Dimension.MEMBER_KIND,),
    ),
)

DICTIONARY: Mapping[str, Metric] = MappingProxyType({metric.id: metric for metric in (*KEY_FIGURES, *TABLES)})
