"""What was found wrong does not come back unseen, and nobody is told whose it was."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.models import Entry
from lantern_site.members.models import Membership, Organisation
from lantern_site.members.roles import Role
from reviews.services import decisions
from reviews.workflow import Attestation
from signals.guards import WarningCode
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Signal
from signals.workflow import Move, Status
from tests import builders
from tests.builders import NOW
from tests.signals import comparisons

pytestmark = pytest.mark.django_db

BOTH = {Attestation.EVIDENCE, Attestation.COMPLETENESS}
MAILBOX = Item(Kind.EMAIL, "quiet.lamp@gmail.com")


def retracted(by: Organisation, item: Item = MAILBOX) -> Signal:
    signal = builders.active(by, item)
    owner = builders.actor(by, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="Wrong person.", actor=owner, now=NOW)
    return builders.fresh(signal)


@pytest.fixture
def newcomer() -> Organisation:
    """A member that does not see what was shared before it came."""
    made = builders.member("Farshore")
    Membership.objects.filter(organisation=made).update(sees_older=False, joined_at=NOW + timedelta(hours=1))
    return made


def look(of: Organisation, item: Item) -> str:
    client = Client()
    builders.sign_in(client, builders.person(of, Role.SUBMITTER))
    with clock.at(NOW):
        answer = client.post(
            reverse("reviews:look"), {"kind": item.kind.value, "values": item.raw}, headers={"HX-Request": "true"}
        )
    return str(answer.content.decode())


def test_what_another_member_retracted_needs_the_programme_and_names_nobody(
    sharer: Organisation, newcomer: Organisation
) -> None:
    before = retracted(sharer)

    again = builders.submitted(newcomer, MAILBOX)

    assert again.warnings == [WarningCode.CORRECTED_BEFORE]
    assert builders.plan_of(again).first == BOTH
    entry = Entry.objects.about("signal", again.public_id).get()
    assert str(before.public_id) not in str(entry.facts)
    assert str(sharer.public_id) not in str(entry.facts)


def test_another_spelling_of_the_mailbox_does_not_lead_around_it(sharer: Organisation, newcomer: Organisation) -> None:
    retracted(sharer)

    again = builders.submitted(newcomer, Item(Kind.EMAIL, "Quietlamp+games@gmail.com"))

    assert again.warnings == [WarningCode.CORRECTED_BEFORE]


def test_whoever_received_it_is_told_that_it_was_retracted(sharer: Organisation, member: Organisation) -> None:
    builders.receipt(retracted(sharer), member)

    assert str(WarningCode.RETRACTED_BEFORE.label) in look(member, MAILBOX)
    assert str(WarningCode.RETRACTED_BEFORE.label) in look(member, Item(Kind.EMAIL, "quietlamp+games@gmail.com"))
    assert builders.submitted(member, MAILBOX).warnings == [WarningCode.RETRACTED_BEFORE]


def test_the_look_before_sharing_says_nothing_of_what_the_member_may_not_see(
    sharer: Organisation, newcomer: Organisation
) -> None:
    retracted(sharer)

    shown, untouched = look(newcomer, MAILBOX), look(newcomer, Item(Kind.EMAIL, "calm.lamp@gmail.com"))

    assert "We will share" in shown
    assert shown.replace("quiet.lamp", "calm.lamp") == untouched


def test_what_was_found_wrong_while_the_signal_waited_counts_too(sharer: Organisation, member: Organisation) -> None:
    waiting = builders.submitted(member, MAILBOX)
    retracted(sharer)

    builders.approve(waiting, builders.actor(member, Role.REVIEWER))

    waiting = builders.fresh(waiting)
    assert waiting.status == Status.SUBMITTED
    assert waiting.warnings == [WarningCode.RETRACTED_BEFORE]


PICTURE = int(sha256(b"a synthetic picture").hexdigest(), 16)


def picture(*, changed: int, kind: Kind = Kind.PDQ) -> Item:
    """A hash of the picture in which so many bits are others."""
    value = PICTURE ^ ((1 << changed) - 1)
    return Item(kind, f"{value:064x},90") if kind == Kind.PDQ else Item(kind, f"{value % 2**64:016x}")


@pytest.mark.parametrize(
    ("kind", "bits", "is_noticed"),
    [(Kind.PDQ, 31, True), (Kind.PDQ, 32, False), (Kind.PHASH, 8, True), (Kind.PHASH, 9, False)],
)
def test_a_hash_near_one_that_was_found_wrong_needs_the_programme(
    kind: Kind, bits: int, is_noticed: bool, sharer: Organisation, newcomer: Organisation
) -> None:
    retracted(sharer, picture(changed=0, kind=kind))

    again = builders.submitted(newcomer, picture(changed=bits, kind=kind))

    assert again.warnings == ([WarningCode.CORRECTED_BEFORE] if is_noticed else [])
    assert (builders.plan_of(again).first == BOTH) == is_noticed


def test_whoever_received_the_wrong_hash_is_told_of_it_at_a_near_one(
    sharer: Organisation, member: Organisation, newcomer: Organisation
) -> None:
    builders.receipt(retracted(sharer, picture(changed=0)), member)

    assert str(WarningCode.RETRACTED_BEFORE.label) in look(member, picture(changed=20))
    assert str(WarningCode.RETRACTED_BEFORE.label) not in look(member, picture(changed=40))
    assert str(WarningCode.RETRACTED_BEFORE.label) not in look(newcomer, picture(changed=20))


def test_a_hash_that_was_reinstated_warns_of_nothing_near_it(sharer: Organisation, newcomer: Organisation) -> None:
    wrong = retracted(sharer, picture(changed=0))
    assert builders.submitted(newcomer, picture(changed=3)).warnings == [WarningCode.CORRECTED_BEFORE]

    comparisons.make(wrong, Move.REINSTATE)

    assert builders.submitted(newcomer, picture(changed=2)).warnings == []


def test_what_was_withdrawn_without_being_wrong_leaves_nothing(sharer: Organisation, member: Organisation) -> None:
    signal = builders.active(sharer, MAILBOX)
    owner = builders.actor(sharer, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=False, note="", actor=owner, now=NOW)

    assert builders.submitted(member, MAILBOX).warnings == []
