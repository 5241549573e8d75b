"""Keys and peppers that change while everything runs: what lies under an old one is written anew, in batches.

Each row says itself under which number it lies. So a rotation that was interrupted goes on where it stopped, and
whoever reads a row meanwhile knows how. Everything that is encrypted stands in `ENCRYPTED`; a test finds what does not.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db.models import Count, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf

from lantern_site import encryption
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from reviews.models import Finding, Plea
from signals import intake, leads, normalise, protection, sealing
from signals.kinds import Kind
from signals.models import Chunk, Draft, ImportPart, ImportRow, Indicator, IndicatorAlias, IndicatorValue, Lead
from signals.normalise import Normal

PAUSE = 0.1
PATIENCE = 100
"""How often in a row nothing but rows that others hold is found before a rotation gives up."""

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Kept:
    """Rows that lie under a numbered key each: `rows` carry the number as `under`. `renew` writes some of them, locked,
    under the newest; `read` raises InvalidTag or KeyError where the key at hand is not the one."""

    name: str
    rows: Callable[[], Rows]
    renew: Callable[[Sequence[Any]], None]
    read: Callable[[Any], object]


@dataclass(frozen=True)
class Progress:
    name: str
    done: int
    total: int


# What is encrypted


class _Number(Func):
    """The number that a sealed blob begins with."""

    template = "(get_byte(%(expressions)s, 0) * 256 + get_byte(%(expressions)s, 1))"
    output_field = IntegerField()


def _sealed(model: type[Chunk | Draft | Finding | ImportPart | ImportRow | Lead | Plea], column: str) -> Rows:
    rows: Rows = model._default_manager.filter(**{f"{column}__isnull": False}).annotate(under=_Number(F(column)))
    return rows


def _chunks() -> Rows:
    return _sealed(Chunk, "ciphertext").select_related("job")


def _parts() -> Rows:
    return _sealed(ImportPart, "ciphertext").select_related("whole")


def _rows() -> Rows:
    return _sealed(ImportRow, "reference").select_related("whole")


def _second_factors() -> Rows:
    kept = Coalesce(KT("data__secret"), KT("data__seed"), Value(""))
    number = Func(kept, Value(":"), Value(1), function="split_part", output_field=TextField())
    under = Cast(NullIf(number, Value("")), IntegerField())
    rows: Rows = Authenticator.objects.annotate(under=under).filter(under__isnull=False)
    return rows


def _renew_values(values: Sequence[IndicatorValue]) -> None:
    for value in values:
        plain = encryption.decrypt(value.ciphertext, value.key_id, bound_to=value.binding)
        value.ciphertext, value.key_id = encryption.encrypt(plain, bound_to=value.binding)
    IndicatorValue.objects.bulk_update(values, ["ciphertext", "key_id"])


def _reseal(column: str, rows: Sequence[Any]) -> None:
    """Rows with a `binding` whose column may be empty by now."""
    for row in rows:
        if (sealed := getattr(row, column)) is not None:
            setattr(row, column, sealing.resealed(sealed, bound_to=row.binding))
    if rows:
        type(rows[0])._default_manager.bulk_update(rows, [column])


def _renew_second_factors(factors: Sequence[Authenticator]) -> None:
    for factor in factors:
        factor.data = get_adapter().encrypted_anew(factor)
    Authenticator.objects.bulk_update(factors, ["data"])


ENCRYPTED: Mapping[tuple[type[Any], str], Kept] = {
    (IndicatorValue, "ciphertext"): Kept(
        "values of indicators",
        lambda: IndicatorValue.objects.select_related("indicator").annotate(under=F("key_id")),
        _renew_values,
        lambda value: intake.value_of(value.indicator),
    ),
    (Chunk, "ciphertext"): Kept(
        "candidates of match jobs",
        _chunks,
        partial(_reseal, "ciphertext"),
        lambda chunk: sealing.unseal(chunk.ciphertext, bound_to=chunk.binding),
    ),
    (Lead, "reference"): Kept(
        "references of leads", lambda: _sealed(Lead, "reference"), partial(_reseal, "reference"), leads.reference_of
    ),
    (Draft, "content"): Kept(
        "drafts", lambda: _sealed(Draft, "content"), partial(_reseal, "content"), lambda draft: draft.opened()
    ),
    (ImportPart, "ciphertext"): Kept(
        "rows of imports",
        _parts,
        partial(_reseal, "ciphertext"),
        lambda part: sealing.unseal(part.ciphertext, bound_to=part.binding),
    ),
    (ImportRow, "reference"): Kept(
        "references of imports",
        _rows,
        partial(_reseal, "reference"),
        lambda row: sealing.unseal(row.reference, bound_to=row.binding),
    ),
    (Finding, "authority_reference"): Kept(
        "references of reports to authorities",
        lambda: _sealed(Finding, "authority_reference"),
        partial(_reseal, "authority_reference"),
        lambda finding: sealing.unseal(finding.authority_reference, bound_to=finding.binding),
    ),
    (Plea, "content"): Kept(
        "pleas",
        lambda: _sealed(Plea, "content"),
        partial(_reseal, "content"),
        lambda plea: sealing.unseal(plea.content, bound_to=plea.binding),
    ),
    (Authenticator, "data"): Kept(
        "second factors", _second_factors, _renew_second_factors, lambda factor: get_adapter().encrypted_anew(factor)
    ),
}
"""By model and column."""


# What lies under a pepper


def _wrap(indicators: Sequence[Indicator]) -> None:
    """Wrap the digest of each, and that of its alias with it."""
    newest = protection.newest()
    aliases = []
    for indicator in indicators:
        above, indicator.pepper_id = indicator.pepper_id, newest
        indicator.digest = protection.wrapped(bytes(indicator.digest), above=above, under=newest)
        if alias := getattr(indicator, "alias", None):
            alias.digest = protection.wrapped(bytes(alias.digest), above=above, under=newest)
            aliases.append(alias)
    Indicator.objects.bulk_update(indicators, ["digest", "pepper_id"])
    IndicatorAlias.objects.bulk_update(aliases, ["digest"])


def _digest_is_found(indicator: Indicator) -> None:
    """Raise InvalidTag where the value that is kept has another digest under the peppers at hand."""
    value = intake.value_of(indicator)
    normal = Normal(Kind(indicator.kind), value or "")
    if value is not None and protection.digest(normalise.public_digest(normal), indicator.pepper_id) != bytes(
        indicator.digest
    ):
        raise InvalidTag


DIGESTS = Kept(
    "digests of indicators",
    lambda: Indicator.objects.select_related("alias", "value").annotate(under=F("pepper_id")),
    _wrap,
    _digest_is_found,
)


# Rotating


def renew_keys(*, batch: int, now: datetime) -> Iterator[Progress]:
    """Encrypt under the newest key whatever lies under another one, a batch in each transaction."""
    newest = encryption.newest()
    waiting = [(kept, lambda kept=kept: kept.rows().exclude(under=newest)) for kept in ENCRYPTED.values()]
    yield from _renew(waiting, "encryption.rotated", newest, batch, now)


def wrap_digests(*, batch: int, now: datetime) -> Iterator[Progress]:
    """Wrap under the newest pepper every digest that lies under an older one, a batch in each transaction."""
    newest = protection.newest()
    waiting = [(DIGESTS, lambda: DIGESTS.rows().filter(under__lt=newest))]
    yield from _renew(waiting, "digests.rotated", newest, batch, now)


def _renew(
    waiting: Sequence[tuple[Kept, Callable[[], Rows]]], action: str, newest: int, batch: int, now: datetime
) -> Iterator[Progress]:
    """What was written anew leaves one entry at the end."""
    changed = 0
    for kept, rows in waiting:
        total, done = _count(rows), 0
        for number in _batches(kept, rows, batch):
            done += number
            yield Progress(kept.name, done, max(total, done))
        changed += done
    if changed:
        with recording(Actor.clock(), now) as record:
            record(action, subject_kind="installation", subject=0, facts={"under": newest, "rows": changed})


def _batches(kept: Kept, rows: Callable[[], Rows], batch: int) -> Iterator[int]:
    """Pass over the rows until none waits. Those that somebody holds are left for the next pass: nobody ever waits for
    us while we wait for them."""
    last = idle = 0
    while idle < PATIENCE:
        with acting_as(Actor.clock()):
            free = rows().filter(pk__gt=last).select_for_update(of=("self",), skip_locked=True)
            page = list(free.order_by("pk")[:batch])
            if page:
                kept.renew(page)
        if page:
            last, idle = page[-1].pk, 0
            yield len(page)
        elif _count(rows):
            last, idle = 0, idle + 1
            time.sleep(PAUSE)
        else:
            return


def _count(rows: Callable[[], Rows]) -> int:
    with acting_as(Actor.clock()):
        return rows().order_by().count()


# What still needs which


def needed(kept: Kept) -> dict[int, int]:
    """How many rows lie under each number."""
    with acting_as(Actor.clock()):
        counted = kept.rows().order_by().values("under").annotate(number=Count("pk"))
        return dict(sorted(counted.values_list("under", "number")))


def dispensable(now_needed: Sequence[Mapping[int, int]]) -> list[int]:
    """Encryption keys in the settings that nothing lies under, and under which nothing will be written."""
    used = {number for counted in now_needed for number in counted} | {encryption.newest()}
    return sorted(set(settings.ENCRYPTION_KEYS) - used)


def faults() -> list[str]:
    """What is kept and cannot be read or found with the keys and peppers in the settings, a sentence each."""
    with acting_as(Actor.clock()):
        encrypted = [_fault(kept, settings.ENCRYPTION_KEYS, "LANTERN_ENCRYPTION_KEYS") for kept in ENCRYPTED.values()]
        return [fault for fault in (*encrypted, _fault(DIGESTS, settings.PEPPERS, "LANTERN_PEPPERS")) if fault]


def _fault(kept: Kept, keys: Mapping[int, bytes], setting: str) -> str:
    """One row under each number is read, to try the key."""
    unknown = kept.rows().exclude(under__in=list(keys)).first()
    if unknown is not None:
        return f"{setting} lacks number {unknown.under}, which {kept.name} lie under. Put it back."
    for number in keys:
        row = kept.rows().filter(under=number).first()
        try:
            if row is not None:
                kept.read(row)
        except (InvalidTag, KeyError):
            return f"{kept.name.capitalize()} under number {number} do not fit {setting}. Put back what it held before."
    return ""
