"""Signals as lists and pages show them: masked, with the name or pseudonym that the reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from signals import intake, kinds, sightings
from signals.models import Signal

Words = str | Promise


@dataclass(frozen=True)
class Row:
    """What `components/signal_row.html` shows."""

    id: int
    url: str
    reference: str
    kind: str
    kind_label: Words
    digest: str
    masked: str
    harm: Words
    severity: int
    sharer: str
    status: str
    submitted_at: datetime
    expires_at: datetime
    corroborations: int = 0
    disputes: int = 0
    flags: list[str] = field(default_factory=list)
    due_at: datetime | None = None
    opened_at: datetime | None = None
    peek_url: str = ""


def row_of(signal: Signal, actor: Actor, *, corroborations: int = 0) -> Row:
    """One signal (fetched `with_context`) as the actor may see it."""
    kind = kinds.Kind(signal.indicator.kind)
    return Row(
        id=signal.public_id,
        url=reverse("reviews:signal", args=[signal.public_id]),
        reference=signal.reference,
        kind=kind.value,
        kind_label=kind.label,
        digest=bytes(signal.indicator.digest).hex() if kind in kinds.HASHES else "",
        masked=intake.masked(signal.indicator),
        harm=kinds.HarmTerm(signal.version.harm).label,
        severity=signal.severity,
        sharer=sharer(signal, actor),
        status=signal.status,
        submitted_at=signal.submitted_at,
        expires_at=signal.expires_at,
        corroborations=corroborations,
        flags=flags(signal),
    )


def rows_of(signals: Iterable[Signal], actor: Actor) -> list[Row]:
    """Rows of a page of signals, with one more query for all their corroborations."""
    page = list(signals)
    known = sightings.confirmations(page, actor)
    return [row_of(signal, actor, corroborations=known.get(signal.pk, 0)) for signal in page]


def sharer(signal: Signal, actor: Actor) -> str:
    """Who shared it: the person for colleagues, the member for others unless it stays unnamed."""
    if actor.organisation_id == signal.organisation_id:
        return signal.submitted_by.name
    if actor.programme or signal.version.owner_named:
        return signal.organisation.name
    return _("A platform member")


def flags(signal: Signal) -> list[str]:
    """The flags of a signal, the most pressing first."""
    found = {
        "danger": signal.danger and signal.is_live,
        "contested": signal.contested,
        "mixed": signal.is_mixed,
        "caution": signal.caution,
        "provisional": signal.provisional,
        "protect": signal.version.is_possibly_child,
    }
    return [name for name, is_set in found.items() if is_set]
