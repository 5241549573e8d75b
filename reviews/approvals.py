"""How many eyes a signal needs, and whose: the approvals rule as a pure function."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from reviews.workflow import Attestation
from signals.kinds import IDENTIFIERS, Kind, Severity

SAMPLED_PERCENT = 5
PROBATION_PERCENT = 20
PROBATION_FIRST = 50
UNUSUAL_VOLUME = 500
UNUSUAL_CHECKED = 30
CHECK_HOURS = 24


class Why(StrEnum):
    """What asked for the programme's completeness check."""

    DANGER = "danger"
    KEYWORD = "keyword"
    WARNING = "warning"
    BROAD = "broad"
    RETRACTED_BEFORE = "retracted_before"
    POSSIBLY_CHILD = "possibly_child"
    VOLUME = "volume"
    SUPPORTED = "supported"
    PROBATION = "probation"
    CRITICAL = "critical"
    SAMPLE = "sample"


FOUND_WRONG = frozenset({"retracted_before", "corrected_before"})


@dataclass(frozen=True)
class Circumstances:
    """Everything that the rule looks at.

    `asks_first`: the member is supported, and the programme is asked before anything of it is shared.
    `identifiers_in_24h` counts what the member handed in within a day of this one; `checked_in_24h`, how many of those
    drawn from them have been checked: until all are, the rest waits.
    `draw` is the signal's own number out of 0..99, drawn when it was submitted, so that the answer never changes.
    """

    kind: Kind
    severity: Severity
    danger: bool
    possibly_child: bool
    warnings: frozenset[str]
    asks_first: bool
    on_probation: bool
    identifiers_shared: int
    identifiers_in_24h: int
    checked_in_24h: int
    draw: int


@dataclass(frozen=True)
class Approvals:
    """`first`: attestations that must stand before the signal is shared, by different people.

    `check_within_hours`: a completeness check follows within that time; `provisional` marks the signal until then.
    """

    first: frozenset[Attestation]
    check_within_hours: int | None = None
    provisional: bool = False
    why: Why | None = None


_OWN = frozenset({Attestation.EVIDENCE})
_BOTH = frozenset({Attestation.EVIDENCE, Attestation.COMPLETENESS})


def needed(given: Circumstances) -> Approvals:
    """Which approvals the signal needs. The strictest rule that applies wins; the danger lane never waits."""
    identifier = given.kind in IDENTIFIERS
    if given.danger:
        return Approvals(_OWN, CHECK_HOURS, why=Why.DANGER)
    if why := _programme_first(given, identifier):
        return Approvals(_BOTH, why=why)
    if identifier and given.severity == Severity.CRITICAL:
        return Approvals(_OWN, CHECK_HOURS, provisional=True, why=Why.CRITICAL)
    if given.on_probation and identifier and given.draw < PROBATION_PERCENT:
        return Approvals(_OWN, CHECK_HOURS, why=Why.PROBATION)
    if given.draw < SAMPLED_PERCENT:
        return Approvals(_OWN, CHECK_HOURS, why=Why.SAMPLE)
    return Approvals(_OWN)


def _programme_first(given: Circumstances, identifier: bool) -> Why | None:
    if given.kind == Kind.KEYWORD:
        return Why.KEYWORD
    if not FOUND_WRONG.isdisjoint(given.warnings):
        return Why.RETRACTED_BEFORE
    if "broad" in given.warnings:
        return Why.BROAD
    if given.warnings:
        return Why.WARNING
    if given.possibly_child:
        return Why.POSSIBLY_CHILD
    if given.asks_first:
        return Why.SUPPORTED
    if identifier and given.identifiers_in_24h > UNUSUAL_VOLUME and given.checked_in_24h < UNUSUAL_CHECKED:
        return Why.VOLUME
    if identifier and given.on_probation and given.identifiers_shared < PROBATION_FIRST:
        return Why.PROBATION
    return None


def is_looked_at_twice(public_id: int, percent: int) -> bool:
    """Whether a decided signal is drawn for a blind second review, when `percent` of them are.

    The signal's number is random and there before anybody decides, and mixed once more here, apart from all other
    samples: nobody chooses what is drawn, and everybody can work out why it was.
    """
    mixed = sha256(f"lantern/second look/{public_id}".encode()).digest()
    return int.from_bytes(mixed[:8]) % 100 < percent
