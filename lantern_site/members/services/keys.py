"""Keys of members' machines: `lk_<prefix>_<secret>`. The secret is shown once; only its SHA-256 is kept."""

import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import organisation_of, require, staff_of

LONGEST_DAYS = 365
USE_IS_NOTED_EVERY = timedelta(minutes=1)
_FORM = re.compile(r"lk_([0-9a-f]{10})_([0-9a-f]{64})", re.ASCII)
_NOBODYS_HASH = sha256(b"").digest()


def issue(*, label: str, scopes: Collection[str], days: int, actor: Actor, now: datetime) -> tuple[ApiKey, str]:
    """A new key of the actor's organisation, and its whole text, which nobody can show again.

    Raises NotAllowed, or Invalid with the field `label`, `scopes` or `days`.
    """
    with recording(actor, now) as record:
        organisation = organisation_of(actor)
        require(actor, Permission.ISSUE_KEYS)
        _check(label, scopes, days)
        prefix, secret = secrets.token_hex(5), secrets.token_hex(32)
        key = ApiKey.objects.create(
            organisation=organisation,
            label=label.strip(),
            prefix=prefix,
            secret_hash=_hash(secret),
            scopes=[scope.value for scope in KeyScope if scope.value in scopes],
            issued_by=staff_of(actor),
            issued_at=now,
            expires_at=now + timedelta(days=days),
        )
        record(
            "key.issued",
            subject_kind="key",
            subject=key.public_id,
            audience=_audience(organisation),
            facts={"scopes": list(key.scopes), "days": days},
            payload={"label": key.label},
        )
        return key, f"lk_{prefix}_{secret}"


def _check(label: str, scopes: Collection[str], days: int) -> None:
    longest = ApiKey._meta.get_field("label").max_length or 0
    if not label.strip():
        raise Invalid(_("Say what the key is for."), "label")
    if len(label.strip()) > longest:
        raise Invalid(_("Use %(longest)d characters at most.") % {"longest": longest}, "label")
    if not scopes:
        raise Invalid(_("Choose what the key may do."), "scopes")
    if not set(scopes) <= set(KeyScope.values):
        raise Invalid(_("Choose from the list what the key may do."), "scopes")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(_("A key is valid for 1 to %(longest)d days.") % {"longest": LONGEST_DAYS}, "days")


def revoke(*, key_id: int, actor: Actor, now: datetime) -> ApiKey:
    """End a key of the actor's organisation at once. `key_id` is its public id."""
    with recording(actor, now) as record:
        own = ApiKey.objects.select_for_update(of=("self",)).select_related("organisation")
        key = own.filter(public_id=key_id, organisation=actor.organisation_id).first()
        if key is None:
            raise Hidden(_("There is no such key."))
        if key.revoked_at is not None:
            raise WrongState(_("This key was revoked before."))
        require(actor, Permission.REVOKE_KEYS)
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        record("key.revoked", subject_kind="key", subject=key.public_id, audience=_audience(key.organisation))
        return key


def verify(*, text: str, now: datetime) -> ApiKey | None:
    """The key that `text` opens the door for, or None when it is no key, wrong, revoked or expired.

    Says nothing about why, and takes as long for an unknown prefix as for a wrong secret.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    prefix, secret = match.groups()
    usable = ApiKey.objects.usable_at(now).select_related("organisation", "issued_by")
    key = usable.filter(prefix=prefix).first()
    kept = bytes(key.secret_hash) if key is not None else _NOBODYS_HASH
    return key if hmac.compare_digest(kept, _hash(secret)) else None


def note_use(key: ApiKey, *, now: datetime) -> None:
    """Remember that the key was used: once a minute at most, so that a busy client does not write at each call."""
    before = now - USE_IS_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at <= before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _audience(organisation: Organisation) -> str:
    return f"organisation:{organisation.public_id}"
