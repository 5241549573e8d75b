"""The compliance pack: everything that the programme keeps about one organisation, in files that others can read."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lantern_site import public_ids
from lantern_site.audit.models import Entry
from lantern_site.members.models import Observation, Organisation

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""
Row = Mapping[str, Any]


def pack(organisation: Organisation, now: datetime) -> bytes:
    """A zip archive with each table as JSON and as CSV. No secret, and of people the pseudonym only."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, rows in _tables(organisation).items():
            _put(out, f"{name}.json", json.dumps(rows, default=_plain, ensure_ascii=False, indent=1), now)
            _put(out, f"{name}.csv", csv_of(rows), now)
    return archive.getvalue()


def _put(out: zipfile.ZipFile, name: str, text: str, now: datetime) -> None:
    """The time is the export's, so that the same pack has the same bytes."""
    out.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), text.encode(), zipfile.ZIP_DEFLATED)


def csv_of(rows: Sequence[Row]) -> str:
    """RFC 4180, and no cell that a spreadsheet takes for a formula."""
    out = io.StringIO()
    if rows:
        writer = csv.writer(out)
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else _text(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, default=_plain, ensure_ascii=False)
    return _plain(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _tables(organisation: Organisation) -> dict[str, list[Row]]:
    return {
        "organisation": [_organisation(organisation)],
        "gates": _rows(
            organisation.gates.order_by("pk"),
            ("kind", "passed_on", "passed_by__pseudonym", "note", "valid_until", "ended_at", "reopened_because"),
        ),
        "signatures": _rows(
            organisation.signatures.order_by("pk"),
            ("agreement__version", "agreement__sha256", "signed_by", "function", "signed_on", "recorded_at"),
        ),
        "legal_gates": _rows(
            organisation.legal_gates.order_by("pk"),
            (
                *("jurisdiction", "lawful_basis", "offence_basis", "data_role", "transfers", "assessed_on"),
                *("assessment", "counsel", "passed_on", "passed_by__pseudonym", "withdrawn_at", "withdrawn_because"),
            ),
        ),
        "reviews": _rows(
            organisation.compliance_reviews.order_by("pk"),
            ("due_on", "held_on", "held_by__pseudonym", "result", "summary"),
        ),
        "observations": _rows(
            Observation.objects.filter(review__organisation=organisation).order_by("pk"),
            ("review__held_on", "text", "remediation", "due_on", "done_on", "done_note"),
        ),
        "people": _people(organisation),
        "keys": _rows(
            organisation.keys.order_by("pk"),
            ("label", "prefix", "scopes", "issued_at", "expires_at", "revoked_at", "last_used_at"),
        ),
        "names": _rows(organisation.former_names.order_by("pk"), ("name", "until_on")),
        "entries": _entries(organisation),
    }


def _rows(found: Any, names: Iterable[str]) -> list[Row]:
    return [dict(row) for row in found.values(*names)]


def _organisation(organisation: Organisation) -> Row:
    return {
        "reference": public_ids.shown(organisation.public_id),
        "name": organisation.name,
        "kind": organisation.kind,
        "state": organisation.state,
        "suspended": organisation.suspended,
        "region": organisation.region,
        "joined_on": organisation.joined_on,
        "probation_ends_on": organisation.probation_ends_on,
        "identifiers_allowed_from": organisation.identifiers_allowed_from,
    }


def _people(organisation: Organisation) -> list[Row]:
    people = organisation.staff.prefetch_related("grants").order_by("pseudonym", "pk")
    return [
        {
            "pseudonym": person.pseudonym,
            "roles": sorted(grant.role for grant in person.grants.all()),
            "is_active": person.is_active,
            "trained_until": person.trained_until,
        }
        for person in people
    ]


def _entries(organisation: Organisation) -> list[Row]:
    """What the ledger says of the organisation itself; the free text of the entries is left out."""
    entries = Entry.objects.about("member", organisation.public_id)
    return [
        {"position": entry.position, "at": entry.at, "action": entry.action, "facts": entry.facts} for entry in entries
    ]
