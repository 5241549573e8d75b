"""Keys of the demo's machines: one tied to networks, one that is being rotated, one that leaked, one that reads daily.

Their texts are thrown away as they are made: nobody ever has one. Addresses are those kept for documentation.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from lantern_site.audit.actors import Actor
from lantern_site.demo.world import World
from lantern_site.members.lifecycle import KeyScope, Revocation
from lantern_site.members.models import ApiKey
from lantern_site.members.networks import read
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from signals.services import reading

OFFICE, CLOUD, STRANGER = "203.0.113.0/24", "2001:db8:7::/48", "198.51.100.7"
INSIDE, IN_THE_CLOUD = "203.0.113.20", "2001:db8:7:1::20"
LAST_YEAR = timedelta(days=150)
PAGE = 40


def plan(world: World) -> None:
    """Let the machines of two members appear in the last months of the story, each when its house has an admin."""
    ends = world.ends
    world.plan(ends - LAST_YEAR, partial(_feed_reader, world, "Harbourline"))
    world.plan(ends - timedelta(days=120), partial(_hash_matcher, world, "Harbourline"))
    world.plan(ends - timedelta(days=70), partial(_leak, world, "Harbourline"))
    world.plan(ends - timedelta(days=60), partial(_intake, world, "Pixelpond"))


def _admin(world: World, house: str) -> Actor:
    """The first admin of the house. Always the same: the dice of the story stay as is."""
    return world.people[house, Role.MEMBER_ADMIN][0]


def _issue(
    world: World, house: str, label: str, scopes: Collection[KeyScope], days: int, now: datetime, *networks: str
) -> ApiKey:
    admin = _admin(world, house)
    key, _text = keys.issue(label=label, scopes=scopes, networks=networks, days=days, actor=admin, now=now)
    return key


def _feed_reader(world: World, house: str, now: datetime) -> None:
    """Reads the feed from the office and the cloud, and from nowhere else."""
    key = _issue(world, house, "Feed reader", [KeyScope.READ, KeyScope.FEEDBACK], 365, now, OFFICE, CLOUD)
    world.plan(now + timedelta(days=30), partial(_read, key, 0, INSIDE))
    world.plan(world.ends - timedelta(hours=3), partial(_read, key, None, IN_THE_CLOUD))


def _read(key: ApiKey, after: int | None, address: str, now: datetime) -> None:
    """One page, from where the last one ended."""
    key.refresh_from_db()
    keys.note_use(key, address=read(address), now=now)
    newest = key.polls.order_by("-upto").values_list("upto", flat=True).first() if after is None else after
    reading.read_feed(after=newest or 0, limit=PAGE, actor=key.actor(), now=now)


def _hash_matcher(world: World, house: str, now: datetime) -> None:
    """Looks hashes up; its key is replaced in the last days of the story."""
    key = _issue(world, house, "Hash matcher", [KeyScope.LOOKUP], 180, now)
    world.plan(world.ends - timedelta(days=3), partial(_rotate, world, house, key))


def _rotate(world: World, house: str, key: ApiKey, now: datetime) -> None:
    keys.note_use(key, address=read(INSIDE), now=now)
    keys.rotate(
        key_id=key.public_id,
        scopes=key.scopes,
        networks=[OFFICE],
        days=180,
        overlap_days=10,
        actor=_admin(world, house),
        now=now,
    )


def _leak(world: World, house: str, now: datetime) -> None:
    """Somebody pushed a script with its key to a public place. It was used from elsewhere once."""
    key = _issue(world, house, "Script for the quarterly figures", [KeyScope.READ], 90, now)
    world.plan(now + timedelta(days=9), partial(_read, key, 0, STRANGER))
    world.plan(now + timedelta(days=9, hours=5), partial(_revoke, world, house, key))


def _revoke(world: World, house: str, key: ApiKey, now: datetime) -> None:
    keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=_admin(world, house), now=now)


def _intake(world: World, house: str, now: datetime) -> None:
    """Shares what the moderators of the house found. It lapses within a month of the end."""
    key = _issue(world, house, "Intake service", [KeyScope.SUBMIT, KeyScope.LOOKUP], 80, now)
    world.plan(world.ends - timedelta(hours=9), partial(_use, key, IN_THE_CLOUD))


def _use(key: ApiKey, address: str, now: datetime) -> None:
    keys.note_use(key, address=read(address), now=now)
