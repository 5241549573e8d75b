"""Findings: what a member found when its own people looked at a lead under its own policy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db.models import F
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Hidden, Invalid, Refusal, WrongState
from lantern_site.members import registers
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Organisation
from lantern_site.members.policies import organisation_of, staff_id_of
from reviews import disputing
from reviews.models import Finding
from reviews.workflow import Action, Attribution, LooksWrong, NotExamined, Outcome
from signals import sealing
from signals.kinds import HASHES
from signals.models import Lead, Signal

ACTIONS: Mapping[Outcome, frozenset[Action]] = MappingProxyType(
    {
        Outcome.VIOLATION: frozenset(Action),
        Outcome.POSSIBLE_VICTIM: frozenset({Action.CONTENT_REMOVED, Action.AUTHORITY_REPORT}),
    }
)
"""What a member may have done upon each outcome; nothing for all others. A possible victim is not penalised."""

MOST_AT_ONCE = 100
WITHDRAWN_WITHIN = timedelta(minutes=15)
"""How long a finding can be taken back: a slip of the hand, no second thoughts."""

FINANCIAL_OUTCOMES = frozenset({Outcome.FALSE_MATCH, Outcome.NO_VIOLATION, Outcome.VIOLATION})
FINANCIAL_ACTIONS = frozenset({Action.INVESTIGATION_OPENED, Action.ACCOUNT_ACTIONED})
"""The short list of financial members: no match, no concern, investigation opened, account restricted."""


@dataclass(frozen=True)
class Found:
    """What the person says. `own_evidence`: whether their own service showed evidence beside the signal."""

    outcome: Outcome
    own_evidence: bool
    policy_version: str
    attribution: Attribution
    looks_wrong: LooksWrong
    looks_wrong_because: str = ""
    actions: tuple[Action, ...] = ()
    content_removed: int = 0
    uploads_prevented: int = 0
    not_examined_because: str = ""
    authority: str = ""
    authority_reference: str = ""
    named_to_owner: bool = False


def record(*, lead_ids: Sequence[int], found: Found, actor: Actor, now: datetime) -> Finding:
    """Write down the finding on a lead, or one finding for all exact hits of one hash.

    Raises Invalid with the field that is missing or does not fit, and WrongState when a lead has a finding already.
    """
    with recording(actor, now) as note:
        leads = _locked(actor, lead_ids)
        organisation = _may_record(actor, leads, found)
        _same_hash(leads)
        finding = _write(leads, found, organisation, actor, now)
        _count(finding, 1)
        _note(note, finding, leads)
        return finding


def record_each(*, lead_ids: Sequence[int], found: Found, actor: Actor, now: datetime) -> list[Finding]:
    """Write down the same finding on many leads at once: one for all exact hits of a hash, one for each other lead.

    All of them or none. Raises what `record` raises, and Invalid for `leads` when they are too many.
    """
    with recording(actor, now):
        together = rehearse(lead_ids=lead_ids, found=found, actor=actor, now=now)
        return [
            record(lead_ids=[lead.public_id for lead in leads], found=found, actor=actor, now=now) for leads in together
        ]


def rehearse(*, lead_ids: Sequence[int], found: Found, actor: Actor, now: datetime) -> list[list[Lead]]:
    """For which leads each finding would speak, when `record_each` would take it. Raises what that would raise."""
    if len(lead_ids) > MOST_AT_ONCE:
        raise Invalid(_("Choose at most %(most)d leads at once.") % {"most": MOST_AT_ONCE}, "leads")
    with recording(actor, now):
        leads = _locked(actor, lead_ids)
        _may_record(actor, leads, found)
        return grouped(leads=leads)


def grouped(*, leads: Sequence[Lead]) -> list[list[Lead]]:
    """For which leads one finding speaks: all exact hits of one hash, or one lead. The first of each as they came."""
    groups: dict[tuple[int, int], list[Lead]] = {}
    for lead in leads:
        is_same = lead.match == Lead.Match.EXACT and lead.indicator.kind in HASHES
        groups.setdefault((lead.indicator_id, 0 if is_same else lead.pk), []).append(lead)
    return list(groups.values())


def withdraw(*, finding_id: int, actor: Actor, now: datetime) -> None:
    """Take back a finding that was recorded moments ago: its leads are to be examined again.

    The ledger keeps both entries. Raises Hidden, NotAllowed, or WrongState once the time for it is over.
    """
    with recording(actor, now) as note:
        mine = Finding.objects.visible_to(actor).filter(organisation=actor.organisation_id, public_id=finding_id)
        finding = mine.select_for_update().first()
        if finding is None:
            raise Hidden(_("There is no such finding."))
        if not may_be_withdrawn(finding=finding, now=now):
            raise WrongState(_("A finding can be taken back for a quarter of an hour only."))
        disputing.may_find(actor)
        with acting_as(Actor.clock()):
            beside = finding.same_hits.all()
            leads = list(Lead.objects.filter(pk__in=[finding.lead_id, *beside.values_list("pk", flat=True)]))
            signal, kind = finding.signal.public_id, finding.lead.indicator.kind
        Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(found_at=None)
        _count(finding, -1)
        finding.same_hits.clear()
        finding.delete()
        note(
            "finding.withdrawn",
            subject_kind="finding",
            subject=finding_id,
            audience=f"organisation:{actor.organisation}",
            facts={"signal": signal, "kind": kind, "hits": finding.hits, "outcome": finding.outcome},
        )


def withdraw_each(*, finding_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Take back several findings, each by itself; what is too old or gone stays as it is. Returns how many."""
    done = 0
    for finding_id in sorted(finding_ids):
        try:
            withdraw(finding_id=finding_id, actor=actor, now=now)
        except Refusal:
            continue
        done += 1
    return done


def may_be_withdrawn(*, finding: Finding, now: datetime) -> bool:
    return now - finding.found_at <= WITHDRAWN_WITHIN


def _may_record(actor: Actor, leads: Sequence[Lead], found: Found) -> Organisation:
    """The organisation that says this of these leads. Raises what `record` raises."""
    if any(lead.found_at is not None for lead in leads):
        raise WrongState(_("A finding on this lead has been recorded already."))
    disputing.may_find(actor)
    organisation = organisation_of(actor)
    if organisation.kind == MemberKind.FINANCIAL:
        _check_short_list(found)
    else:
        _check_because(found)
    _check(found)
    return organisation


def _locked(actor: Actor, lead_ids: Sequence[int]) -> list[Lead]:
    """The leads by key. Their signals are read with the clock's eyes: a lead outlives a membership."""
    wanted = set(lead_ids)
    visible = Lead.objects.visible_to(actor).filter(public_id__in=wanted)
    pks = list(visible.filter(organisation=actor.organisation_id).values_list("pk", flat=True))
    if not wanted or len(pks) != len(wanted):
        raise Hidden(_("There is no such lead."))
    with acting_as(Actor.clock()):
        rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
        return list(rows.select_related("signal__current_version", "indicator"))


def _same_hash(leads: Sequence[Lead]) -> None:
    first = leads[0]
    alike = all(lead.match == Lead.Match.EXACT and lead.indicator_id == first.indicator_id for lead in leads)
    if len(leads) > 1 and not (alike and first.indicator.kind in HASHES):
        raise Invalid(_("One finding speaks for several leads only if all are exact hits of one hash."), "leads")


def _check(found: Found) -> None:
    if found.outcome not in Outcome.values:
        raise Invalid(_("Choose what you found."), "outcome")
    if not found.policy_version.strip():
        raise Invalid(_("Say under which version of your policy you looked."), "policy_version")
    if found.attribution not in Attribution.values:
        raise Invalid(_("Say whether the signal was decisive, played a part, or did not."), "attribution")
    if found.looks_wrong not in LooksWrong.values:
        raise Invalid(_("Say whether the signal itself looks wrong."), "looks_wrong")
    if (found.outcome == Outcome.NOT_EXAMINED) != (found.not_examined_because in NotExamined.values):
        raise Invalid(_("Say why nobody looked where it was not examined, and only there."), "not_examined_because")
    if found.outcome == Outcome.VIOLATION and not found.own_evidence:
        raise Invalid(_("A signal is a lead, never proof: a violation needs evidence of your own."), "own_evidence")
    _check_actions(found)


def _check_actions(found: Found) -> None:
    if set(found.actions) - ACTIONS.get(found.outcome, frozenset()):
        raise Invalid(_("These actions do not follow from this outcome."), "actions")
    if found.outcome == Outcome.VIOLATION and not found.actions:
        raise Invalid(_("Say what you did about the violation."), "actions")
    if (Action.AUTHORITY_REPORT in found.actions) != (found.authority in registers.Authority.values):
        raise Invalid(_("Say which kind of authority has your report, where you made one."), "authority")
    if found.authority_reference and Action.AUTHORITY_REPORT not in found.actions:
        raise Invalid(_("A reference stands with a report to an authority only."), "authority_reference")
    for action, number, field in (
        (Action.CONTENT_REMOVED, found.content_removed, "content_removed"),
        (Action.UPLOADS_PREVENTED, found.uploads_prevented, "uploads_prevented"),
    ):
        if number < 0 or (number > 0) != (action in found.actions):
            raise Invalid(_("Give a number above zero with this action, and none without it."), field)


def _check_because(found: Found) -> None:
    if found.looks_wrong == LooksWrong.YES and not found.looks_wrong_because.strip():
        raise Invalid(_("Say why the signal looks wrong."), "looks_wrong_because")


def _check_short_list(found: Found) -> None:
    """Financial members answer from a short list, without a word of their own."""
    if found.outcome not in FINANCIAL_OUTCOMES:
        raise Invalid(_("Choose no match, no concern, investigation opened or account restricted."), "outcome")
    if set(found.actions) - FINANCIAL_ACTIONS:
        raise Invalid(_("Choose no match, no concern, investigation opened or account restricted."), "actions")
    if found.looks_wrong_because.strip():
        raise Invalid(_("Financial members write no free text."), "looks_wrong_because")


def _write(leads: Sequence[Lead], found: Found, organisation: Organisation, actor: Actor, now: datetime) -> Finding:
    first, *others = leads
    finding = Finding.objects.create(
        organisation=organisation,
        lead=first,
        signal_id=first.signal_id,
        hits=len(leads),
        outcome=found.outcome,
        actions=[action for action in Action if action in found.actions],
        content_removed=found.content_removed,
        uploads_prevented=found.uploads_prevented,
        own_evidence=found.own_evidence,
        policy_version=found.policy_version,
        attribution=found.attribution,
        looks_wrong=found.looks_wrong,
        looks_wrong_because=found.looks_wrong_because,
        not_examined_because=found.not_examined_because,
        authority=found.authority,
        named_to_owner=found.named_to_owner,
        found_at=now,
        found_by_id=staff_id_of(actor),
    )
    if found.authority_reference:
        finding.authority_reference = sealing.seal(found.authority_reference, bound_to=finding.binding)
        finding.save(update_fields=["authority_reference"])
    if others:
        finding.same_hits.set(others)
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(found_at=now)
    return finding


def _count(finding: Finding, more: int) -> None:
    """Everybody who sees the signal is told when findings disagree whether it is right; who found what they are not."""
    said = {LooksWrong.NO: "found_right", LooksWrong.YES: "found_wrong"}.get(LooksWrong(finding.looks_wrong))
    if said is not None:
        with acting_as(Actor.clock()):
            Signal.objects.filter(pk=finding.signal_id).update(**{said: F(said) + more})


def _note(note: Recorder, finding: Finding, leads: Sequence[Lead]) -> None:
    first = leads[0]
    waited = note.now - min(lead.created_at for lead in leads)
    note(
        "finding.recorded",
        subject_kind="finding",
        subject=finding.public_id,
        audience=f"organisation:{note.actor.organisation}",
        facts={
            "signal": first.signal.public_id,
            "kind": first.indicator.kind,
            "harm": first.signal.version.harm,
            "match": first.match,
            "hits": finding.hits,
            "outcome": finding.outcome,
            "not_examined_because": finding.not_examined_because,
            "authority": finding.authority,
            "actions": list(finding.actions),
            "content_removed": finding.content_removed,
            "uploads_prevented": finding.uploads_prevented,
            "own_evidence": finding.own_evidence,
            "attribution": finding.attribution,
            "looks_wrong": finding.looks_wrong,
            "seconds_since_lead": int(waited.total_seconds()),
        },
        payload={"looks_wrong_because": finding.looks_wrong_because},
    )
