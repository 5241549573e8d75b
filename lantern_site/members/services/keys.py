"""Keys of members' machines: issued, rotated, revoked, and asked for at the door (see `key_texts` for their form)."""

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import F, Q
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid
from lantern_site.members import key_rules, key_texts, networks
from lantern_site.members.key_rules import Wish
from lantern_site.members.lifecycle import Revocation
from lantern_site.members.models import ApiKey, KeyAddress, Organisation
from lantern_site.members.networks import Address
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import may_revoke_key, may_rotate_key, organisation_of, require, staff_id_of
from lantern_site.work import outbox

USE_IS_NOTED_EVERY = timedelta(minutes=1)
REFUSAL_IS_RECORDED_EVERY = timedelta(hours=1)
_NOBODYS_HASH = sha256(b"").digest()


def issue(
    *,
    label: str,
    scopes: Collection[str],
    days: int,
    networks: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A new key of the actor's organisation, and its whole text, which nobody can show again.

    `networks` are those from which it may be used, anywhere when there are none. Raises NotAllowed, NotProven, or
    Invalid with the field `label`, `scopes`, `networks` or `days`.
    """
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        require(actor, Permission.ISSUE_KEYS)
        wish = key_rules.made(label=label, scopes=scopes, networks=networks, days=days)
        return _create(record, organisation, wish)


def _create(record: Recorder, organisation: Organisation, wish: Wish, old: ApiKey | None = None) -> tuple[ApiKey, str]:
    prefix, secret, now = secrets.token_hex(5), secrets.token_hex(32), record.now
    key = ApiKey.objects.create(
        organisation=organisation,
        label=wish.label,
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=wish.scopes,
        networks=wish.networks,
        issued_by_id=staff_id_of(record.actor),
        issued_at=now,
        expires_at=now + timedelta(days=wish.days),
        replaces=old,
        warned_days=key_rules.announced_for(wish.days),
        corrections_only=old is not None and old.corrections_only,
    )
    facts: dict[str, Fact] = {"scopes": list(key.scopes), "days": wish.days, "networks": len(key.networks)}
    if old is not None:
        facts["replaces"] = old.public_id
    payload = {"label": key.label, "networks": ", ".join(key.networks)}
    record("key.issued", **key.about, facts=facts, payload=payload)
    return key, key_texts.written(prefix, secret)


def rotate(
    *,
    key_id: int,
    scopes: Collection[str],
    networks: Collection[str],
    days: int,
    overlap_days: int,
    actor: Actor,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A key that follows one of the actor's organisation (public id), and its text; both work until the overlap ends.

    Raises Hidden, WrongState when the key has ended or was rotated before, NotAllowed, NotProven, or Invalid with the
    field at fault.
    """
    with recording(actor, now) as record:
        old = _locked(key_id, actor)
        may_rotate_key(actor, old, now)
        plan = key_rules.rotation(old, scopes=scopes, networks=networks, days=days, overlap_days=overlap_days, now=now)
        key, text = _create(record, old.organisation, plan.wish, old)
        old.retire_at = plan.retire_at
        old.save(update_fields=["retire_at"])
        facts: dict[str, Fact] = {"overlap_days": overlap_days, "replaced_by": key.public_id}
        record("key.rotated", **old.about, facts=facts)
        if plan.ends_at_once:
            _end(record, old, Revocation.ROTATED, staff_id_of(actor))
        return key, text


def revoke(*, key_id: int, reason: Revocation, actor: Actor, now: datetime) -> ApiKey:
    """End a key at once. Its own organisation may; the programme when it has leaked, or when the member has left.

    Raises Hidden, WrongState when it was revoked before, NotAllowed, NotProven, or Invalid for `reason`.
    """
    with recording(actor, now) as record:
        key = _locked(key_id, actor)
        may_revoke_key(actor, key)
        if reason not in key_rules.reasons(actor, key):
            raise Invalid(_("Choose from the list why the key ends."), "reason")
        _end(record, key, reason, actor.staff_id)
        if key.organisation_id != actor.organisation_id:
            outbox.ask("members.tell_of_revoked_key", key.pk)
        return key


def _locked(key_id: int, actor: Actor) -> ApiKey:
    visible = ApiKey.objects.visible_to(actor).select_related("organisation")
    key = visible.select_for_update(of=("self",)).filter(public_id=key_id).first()
    if key is None:
        raise Hidden(_("There is no such key."))
    return key


def _end(record: Recorder, key: ApiKey, reason: Revocation, by: int | None) -> None:
    key.revoked_at, key.revoked_by_id, key.revoked_because = record.now, by, reason
    key.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    record("key.revoked", **key.about, facts={"reason": str(reason)})


def end_all(record: Recorder, organisation: Organisation) -> None:
    """The organisation has parted and certified: none of its keys is told anything any more."""
    running = ApiKey.objects.filter(organisation=organisation).usable_at(record.now)
    for key in running.select_related("organisation").select_for_update(of=("self",)).order_by("pk"):
        _end(record, key, Revocation.LEFT, record.actor.staff_id)


def verify(*, text: str, address: Address | None, now: datetime) -> ApiKey | None:
    """The key that `text` opens the door for, or None when it is no key, wrong, ended, or used from elsewhere.

    Says nothing about why, and takes as long for an unknown prefix as for a wrong secret. The row is read at each call:
    a key that was revoked does not pass at the next one. That it was used outside its networks is recorded for its
    organisation, which is all that whoever holds a stolen key brings about.
    """
    parts = key_texts.parts(text)
    if parts is None:
        return None
    prefix, secret = parts
    usable = ApiKey.objects.usable_at(now).select_related("organisation", "issued_by")
    key = usable.filter(prefix=prefix).first()
    kept = bytes(key.secret_hash) if key is not None else _NOBODYS_HASH
    if not hmac.compare_digest(kept, _hash(secret)) or key is None:
        return None
    if networks.allows(key.networks, address):
        return key
    _note_refusal(key, networks.prefix_of(address), now)
    return None


def _note_refusal(key: ApiKey, prefix: str, now: datetime) -> None:
    """One entry per key and hour, however many try at once."""
    before = now - REFUSAL_IS_RECORDED_EVERY
    if key.refused_at is not None and key.refused_at > before:
        return
    with recording(key.actor(), now) as record:
        stale = Q(refused_at__isnull=True) | Q(refused_at__lte=before)
        if ApiKey.objects.filter(stale, pk=key.pk).update(refused_at=now, refused_from=prefix):
            record("key.refused_address", **key.about, payload={"network": prefix})


def note_use(key: ApiKey, *, address: Address | None, now: datetime) -> None:
    """Remember that the key was used, and from which network: each once a minute at most, so that a busy client does
    not write at each call. A network other than the last is looked at every time: a thief does not hide behind it."""
    prefix, before = networks.prefix_of(address), now - USE_IS_NOTED_EVERY
    is_stale = key.last_used_at is None or key.last_used_at <= before
    if not is_stale and prefix == key.last_used_from:
        return
    with acting_as(key.actor()):
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now, last_used_from=prefix)
        if prefix:
            _note_address(key, prefix, before, now)


def _note_address(key: ApiKey, prefix: str, before: datetime, now: datetime) -> None:
    seen = KeyAddress.objects.filter(key=key, prefix=prefix)
    if seen.filter(last_seen_at__lte=before).update(last_seen_at=now, count=F("count") + 1) or seen.exists():
        return
    first = KeyAddress(key=key, prefix=prefix, first_seen_at=now, last_seen_at=now)
    KeyAddress.objects.bulk_create([first], ignore_conflicts=True)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
