"""Proposing that a shared signal says something else. Its value is never edited: it is retracted and replaced."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.policies import organisation_of, staff_id_of
from lantern_site.work import answers
from signals import intake, kinds, moves, policies, protection
from signals.intake import Statement
from signals.models import Signal, SignalVersion
from signals.models.statements import SAID
from signals.services import sharing
from signals.services.batches import Once
from signals.workflow import Status

CHANGEABLE = frozenset(SAID) - {"not_to_regions"} | {"expires_on", "no_authority_asked"}
"""What a correction may name. To whom a signal goes, and its lane, stay as they are."""


@dataclass(frozen=True)
class Proposal:
    """A correction that waits: its signal (public id), its number, and the names of what it would change."""

    signal: int
    version: int
    changed: list[str]


def propose(
    *, signal_id: int, changes: Mapping[str, Any], actor: Actor, now: datetime, once: Once | None = None
) -> Proposal:
    """Propose that a shared signal says something else; what `changes` does not name stays as it is.

    Somebody else of the owner reviews it as they reviewed the first version; until then the version in use stays in
    use. With `once` the same request is answered as the first time. Raises NotAllowed, Hidden, Invalid, and WrongState
    while the signal is not active or another correction waits.
    """
    with recording(actor, now) as record:
        policies.may_share(actor, danger=True)  # the least that it needs
        if once is None:
            return _propose(record, signal_id, changes)
        body_hash = protection.digest(once.body_hash)
        before = protection.digests(once.body_hash).values()
        organisation = organisation_of(actor).public_id
        answer = answers.claim(organisation=organisation, key=once.key, body_hash=body_hash, same=set(before), now=now)
        if answer.answer is None:
            answer.answer = asdict(_propose(record, signal_id, changes))
            answer.save(update_fields=["answer"])
        return Proposal(**answer.answer)


def _propose(record: Recorder, signal_id: int, changes: Mapping[str, Any]) -> Proposal:
    signal = sharing.locked(record.actor, signal_id)
    policies.may_correct(record.actor, signal)  # first: other members do not learn that a correction waits
    _is_open(signal)
    statement = _statement(signal, changes, record.now)
    number, staff_id = _next_number(signal), staff_id_of(record.actor)
    version = intake.version_of(signal, statement, number=number, staff_id=staff_id, now=record.now)
    version.expires_at = _earlier_end(signal, statement, record.now)
    changed = version.changes(signal.version)
    if not changed:
        raise Invalid(_("This is what the signal says already. Change what is to be corrected."))
    version.save(force_insert=True)
    severity = version.severity(danger=signal.danger)
    signal.correction = version
    hours = kinds.FIRST_REVIEW_HOURS[severity]
    signal.review_due_at = signal.organisation.target(record.now, hours, in_danger=signal.danger)
    signal.save(update_fields=["correction", "review_due_at"])
    facts = {"changed": changed}
    moves.note_correction(record, signal, "signal.correction_proposed", facts=facts, payload=statement.free_text())
    return Proposal(signal.public_id, version.number, changed)


def cancel(*, signal_id: int, actor: Actor, now: datetime) -> Proposal:
    """Take back a correction that waits for its review; the version in use stays, and nobody gives a verdict.

    Raises Hidden, NotAllowed, or WrongState when none waits.
    """
    with recording(actor, now) as record:
        signal = sharing.locked(actor, signal_id)
        policies.may_cancel(actor, signal)  # first: other members do not learn whether a correction waits
        correction = signal.correction
        if correction is None:
            raise WrongState(_("No correction of %(reference)s waits.") % {"reference": signal.reference})
        moves.note_correction(record, signal, "signal.correction_cancelled")
        moves.drop_correction(signal)
        signal.save(update_fields=["correction"])
        return Proposal(signal.public_id, correction.number, correction.changes(signal.version))


def _is_open(signal: Signal) -> None:
    if signal.status != Status.ACTIVE:
        label = Status(signal.status).label.lower()
        raise WrongState(_("Only a signal in use is corrected: this one is %(status)s.") % {"status": label})
    if signal.correction_id is not None:
        raise WrongState(_("A correction of %(reference)s waits for review already.") % {"reference": signal.reference})


def _statement(signal: Signal, changes: Mapping[str, Any], now: datetime) -> Statement:
    if unknown := changes.keys() - CHANGEABLE:
        raise Invalid(_("This cannot be corrected: it stays as it is."), min(unknown))
    statement = replace(intake.stated(signal.version), **changes)
    intake.check_statement(statement, now)
    intake.check_holder(signal.indicator.kind, statement.account_holder)
    return statement


def _earlier_end(signal: Signal, statement: Statement, now: datetime) -> datetime | None:
    """The end that the correction asks for, or None where the end stays. Only a renewal makes a term longer."""
    end = signal.expires_at
    if statement.expires_on is not None:
        if statement.expires_on > end.date():
            sentence = _("A correction ends a signal earlier, never later. To keep it longer, renew it.")
            raise Invalid(sentence, "expires_on")
        wished = intake.expiry(kinds.Kind(signal.indicator.kind), statement, now)
        end = min(end, wished)
    if statement.is_possibly_child:
        end = min(end, now + timedelta(days=kinds.POSSIBLY_CHILD_DAYS))
    return end if end.date() < signal.expires_at.date() else None


def _next_number(signal: Signal) -> int:
    newest: int = SignalVersion.objects.filter(signal=signal).aggregate(newest=Max("number"))["newest"]
    return newest + 1
