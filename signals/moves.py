"""Making a move: the one place where a signal's status changes, with its trace."""

from collections.abc import Mapping

from lantern_site.audit.recording import Fact, Recorder
from signals import workflow
from signals.models import Signal, SignalVersion
from signals.workflow import ENDED, Move

ACTIONS: dict[Move, str] = {
    Move.RETURN: "signal.returned",
    Move.RESUBMIT: "signal.resubmitted",
    Move.REOPEN: "signal.reopened",
    Move.CANCEL: "signal.cancelled",
    Move.REJECT: "signal.rejected",
    Move.APPROVE: "signal.activated",
    Move.WITHDRAW: "signal.withdrawn",
    Move.HOLD: "signal.held",
    Move.RELEASE: "signal.released",
    Move.RETRACT: "signal.retracted",
    Move.REINSTATE: "signal.reinstated",
    Move.EXPIRE: "signal.expired",
    Move.RENEW: "signal.renewed",
}

VERSION_STATES = {Move.RETURN: SignalVersion.State.REFUSED, Move.REOPEN: SignalVersion.State.PROPOSED}
"""What becomes of the version that was under review."""


def apply(
    record: Recorder,
    signal: Signal,
    move: Move,
    *,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
) -> None:
    """Make the move and record it. The caller holds the row's lock and has asked its policy.

    Raises WrongState when the table does not have the move.
    """
    signal.status = workflow.target(signal.status, move)
    if move is Move.APPROVE:
        signal.activated_at = record.now
        _make_current(signal.version)
    if move in VERSION_STATES:
        SignalVersion.objects.filter(pk=signal.version.pk).update(state=VERSION_STATES[move])
    signal.ended_at = record.now if signal.status in ENDED else None
    if signal.status in ENDED:
        signal.check_due_at = None
        drop_correction(signal)
    signal.save(
        update_fields=[
            "status",
            "activated_at",
            "ended_at",
            "check_due_at",
            "correction",
            "expires_at",
            "renewals",
            "provisional",
            "contested",
            "caution",
        ]
    )
    note(record, signal, ACTIONS[move], facts=facts, payload=payload)


def correct(
    record: Recorder,
    signal: Signal,
    *,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
) -> list[str]:
    """Put the correction that waits in the place of the current version, and record it. Returns what it changed.

    The caller holds the row's lock and has asked its policy. Everyone who reads the feed is told the new version.
    """
    before, after = signal.version, signal.correction
    assert after is not None
    SignalVersion.objects.filter(pk=before.pk).update(state=SignalVersion.State.SUPERSEDED)
    _make_current(after)
    signal.correction = None
    signal.expires_at = after.expires_at or signal.expires_at
    signal.save(update_fields=["correction", "expires_at", "provisional", "check_due_at"])
    signal.say(after)
    changed = after.changes(before)
    note(record, signal, "signal.corrected", facts={"changed": changed} | dict(facts or {}), payload=payload)
    return changed


def drop_correction(signal: Signal) -> None:
    """The correction that waits, if there is one, is refused. The caller saves the signal's `correction`."""
    if signal.correction_id is not None:
        SignalVersion.objects.filter(pk=signal.correction_id).update(state=SignalVersion.State.REFUSED)
        signal.correction = None


def note(
    record: Recorder,
    signal: Signal,
    action: str,
    *,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
) -> None:
    """Record an entry about a signal. It says what the signal is and which state it is in now."""
    record(
        action,
        subject_kind="signal",
        subject=signal.public_id,
        organisation=record.actor.organisation or signal.organisation.public_id,
        audience=signal.audience,
        facts=description(signal) | signal.state() | dict(facts or {}),
        payload=payload,
        then=lambda position: _remember_position(signal, position),
    )


def note_correction(
    record: Recorder,
    signal: Signal,
    action: str,
    *,
    facts: Mapping[str, Fact] | None = None,
    payload: Mapping[str, str] | None = None,
) -> None:
    """An entry about a correction that is no version in use: for the owner and the programme alone."""
    record(
        action,
        subject_kind="signal",
        subject=signal.public_id,
        organisation=record.actor.organisation or signal.organisation.public_id,
        audience=f"organisation:{signal.organisation.public_id}",
        facts={"owner": signal.organisation.public_id, "proposed": signal.under_review.number} | dict(facts or {}),
        payload=payload,
    )


def description(signal: Signal) -> dict[str, Fact]:
    """Closed words and ids that say what a signal is; figures are computed from nothing else."""
    version = signal.version
    return {
        "owner": signal.organisation.public_id,
        "indicator": signal.indicator_id,
        "kind": signal.indicator.kind,
        "harm": version.harm,
        "severity": int(signal.severity),
        "origin": version.origin,
        "prompted": signal.prompted,
        "ai": version.ai,
        "danger": signal.danger,
    }


def _make_current(version: SignalVersion) -> None:
    version.state = SignalVersion.State.CURRENT
    SignalVersion.objects.filter(pk=version.pk).update(state=version.state)


def _remember_position(signal: Signal, position: int) -> None:
    signal.position = position
    Signal.objects.filter(pk=signal.pk).update(position=position)
