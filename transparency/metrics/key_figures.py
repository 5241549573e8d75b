"""Single figures: headlines and totals that the programme answers for. They are never hidden."""

from django.utils.translation import gettext_lazy as _

from transparency.metrics.words import CONCLUDED, FOUND, REVIEWED, SHARED, Metric, Source, Unit

_ATTESTED = ("edition.attested", "edition.attestation_kept")
_REQUESTED = ("subject_request.received",)
_ASSESSED = ("assessment.recommended", "assessment.answered")

KEY_FIGURES: tuple[Metric, ...] = (
    Metric(
        "signals_shared",
        _("Signals shared"),
        Unit.SIGNALS,
        _("Signals that became active for the first time in the period. Renewals and corrections do not count again."),
        SHARED,
    ),
    Metric(
        "signals_on_new_indicators",
        _("On new indicators"),
        Unit.SIGNALS,
        _("Signals shared about an indicator that no member had shared before."),
        SHARED,
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
        SHARED,
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
        SHARED,
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
        SHARED,
    ),
    Metric(
        "median_hours_to_first_review",
        _("Median time to first review"),
        Unit.HOURS,
        _("Half of the signals first reviewed in the period had waited no longer than this since they were submitted."),
        REVIEWED,
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
        FOUND,
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
        FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "findings_examined",
        _("Findings after examination"),
        Unit.FINDINGS,
        _("Findings other than “not examined”."),
        FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "leads_examined",
        _("Leads examined"),
        Unit.LEADS,
        _("The leads that findings after examination stand for."),
        FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "violation_share",
        _("Led to action"),
        Unit.PERCENT,
        _("Findings of a violation of the member's own policy, as a percentage of the findings after examination."),
        FOUND,
        Source.MEMBERS,
    ),
    Metric(
        "looks_wrong_share",
        _("Signals that looked wrong"),
        Unit.PERCENT,
        _("Findings that said the signal itself looked wrong, as a percentage of the findings after examination."),
        FOUND,
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
        CONCLUDED,
    ),
    Metric(
        "disputes_open",
        _("Disputes still open"),
        Unit.DISPUTES,
        _("Disputes without a conclusion at the end of the period."),
        ("dispute.opened", *CONCLUDED),
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
    Metric(
        "signals_shared_to_date",
        _("Signals shared to date"),
        Unit.SIGNALS,
        _("Signals that became active for the first time since the programme began, up to the end of the period."),
        SHARED,
    ),
    Metric(
        "retracted_to_date",
        _("Retracted as wrong to date"),
        Unit.SIGNALS,
        _("Signals retracted since the programme began, up to the end of the period."),
        ("signal.retracted",),
    ),
    Metric(
        "findings_reinstated",
        _("Findings undone"),
        Unit.FINDINGS,
        _("Findings of a violation whose action a member undid in the period, after a complaint of the user."),
        ("finding.reinstated",),
        Source.MEMBERS,
    ),
    Metric(
        "reinstated_share",
        _("Undone, of those actioned"),
        Unit.PERCENT,
        _("Findings undone in the period, as a percentage of the findings of a violation recorded in it."),
        ("finding.reinstated", *FOUND),
        Source.MEMBERS,
    ),
    Metric(
        "median_hours_to_first_review_in_danger",
        _("Median time to first review where a child may be in danger"),
        Unit.HOURS,
        _("The same as the median time to first review, for signals of the danger lane alone."),
        REVIEWED,
    ),
    Metric(
        "disputes_for_persons",
        _("Disputes through the door for the person"),
        Unit.DISPUTES,
        _(
            "Disputes that the hub opened in the period because somebody proved to control an identifier that was "
            "shared. How many asked is not known: of a question without a match nothing is kept."
        ),
        ("dispute.opened",),
    ),
    Metric(
        "subject_requests",
        _("Data-subject requests"),
        Unit.REQUESTS,
        _("Requests of persons about their own data that reached the programme in the period."),
        _REQUESTED,
    ),
    Metric(
        "subject_requests_decided",
        _("Data-subject requests decided"),
        Unit.REQUESTS,
        _("Data-subject requests that the programme decided in the period."),
        ("subject_request.decided",),
    ),
    Metric(
        "subject_requests_overdue",
        _("Data-subject requests overdue"),
        Unit.REQUESTS,
        _("Data-subject requests that were not decided in time; the term ended in the period."),
        ("subject_request.overdue",),
    ),
    Metric(
        "government_requests",
        _("Government requests"),
        Unit.REQUESTS,
        _("Requests of public authorities to the programme that were entered in its register in the period."),
        ("government_request.received",),
    ),
    Metric(
        "attestations_missing",
        _("Attestations missing"),
        Unit.ATTESTATIONS,
        _(
            "Statements about government requests that were due in the period, and had not been made by the position "
            "at which the figures were frozen. Not attested is no number and implies nothing."
        ),
        ("attestation.overdue", "attestation.made"),
    ),
    Metric(
        "security_incidents",
        _("Security incidents"),
        Unit.INCIDENTS,
        _("Security incidents that were entered in the programme's register in the period."),
        ("security_incident.reported",),
    ),
    Metric(
        "assessments_published",
        _("Assessments published"),
        Unit.ASSESSMENTS,
        _("Assessments by independent bodies that the programme published in the period."),
        ("assessment.published",),
    ),
    Metric(
        "recommendations",
        _("Recommendations"),
        Unit.RECOMMENDATIONS,
        _("Recommendations of independent bodies that were entered in the period."),
        _ASSESSED,
    ),
    Metric(
        "applications",
        _("Applications for membership"),
        Unit.MEMBERS,
        _("Organisations that applied for membership in the period."),
        ("member.applied",),
    ),
    Metric(
        "applications_declined",
        _("Applications declined"),
        Unit.MEMBERS,
        _("Organisations whose application was declined in the period."),
        ("member.declined",),
    ),
    Metric(
        "members_suspended",
        _("Members suspended"),
        Unit.MEMBERS,
        _("Members that were suspended in the period, in whole or in part."),
        ("member.suspended",),
    ),
    Metric(
        "compliance_reviews",
        _("Compliance reviews"),
        Unit.MEMBERS,
        _("Members whose compliance the programme reviewed in the period."),
        ("member.reviewed",),
    ),
    Metric(
        "staff_trained",
        _("People trained"),
        Unit.STAFF,
        _("People whose yearly training was entered in the period, each once."),
        ("staff.trained",),
    ),
)
