"""Match jobs: what they find, and what they keep to themselves."""

from datetime import timedelta
from hashlib import sha256

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import Membership, Organisation
from lantern_site.members.roles import Role
from signals import candidates, leads
from signals.intake import Item
from signals.kinds import HarmTerm, Kind
from signals.models import Lead, Receipt, Signal
from signals.purposes import Purpose
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import CLOCK, PDQ, PHASH, compare, found, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]


def flipped(digits: str, bits: int) -> str:
    """The same hash with its lowest bits turned over."""
    return f"{int(digits, 16) ^ ((1 << bits) - 1):0{len(digits)}x}"


def keyword(phrase: str) -> Item:
    return Item(Kind.KEYWORD, phrase)


# What is found


@pytest.mark.parametrize(
    ("shared", "line"),
    [
        (Item(Kind.EMAIL, "some.body@example.org"), "Some.Body@Example.ORG"),
        (Item(Kind.URL, "https://bad.example.com/room/7"), "HTTPS://BAD.example.com/room/7?utm_source=mail#top"),
        (Item(Kind.USERNAME, "quiet_harbour", service="kestrel"), "kestrel:@Quiet_Harbour"),
        (Item(Kind.ACCOUNT_ID, "4711", service="kestrel"), "account_id:kestrel:4711"),
        (Item(Kind.SHA256, PDQ), f"sha256:{PDQ.upper()}"),
        (Item(Kind.MD5, PDQ[:32]), PDQ[:32]),
        (Item(Kind.PDQ, PDQ, quality=90), f"pdq:{PDQ}"),
        (Item(Kind.PHASH, PHASH), PHASH),
        (keyword("meet me at the pier"), "keyword:Meet  me at the PIER"),
    ],
    ids=lambda given: given.kind.value if isinstance(given, Item) else "",
)
def test_a_value_of_every_kind_meets_the_same_value(
    sharer: Organisation, member: Organisation, shared: Item, line: str
) -> None:
    builders.active(sharer, shared)

    assert compare(member, f"other@example.org\n{line}") == [(2, "exact", 0)]


def test_a_public_digest_meets_the_value_that_it_was_made_of(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    (plain,) = candidates.parse("some.body@example.org").candidates

    job = start(member, f"digest:email:{plain.public_digest().hex()}", purpose=Purpose.WHOLE_SERVICE)

    assert found(run(job)) == [(1, "exact", 0)]


def test_another_spelling_of_a_mailbox_is_a_possible_alias(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@gmail.com"))

    assert compare(member, "s.omebody+games@gmail.com\nsome.body@gmail.com\nsome.body@example.org") == [
        (1, "alias", 0),
        (2, "exact", 0),
    ]


def test_images_are_found_up_to_the_radius_of_their_kind(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.PDQ, PDQ, quality=90))
    builders.active(sharer, Item(Kind.PHASH, PHASH))

    lines = [f"pdq:{flipped(PDQ, 31)}", f"pdq:{flipped(PDQ, 32)}", flipped(PHASH, 8), flipped(PHASH, 9)]

    assert compare(member, "\n".join(lines)) == [(1, "near", 31), (3, "near", 8)]


def video(*frames: int, changed: int = 0) -> str:
    """A video with these frames, a second apart, in each of which so many bits were turned over."""
    hashes = (flipped(sha256(f"frame {number}".encode()).hexdigest(), changed) for number in frames)
    return ";".join(f"{one},90,{second}.000" for second, one in enumerate(hashes))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (video(*range(10)), [(1, "exact", 0)]),
        (video(*range(10), changed=31), [(1, "near", 1)]),
        (video(*range(10), changed=32), []),
        (video(3, 4, 5, 6), [(1, "near", 1)]),
        (video(*range(2, 10), 20, 21), [(1, "near", 20)]),
        (video(*range(3, 10), 20, 21, 22), []),
    ],
    ids=["the same", "re-encoded", "another", "cut out of it", "most of it", "too little of it"],
)
def test_a_video_is_found_by_the_frames_that_it_shares(
    sharer: Organisation, member: Organisation, asked: str, expected: list[tuple[int, str, int]]
) -> None:
    builders.active(sharer, Item(Kind.VPDQ, video(*range(10))))
    builders.active(sharer, Item(Kind.VPDQ, video(*range(30, 40))))

    assert compare(member, asked) == expected


def test_what_lies_under_a_shared_address_is_a_weaker_lead(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.URL, "https://bad.example.com/room"))

    lines = ["https://bad.example.com/room/7?a=b", "https://bad.example.com/rooms", "http://bad.example.com/room"]

    assert compare(member, "\n".join(lines)) == [(1, "prefix", 0), (3, "prefix", 0)]


def test_keywords_are_found_in_texts_as_whole_words(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, keyword("meet me at the pier"))
    parsed = candidates.parse("hey, MEET me  at the pier!\nmeet me at the piers", kind="text")

    assert found(run(start(member, parsed))) == [(1, "exact", 0)]


def test_a_profile_name_one_edit_away_is_a_near_lead_on_the_same_service(
    sharer: Organisation, member: Organisation
) -> None:
    builders.active(sharer, Item(Kind.USERNAME, "quiet_harbour", service="kestrel"))

    lines = ["kestrel:quiet_harbor", "kestrel:quiet_harb", "harbourline:quiet_harbor"]

    assert compare(member, "\n".join(lines)) == [(1, "near", 1)]


def test_the_best_match_of_a_row_and_an_indicator_makes_the_one_lead(
    sharer: Organisation, member: Organisation
) -> None:
    builders.active(sharer, Item(Kind.PDQ, PDQ, quality=90))

    content = f"kind,value\npdq,{PDQ}\npdq,{flipped(PDQ, 4)}\npdq,{flipped(PDQ, 4)}\n"

    assert compare(member, content) == [(2, "exact", 0), (3, "near", 4), (4, "near", 4)]


def test_a_lead_shows_the_most_severe_signal_and_all_of_them_are_received(
    sharer: Organisation, member: Organisation
) -> None:
    address = Item(Kind.EMAIL, "some.body@example.org")
    mild = builders.active(sharer, address, says=builders.statement(harm=HarmTerm.TOOLS))
    severe = builders.active(
        builders.member("Kestrel"),
        address,
        says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL),
        now=NOW + timedelta(minutes=1),
    )

    job = run(start(member, "some.body@example.org"))

    with acting_as(CLOCK):
        lead = job.leads.get()
        assert lead.signal == severe
        received = Receipt.objects.filter(organisation=member, way=Receipt.Way.LEAD)
        assert {receipt.signal_id for receipt in received} == {mild.pk, severe.pk}


def test_a_lead_keeps_the_members_own_reference_encrypted(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))

    job = run(start(member, "some.body@example.org\tticket 17\nsome.body@example.org"))

    with acting_as(CLOCK):
        first, second = job.leads.order_by("row")
    assert leads.reference_of(first) == "ticket 17"
    assert b"ticket" not in bytes(first.reference or b"")
    assert second.reference is None
    assert leads.reference_of(second) == ""


# What is not told


def test_own_signals_are_no_leads(member: Organisation) -> None:
    builders.active(member, Item(Kind.EMAIL, "some.body@example.org"))

    job = run(start(member, "some.body@example.org"))

    assert found(job) == []
    assert job.not_eligible == 0


def test_what_waits_for_review_is_not_found(sharer: Organisation, member: Organisation) -> None:
    builders.submitted(sharer, Item(Kind.EMAIL, "some.body@example.org"))

    assert compare(member, "some.body@example.org") == []


def test_a_signal_of_a_community_that_the_member_is_not_in_does_not_exist_for_it(
    sharer: Organisation, member: Organisation
) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    Membership.objects.filter(organisation=member).update(left_at=NOW)

    job = run(start(member, "some.body@example.org"))

    assert found(job) == []
    assert job.not_eligible == 0


def test_a_signal_that_is_not_for_the_members_region_does_not_exist_for_it(
    sharer: Organisation, member: Organisation
) -> None:
    says = builders.statement(not_to_regions=(member.region,))
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"), says=says)

    job = run(start(member, "some.body@example.org"))

    assert found(job) == []
    assert job.not_eligible == 0


def test_a_signal_that_ended_since_is_dropped_and_counted(sharer: Organisation, member: Organisation) -> None:
    signal = builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    job = start(member, "some.body@example.org\nsome.body@example.org")
    with acting_as(CLOCK):
        Signal.objects.filter(pk=signal.pk).update(status="held")

    job = run(job)

    assert found(job) == []
    assert job.not_eligible == 2
    assert not Receipt.objects.filter(organisation=member).exists()


def test_a_signal_shared_after_the_job_began_is_left_for_the_next_one(
    sharer: Organisation, member: Organisation
) -> None:
    job = start(member, "some.body@example.org", now=NOW - timedelta(minutes=1))
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))

    job = run(job)

    assert found(job) == []
    assert job.not_eligible == 0


def test_a_member_that_was_suspended_meanwhile_is_told_nothing(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    job = start(member, "some.body@example.org")
    builders.suspend(member, Suspension.ALL)

    assert found(run(job)) == []


def test_leads_belong_to_the_member_alone(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    run(start(member, "some.body@example.org"))

    with acting_as(builders.actor(sharer, Role.ANALYST)):
        assert not Lead.objects.exists()
    with acting_as(builders.actor(member, Role.ANALYST)):
        assert Lead.objects.count() == 1
