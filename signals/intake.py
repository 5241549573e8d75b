"""What a member hands in, checked and made ready: statements, values in normal form, indicators with their digests."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site import encryption
from lantern_site.errors import Invalid
from signals import guards, normalise, protection
from signals.kinds import LIFETIMES, OFFERED, POSSIBLY_CHILD_DAYS, AccountHolder, HarmTerm, Kind, Origin
from signals.models import Indicator, IndicatorAlias, IndicatorValue, Signal, SignalVersion
from signals.models.statements import SAID
from signals.normalise import Normal
from signals.refusals import Reason, refuse

MAX_VALUES = 200


@dataclass(frozen=True)
class Item:
    """One value as it was given."""

    kind: Kind
    raw: str
    service: str | None = None
    quality: int | None = None


@dataclass(frozen=True)
class Statement:
    """What a signal says, in the closed words of `kinds`. `no_authority_asked` is the submitter's confirmation."""

    harm: HarmTerm
    clause: str
    evidence_seen_by: str
    review_method: str
    origin: Origin
    confidence: str
    no_authority_asked: bool
    first_seen_on: date | None = None
    last_seen_on: date | None = None
    behaviours: tuple[str, ...] = ()
    ai: str = "not_indicated"
    real_child: str = "unknown"
    account_holder: str = AccountHolder.UNKNOWN
    not_to_regions: tuple[str, ...] = ()
    owner_named: bool = True
    meaning: str = ""
    outward_note: str = ""
    inward_note: str = ""
    expires_on: date | None = None
    danger: bool = False
    authority_informed: str = ""

    @property
    def is_possibly_child(self) -> bool:
        return self.account_holder == AccountHolder.POSSIBLY_CHILD

    def free_text(self) -> dict[str, str]:
        """What the ledger keeps beside its entry, erasable."""
        return {
            "outward_note": self.outward_note,
            "inward_note": self.inward_note,
            "meaning": self.meaning,
            "authority_informed": self.authority_informed,
        }


@dataclass(frozen=True)
class Taken:
    """A value that passed intake, and what is to be looked at twice about it."""

    normal: Normal
    warnings: tuple[str, ...]


def take(item: Item) -> Taken:
    """Bring a value into normal form and ask the guards. Raises Invalid."""
    if item.kind not in OFFERED:
        refuse(Reason.KIND_UNKNOWN, "kind")
    normal = normalise.normal_form(item.kind, item.raw, service=item.service, quality=item.quality)
    return Taken(normal, tuple(warning.value for warning in guards.warnings(normal)))


def check_statement(statement: Statement, now: datetime) -> None:
    """Raise Invalid for what no kind of value may say."""
    if not statement.clause.strip():
        raise Invalid(_("Name the clause of your own policy that this rests on."), "clause")
    if not statement.evidence_seen_by.strip():
        raise Invalid(_("Say who at your organisation saw the evidence: a function, not a name."), "evidence_seen_by")
    if not statement.no_authority_asked:
        raise Invalid(
            _("Confirm that no public authority asked for this. What an authority asked for is not shared here."),
            "no_authority_asked",
        )
    first, last = statement.first_seen_on, statement.last_seen_on
    if first is not None and last is not None and last < first:
        raise Invalid(_("It cannot have been seen last before it was seen first."), "last_seen_on")
    if last is not None and last > now.date():
        raise Invalid(_("The day on which it was last seen lies in the future."), "last_seen_on")
    if statement.danger and not statement.authority_informed.strip():
        raise Invalid(_("Inform the authorities first. Say which and when, or why not yet."), "authority_informed")


def version_of(signal: Signal, statement: Statement, *, number: int, staff_id: int, now: datetime) -> SignalVersion:
    """The statement as a version of the signal that is not saved yet."""
    said = {name: getattr(statement, name) for name in SAID}
    said |= {name: list(said[name]) for name in ("behaviours", "not_to_regions")}
    return SignalVersion(signal=signal, number=number, proposed_at=now, proposed_by_id=staff_id, **said)


def stated(version: SignalVersion) -> Statement:
    """What a version says, without the submitter's confirmation: whoever says it again confirms it again."""
    said = {name: getattr(version, name) for name in SAID}
    said |= {name: tuple(said[name]) for name in ("behaviours", "not_to_regions")}
    return Statement(**said, no_authority_asked=False)


def check_holder(kind: str, holder: str) -> None:
    """Raise Invalid for a kind that is not shared of a possible child."""
    if holder == AccountHolder.POSSIBLY_CHILD and kind in (Kind.PAYMENT, Kind.PHONE):
        raise Invalid(_("Of a possible child no payment handle and no telephone number is shared."), "account_holder")


def expiry(kind: Kind, statement: Statement, now: datetime) -> datetime:
    """When a signal of this kind ends: the wish of the submitter up to the maximum, else the default."""
    lifetime = LIFETIMES[kind]
    most, usual = lifetime.maximum, lifetime.default
    if statement.is_possibly_child:
        most, usual = min(most, POSSIBLY_CHILD_DAYS), min(usual, POSSIBLY_CHILD_DAYS)
    if statement.expires_on is None:
        return now + timedelta(days=usual)
    days = (statement.expires_on - now.date()).days
    if days < 1:
        raise Invalid(_("The expiry date must lie in the future."), "expires_on")
    if days > most:
        raise Invalid(
            ngettext("This may be kept for %(most)d day at most.", "This may be kept for %(most)d days at most.", most)
            % {"most": most},
            "expires_on",
        )
    return now + timedelta(days=days)


def locked_indicator(normal: Normal, now: datetime) -> Indicator:
    """The indicator of a value, known by its keyed digest, with its row locked; made if there was none.

    One statement does it, so that two who bring the same new value wait for each other.
    """
    public = normalise.public_digest(normal)
    indicator = _known(normal.kind, public) or _made(normal.kind, public, now)
    alias = normalise.alias_digest(normal)
    if alias is not None:
        made = IndicatorAlias(indicator=indicator, digest=protection.digest(alias, under=indicator.pepper_id))
        IndicatorAlias.objects.bulk_create([made], ignore_conflicts=True)
    return indicator


def _made(kind: str, public: bytes, now: datetime) -> Indicator:
    made = Indicator(
        kind=kind,
        digest=protection.digest(public),
        pepper_id=protection.newest(),
        bucket=protection.bucket(public),
        created_at=now,
    )
    [indicator] = Indicator.objects.bulk_create(
        [made],
        update_conflicts=True,
        unique_fields=["kind", "digest"],
        update_fields=["bucket"],  # the same as before: an update takes the lock
    )
    return indicator


def _known(kind: str, public: bytes) -> Indicator | None:
    """The indicator, locked, if there is one under any pepper; asked only where there are several.

    The unique digest does not keep two apart who write under different peppers, as processes do that are restarted one
    after the other, nor a writer from a rotation that wraps the digest meanwhile. So whoever knows several peppers
    takes the value's own lock first, until the transaction ends, and then the row's.
    """
    digests = protection.digests(public)
    if len(digests) == 1:
        return None
    innermost = digests[min(digests)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(innermost[:8], signed=True)])
    return Indicator.objects.of(kind, public).select_for_update().first()


def find_indicator(normal: Normal) -> Indicator | None:
    """The indicator of a value if anybody ever shared it; nothing is written."""
    return Indicator.objects.of(normal.kind, normalise.public_digest(normal)).first()


def find_indicators(normals: Iterable[Normal]) -> dict[Normal, int]:
    """The same for many, as primary keys: those that nobody ever shared are left out."""
    digests: dict[tuple[str, bytes], list[Normal]] = defaultdict(list)
    oldest = Indicator.objects.oldest_pepper()
    for normal in normals:
        for digest in protection.digests(normalise.public_digest(normal), oldest).values():
            digests[normal.kind, digest].append(normal)
    found = Indicator.objects.filter(kind__in={kind for kind, _digest in digests})
    found = found.filter(digest__in={digest for _kind, digest in digests})
    return {
        normal: pk
        for pk, kind, digest in found.values_list("pk", "kind", "digest")
        for normal in digests.get((kind, bytes(digest)), ())
    }


def keep_value(indicator: Indicator, normal: Normal) -> None:
    """Encrypt and keep the value, unless it is here already. The actor must see a signal on the indicator."""
    kept = IndicatorValue(indicator=indicator)
    kept.ciphertext, kept.key_id = encryption.encrypt(normal.value, bound_to=kept.binding)
    IndicatorValue.objects.bulk_create([kept], ignore_conflicts=True)


def value_of(indicator: Indicator) -> str | None:
    """The plain value, or None where it was wiped or may not be seen. The caller records why it looks."""
    value = getattr(indicator, "value", None)
    if value is None:
        return None
    return opened(indicator.pk, value.ciphertext, value.key_id)


def opened(indicator_id: int, ciphertext: bytes | memoryview, key_id: int) -> str:
    """The plain value of a row. Raises InvalidTag when it was altered, KeyError when its key is not here."""
    return encryption.decrypt(ciphertext, key_id, bound_to=IndicatorValue.binding_of(indicator_id))


def masked(indicator: Indicator) -> str:
    """The value as pages show it until somebody asks to see it."""
    value = value_of(indicator)
    return guards.mask(Kind(indicator.kind), value) if value is not None else _("value wiped")
