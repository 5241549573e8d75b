"""Imports for tests: handed in, checked and submitted as a member and the workers would."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals.models import Import, ImportRow, Signal, Verdict
from signals.services import import_work, imports
from tests import builders
from tests.builders import NOW

CLOCK = Actor.clock()
SAID = {
    "harm": "grooming",
    "clause": "Child safety 3.2 (2026-01)",
    "evidence_seen_by": "Child safety team",
    "review_method": "conversation",
    "origin": "user_report",
    "confidence": "high",
}
"""What the person chooses for rows that do not say it."""


def table(*rows: Mapping[str, str], columns: Iterable[str] = ("kind", "value", "reference")) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def addresses(count: int, begin: int = 0) -> bytes:
    """A file with so many addresses."""
    return table(
        *(
            {"kind": "email", "value": builders.email(number).raw, "reference": f"case {number}"}
            for number in range(begin, begin + count)
        )
    )


def hand_in(member: Organisation, content: bytes, *, actor: Actor | None = None, **changes: Any) -> Import:
    given: dict[str, Any] = {"file": io.BytesIO(content), "defaults": SAID, "now": NOW}
    given["actor"] = actor or builders.actor(member, Role.SUBMITTER)
    return imports.hand_in(**given | changes).found


def run(found: Import, now: Any = NOW) -> Import:
    """Do what the workers would do now, one part after the other."""
    with acting_as(CLOCK):
        parts = list(found.parts.order_by("number").values_list("pk", flat=True))
    for pk in parts:
        import_work.run_part(pk, holder="worker", now=now)
    return fresh(found)


def checked(member: Organisation, content: bytes, **changes: Any) -> Import:
    return run(hand_in(member, content, **changes))


def submit(found: Import, *, actor: Actor | None = None, **changes: Any) -> Import:
    given: dict[str, Any] = {
        "import_id": found.public_id,
        "verdicts": [Verdict.NEW],
        "community_id": builders.everyone().public_id,
        "no_authority_asked": True,
        "evidence_seen": True,
        "now": NOW,
    }
    given["actor"] = actor or builders.actor(found.organisation, Role.SUBMITTER)
    return imports.submit(**given | changes)


def fresh(found: Import) -> Import:
    with acting_as(CLOCK):
        return Import.objects.select_related("organisation").get(pk=found.pk)


def rows(found: Import) -> list[ImportRow]:
    with acting_as(CLOCK):
        return list(found.rows.order_by("number"))


def verdicts(found: Import) -> dict[int, str]:
    return {row.number: row.verdict for row in rows(found)}


def shared() -> int:
    """How many signals there are at all."""
    with acting_as(CLOCK):
        return Signal.objects.count()


def plain_rows_left(found: Import) -> int:
    """How many parts still hold their rows."""
    with acting_as(CLOCK):
        return found.parts.filter(ciphertext__isnull=False).count()


def actions(found: Import) -> list[str]:
    return list(Entry.objects.about("import", found.public_id).values_list("action", flat=True))
