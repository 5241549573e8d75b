"""Sharing a signal, and what its owner may do with it later."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, Spent, WrongState
from lantern_site.members.models import ApiKey, Community, Organisation
from lantern_site.members.policies import organisation_id_of, organisation_of, sees_signals, staff_id_of
from signals import (
    budgets,
    guards,
    history,
    intake,
    kinds,
    moves,
    normalise,
    outlook,
    policies,
    receipts,
    sightings,
    workflow,
)
from signals.intake import Item, Statement, Taken
from signals.models import Incident, Receipt, Signal, SignalQuerySet, Spending
from signals.services import alarms
from signals.workflow import Move, Status

RENEWABLE_BEFORE = timedelta(days=14)
EXPIRED_AT_ONCE = 200


class Context(NamedTuple):
    """Who shares, for whom."""

    organisation: Organisation
    community: Community
    incident: Incident | None
    replaced: Signal | None


def submit(
    *,
    items: Sequence[Item],
    statement: Statement,
    community_id: int,
    actor: Actor,
    now: datetime,
    replaces: int | None = None,
) -> list[Signal]:
    """Share one value, or several of one case as an incident. All are taken, or none.

    `replaces` is the own retracted signal whose wrong value these take the place of.
    Raises NotAllowed, Invalid (the field `value-3` names the third value), WrongState for a signal that runs already.
    """
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        policies.may_share(actor, danger=statement.danger)
        intake.check_statement(statement, now)
        taken = _take_all(items)
        community = Community.objects.with_member(organisation.pk).filter(public_id=community_id).first()
        if community is None:
            raise Invalid(_("Choose one of your communities."), "community")
        incident = None
        if len(taken) > 1:
            incident = Incident.objects.create(organisation=organisation, created_at=now)
        context = Context(organisation, community, incident, _replaced(replaces, organisation))
        # In one order for everybody: two incidents with the same values do not wait for each other for ever.
        in_order = sorted(taken, key=lambda one: normalise.public_digest(one.normal))
        shared = {one: _share(record, one, statement, context) for one in in_order}
        signals = [shared[one] for one in taken]
        if context.replaced is not None:
            _note_replaced(record, context.replaced, signals)
        return signals


def _replaced(signal_id: int | None, organisation: Organisation) -> Signal | None:
    if signal_id is None:
        return None
    own = Signal.objects.owned_by(organisation.pk).select_related("organisation")
    found = own.filter(public_id=signal_id).first()
    if found is None:
        raise policies.unknown_signal()
    if found.status != Status.RETRACTED:
        raise WrongState(_("Only a retracted signal is replaced by another."))
    return found


def _note_replaced(record: Recorder, before: Signal, after: Sequence[Signal]) -> None:
    """The two know of each other in the ledger; only their owner and the programme are told."""
    record(
        "signal.replaced",
        subject_kind="signal",
        subject=before.public_id,
        organisation=before.organisation.public_id,
        audience=f"organisation:{before.organisation.public_id}",
        facts={"replaced_by": [one.public_id for one in after]},
    )


def _take_all(items: Sequence[Item]) -> list[Taken]:
    if not items:
        raise Invalid(_("Give at least one value."), "value")
    if len(items) > intake.MAX_VALUES:
        raise Invalid(
            _("An incident holds at most %(most)d values; these are %(count)d. Share them in parts.")
            % {"most": intake.MAX_VALUES, "count": len(items)},
            "value",
        )
    taken: dict[tuple[str, str], Taken] = {}
    for number, item in enumerate(items, start=1):
        try:
            one = intake.take(item)
        except Invalid as refusal:
            raise Invalid(refusal.sentence, f"{refusal.field or 'value'}-{number}", refusal.code) from refusal
        taken.setdefault((one.normal.kind, one.normal.value), one)
    return list(taken.values())


def _share(record: Recorder, taken: Taken, statement: Statement, context: Context) -> Signal:
    normal, now = taken.normal, record.now
    outlook.may_be_taken(context.organisation, normal.kind, statement, now)
    expires_at = intake.expiry(normal.kind, statement, now)
    indicator = intake.locked_indicator(normal, now)
    own = Signal.objects.owned_by(context.organisation.pk).filter(indicator=indicator)
    outlook.not_running(dict(own.values_list("status", "public_id")))
    found_before = history.warnings(context.organisation.pk, indicator, normal.value)
    severity = kinds.severity_of(statement.harm, possibly_child=statement.is_possibly_child, imminent=statement.danger)
    actor = record.actor
    signal = Signal.objects.create(
        organisation=context.organisation,
        indicator=indicator,
        incident=context.incident,
        community=context.community,
        kind=normal.kind,
        harm=statement.harm,
        prompted=sightings.is_prompted(context.organisation, indicator, now),
        severity=severity,
        danger=statement.danger,
        warnings=[*taken.warnings, *(code.value for code in found_before)],
        submitted_at=now,
        submitted_by_id=staff_id_of(actor),
        submitted_with=ApiKey.objects.get(public_id=actor.id) if actor.kind == "key" else None,
        review_due_at=context.organisation.target(now, kinds.FIRST_REVIEW_HOURS[severity], in_danger=statement.danger),
        expires_at=expires_at,
    )
    _propose(signal, statement, number=1, actor=actor, now=now)
    intake.keep_value(indicator, normal)
    moves.note(
        record,
        signal,
        "signal.submitted",
        facts={
            "warnings": list(signal.warnings),
            "lists": guards.LISTS_VERSION,
            "behaviours": list(statement.behaviours),
            **({"replaces": context.replaced.public_id} if context.replaced else {}),
        },
        payload=statement.free_text(),
    )
    return signal


def _propose(signal: Signal, statement: Statement, *, number: int, actor: Actor, now: datetime) -> None:
    version = intake.version_of(signal, statement, number=number, staff_id=staff_id_of(actor), now=now)
    version.save(force_insert=True)
    signal.say(version)


def locked(actor: Actor, signal_id: int) -> Signal:
    """The signal with its row locked, or Hidden when the actor may not know of it. Inside `recording` only."""
    signal = _locked(Signal.objects.filter(public_id=signal_id)).first()
    if signal is None or not _is_visible(actor, signal):
        raise policies.unknown_signal()
    return signal


def locked_together(actor: Actor, signal_ids: Collection[int]) -> list[Signal]:
    """Several signals with their rows locked, in one order; Hidden when the actor may not know of one of them."""
    found = list(_locked(Signal.objects.visible_to(actor).filter(public_id__in=signal_ids)))
    if len(found) < len(set(signal_ids)):
        raise policies.unknown_signal()
    return found


def _locked(signals: SignalQuerySet) -> SignalQuerySet:
    """With everything that a move and its entry need."""
    related = signals.select_related("indicator", "organisation", "community", "current_version")
    return related.select_for_update(of=("self",)).order_by("pk")


def _is_visible(actor: Actor, signal: Signal) -> bool:
    """What one's own organisation has shared needs no second question, and that is the usual case."""
    own = signal.organisation_id == actor.organisation_id and sees_signals(actor)
    return own or Signal.objects.visible_to(actor).filter(pk=signal.pk).exists()


def resubmit(*, signal_id: int, statement: Statement, actor: Actor, now: datetime) -> Signal:
    """Answer a return with a corrected statement; the value itself stays as it is."""
    with recording(actor, now) as record:
        signal = locked(actor, signal_id)
        workflow.target(signal.status, Move.RESUBMIT)
        policies.owns(actor, signal)
        policies.may_share(actor, danger=statement.danger)
        intake.check_statement(statement, now)
        intake.check_holder(signal.indicator.kind, statement.account_holder)
        signal.expires_at = intake.expiry(kinds.Kind(signal.indicator.kind), statement, now)
        _propose(signal, statement, number=signal.version.number + 1, actor=actor, now=now)
        moves.apply(record, signal, Move.RESUBMIT, payload=statement.free_text())
        return signal


def cancel(*, signal_id: int, actor: Actor, now: datetime) -> Signal:
    """Take back what was never shared."""
    with recording(actor, now) as record:
        signal = locked(actor, signal_id)
        workflow.target(signal.status, Move.CANCEL)
        policies.may_cancel(actor, signal)
        moves.apply(record, signal, Move.CANCEL)
        return signal


def renew(*, signal_id: int, new_evidence: str, actor: Actor, now: datetime) -> Signal:
    """Give a signal another term, because another member saw the same or the owner has new evidence."""
    with recording(actor, now) as record:
        signal = locked(actor, signal_id)
        workflow.target(signal.status, Move.RENEW)
        seen = sightings.confirmations([signal], actor).get(signal.pk, 0) > 0
        policies.may_renew(actor, signal, seen_by_another=seen)
        if not seen and not new_evidence.strip():
            raise Invalid(_("Say what new evidence you have: no other member has seen this."), "new_evidence")
        if signal.status == Status.ACTIVE and signal.expires_at - now > RENEWABLE_BEFORE:
            raise WrongState(_("A signal is renewed in its last 14 days, or after it has expired."))
        signal.expires_at = now + timedelta(days=kinds.LIFETIMES[kinds.Kind(signal.indicator.kind)].default)
        signal.renewals += 1
        moves.apply(record, signal, Move.RENEW, facts={"seen_by_another": seen}, payload={"new_evidence": new_evidence})
        return signal


def reveal(*, signal_id: int, reason: str, actor: Actor, now: datetime) -> str:
    """The plain value, for a coded reason, with a trace. Raises WrongState when the value was wiped, and Spent beyond
    the person's daily budget, of which others are told."""
    try:
        return _reveal(signal_id, reason, actor, now)
    except Spent:
        alarms.note_spent(kind=Spending.Kind.REVEAL, actor=actor, now=now)
        raise


def _reveal(signal_id: int, reason: str, actor: Actor, now: datetime) -> str:
    with recording(actor, now) as record:
        signal = locked(actor, signal_id)
        policies.may_reveal(actor)
        if reason not in workflow.RevealReason.values:
            raise Invalid(_("Choose why you need to see the value."), "reason")
        value = intake.value_of(signal.indicator)
        if value is None:
            raise WrongState(_("The value was wiped."))
        budgets.spend(budgets.of_reveals(actor), organisation_id_of(actor), 1, now)
        if not actor.programme:
            receipts.give([signal], organisation_of(actor).pk, Receipt.Way.REVEAL, now)
        record(
            "signal.revealed",
            subject_kind="signal",
            subject=signal.public_id,
            audience=f"organisation:{actor.organisation}",
            facts={"reason": reason},
        )
        return value


def expire_due(*, now: datetime) -> int:
    """End what has reached its date, a page at a time. A running dispute goes on. Returns how many."""
    with recording(Actor.clock(), now) as record:
        over = Signal.objects.filter(status__in=[Status.ACTIVE, Status.HELD], expires_at__lte=now)
        due = list(_locked(over)[:EXPIRED_AT_ONCE])
        for signal in due:
            moves.apply(record, signal, Move.EXPIRE)
    return len(due)
