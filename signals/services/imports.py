"""Importing a file of signals: it is handed in and judged row by row; then somebody chooses what is shared of it.

What workers do about it in between stands in `import_work`.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import BinaryIO, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Invalid, WrongState
from lantern_site.members.models import ApiKey, Community, Organisation
from lantern_site.members.policies import organisation_of, staff_id_of
from lantern_site.work import outbox
from signals import imported, policies, proposals, protection, records
from signals.models import CHOOSABLE, Import, ImportPart, ImportRow
from signals.records import Row

LONGEST_LABEL = 60
UNTOLD = frozenset({*proposals.VALUE, proposals.REFERENCE, "danger"})
"""What each row says for itself, kind and service apart: it cannot be chosen for all."""
DEFAULTS = frozenset(proposals.COLUMNS) - UNTOLD | {"kind", "service"}


@dataclass(frozen=True)
class Limits:
    """How much of a file is worked on at once, how patient the machinery is, and how long anything is kept."""

    part: int = 100
    bytes: int = 25 * 2**20
    attempts: int = 5
    unasked: timedelta = timedelta(seconds=15)
    queued: timedelta = timedelta(minutes=5)
    asked_at_once: int = 100
    forgotten_after: timedelta = timedelta(days=3)
    results_kept: timedelta = timedelta(days=30)


LIMITS = Limits()


ENDS: Mapping[Import.State, str] = {
    Import.State.DONE: "import.done",
    Import.State.CANCELLED: "import.cancelled",
    Import.State.FAILED: "import.failed",
    Import.State.FORGOTTEN: "import.forgotten",
}
"""What the ledger says of an import that has ended."""


class HandedIn(NamedTuple):
    """`is_new` is False for a file that lies here already and has not come to its end."""

    found: Import
    is_new: bool


def hand_in(*, file: BinaryIO, defaults: Mapping[str, str], label: str = "", actor: Actor, now: datetime) -> HandedIn:
    """Read a file, keep its rows encrypted and ask for a verdict on each. Nothing is shared.

    `defaults` holds for rows whose cells of that name are empty. Raises NotAllowed, or Invalid for `file`, `label` or
    a default; then nothing was kept. The same file with the same defaults is taken once until it has ended.
    """
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        policies.may_share(actor)
        chosen = _checked(label, defaults)
        digest = _digest(file, chosen, organisation)
        try:
            with transaction.atomic():
                made = Import.objects.create(
                    organisation=organisation,
                    digest=digest,
                    label=label.strip(),
                    language=get_language() or "en-gb",
                    handed_in_at=now,
                    handed_in_by_id=staff_id_of(actor),
                    handed_in_with=key_of(actor),
                )
        except IntegrityError:
            return HandedIn(Import.objects.open().get(organisation=organisation, digest=digest), is_new=False)
        made.total = _keep(made, records.read(file, proposals.NAMES), chosen)
        made.save(update_fields=["total"])
        ask_for_parts(made)
        again = imported.earlier(made) is not None
        note(record, made, "import.handed_in", {"rows": made.total, "again": again})
        return HandedIn(made, is_new=True)


def _checked(label: str, defaults: Mapping[str, str]) -> dict[str, str]:
    if len(label.strip()) > LONGEST_LABEL:
        raise Invalid(_("The name has at most %(most)d characters.") % {"most": LONGEST_LABEL}, "label")
    for name in defaults:
        if name not in DEFAULTS:
            raise Invalid(_("There is nothing of this name to choose for all rows."), name)
    return {name: text for name, text in sorted(defaults.items()) if text.strip()}


def _digest(file: BinaryIO, defaults: Mapping[str, str], organisation: Organisation) -> bytes:
    """Keyed, of everything that was handed in: the one that the same file has here already, since a new pepper changes
    nothing about it. Refuses what is too large."""
    file.seek(0)
    content = hashlib.sha256(json.dumps(defaults, sort_keys=True).encode())
    size = 0
    while block := file.read(2**16):
        size += len(block)
        if size > LIMITS.bytes:
            raise Invalid(
                _("This file is larger than %(most)d MB. Cut it into several files.") % {"most": LIMITS.bytes // 2**20},
                records.FIELD,
            )
        content.update(block)
    file.seek(0)
    possible = list(protection.digests(content.digest()).values())
    before = Import.objects.filter(organisation=organisation, digest__in=possible).order_by("-pk").first()
    return bytes(before.digest) if before else protection.digest(content.digest())


def key_of(actor: Actor) -> ApiKey | None:
    return ApiKey.objects.get(public_id=actor.id) if actor.kind == ActorKind.KEY else None


# Rows and their parts


def _keep(made: Import, rows: Iterator[Row], defaults: Mapping[str, str]) -> int:
    """Seal the rows, some at a time. Returns how many."""
    total = 0
    number = 0
    while some := list(islice(rows, LIMITS.part)):
        number += 1
        total += len(some)
        part = ImportPart(
            whole=made,
            number=number,
            size=len(some),
            first=some[0].number,
            last=some[-1].number,
            asked_at=made.handed_in_at,
        )
        imported.seal_rows(part, some, defaults)
        part.save(force_insert=True)
    return total


def ask_for_parts(of: Import) -> None:
    for pk in of.parts.filter(done_at__isnull=True).order_by("number").values_list("pk", flat=True):
        outbox.ask("signals.run_import_part", pk)


# Choosing


def submit(
    *,
    import_id: int,
    verdicts: Collection[str],
    community_id: int,
    no_authority_asked: bool,
    evidence_seen: bool,
    actor: Actor,
    now: datetime,
) -> Import:
    """Share the rows with these verdicts, as work. Each goes through `sharing.submit` and its rules.

    Raises NotAllowed, Hidden, WrongState, or Invalid for `verdicts`, `community` or one of the two attestations.
    """
    with recording(actor, now) as record:
        found = _locked_of(actor, import_id)
        _must_be(found, Import.State.CHECKED)
        policies.may_share(actor)
        community = Community.objects.with_member(found.organisation_id).filter(public_id=community_id).first()
        chosen = sorted(set(verdicts) & set(CHOOSABLE))
        if not chosen or len(chosen) < len(set(verdicts)):
            raise Invalid(_("Choose which rows are to be submitted."), "verdicts")
        counts = imported.counts(found)
        if not any(counts.get(verdict) for verdict in chosen):
            raise Invalid(_("There is no row of this group. Choose another, or cancel the import."), "verdicts")
        if community is None:
            raise Invalid(_("Choose one of your communities."), "community")
        _attested(no_authority_asked=no_authority_asked, evidence_seen=evidence_seen)
        found.state, found.chosen, found.community = Import.State.SHARING, chosen, community
        found.submitted_at, found.submitted_by_id, found.submitted_with = now, staff_id_of(actor), key_of(actor)
        found.save(update_fields=["state", "chosen", "community", "submitted_at", "submitted_by", "submitted_with"])
        _let_go_of_the_rest(found, now)
        ask_for_parts(found)
        facts: dict[str, Fact] = {verdict: counts.get(verdict, 0) for verdict in chosen}
        note(record, found, "import.submitted", facts | {"community": community.public_id})
        return found


def _attested(*, no_authority_asked: bool, evidence_seen: bool) -> None:
    if not evidence_seen:
        raise Invalid(
            _("Confirm that people of your organisation have seen the evidence for each of these rows."),
            "evidence_seen",
        )
    if not no_authority_asked:
        raise Invalid(
            _("Confirm that no public authority asked for this. What an authority asked for is not shared here."),
            "no_authority_asked",
        )


def _let_go_of_the_rest(of: Import, now: datetime) -> None:
    """Parts without a chosen row are done. The others begin anew, with nobody holding them."""
    wanted = ImportRow.objects.filter(
        whole=of, verdict__in=of.chosen, number__gte=OuterRef("first"), number__lte=OuterRef("last")
    )
    left = of.parts.filter(done_at__isnull=True)
    left.filter(~Exists(wanted)).update(done_at=now, ciphertext=None)
    left.update(asked_at=now, leased_by="", leased_until=None, attempts=0)


# Ending


def cancel(*, import_id: int, actor: Actor, now: datetime) -> Import:
    """Stop an import and wipe its rows. What was submitted of it stays submitted."""
    with recording(actor, now) as record:
        found = _locked_of(actor, import_id)
        policies.may_cancel_import(actor, found)
        if not found.is_open:
            raise WrongState(_("This import has ended already."))
        end(record, found, Import.State.CANCELLED)
        return found


def end(record: Recorder, of: Import, state: Import.State) -> None:
    """The last words about an import, whose row the caller has locked. Its values are wiped."""
    of.state, of.ended_at = state, record.now
    of.save(update_fields=["state", "ended_at"])
    of.parts.filter(done_at__isnull=True).update(ciphertext=None)
    of.rows.filter(digest__isnull=False).update(digest=None)
    facts: dict[str, Fact] = dict(imported.counts(of))
    note(record, of, ENDS[state], facts)


def locked(pk: int) -> Import:
    return (
        Import.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "community", "submitted_by", "submitted_with")
        .get(pk=pk)
    )


def _locked_of(actor: Actor, import_id: int) -> Import:
    found = Import.objects.visible_to(actor).filter(public_id=import_id).first()
    if found is None:
        raise policies.unknown_import()
    return locked(found.pk)


def _must_be(found: Import, state: Import.State) -> None:
    if found.state == state:
        return
    if found.state == Import.State.CHECKING:
        raise WrongState(_("The rows are still being checked. Wait until every row has its verdict."))
    raise WrongState(_("This import was submitted or has ended already."))


def note(record: Recorder, of: Import, action: str, facts: Mapping[str, Fact]) -> None:
    organisation: Organisation = of.organisation
    record(
        action,
        subject_kind="import",
        subject=of.public_id,
        organisation=organisation.public_id,
        audience=f"organisation:{organisation.public_id}",
        facts=facts,
    )
