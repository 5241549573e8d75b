"""A member gives back what it took because of a signal: from its finding a draft, and from the draft a dispute."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid
from lantern_site.members.policies import staff_of
from reviews import clocks, disputing
from reviews.models import Dispute, Finding, Redress
from reviews.services import casework, disputes
from reviews.workflow import Attribution, Reason, RedressState, Scope
from signals.models import Signal

LONGEST_REASON = 500


def reinstate(*, finding_id: int, actor: Actor, now: datetime) -> Redress | None:
    """Note that the account or content of a finding was given back. Where the signal had a part in it, a dispute is
    drafted that has to be sent or declined within two working days; None where it had none."""
    with recording(actor, now) as record:
        mine = Finding.objects.visible_to(actor).filter(organisation=actor.organisation_id, public_id=finding_id)
        finding = mine.select_for_update().first()
        if finding is None:
            raise Hidden(_("There is no such finding."))
        disputing.may_reinstate(actor, finding)
        finding.reinstated_at, finding.reinstated_by = now, staff_of(actor)
        finding.save(update_fields=["reinstated_at", "reinstated_by"])
        drafted = _draft(finding, actor, now) if finding.attribution != Attribution.NOT else None
        record(
            "finding.reinstated",
            subject_kind="finding",
            subject=finding.public_id,
            audience=f"organisation:{actor.organisation}",
            facts={"attribution": finding.attribution, "hits": finding.hits, "redress": drafted is not None},
        )
        if drafted is not None:
            _note(record, drafted, "redress.drafted")
        return drafted


def _draft(finding: Finding, actor: Actor, now: datetime) -> Redress:
    return Redress.objects.create(
        organisation_id=finding.organisation_id,
        finding=finding,
        signal=_signal(finding.signal_id),
        drafted_at=now,
        drafted_by=staff_of(actor),
        due_at=clock.working_days(now, clocks.REDRESS_DAYS),
    )


def send(
    *, redress_id: int, statement: str, opener_named: bool, hold_asked: bool, actor: Actor, now: datetime
) -> Dispute:
    """Open the dispute of the draft, on the indicator: what is wrong is put right once, for everyone.

    Also where the member no longer sees the signal, or its value was purged: the signal is named by its id.
    """
    with recording(Actor.clock(), now), recording(actor, now) as record:
        draft = _locked(redress_id, actor)
        dispute = disputes.open(
            signal_id=draft.signal.public_id,
            scope=Scope.INDICATOR,
            reason=Reason.REDRESS,
            statement=statement,
            opener_named=opener_named,
            hold_asked=hold_asked,
            actor=actor,
            now=now,
        )
        draft.dispute = dispute
        _settle(record, draft, RedressState.SENT, "redress.sent", facts={"dispute": dispute.public_id})
        return dispute


def decline(*, redress_id: int, reason: str, actor: Actor, now: datetime) -> Redress:
    """Say why nothing about the signal itself was wrong."""
    with recording(actor, now) as record:
        draft = _locked(redress_id, actor)
        if len(reason) > LONGEST_REASON:
            raise Invalid(_("Use at most %(most)d characters.") % {"most": LONGEST_REASON}, "reason")
        casework.check_text(reason, _("Say why the signal is not disputed."), "reason")
        draft.declined_because = reason
        _settle(record, draft, RedressState.DECLINED, "redress.declined", payload={"reason": reason})
        return draft


def note_late(*, redress_id: int, now: datetime) -> bool:
    """Record, once, that a draft was neither sent nor declined in time."""
    with recording(Actor.clock(), now) as record:
        late = Redress.objects.drafts().filter(public_id=redress_id, due_at__lte=now, late_noted_at__isnull=True)
        draft = late.select_for_update().first()
        if draft is None:
            return False
        draft.late_noted_at = now
        draft.save(update_fields=["late_noted_at"])
        _note(record, draft, "redress.late")
        return True


def _locked(redress_id: int, actor: Actor) -> Redress:
    draft = Redress.objects.visible_to(actor).select_for_update().filter(public_id=redress_id).first()
    if draft is None:
        raise Hidden(_("There is no such redress."))
    draft.signal = _signal(draft.signal_id)
    disputing.may_settle_redress(actor, draft)
    return draft


def _signal(pk: int) -> Signal:
    """Read with the clock's eyes: a redress outlives a membership."""
    with acting_as(Actor.clock()):
        return Signal.objects.get(pk=pk)


def _settle(
    record: Recorder,
    draft: Redress,
    state: RedressState,
    action: str,
    *,
    facts: dict[str, Fact] | None = None,
    payload: dict[str, str] | None = None,
) -> None:
    draft.state, draft.settled_at, draft.settled_by = state, record.now, staff_of(record.actor)
    draft.save(update_fields=["state", "settled_at", "settled_by", "dispute", "declined_because"])
    _note(record, draft, action, facts=facts, payload=payload)


def _note(
    record: Recorder,
    draft: Redress,
    action: str,
    *,
    facts: dict[str, Fact] | None = None,
    payload: dict[str, str] | None = None,
) -> None:
    state: dict[str, Fact] = {
        "state": str(draft.state),
        "signal": draft.signal.public_id,
        "late": draft.late_noted_at is not None,
    }
    record(
        action,
        subject_kind="redress",
        subject=draft.public_id,
        audience=f"organisation:{draft.organisation.public_id}",
        facts=state | (facts or {}),
        payload=payload,
    )
