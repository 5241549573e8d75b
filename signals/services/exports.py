"""Taking the own organisation's signals away as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid, Spent
from lantern_site.members.policies import organisation_of
from signals import budgets, exports, policies
from signals.exports import Cells, Shape
from signals.kinds import HarmTerm, Kind
from signals.models import Signal, SignalQuerySet, Spending
from signals.services import alarms
from signals.workflow import RevealReason, Status

AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which signals, in closed words; an empty one leaves all."""

    kind: str = ""
    status: str = ""
    harm: str = ""


def export(*, wanted: Wanted, shape: str, with_values: bool, reason: str, actor: Actor, now: datetime) -> Iterator[str]:
    """The file, piece by piece: recorded now, read while it is sent. `reason` is needed with the plain values.

    Raises NotAllowed, NotProven, Invalid for `kind`, `status`, `harm`, `shape` or `reason`, and Spent beyond the daily
    budget of plain values, of which others are told.
    """
    try:
        found = _recorded(wanted, shape, reason if with_values else None, actor, now)
    except Spent:
        alarms.note_spent(kind=Spending.Kind.EXPORT, actor=actor, now=now)
        raise
    pages = _pages(found, actor, with_values=with_values)
    return exports.written(pages, Shape(shape), with_values=with_values)


def _recorded(wanted: Wanted, shape: str, reason: str | None, actor: Actor, now: datetime) -> SignalQuerySet:
    """The signals of the export, which is written down and counted. Without a `reason` it has no plain values."""
    with recording(actor, now) as record:
        organisation, with_values = organisation_of(actor), reason is not None
        policies.may_export(actor, with_values=with_values)
        _check(wanted, shape)
        if with_values and reason not in RevealReason.values:
            raise Invalid(_("Choose why you need to see the values."), "reason")
        found = _filtered(Signal.objects.owned_by(organisation.pk), wanted)
        number = found.count()
        if with_values:
            budgets.spend(budgets.of_exports(actor), organisation.pk, number, now)
        record(
            "signals.exported",
            subject_kind="organisation",
            subject=organisation.public_id,
            audience=f"organisation:{organisation.public_id}",
            facts={
                "number": number,
                "with_values": with_values,
                "reason": reason or "",
                "shape": shape,
                "kind": wanted.kind,
                "status": wanted.status,
                "harm": wanted.harm,
            },
        )
        return found


def _check(wanted: Wanted, shape: str) -> None:
    for field, word, words in (
        ("kind", wanted.kind, Kind.values),
        ("status", wanted.status, Status.values),
        ("harm", wanted.harm, HarmTerm.values),
    ):
        if word and word not in words:
            raise Invalid(_("Choose one of the words of the list, or all."), field)
    if shape not in Shape.values:
        raise Invalid(_("Choose the form of the file."), "shape")


def _filtered(found: SignalQuerySet, wanted: Wanted) -> SignalQuerySet:
    if wanted.kind:
        found = found.filter(indicator__kind=wanted.kind)
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.harm:
        found = found.filter(current_version__harm=wanted.harm)
    return found


def _pages(found: SignalQuerySet, actor: Actor, *, with_values: bool) -> Iterator[Cells]:
    """Some signals at a time, the oldest first, each time under the eyes of the actor."""
    last = 0
    while True:
        with acting_as(actor):
            some = list(found.with_context().filter(pk__gt=last).order_by("pk")[:AT_ONCE])
            page = [exports.cells_of(signal, with_values=with_values) for signal in some]
        yield from page
        if len(some) < AT_ONCE:
            return
        last = some[-1].pk
