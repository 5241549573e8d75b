"""Whichever way a member was given a signal, a recall of it comes to that member."""

from collections.abc import Callable, Mapping

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from reviews.models import Delivery
from reviews.services import decisions
from signals import candidates
from signals.kinds import Kind
from signals.models import Receipt, Signal
from signals.purposes import Purpose, Surface
from signals.services import jobs, lookup, reading, sharing
from signals.services.jobs import Plan
from signals.workflow import RevealReason
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import at, reviewer

HASH = builders.file_hash(1)
ASKED = [candidates.Item(kind=Kind.SHA256, value=HASH.raw)]


def read(signal: Signal, of: Organisation) -> None:
    admin = builders.actor(of, Role.MEMBER_ADMIN)
    key, _text = keys.issue(label="Reader", scopes=[KeyScope.READ], networks=[], days=30, actor=admin, now=NOW)
    reading.read_feed(after=0, limit=50, actor=key.actor(), now=NOW)


def look_up(signal: Signal, of: Organisation) -> None:
    lookup.look_up(items=ASKED, actor=builders.actor(of, Role.ANALYST), now=NOW)


def match(signal: Signal, of: Organisation) -> None:
    job = jobs.start(
        plan=Plan("Weekly list", Purpose.NEW_UPLOADS, Surface.PUBLIC),
        candidates=candidates.from_items(ASKED).candidates,
        actor=builders.actor(of, Role.ANALYST),
        now=NOW,
    )
    builders.run_job(job)


def open_page(signal: Signal, of: Organisation) -> None:
    assert reviewer(of).get(at("signal", signal)).status_code == 200


def reveal(signal: Signal, of: Organisation) -> None:
    actor = builders.actor(of, Role.REVIEWER)
    sharing.reveal(signal_id=signal.public_id, reason=RevealReason.REVIEW, actor=actor, now=NOW)


WAYS: Mapping[Receipt.Way, Callable[[Signal, Organisation], None]] = {
    Receipt.Way.FEED: read,
    Receipt.Way.LOOKUP: look_up,
    Receipt.Way.LEAD: match,
    Receipt.Way.PAGE: open_page,
    Receipt.Way.REVEAL: reveal,
}


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_a_recall_comes_to_members_that_were_given_the_signal_in_any_way() -> None:
    members = {way: builders.member(f"Member by {way}") for way in WAYS}
    builders.member("Never asked")
    signal = builders.active(builders.member("Pixelpond"), HASH)

    for way, member in members.items():
        WAYS[way](signal, member)
    owner = builders.actor(signal.organisation, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)

    with acting_as(Actor.clock()):
        given = dict(Receipt.objects.filter(signal=signal).values_list("organisation__name", "way"))
        told = set(Delivery.objects.filter(recall__signal=signal).values_list("organisation__name", flat=True))
    assert given == {member.name: way for way, member in members.items()}
    assert told == set(given)


def test_every_way_out_to_other_members_is_tried() -> None:
    """A file of an export holds the own signals alone: nobody receives another member's by it."""
    assert set(Receipt.Way) - {Receipt.Way.EXPORT} == set(WAYS)
