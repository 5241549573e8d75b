"""What would become of values if they were shared now, as far as the actor may see. Nothing is kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.errors import Refusal, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.policies import organisation_of
from signals import guards, history, intake, policies, rows
from signals.guards import Explained, WarningCode
from signals.intake import Item, Statement, Taken
from signals.kinds import Kind
from signals.models import Signal
from signals.normalise import Normal
from signals.workflow import LIVE, Status

MOST_KNOWN = 500


@dataclass(frozen=True)
class Line:
    """A value as it stands in a form: in which row of which field. One that could not be read says why instead."""

    field: str
    row: int
    item: Item | None = None
    refused: str = ""


@dataclass(frozen=True)
class Outlook:
    """One line looked at: `refused` says why it cannot be shared, else `taken` is what would be."""

    line: Line
    taken: Taken | None = None
    refused: str = ""
    same_as: int = 0
    """The row of the same value further up."""
    own: list[rows.Row] = field(default_factory=list)
    others: list[rows.Row] = field(default_factory=list)
    was_retracted: bool = False
    """One of the signals on it that the actor may see."""

    @property
    def kind(self) -> Kind | None:
        return self.line.item.kind if self.line.item else None

    @property
    def shown(self) -> str:
        return self.taken.normal.shown or self.taken.normal.value if self.taken else ""

    @property
    def alias(self) -> str | None:
        return self.taken.normal.alias if self.taken else None

    @property
    def codes(self) -> frozenset[str]:
        """Everything that a second person must look at."""
        past = (WarningCode.RETRACTED_BEFORE.value,) if self.was_retracted else ()
        return frozenset((*self.taken.warnings, *past)) if self.taken else frozenset()

    @property
    def warnings(self) -> list[Explained]:
        return guards.explained(_in_order(self.codes))

    @property
    def members(self) -> int:
        """How many other members say something about the same value now, as far as the actor may see."""
        return len({row.sharer for row in self.others if row.status == Status.ACTIVE})


def sentences(codes: Iterable[str]) -> list[str]:
    """Warnings in words, in a stable order."""
    return [warning.why for warning in guards.explained(_in_order(frozenset(codes)))]


def _in_order(codes: Collection[str]) -> list[str]:
    return [code.value for code in WarningCode if code in codes]


def may_be_taken(organisation: Organisation, kind: Kind, statement: Statement, now: datetime) -> None:
    """Whether this member may say this of a value of this kind. Raises NotAllowed, Invalid."""
    policies.may_share_kind(organisation, kind, now.date())
    intake.check_holder(kind, statement.account_holder)


def not_running(past: Mapping[str, int]) -> None:
    """Raise WrongState while the organisation shares a value already; given are public ids of its signals by status."""
    for status in past.keys() & LIVE:
        raise WrongState(
            _("Your organisation shares this already: %(reference)s.") % {"reference": public_ids.shown(past[status])}
        )


def of_lines(lines: Sequence[Line], statement: Statement, actor: Actor, now: datetime) -> list[Outlook]:
    """One outlook per line, in order; the number of queries does not depend on how many there are."""
    organisation = organisation_of(actor)
    looked = [_taken(line, organisation, statement, now) for line in lines]
    normals = [one.taken.normal for one in looked if one.taken]
    known = _known(normals, actor)
    retracted = history.retracted(normals, Signal.objects.visible_to(actor))
    first: dict[tuple[str, str], int] = {}
    return [_complete(one, known, retracted, first, actor) for one in looked]


def _taken(line: Line, organisation: Organisation, statement: Statement, now: datetime) -> Outlook:
    if line.item is None:
        return Outlook(line, refused=line.refused)
    try:
        taken = intake.take(line.item)
        may_be_taken(organisation, taken.normal.kind, statement, now)
    except Refusal as refusal:
        return Outlook(line, refused=str(refusal))
    return Outlook(line, taken)


def _known(normals: Sequence[Normal], actor: Actor) -> dict[Normal, list[Signal]]:
    """The signals on these values that the actor may see, newest first."""
    indicators = intake.find_indicators(normals)
    visible = Signal.objects.visible_to(actor).with_context().filter(indicator__in=set(indicators.values()))
    found: dict[int, list[Signal]] = defaultdict(list)
    for signal in visible.order_by("-submitted_at", "-pk")[:MOST_KNOWN]:
        found[signal.indicator_id].append(signal)
    return {normal: found[indicator] for normal, indicator in indicators.items()}


def _complete(
    one: Outlook,
    known: Mapping[Normal, list[Signal]],
    retracted: Collection[Normal],
    first: dict[tuple[str, str], int],
    actor: Actor,
) -> Outlook:
    if one.taken is None:
        return one
    signals = known.get(one.taken.normal, [])
    own = [signal for signal in signals if signal.organisation_id == actor.organisation_id]
    others = [signal for signal in signals if signal.organisation_id != actor.organisation_id]
    seen = replace(
        one,
        own=[rows.row_of(signal, actor) for signal in own],
        others=[rows.row_of(signal, actor) for signal in others],
    )
    row = first.setdefault((one.taken.normal.kind, one.taken.normal.value), one.line.row)
    try:
        not_running({signal.status: signal.public_id for signal in own})
    except WrongState as refusal:
        return replace(seen, taken=None, refused=str(refusal))
    return replace(seen, same_as=row if row != one.line.row else 0, was_retracted=one.taken.normal in retracted)
