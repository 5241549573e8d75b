"""The feed: what a member's machine is told about the signals of others, in the order of the ledger.

A log, read from a position on. Only the newest entry of a signal is told; older ones are superseded and left out, which
takes nothing away, because the newest says everything. Positions are dense and commit in order (see
`audit.recording`), so that whoever has everything up to a position has missed nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Head
from lantern_site.members.models import Organisation, TestSignal
from signals import guards, intake, sightings
from signals.kinds import Severity
from signals.models import Showing, Signal, SignalQuerySet
from signals.workflow import Status

TEST = "test"
"""The status of a test signal: something harmless, to try the way to a member's machine."""
HIDDEN = "hidden"
"""The status of a signal that the member may not see any more though it is still in use elsewhere."""


@dataclass(frozen=True)
class Party:
    """An organisation or community by its public id."""

    id: int
    name: str


@dataclass(frozen=True)
class Content:
    """What a signal says to those it is shared with, all but its value."""

    version: int
    kind: str
    harm: str
    severity: str
    confidence: str
    origin: str
    review_method: str
    clause: str
    evidence_seen_by: str
    first_seen_on: date | None
    last_seen_on: date | None
    behaviours: Sequence[str]
    ai: str
    real_child: str
    account_holder: str
    danger: bool
    provisional: bool
    contested: bool
    caution: bool
    owner: Party | None
    community: Party
    incident: int | None
    not_to_regions: Sequence[str]
    meaning: str
    outward_note: str
    expires_at: datetime


@dataclass(frozen=True)
class Line:
    """The newest entry of one signal. Unless the signal is active and shown it is told without content and value."""

    position: int
    at: datetime
    id: int
    status: str
    value: str | None = None
    content: Content | None = None


@dataclass(frozen=True)
class Page:
    """Part of the feed. `cursor` is where the next page begins, `head` the end of the ledger when it was read."""

    lines: Sequence[Line]
    cursor: int
    head: int


@dataclass(frozen=True)
class Own:
    """What only the owner of a signal is told."""

    submitted_at: datetime
    review_due_at: datetime
    warnings: Sequence[guards.Explained]
    inward_note: str


@dataclass(frozen=True)
class Sight:
    """One signal as somebody sees it who asks for it by its id: masked, like on its page."""

    id: int
    status: str
    masked: str
    content: Content
    activated_at: datetime | None
    ended_at: datetime | None
    confirmed_by: int
    """How many other members say the same independently."""
    own: Own | None


def head() -> int:
    """The newest position of the ledger. Everything up to it is there to be read."""
    return Head.objects.values_list("position", flat=True).get(pk=1)


@dataclass(frozen=True)
class Due:
    """A signal that is to be told at this position: because it moved, or because it is shown or hidden now."""

    position: int
    signal_pk: int


def due(organisation: Organisation, *, after: int, upto: int, limit: int) -> list[Due]:
    """What lies in (after, upto] for the member, in the order of the ledger; the first `limit`.

    A signal that moved and was shown or hidden is due twice: `still_due` keeps the later one.
    """
    between = {"position__gt": after, "position__lte": upto}
    moved = _known_to(organisation).filter(**between).order_by("position").values_list("position", "pk")
    turned = Showing.objects.filter(organisation=organisation, **between).order_by("position")
    found = [*moved[:limit], *turned.values_list("position", "signal")[:limit]]
    return [Due(position, pk) for position, pk in sorted(found)[:limit]]


def _known_to(organisation: Organisation) -> SignalQuerySet:
    """What the member's machines are told of: what is shared with it, and what it received that was corrected since."""
    others = Signal.objects.filter(pk=OuterRef("pk"))
    shared, corrected = others.shared_with(organisation.pk), others.corrected_for(organisation.pk)
    return Signal.objects.filter(Exists(shared) | Exists(corrected))


def lock(signal_pks: Iterable[int]) -> None:
    """Let nobody change these signals until the transaction ends; others may read them meanwhile.

    Whoever hands a signal out does this first, then reads it and gives the receipt: a retraction came before and is
    seen, or waits and finds the receipt. So nobody holds a signal that its recall does not reach.
    """
    with connection.cursor() as cursor:
        locking = "SELECT id FROM signals_signal WHERE id = ANY(%s) ORDER BY id FOR SHARE"
        cursor.execute(locking, [list(signal_pks)])


def still_due(organisation: Organisation, dues: Sequence[Due]) -> list[tuple[Due, Signal | None]]:
    """Each with its signal, locked and with its context, or None where it is hidden from the member.

    What has moved on since, or is told again further on, is left out here.
    """
    pks = {due.signal_pk for due in dues}
    lock(pks)
    known = {signal.pk: signal for signal in _known_to(organisation).with_context().filter(pk__in=pks)}
    newest = {pk: signal.position for pk, signal in known.items()}
    for pk, position in Showing.objects.filter(organisation=organisation, signal__in=pks).values_list(
        "signal", "position"
    ):
        newest[pk] = max(newest.get(pk, 0), position)
    return [(due, known.get(due.signal_pk)) for due in dues if newest.get(due.signal_pk) == due.position]


def lines(told: Sequence[tuple[Due, Signal | None]]) -> list[Line]:
    """What is to be told, fetched by `still_due`."""
    entries = Entry.objects.filter(position__in=[due.position for due, _signal in told])
    found = {position: (at, subject) for position, at, subject in entries.values_list("position", "at", "subject")}
    return [_line(due.position, *found[due.position], signal) for due, signal in told]


def line_of_test(test: TestSignal) -> Line:
    """A test signal: it looks like a signal, is none, and is received by reading it."""
    return Line(test.position or 0, test.sent_at, test.public_id, TEST, test.value)


def _line(position: int, at: datetime, public_id: int, signal: Signal | None) -> Line:
    if signal is None or signal.status != Status.ACTIVE:
        return Line(position, at, public_id, HIDDEN if signal is None else signal.status)
    return Line(position, at, public_id, signal.status, intake.value_of(signal.indicator), content_of(signal))


def sights_of(signals: Sequence[Signal], actor: Actor) -> list[Sight]:
    """Signals (fetched `with_context`) as the actor sees them."""
    known = sightings.confirmations(signals, actor)
    return [_sight(signal, actor, known.get(signal.pk, 0)) for signal in signals]


def _sight(signal: Signal, actor: Actor, confirmed_by: int) -> Sight:
    version = signal.version
    warnings = guards.explained(signal.warnings)
    own = Own(signal.submitted_at, signal.review_due_at, warnings, version.inward_note)
    return Sight(
        id=signal.public_id,
        status=signal.status,
        masked=intake.masked(signal.indicator),
        content=content_of(signal),
        activated_at=signal.activated_at,
        ended_at=signal.ended_at,
        confirmed_by=confirmed_by,
        own=own if signal.organisation_id == actor.organisation_id else None,
    )


def content_of(signal: Signal) -> Content:
    """What the signal (fetched `with_context`) says."""
    version, owner = signal.version, signal.organisation
    return Content(
        version=version.number,
        kind=signal.indicator.kind,
        harm=version.harm,
        severity=Severity(signal.severity).name.lower(),
        confidence=version.confidence,
        origin=version.origin,
        review_method=version.review_method,
        clause=version.clause,
        evidence_seen_by=version.evidence_seen_by,
        first_seen_on=version.first_seen_on,
        last_seen_on=version.last_seen_on,
        behaviours=version.behaviours,
        ai=version.ai,
        real_child=version.real_child,
        account_holder=version.account_holder,
        danger=signal.danger,
        provisional=signal.provisional,
        contested=signal.contested,
        caution=signal.caution,
        owner=Party(owner.public_id, owner.name) if version.owner_named else None,
        community=Party(signal.community.public_id, signal.community.name),
        incident=signal.incident.public_id if signal.incident else None,
        not_to_regions=version.not_to_regions,
        meaning=version.meaning,
        outward_note=version.outward_note,
        expires_at=signal.expires_at,
    )
