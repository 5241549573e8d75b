"""Imports as they lie in the database: rows sealed in parts, and each row with what is said about it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from signals import exports, sealing, verdicts
from signals.models import CHOOSABLE, Import, ImportPart, ImportRow, Verdict
from signals.records import Record, Row, Unreadable

NOT_CHOSEN = "not_chosen"
"""What has become of a row that could have been shared, when its import has ended."""
HEAD = ("row", "reference", "verdict", "signal", "sentence")
AT_ONCE = 1_000


def earlier(of: Import) -> Import | None:
    """The import of the same file before this one, if there was one."""
    before = Import.objects.filter(organisation=of.organisation_id, digest=of.digest, pk__lt=of.pk)
    return before.order_by("-pk").first()


def counts(of: Import) -> dict[str, int]:
    """How many rows have which verdict."""
    return dict(of.rows.values_list("verdict").annotate(number=Count("pk")).order_by())


# Sealed


def seal_rows(part: ImportPart, rows: Sequence[Row], defaults: Mapping[str, str]) -> None:
    """Keep the rows in the part, each with what was chosen for all."""
    held = [[row.number, {**defaults, **row.cells} if isinstance(row, Record) else row.sentence] for row in rows]
    part.ciphertext = sealing.seal(json.dumps(held), bound_to=part.binding)


def opened(part: ImportPart) -> list[Row]:
    """The rows of a part that was not wiped."""
    assert part.ciphertext is not None
    found = json.loads(sealing.unseal(part.ciphertext, bound_to=part.binding))
    return [Record(number, held) if isinstance(held, dict) else Unreadable(number, held) for number, held in found]


def seal_reference(row: ImportRow, text: str) -> None:
    """Keep the member's own name for the row."""
    row.reference = sealing.seal(text, bound_to=row.binding)


def reference_of(row: ImportRow) -> str:
    return "" if row.reference is None else sealing.unseal(row.reference, bound_to=row.binding)


# Shown


@dataclass(frozen=True)
class Line:
    """A row as the page, the file of results and the interface for machines tell it; never with its value."""

    row: int
    reference: str
    kind: str
    verdict: str
    sentence: str
    signal: int | None


def lines(of: Import, *, verdict: str = "", after: int = 0, most: int) -> list[Line]:
    """Rows in order, from the one behind `after` on."""
    found: QuerySet[ImportRow] = of.rows.filter(number__gt=after).order_by("number").select_related("signal", "whole")
    if verdict:
        found = found.filter(verdict=verdict)
    return [line(row) for row in found[:most]]


def line(row: ImportRow) -> Line:
    is_left = not row.whole.is_open and row.verdict in CHOOSABLE
    return Line(
        row=row.number,
        reference=reference_of(row),
        kind=row.kind,
        verdict=NOT_CHOSEN if is_left else row.verdict,
        sentence=_said(row),
        signal=row.signal.public_id if row.signal else None,
    )


def _said(row: ImportRow) -> str:
    if row.verdict == Verdict.REPEATS:
        return _("The same value stands in row %(row)d.") % {"row": row.repeats}
    if row.verdict == Verdict.WARNED:
        warnings = [str(verdicts.WARNINGS.get(code, code)) for code in row.warnings]
        return " ".join([*warnings, _("The programme approves it, too, before it is shared.")])
    return row.sentence


def masks(of: Import, numbers: Sequence[int]) -> dict[int, str]:
    """The masked values of these rows, as long as they are here."""
    if not numbers:
        return {}
    held = reduce(or_, (Q(first__lte=number, last__gte=number) for number in numbers))
    parts = of.parts.filter(held, ciphertext__isnull=False).select_related("whole")
    return {
        row.number: verdicts.masked(row.cells)
        for part in parts
        for row in opened(part)
        if row.number in numbers and isinstance(row, Record)
    }


def results(of: Import, actor: Actor) -> Iterator[str]:
    """The file of results, piece by piece, read under the eyes of the actor."""
    yield exports.csv_line(HEAD)
    after = 0
    while True:
        with acting_as(actor):
            some = lines(of, after=after, most=AT_ONCE)
        yield from (exports.csv_line(_cells(one)) for one in some)
        if len(some) < AT_ONCE:
            return
        after = some[-1].row


def _cells(one: Line) -> tuple[str, ...]:
    signal = public_ids.shown(one.signal) if one.signal is not None else ""
    return (str(one.row), one.reference, one.verdict, signal, one.sentence)
