"""What would become of the rows of a file if they were shared now. Nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.errors import Invalid, Refusal
from lantern_site.members.models import Organisation
from signals import guards, history, intake, normalise, policies, proposals, protection
from signals.kinds import Kind
from signals.models import Signal, Verdict
from signals.normalise import Normal
from signals.records import Record, Row
from signals.workflow import LIVE

POSSIBLY_CHILD, KEYWORD = "possibly_child", "keyword"
WARNINGS: Mapping[str, Promise | str] = {
    **{code.value: code.label for code in guards.WarningCode},
    POSSIBLY_CHILD: gettext_lazy("The account holder is possibly a child."),
    KEYWORD: gettext_lazy("A keyword may stand in harmless texts, too."),
}
"""Everything because of which the programme approves a signal, too, before it is shared."""


@dataclass(frozen=True)
class Judged:
    """One row with its verdict. `signal` is the primary key of the own signal that is shared already."""

    number: int
    verdict: Verdict
    kind: str = ""
    digest: bytes | None = None
    warnings: tuple[str, ...] = ()
    sentence: str = ""
    reference: str = ""
    signal: int | None = None


@dataclass(frozen=True)
class _Own:
    """A signal of the own organisation on the same value."""

    pk: int
    public_id: int
    status: str


def judge(rows: Sequence[Row], *, organisation: Organisation, now: datetime) -> list[Judged]:
    """A verdict for each row, in order, apart from what rows say of one another. The number of queries does not
    depend on how many there are."""
    normals: dict[int, Normal | Refusal] = {row.number: _normal(row) for row in rows if isinstance(row, Record)}
    values = [normal for normal in normals.values() if isinstance(normal, Normal)]
    known = _own(values, organisation)
    retracted = history.retracted(values, *history.known_by(organisation.pk, Signal.objects.all()))
    judged = []
    for row in rows:
        normal = normals.get(row.number)
        if not isinstance(row, Record):
            judged.append(Judged(row.number, Verdict.REFUSED, sentence=row.sentence))
        elif not isinstance(normal, Normal):
            judged.append(Judged(row.number, Verdict.REFUSED, sentence=str(normal), reference=_reference(row.cells)))
        else:
            own = known.get(normal, [])
            judged.append(_judge(row, normal, own, retracted, organisation, now))
    return judged


def normal_of(given: Mapping[str, str]) -> Normal:
    """The value of a row in normal form. Raises Invalid."""
    item = proposals.item(given)
    return normalise.normal_form(item.kind, item.raw, service=item.service, quality=item.quality)


def masked(given: Mapping[str, str]) -> str:
    """The value of a row as pages show it, or nothing where it is no value."""
    try:
        normal = normal_of(given)
    except Invalid:
        return ""
    return guards.mask(normal.kind, normal.value)


def _normal(row: Record) -> Normal | Refusal:
    try:
        return normal_of(row.cells)
    except Invalid as refusal:
        return refusal


def _reference(given: Mapping[str, str]) -> str:
    try:
        return proposals.reference(given)
    except Invalid:
        return ""


def _own(normals: Sequence[Normal], organisation: Organisation) -> dict[Normal, list[_Own]]:
    indicators = intake.find_indicators(normals)
    found = Signal.objects.owned_by(organisation.pk).filter(indicator__in=set(indicators.values()))
    known: dict[int, list[_Own]] = defaultdict(list)
    for indicator, pk, public_id, status in found.values_list("indicator", "pk", "public_id", "status"):
        known[indicator].append(_Own(pk, public_id, status))
    return {normal: known[indicator] for normal, indicator in indicators.items()}


def _judge(
    row: Record,
    normal: Normal,
    own: Sequence[_Own],
    retracted: Collection[Normal],
    organisation: Organisation,
    now: datetime,
) -> Judged:
    def answered(
        verdict: Verdict, sentence: str = "", warnings: tuple[str, ...] = (), signal: int | None = None
    ) -> Judged:
        reference, digest = _reference(row.cells), protection.digest(normalise.public_digest(normal))
        return Judged(row.number, verdict, normal.kind, digest, warnings, sentence, reference, signal)

    for signal in own:
        if signal.status in LIVE:
            told = _("Your organisation shares this already: %(reference)s.")
            return answered(Verdict.EXISTS, told % {"reference": public_ids.shown(signal.public_id)}, signal=signal.pk)
    try:
        warnings = _checked(row.cells, organisation, now)
    except Refusal as refusal:
        return answered(Verdict.REFUSED, str(refusal))
    if normal in retracted:
        warnings += (guards.WarningCode.RETRACTED_BEFORE.value,)
    return answered(Verdict.WARNED if warnings else Verdict.NEW, warnings=warnings)


def _checked(given: Mapping[str, str], organisation: Organisation, now: datetime) -> tuple[str, ...]:
    """The warnings about a row. Raises what sharing it would raise."""
    taken = intake.take(proposals.item(given))
    statement = proposals.statement(given, no_authority_asked=True)  # that is confirmed for all rows at once
    proposals.reference(given)
    intake.check_statement(statement, now)
    policies.may_share_kind(organisation, taken.normal.kind, now.date())
    intake.check_holder(taken.normal.kind, statement.account_holder)
    intake.expiry(taken.normal.kind, statement, now)
    more = {POSSIBLY_CHILD: statement.is_possibly_child, KEYWORD: taken.normal.kind == Kind.KEYWORD}
    return (*taken.warnings, *(code for code, applies in more.items() if applies))
