"""What time does to keys, and the mail that it sends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members import tasks
from lantern_site.members.lifecycle import KeyState, Revocation
from lantern_site.members.models import ApiKey, KeyAddress, Organisation
from lantern_site.members.networks import read
from lantern_site.members.roles import Role
from lantern_site.members.services import key_duties, key_notices, keys
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def key_for(days: int, of: Organisation | None = None) -> ApiKey:
    admin = builders.actor(of or builders.member(), Role.MEMBER_ADMIN)
    return keys.issue(label="Laptop of Ada", scopes=["read"], days=days, actor=admin, now=NOW)[0]


def rotated(key: ApiKey, overlap_days: int) -> ApiKey:
    admin = builders.actor(key.organisation, Role.MEMBER_ADMIN)
    wish: dict[str, Any] = {"scopes": key.scopes, "networks": [], "days": 90, "overlap_days": overlap_days}
    return keys.rotate(key_id=key.public_id, actor=admin, now=NOW, **wish)[0]


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)


def told(action: str) -> list[dict[str, object]]:
    return list(Entry.objects.filter(action=action).order_by("position").values_list("facts", flat=True))


# Retiring


def test_a_rotated_key_retires_when_its_overlap_is_over_and_only_once() -> None:
    old = key_for(90)
    rotated(old, overlap_days=7)

    done = [key_duties.retire_rotated(now=later(days)) for days in (6, 7.5, 8)]

    old.refresh_from_db()
    assert done == [0, 1, 0]
    assert (old.revoked_because, old.revoked_at, old.revoked_by) == (Revocation.ROTATED, later(7), None)
    assert old.state_at(later(8)) == KeyState.REVOKED
    assert len(told("key.retired")) == 1


def test_a_key_that_leaked_during_its_overlap_stays_leaked() -> None:
    old = key_for(90)
    rotated(old, overlap_days=7)
    admin = builders.actor(old.organisation, Role.MEMBER_ADMIN)
    keys.revoke(key_id=old.public_id, reason=Revocation.LEAKED, actor=admin, now=later(1))

    assert key_duties.retire_rotated(now=later(8)) == 0

    old.refresh_from_db()
    assert old.revoked_because == Revocation.LEAKED


# Announcing


def test_a_lapse_is_announced_once_at_each_threshold() -> None:
    key = key_for(90)

    for days in (59, 60, 61, 83, 83.5, 89, 89.5, 90):
        key_duties.announce_lapses(now=later(days))

    assert told("key.lapses") == [{"days": 30}, {"days": 7}, {"days": 1}]
    asked = Outbox.objects.filter(task="members.warn_of_lapse").order_by("pk").values_list("arguments", flat=True)
    assert list(asked) == [[key.pk, 30], [key.pk, 7], [key.pk, 1]]


def test_after_a_pause_of_the_clock_only_the_nearest_threshold_is_announced() -> None:
    key_for(90)

    key_duties.announce_lapses(now=later(89.5))

    assert told("key.lapses") == [{"days": 1}]


@pytest.mark.parametrize(("days", "announced"), [(30, [7, 1]), (5, [1]), (1, [])])
def test_a_short_life_is_no_news(days: int, announced: list[int]) -> None:
    key_for(days)

    for passed in range(days * 4):
        key_duties.announce_lapses(now=later(passed / 4))

    assert [facts["days"] for facts in told("key.lapses")] == announced


def test_a_key_that_was_replaced_or_revoked_lapses_in_silence() -> None:
    old, revoked = key_for(90), key_for(90)
    rotated(old, overlap_days=14)
    admin = builders.actor(revoked.organisation, Role.MEMBER_ADMIN)
    keys.revoke(key_id=revoked.public_id, reason=Revocation.UNNEEDED, actor=admin, now=NOW)
    ApiKey.objects.filter(replaces=old).update(expires_at=later(400))

    for days in (61, 84, 89.5):
        key_duties.announce_lapses(now=later(days))

    assert told("key.lapses") == []


def test_every_member_admin_is_told_by_mail_without_a_name_or_label() -> None:
    pixelpond = builders.member()
    key = key_for(90, pixelpond)
    second = builders.person(pixelpond, Role.MEMBER_ADMIN)
    gone = builders.person(pixelpond, Role.MEMBER_ADMIN)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    builders.person(pixelpond, Role.ANALYST)
    builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN)

    assert key_notices.of_lapse(key_id=key.pk, days=7, now=later(84)) == 2

    assert [message.to for message in mail.outbox] == [[key.issued_by.email], [second.email]]
    text = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert "within 7 days" in mail.outbox[0].subject
    assert key.prefix in text
    assert "/keys/LN-" in text
    assert not any(word in text for word in (key.label, key.issued_by.name, key.issued_by.email))


def test_nobody_is_told_of_a_key_that_has_ended_meanwhile() -> None:
    key = key_for(90)

    assert key_notices.of_lapse(key_id=key.pk, days=1, now=later(91)) == 0
    assert mail.outbox == []


def test_admins_are_told_why_the_programme_revoked_their_key() -> None:
    key = key_for(90)
    steward = builders.actor(builders.programme(), Role.STEWARD)
    keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=steward, now=NOW)

    with clock.at(NOW):
        tasks.tell_of_revoked_key(key.pk)

    assert "It has leaked" in str(mail.outbox[0].body)


# Forgetting


def test_from_where_a_key_was_used_is_forgotten_after_two_years() -> None:
    key = key_for(90)
    keys.note_use(key, address=read("203.0.113.7"), now=NOW)
    key.refresh_from_db()
    keys.note_use(key, address=read("2001:db8::7"), now=later(2))

    assert key_duties.forget_addresses(now=later(730)) == 0
    assert key_duties.forget_addresses(now=later(731)) == 1

    with acting_as(Actor.clock()):
        assert KeyAddress.objects.get().prefix == "2001:db8::/48"
    key.refresh_from_db()
    assert key.last_used_from == "2001:db8::/48"
    key_duties.forget_addresses(now=later(733))
    key.refresh_from_db()
    assert (key.last_used_from, key.last_used_at) == ("", later(2))
