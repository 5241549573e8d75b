"""Test signals: sent into the feed, read by a machine, acknowledged by a person of the member."""

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, NotAllowed, WrongState
from lantern_site.members.lifecycle import GateKind, KeyScope, MemberState
from lantern_site.members.models import ApiKey, Gate, Organisation, TestSignal
from lantern_site.members.roles import Role
from lantern_site.members.services import keys, trials
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def send(to: Organisation, by: Actor | None = None) -> TestSignal:
    return trials.send_test_signal(organisation_id=to.public_id, actor=by or builders.steward(), now=NOW)


def key_of(organisation: Organisation) -> ApiKey:
    organisation.refresh_from_db()
    admin = builders.actor(organisation, Role.MEMBER_ADMIN)
    key, _text = keys.issue(label="Feed", scopes=[KeyScope.READ], days=30, actor=admin, now=NOW)
    return key


def test_a_test_signal_stands_in_the_feed_at_the_position_of_its_entry() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)

    sent = send(saltmarsh)

    entry = Entry.objects.get(action="member.test_signal_sent")
    assert sent.position == entry.position
    assert entry.facts == {"test": sent.public_id}
    assert entry.audience == f"organisation:{saltmarsh.public_id}"
    assert sent.value.endswith("@example.org")
    assert sent.code.lower() in sent.value
    with acting_as(Actor.clock()):
        due = TestSignal.objects.due
        assert list(due(saltmarsh.pk, after=0, upto=entry.position)) == [sent]
        assert not due(saltmarsh.pk, after=entry.position, upto=entry.position + 9).exists()
        assert not due(saltmarsh.pk + 1, after=0, upto=entry.position).exists()


def test_a_machine_reads_it_and_a_person_acknowledges_it() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    sent, key = send(saltmarsh), key_of(saltmarsh)

    trials.note_test_received(test_id=sent.public_id, key=key, now=NOW)
    trials.note_test_received(test_id=sent.public_id, key=key, now=NOW)
    person = builders.actor(saltmarsh, Role.ANALYST)
    done = trials.acknowledge_test_signal(test_id=sent.public_id, actor=person, now=NOW)

    assert (done.received_key, done.acknowledged_by_id) == (key, person.staff_id)
    (received,) = Entry.objects.filter(action="member.test_signal_received")
    assert received.facts == {"test": sent.public_id, "how": "key"}
    assert (received.actor_kind, received.actor) == ("key", key.public_id)
    with acting_as(Actor.clock()):
        assert Gate.objects.standing().filter(kind=GateKind.TEST_SIGNAL, organisation=saltmarsh).exists()


def test_who_has_no_machine_yet_acknowledges_what_the_page_shows() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    sent = send(saltmarsh)

    done = trials.acknowledge_test_signal(
        test_id=sent.public_id, actor=builders.actor(saltmarsh, Role.MEMBER_ADMIN), now=NOW
    )

    assert done.received_at == NOW
    assert Entry.objects.get(action="member.test_signal_received").facts["how"] == "person"


def test_a_test_signal_is_acknowledged_once_and_only_the_newest() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    older, newer = (
        send(saltmarsh),
        trials.send_test_signal(
            organisation_id=saltmarsh.public_id, actor=builders.steward(), now=NOW.replace(hour=11)
        ),
    )
    person = builders.actor(saltmarsh, Role.ANALYST)

    with pytest.raises(WrongState, match="newer"):
        trials.acknowledge_test_signal(test_id=older.public_id, actor=person, now=NOW)
    trials.acknowledge_test_signal(test_id=newer.public_id, actor=person, now=NOW)
    with pytest.raises(WrongState, match="before"):
        trials.acknowledge_test_signal(test_id=newer.public_id, actor=person, now=NOW)


def test_another_members_test_signal_does_not_exist() -> None:
    saltmarsh, kestrel = builders.on_the_way(MemberState.ONBOARDING), builders.member("Kestrel")
    sent = send(saltmarsh)
    before = Entry.objects.count()

    with pytest.raises(Hidden):
        trials.acknowledge_test_signal(test_id=sent.public_id, actor=builders.actor(kestrel, Role.ANALYST), now=NOW)
    with pytest.raises(Hidden):
        trials.note_test_received(test_id=sent.public_id, key=key_of(kestrel), now=NOW)
    assert Entry.objects.filter(action__startswith="member.test").count() == 1
    assert Entry.objects.count() == before + 1  # the key


@pytest.mark.parametrize("role", [Role.SUBMITTER])
def test_who_acknowledges_nothing_acknowledges_no_test_either(role: Role) -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    sent = send(saltmarsh)

    with pytest.raises(NotAllowed):
        trials.acknowledge_test_signal(test_id=sent.public_id, actor=builders.actor(saltmarsh, role), now=NOW)


@pytest.mark.parametrize("state", [MemberState.APPROVED, MemberState.SIGNED])
def test_nothing_is_sent_before_the_onboarding(state: MemberState) -> None:
    saltmarsh = builders.on_the_way(state)

    with pytest.raises(WrongState):
        send(saltmarsh)


def test_members_send_no_test_signals() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)

    with pytest.raises(NotAllowed):
        send(saltmarsh, builders.actor(saltmarsh, Role.MEMBER_ADMIN))
    assert not Entry.objects.filter(action="member.test_signal_sent").exists()
