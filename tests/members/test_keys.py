"""What people do with keys: issue, rotate, revoke. The door itself is tested in tests/site/test_rest.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, Refusal, WrongState
from lantern_site.members.lifecycle import KeyScope, KeyState, MemberState, Revocation, Suspension
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, Role
from lantern_site.members.services import keys, staff
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import issued, key_of

pytestmark = pytest.mark.django_db

OFFICE, CLOUD = "203.0.113.0/24", "2001:db8:7::/48"


def admin_of(organisation: Organisation) -> Actor:
    return builders.actor(organisation, Role.MEMBER_ADMIN)


def rotate(key: ApiKey, by: Actor, **changes: Any) -> tuple[ApiKey, str]:
    wish: dict[str, Any] = {"scopes": key.scopes, "networks": key.networks, "days": 90, "overlap_days": 7}
    return keys.rotate(key_id=key.public_id, actor=by, now=NOW, **wish | changes)


def entries(key: ApiKey) -> list[Entry]:
    return list(Entry.objects.about("key", key.public_id))


# Issuing


def test_a_key_is_shown_once_and_kept_as_a_hash() -> None:
    key, text = issued(builders.member())

    word, prefix, secret = text.split("_")
    kept = ApiKey.objects.get()
    assert (word, prefix) == ("lk", kept.prefix)
    assert bytes(kept.secret_hash) == sha256(secret.encode()).digest()
    assert secret not in str(vars(kept))
    assert key == kept


def test_issuing_and_revoking_a_key_leave_a_trace_without_the_secret() -> None:
    pixelpond = builders.member()
    key, text = issued(pixelpond, KeyScope.READ)

    keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=admin_of(pixelpond), now=NOW)

    first, second = entries(key)
    assert [first.action, second.action] == ["key.issued", "key.revoked"]
    assert first.facts == {"scopes": ["read"], "days": 365, "networks": 0}
    assert second.facts == {"reason": "leaked"}
    assert {entry.organisation for entry in (first, second)} == {pixelpond.public_id}
    written = str([first.facts, second.facts]) + str([bytes(payload.body) for payload in Payload.objects.all()])
    assert text.rpartition("_")[2] not in written


def test_networks_are_kept_in_their_normal_form() -> None:
    actor = admin_of(builders.member())
    key, _text = keys.issue(
        label="Machine", scopes=["read"], days=1, networks=[" 203.0.113.7 ", CLOUD], actor=actor, now=NOW
    )

    assert ApiKey.objects.get().networks == ["203.0.113.7/32", CLOUD]
    assert entries(key)[0].facts["networks"] == 2
    assert CLOUD not in str(entries(key)[0].facts)


@pytest.mark.parametrize("role", sorted((MEMBER_ROLES | PROGRAMME_ROLES) - {Role.MEMBER_ADMIN}))
def test_nobody_but_a_member_admin_issues_or_rotates_a_key(role: Role) -> None:
    of = builders.programme() if role in PROGRAMME_ROLES else builders.member()
    key, actor = key_of(builders.member()), builders.actor(of, role)
    before = Entry.objects.count()

    with pytest.raises(NotAllowed):
        keys.issue(label="Machine", scopes=["read"], days=1, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        rotate(key, actor)

    assert ApiKey.objects.count() == 1
    assert Entry.objects.count() == before


def test_a_key_issues_and_rotates_no_key() -> None:
    key = key_of(builders.member())

    with pytest.raises(NotAllowed):
        keys.issue(label="Machine", scopes=["read"], days=1, actor=key.actor(), now=NOW)
    with pytest.raises(NotAllowed):
        rotate(key, key.actor())
    with pytest.raises(NotAllowed):
        keys.revoke(key_id=key.public_id, reason=Revocation.UNNEEDED, actor=key.actor(), now=NOW)


def test_issuing_and_rotating_need_a_fresh_second_factor() -> None:
    pixelpond = builders.member()
    key = key_of(pixelpond)
    stale = builders.person(pixelpond, Role.MEMBER_ADMIN).actor(NOW)

    with pytest.raises(NotProven):
        keys.issue(label="Machine", scopes=["read"], days=1, actor=stale, now=NOW)
    with pytest.raises(NotProven):
        rotate(key, stale)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("label", {"label": "  "}),
        ("label", {"label": "x" * 61}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["read", "everything"]}),
        ("days", {"days": 0}),
        ("days", {"days": 366}),
        ("networks", {"networks": ["somewhere"]}),
        ("networks", {"networks": [f"203.0.113.{number}" for number in range(21)]}),
    ],
)
def test_a_key_that_makes_no_sense_is_not_issued(field: str, given: dict[str, Any]) -> None:
    wish: dict[str, Any] = {"label": "Machine", "scopes": ["read"], "days": 30} | given

    with pytest.raises(Invalid) as refusal:
        keys.issue(**wish, actor=admin_of(builders.member()), now=NOW)

    assert refusal.value.field == field
    assert not ApiKey.objects.exists()
    assert not Entry.objects.exists()


# Rotating


def test_a_rotated_key_works_beside_the_new_one_until_the_overlap_ends() -> None:
    pixelpond = builders.member()
    old, old_text = issued(pixelpond)

    new, new_text = rotate(old, admin_of(pixelpond), overlap_days=7)

    def opens(text: str, days: float) -> bool:
        return keys.verify(text=text, address=None, now=NOW + timedelta(days=days)) is not None

    assert (opens(old_text, 6.99), opens(old_text, 7), opens(new_text, 7)) == (True, False, True)
    assert (new.label, new.scopes, new.networks, new.replaces) == (old.label, old.scopes, old.networks, old)
    old.refresh_from_db()
    assert old.state_at(NOW) == KeyState.RETIRING
    assert old.revoked_at is None


def test_a_rotation_leaves_an_entry_at_both_keys() -> None:
    pixelpond = builders.member()
    old = key_of(pixelpond, KeyScope.READ)

    new, _text = rotate(old, admin_of(pixelpond), overlap_days=3)

    assert entries(old)[-1].action == "key.rotated"
    assert entries(old)[-1].facts == {"overlap_days": 3, "replaced_by": new.public_id}
    assert entries(new)[0].facts == {"scopes": ["read"], "days": 90, "networks": 0, "replaces": old.public_id}


def test_without_an_overlap_the_old_key_ends_at_once() -> None:
    pixelpond = builders.member()
    old, text = issued(pixelpond)
    admin = admin_of(pixelpond)

    rotate(old, admin, overlap_days=0)

    old.refresh_from_db()
    assert keys.verify(text=text, address=None, now=NOW) is None
    assert (old.revoked_because, old.revoked_at, old.revoked_by_id) == (Revocation.ROTATED, NOW, admin.staff_id)
    assert [entry.action for entry in entries(old)] == ["key.issued", "key.rotated", "key.revoked"]


def test_no_overlap_outlives_the_old_key() -> None:
    pixelpond = builders.member()
    admin = admin_of(pixelpond)
    old, _text = keys.issue(label="Machine", scopes=["read"], days=2, actor=admin, now=NOW)

    rotate(old, admin, overlap_days=14)

    old.refresh_from_db()
    assert old.retire_at == old.expires_at


def test_the_new_key_may_be_narrower() -> None:
    actor = admin_of(builders.member())
    old, _text = keys.issue(
        label="Machine", scopes=["read", "lookup"], days=9, networks=[OFFICE, CLOUD], actor=actor, now=NOW
    )

    new, _text = rotate(old, actor, scopes=["read"], networks=["203.0.113.7", CLOUD])

    assert (new.scopes, new.networks) == (["read"], ["203.0.113.7/32", CLOUD])


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("scopes", {"scopes": ["read", "submit"]}),
        ("scopes", {"scopes": []}),
        ("networks", {"networks": []}),
        ("networks", {"networks": ["198.51.100.0/24"]}),
        ("networks", {"networks": ["203.0.112.0/23"]}),
        ("networks", {"networks": ["::ffff:203.0.113.0/112"]}),
        ("overlap_days", {"overlap_days": 15}),
        ("overlap_days", {"overlap_days": -1}),
        ("days", {"days": 0}),
    ],
)
def test_the_new_key_may_not_do_more_and_the_old_one_stays_as_it_was(field: str, given: dict[str, Any]) -> None:
    actor = admin_of(builders.member())
    old, _text = keys.issue(label="Machine", scopes=["read"], days=9, networks=[OFFICE], actor=actor, now=NOW)

    with pytest.raises(Invalid) as refusal:
        rotate(old, actor, **given)

    assert refusal.value.field == field
    old.refresh_from_db()
    assert old.retire_at is None
    assert ApiKey.objects.count() == 1


def test_a_key_is_rotated_once_and_not_after_its_end() -> None:
    pixelpond = builders.member()
    admin, rotated, revoked = admin_of(pixelpond), key_of(pixelpond), key_of(pixelpond)
    rotate(rotated, admin)
    keys.revoke(key_id=revoked.public_id, reason=Revocation.UNNEEDED, actor=admin, now=NOW)

    with pytest.raises(WrongState, match="the one that replaced it"):
        rotate(rotated, admin)
    with pytest.raises(WrongState, match="has ended"):
        rotate(revoked, admin)


@pytest.mark.parametrize(
    "standing",
    [{"suspended": Suspension.ALL, "suspended_at": NOW}, {"state": MemberState.LEFT}, {"state": MemberState.LEAVING}],
)
def test_whoever_may_not_have_new_keys_still_rotates_for_the_corrections(standing: dict[str, Any]) -> None:
    pixelpond = builders.member()
    old = key_of(pixelpond)
    ApiKey.objects.update(corrections_only=True)
    Organisation.objects.filter(pk=pixelpond.pk).update(**standing)
    actor = builders.actor(Organisation.objects.get(pk=pixelpond.pk), Role.MEMBER_ADMIN)

    new, _text = rotate(old, actor)

    assert new.corrections_only
    with pytest.raises(NotAllowed):
        keys.issue(label="Machine", scopes=["read"], days=1, actor=actor, now=NOW)


# Revoking


def test_a_key_of_another_member_is_not_known() -> None:
    key = key_of(builders.member("Pixelpond"))
    stranger = admin_of(builders.member("Kestrel"))

    for key_id in (key.public_id, 1):
        with pytest.raises(Hidden):
            keys.revoke(key_id=key_id, reason=Revocation.LEAKED, actor=stranger, now=NOW)
    with pytest.raises(Hidden):
        rotate(key, stranger)

    assert ApiKey.objects.get().revoked_at is None


def test_a_key_is_revoked_once_and_by_a_member_admin() -> None:
    pixelpond = builders.member()
    key, admin = key_of(pixelpond), admin_of(pixelpond)
    with pytest.raises(NotAllowed):
        keys.revoke(
            key_id=key.public_id, reason=Revocation.LEAKED, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW
        )

    keys.revoke(key_id=key.public_id, reason=Revocation.UNNEEDED, actor=admin, now=NOW)

    with pytest.raises(WrongState):
        keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=admin, now=NOW)
    key.refresh_from_db()
    assert (key.revoked_because, key.revoked_by_id) == (Revocation.UNNEEDED, admin.staff_id)


def test_a_steward_revokes_the_leaked_key_of_any_member_and_its_admins_are_told() -> None:
    pixelpond = builders.member()
    key, steward = key_of(pixelpond), builders.actor(builders.programme(), Role.STEWARD)

    keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=steward, now=NOW)

    entry = entries(key)[-1]
    assert (entry.actor, entry.organisation, entry.facts) == (steward.id, pixelpond.public_id, {"reason": "leaked"})
    assert entry.audience == f"organisation:{pixelpond.public_id}"
    assert list(Outbox.objects.values_list("task", "arguments")) == [("members.tell_of_revoked_key", [key.pk])]


REASONS: dict[str, set[str]] = {
    "own admin": {"leaked", "unneeded"},
    "steward": {"leaked", "left"},
    "clock": {"left"},
    "auditor": set(),
    "analyst": set(),
}


@pytest.mark.parametrize("reason", Revocation)
@pytest.mark.parametrize("who", REASONS)
def test_why_who_may_end_a_key(who: str, reason: Revocation) -> None:
    pixelpond, programme = builders.member(), builders.programme()
    actors: dict[str, Callable[[], Actor]] = {
        "own admin": lambda: admin_of(pixelpond),
        "steward": lambda: builders.actor(programme, Role.STEWARD),
        "clock": Actor.clock,
        "auditor": lambda: builders.actor(programme, Role.AUDITOR),
        "analyst": lambda: builders.actor(pixelpond, Role.ANALYST),
    }
    key = key_of(pixelpond)
    revoked = True

    try:
        keys.revoke(key_id=key.public_id, reason=reason, actor=actors[who](), now=NOW)
    except Refusal:
        revoked = False

    assert revoked == (reason in REASONS[who])
    assert ("key.revoked" in [entry.action for entry in entries(key)]) == revoked


def test_a_steward_shows_a_second_factor_before() -> None:
    key = key_of(builders.member())
    stale = builders.person(builders.programme(), Role.STEWARD).actor(NOW)

    with pytest.raises(NotProven):
        keys.revoke(key_id=key.public_id, reason=Revocation.LEAKED, actor=stale, now=NOW)


def test_a_key_outlives_its_issuer_and_counts_as_them() -> None:
    pixelpond = builders.member()
    key, text = issued(pixelpond)
    issuer = key.issued_by

    staff.deactivate(staff_id=issuer.public_id, actor=admin_of(pixelpond), now=NOW)

    found = keys.verify(text=text, address=None, now=NOW)
    assert found is not None
    assert found.actor().people == {key.public_id, issuer.public_id}


# What the database keeps


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a_revoked_key_says_why", {"revoked_at": NOW}),
        ("a_revoked_key_says_why", {"revoked_because": "rotated"}),
        ("a_revoked_key_says", {"revoked_at": NOW, "revoked_because": "bored"}),
        ("a_revoked_key_says_by_whom", {"revoked_at": NOW, "revoked_because": "leaked"}),
        ("a_key_retires_in_its_lifetime", {"retire_at": NOW + timedelta(days=999)}),
        ("a_key_has_few_networks", {"networks": ["203.0.113.7/32"] * 21}),
        ("a_place_of_use_has_a_time", {"last_used_from": OFFICE}),
        ("a_refused_place_has_a_time", {"refused_from": OFFICE}),
    ],
)
def test_what_cannot_be_is_refused_by_the_database(name: str, changes: dict[str, Any]) -> None:
    key_of(builders.member())

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ApiKey.objects.update(**changes)


def test_who_sees_keys_is_a_queryset() -> None:
    own, other = key_of(builders.member("Pixelpond")), key_of(builders.member("Kestrel"))

    def seen(actor: Actor) -> set[ApiKey]:
        with acting_as(actor):
            return set(ApiKey.objects.visible_to(actor))

    assert seen(admin_of(own.organisation)) == {own}
    assert seen(builders.actor(builders.programme(), Role.AUDITOR)) == seen(Actor.clock()) == {own, other}


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_rotate_at_once_one_wins() -> None:
    pixelpond = builders.member()
    old = key_of(pixelpond)
    admins = [admin_of(pixelpond), admin_of(pixelpond)]
    start = Barrier(2)

    def work(actor: Actor) -> str:
        try:
            start.wait(timeout=10)
            rotate(old, actor)
        except WrongState:
            return "late"
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, admins)) == ["late", "won"]
    assert ApiKey.objects.filter(replaces=old).count() == 1
