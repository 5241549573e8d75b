"""What a key may be, how one follows another, when its end is announced, and why it may be ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.errors import Invalid
from lantern_site.members import networks as cidr
from lantern_site.members.lifecycle import KeyScope, Revocation
from lantern_site.members.models import ApiKey

LONGEST_DAYS = 365
LONGEST_OVERLAP = 14
ANNOUNCED = (1, 7, 30)
"""Days before the end of a key at which its organisation is told."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks a key to be. `made` brings it into order, or refuses it."""

    label: str
    scopes: Sequence[str]
    networks: Sequence[str]
    days: int


def made(*, label: str, scopes: Collection[str], networks: Collection[str], days: int) -> Wish:
    """The wish in order. Raises Invalid with the field `label`, `scopes`, `networks` or `days`."""
    label, longest = label.strip(), ApiKey._meta.get_field("label").max_length or 0
    if not label:
        raise Invalid(_("Say what the key is for."), "label")
    if len(label) > longest:
        raise Invalid(_("Use %(longest)d characters at most.") % {"longest": longest}, "label")
    if not scopes:
        raise Invalid(_("Choose what the key may do."), "scopes")
    if not set(scopes) <= set(KeyScope.values):
        raise Invalid(_("Choose from the list what the key may do."), "scopes")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(_("A key is valid for 1 to %(longest)d days.") % {"longest": LONGEST_DAYS}, "days")
    return Wish(label, [scope.value for scope in KeyScope if scope.value in scopes], cidr.parse(networks), days)


@dataclass(frozen=True)
class Rotation:
    """What a rotation brings: the new key, and when the old one stops."""

    wish: Wish
    retire_at: datetime
    expires_at: datetime
    ends_at_once: bool
    lost_scopes: Sequence[KeyScope]


def rotation(
    key: ApiKey,
    *,
    scopes: Collection[str],
    networks: Collection[str],
    days: int,
    overlap_days: int,
    now: datetime,
) -> Rotation:
    """How the key would be followed by one that may do the same or less, from the same networks or fewer.

    Raises Invalid with the field at fault.
    """
    wish = made(label=key.label, scopes=scopes, networks=networks, days=days)
    if not set(wish.scopes) <= set(key.scopes):
        raise Invalid(_("A rotated key may do no more than the old one. Issue another key for that."), "scopes")
    if not cidr.narrows(wish.networks, key.networks):
        raise Invalid(_("Stay within the networks of the old key. Issue another key for other ones."), "networks")
    if not 0 <= overlap_days <= LONGEST_OVERLAP:
        sentence = _("Both keys may be valid for 0 to %(longest)d days.")
        raise Invalid(sentence % {"longest": LONGEST_OVERLAP}, "overlap_days")
    return Rotation(
        wish,
        retire_at=min(now + timedelta(days=overlap_days), key.expires_at),
        expires_at=now + timedelta(days=days),
        ends_at_once=not overlap_days,
        lost_scopes=[scope for scope in KeyScope if scope in key.scopes and scope not in wish.scopes],
    )


def announced_for(days: int) -> int | None:
    """The nearest announcement that lies not within so many days: of a key that is issued for them it is no news."""
    return next((threshold for threshold in ANNOUNCED if days <= threshold), None)


def reasons(actor: Actor, key: ApiKey) -> tuple[Revocation, ...]:
    """Why the actor may end this key: its own organisation says so, others only what concerns everybody."""
    if actor.organisation_id == key.organisation_id:
        return Revocation.LEAKED, Revocation.UNNEEDED
    return (Revocation.LEFT,) if actor.is_clock else (Revocation.LEAKED, Revocation.LEFT)
