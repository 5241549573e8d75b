"""Does the ledger lead to what the tables hold? Replays it and says where they differ."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from lantern_site import public_ids
from lantern_site.audit import replay
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from reviews.models import Dispute, Recall, StewardHold
from signals.models import Signal
from signals.workflow import SHOWN_TO_OTHERS, Status

SIGNAL_KEYS = ("status", "version", "contested", "caution", "provisional")
DISPUTE_KEYS = ("reason", "scope", "state", "result", "holding")
RECALL_KEYS = ("cause", "state")

States = Mapping[int, Mapping[str, Any]]


def compare(position: int | None = None) -> list[str]:
    """Every difference between the ledger up to `position` and the tables, one sentence each; empty when all agree.

    The tables have no past: give a position only when nothing has been recorded since. Nothing may be written while
    it runs.
    """
    with acting_as(Actor.clock()):
        return [
            *_differences("signal", SIGNAL_KEYS, _signals(), position),
            *_differences("dispute", DISPUTE_KEYS, _disputes(), position),
            *_differences("recall", RECALL_KEYS, _recalls(), position),
        ]


def unfounded() -> list[str]:
    """Where a signal is held though nothing holds it, is not held though something does, or wears a wrong flag."""
    open_disputes = Dispute.objects.open().filter(touches__signal=OuterRef("pk"))
    holding = Exists(open_disputes.holding())
    placed = Exists(StewardHold.objects.open().filter(signal=OuterRef("pk")))
    rows = Signal.objects.annotate(disputed=Exists(open_disputes), held=holding | placed)
    shared = rows.filter(status__in=sorted(SHOWN_TO_OTHERS)).order_by("pk")
    found = []
    with acting_as(Actor.clock()):
        for public_id, status, contested, caution, disputed, held in shared.values_list(
            "public_id", "status", "contested", "caution", "disputed", "held"
        ):
            name = f"signal {public_ids.shown(public_id)}"
            if status in (Status.ACTIVE, Status.HELD) and held != (status == Status.HELD):
                found.append(f"{name} is {status}, though {'something' if held else 'nothing'} holds it")
            if contested != disputed:
                found.append(f"{name}: contested is {contested}, an open dispute touches it: {disputed}")
            if disputed and not caution:
                found.append(f"{name} is disputed and not under caution")
    return found


def _differences(kind: str, keys: tuple[str, ...], tables: States, position: int | None) -> list[str]:
    ledger = replay.latest(kind, keys, position=position)
    found = []
    for subject in sorted(ledger.keys() | tables.keys()):
        name = f"{kind} {public_ids.shown(subject)}"
        if subject not in tables:
            found.append(f"{name} is in the ledger and not in the tables")
            continue
        if subject not in ledger:
            found.append(f"{name} is in the tables and not in the ledger")
            continue
        for key in keys:
            said, held = ledger[subject].get(key), tables[subject][key]
            if said != held:
                found.append(f"{name}: {key} is {said!r} in the ledger and {held!r} in the tables")
    return found


def _signals() -> States:
    rows = Signal.objects.values_list(
        "public_id", "status", "current_version__number", "contested", "caution", "provisional"
    )
    return {public_id: dict(zip(SIGNAL_KEYS, state, strict=True)) for public_id, *state in rows.iterator()}


def _disputes() -> States:
    return {
        dispute.public_id: {
            "reason": dispute.reason,
            "scope": dispute.scope,
            "state": dispute.state,
            "result": dispute.final_result,
            "holding": dispute.is_holding,
        }
        for dispute in Dispute.objects.iterator()
    }


def _recalls() -> States:
    return {
        recall.public_id: {"cause": recall.cause, "state": "open" if recall.closed_at is None else "closed"}
        for recall in Recall.objects.iterator()
    }
