"""Own signals as lines of a file, CSV or JSON, in the words in which an import reads them."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from signals import cells, intake
from signals.kinds import SERVICE_BOUND, Severity
from signals.models import Signal

Cells = Mapping[str, str | list[str]]

STATED = (
    "harm", "clause", "evidence_seen_by", "review_method", "origin", "confidence", "first_seen_on", "last_seen_on",
    "behaviours", "ai", "real_child", "account_holder", "not_to_regions", "owner_named", "meaning", "outward_note",
    "inward_note",
)  # fmt: skip
ABOUT = (
    "danger", "expires_on", "severity", "community", "incident", "submitted_at", "activated_at", "ended_at",
)  # fmt: skip
VALUE, MASK = "value", "masked"


class Shape(TextChoices):
    CSV = "csv", _("CSV, for a spreadsheet")
    LINES = "jsonl", _("Lines of JSON, for a program")


CONTENT_TYPES = {Shape.CSV: "text/csv; charset=utf-8; header=present", Shape.LINES: "application/x-ndjson"}


def columns(*, with_values: bool) -> tuple[str, ...]:
    """Without values the mask stands in a column that no import reads, so that no mask is ever shared."""
    return ("signal", "status", "kind", VALUE if with_values else MASK, "service", *STATED, *ABOUT)


def cells_of(signal: Signal, *, with_values: bool) -> Cells:
    """One signal, fetched `with_context`. What it does not say is left out."""
    version, kind = signal.version, signal.indicator.kind
    found: dict[str, object] = {"signal": signal.reference, "status": signal.status, "kind": kind}
    value = intake.value_of(signal.indicator)
    if value is not None:
        found[VALUE if with_values else MASK] = value if with_values else intake.masked(signal.indicator)
        found["service"] = value.partition(":")[0] if kind in SERVICE_BOUND else ""
    found |= {name: getattr(version, name) for name in STATED}
    found |= {
        "danger": signal.danger,
        "expires_on": signal.expires_at.date(),
        "severity": Severity(signal.severity).name.lower(),
        "community": signal.community.name,
        "incident": public_ids.shown(signal.incident.public_id) if signal.incident else "",
        "submitted_at": signal.submitted_at,
        "activated_at": signal.activated_at,
        "ended_at": signal.ended_at,
    }
    return {name: written for name, each in found.items() if (written := _written(each))}


def _written(value: object) -> str | list[str]:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, list):
        return [str(each) for each in value]
    return "" if value is None else str(value)


def written(found: Iterable[Cells], shape: Shape, *, with_values: bool) -> Iterator[str]:
    """The file, line by line."""
    if shape == Shape.LINES:
        yield from (f"{json.dumps(dict(one), ensure_ascii=False)}\n" for one in found)
        return
    names = columns(with_values=with_values)
    yield csv_line(names)
    yield from (csv_line(_cell(one.get(name, "")) for name in names) for one in found)


def _cell(value: str | list[str]) -> str:
    return ";".join(value) if isinstance(value, list) else value


def csv_line(texts: Iterable[str]) -> str:
    """One line of CSV (RFC 4180), none of whose cells can be taken for a formula."""
    out = io.StringIO()
    csv.writer(out).writerow(cells.safe(text) for text in texts)
    return out.getvalue()
