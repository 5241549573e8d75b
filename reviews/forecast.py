"""What will happen to values before they are shared: which approvals and whose, who receives them, until when."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid
from lantern_site.members.models import Community
from lantern_site.members.policies import organisation_of
from reviews import approvals, policies
from reviews.approvals import Approvals, Circumstances
from reviews.offers import WHY, audience_of
from reviews.workflow import Attestation
from signals import intake, kinds
from signals.intake import Statement
from signals.kinds import IDENTIFIERS, Kind, Severity
from signals.outlook import Outlook


@dataclass(frozen=True)
class Forecast:
    """`steps` in the order in which they will happen; `unsure` says what has to be chosen to know more."""

    steps: list[str]
    severity: Severity | None
    unsure: str = ""


def of(
    outlooks: Sequence[Outlook],
    statement: Statement,
    community: Community | None,
    actor: Actor,
    now: datetime,
    *,
    harm_chosen: bool,
) -> Forecast:
    """About all lines that can be shared; of a statement that is not complete yet as much as can be said."""
    kinds_of = [one.taken.normal.kind for one in outlooks if one.taken and not one.same_as]
    if not kinds_of:
        return Forecast([], None, _("Give a value to see what will happen."))
    severity = kinds.severity_of(statement.harm, possibly_child=statement.is_possibly_child, imminent=statement.danger)
    steps = [] if not harm_chosen else [_first_look(severity)]
    steps += _approvals([one for one in outlooks if one.taken and not one.same_as], statement, severity, actor, now)
    steps += _reach(community, statement, actor) + _ends(kinds_of, statement, now)
    unsure = "" if harm_chosen else _("Choose the harm: it decides how severe this is and how soon somebody looks.")
    return Forecast(steps, severity if harm_chosen else None, unsure)


def _first_look(severity: Severity) -> str:
    hours = kinds.FIRST_REVIEW_HOURS[severity]
    return _("A reviewer of your organisation, not you, looks within %(hours)d h.") % {"hours": hours}


def _approvals(
    outlooks: Sequence[Outlook], statement: Statement, severity: Severity, actor: Actor, now: datetime
) -> list[str]:
    plans = Counter(_plans(outlooks, statement, severity, actor, now))
    told = [_told(plan, count if len(plans) > 1 else 0) for plan, count in plans.items()]
    if any(plan.why is None for plan in plans):
        told.append(
            _("%(percent)d in 100 are drawn for a check by the programme afterwards.")
            % {"percent": approvals.SAMPLED_PERCENT}
        )
    return told


def _plans(
    outlooks: Iterable[Outlook], statement: Statement, severity: Severity, actor: Actor, now: datetime
) -> list[Approvals]:
    organisation = organisation_of(actor)
    volume = policies.volume_of(organisation, now, now)
    asks_first = policies.asks_first(organisation.pk, now)
    identifiers = sum(one.taken.normal.kind in IDENTIFIERS for one in outlooks if one.taken)
    return [
        approvals.needed(
            Circumstances(
                kind=one.taken.normal.kind,
                severity=severity,
                danger=statement.danger,
                possibly_child=statement.is_possibly_child,
                warnings=one.codes,
                asks_first=asks_first,
                on_probation=organisation.on_probation(now.date()),
                identifiers_shared=volume.shared,
                identifiers_in_24h=volume.in_24h + identifiers,
                checked_in_24h=volume.checked_in_24h,
                draw=policies.NEVER_DRAWN,
            )
        )
        for one in outlooks
        if one.taken
    ]


def _told(plan: Approvals, count: int) -> str:
    """One plan in a sentence; with a count where there are several."""
    facts = {"why": WHY[plan.why] if plan.why else "", "hours": plan.check_within_hours or 0}
    if Attestation.COMPLETENESS in plan.first:
        told = _("Two approvals: a reviewer of your organisation, then the programme: %(why)s.") % facts
    elif plan.provisional:
        told = _("One approval shares it as provisional; the programme checks it within %(hours)d h: %(why)s.") % facts
    elif plan.check_within_hours is not None:
        told = _("One approval shares it at once; the programme checks it within %(hours)d h: %(why)s.") % facts
    else:
        told = _("One approval, by a reviewer of your organisation, shares it.")
    if not count:
        return told
    return ngettext("%(count)d value: %(told)s", "%(count)d values: %(told)s", count) % {"count": count, "told": told}


def _reach(community: Community | None, statement: Statement, actor: Actor) -> list[str]:
    if community is None:
        return []
    count = audience_of(community.pk, actor.organisation_id, statement.not_to_regions)
    told = ngettext(
        "Then %(count)d member of “%(community)s” can see it and look for it on its own service.",
        "Then %(count)d members of “%(community)s” can see it and look for it on their own services.",
        count,
    )
    return [told % {"count": count, "community": community.name}]


def _ends(shared: Sequence[Kind], statement: Statement, now: datetime) -> list[str]:
    """One sentence per date. A wish that a kind does not allow is said in the domain's own words."""
    ends: dict[str, list[str]] = {}
    for kind in dict.fromkeys(shared):
        try:
            told = date_format(intake.expiry(kind, statement, now), "j F Y")
        except Invalid as refusal:
            return [str(refusal)]
        ends.setdefault(told, []).append(str(kind.label))
    if len(ends) == 1:
        return [_("It expires on %(date)s, unless it is renewed.") % {"date": date} for date in ends]
    return [_("%(kinds)s: expires on %(date)s.") % {"kinds": ", ".join(of), "date": date} for date, of in ends.items()]
