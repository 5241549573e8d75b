"""Match jobs: what they find, what they keep to themselves, and that every chunk counts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, Refusal, WrongState
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Membership, Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals import candidates, comparing, leads
from signals.candidates import Parsed
from signals.intake import Item
from signals.kinds import HarmTerm, Kind
from signals.models import Chunk, Lead, MatchJob, Receipt, Signal
from signals.purposes import Purpose, Surface
from signals.services import jobs
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
CLOCK = Actor.clock()
PDQ = sha256(b"a synthetic picture").hexdigest()
PHASH = PDQ[:16]


@pytest.fixture
def sharer() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def member() -> Organisation:
    return builders.member("Harbourline")


def start(member: Organisation, content: str | Parsed, *, now: datetime = LATER, **changes: Any) -> MatchJob:
    parsed = candidates.parse(content) if isinstance(content, str) else content
    given: dict[str, Any] = {
        "label": "Weekly list",
        "purpose": Purpose.ACCOUNTS_UNDER_REVIEW,
        "surface": Surface.ACCOUNT_DATA,
        "candidates": parsed.candidates,
        "refused": len(parsed.refused),
        "actor": builders.actor(member, Role.ANALYST),
        "now": now,
    }
    return jobs.start(**given | changes)


def run(job: MatchJob, *, now: datetime = LATER) -> MatchJob:
    """Do what the workers would do, one chunk after the other."""
    for pk in job.chunks.order_by("number").values_list("pk", flat=True):
        jobs.run_chunk(pk, holder="worker", now=now)
    return MatchJob.objects.get(pk=job.pk)


def found(job: MatchJob) -> list[tuple[int, str, int]]:
    with acting_as(CLOCK):
        rows = job.leads.order_by("row", "match", "distance").values_list("row", "match", "distance")
        return [(row, match, distance) for row, match, distance in rows]


def compare(member: Organisation, content: str, **changes: Any) -> list[tuple[int, str, int]]:
    job = run(start(member, content, **changes))
    assert job.state == MatchJob.State.DONE
    return found(job)


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
    Organisation.objects.filter(pk=member.pk).update(suspended="all")

    assert found(run(job)) == []


def test_leads_belong_to_the_member_alone(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    run(start(member, "some.body@example.org"))

    with acting_as(builders.actor(sharer, Role.ANALYST)):
        assert not Lead.objects.exists()
    with acting_as(builders.actor(member, Role.ANALYST)):
        assert Lead.objects.count() == 1


# What may be started


def test_a_job_is_started_with_its_purpose_and_leaves_a_trace_without_values(member: Organisation) -> None:
    actor = builders.actor(member, Role.ANALYST)

    job = start(member, "some.body@example.org\nother@example.org\nnonsense", actor=actor)

    entry = Entry.objects.get(action="job.started")
    assert (entry.subject, entry.organisation, entry.actor) == (job.public_id, member.public_id, actor.id)
    assert entry.audience == f"organisation:{member.public_id}"
    assert entry.facts == {
        "purpose": "accounts_under_review",
        "surface": "account_data",
        "candidates": 2,
        "refused": 1,
        "chunks": 1,
        "email": 2,
    }
    job.refresh_from_db()
    assert (job.state, job.position) == (MatchJob.State.QUEUED, entry.position)
    assert Outbox.objects.get(task="signals.run_chunk").arguments == [job.chunks.get().pk]


def test_values_are_stored_encrypted_and_wiped_when_their_chunk_is_done(member: Organisation) -> None:
    job = start(member, "some.body@example.org")
    stored = bytes(job.chunks.get().ciphertext or b"")
    assert len(stored) > 20
    assert b"some.body" not in stored

    run(job)

    assert job.chunks.get().ciphertext is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "x" * 61}, "label"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"purpose": Purpose.NEW_UPLOADS}, "purpose"),
        ({"purpose": Purpose.WHOLE_SERVICE}, "purpose"),
        ({"surface": ""}, "surface"),
        ({"candidates": ()}, "candidates"),
    ],
)
def test_a_job_that_breaks_a_rule_is_refused_and_leaves_nothing(
    member: Organisation, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        start(member, "some.body@example.org", **changes)

    assert refusal.value.field == field
    assert not MatchJob.objects.exists()
    assert not Entry.objects.filter(action="job.started").exists()
    assert not Outbox.objects.exists()


def test_hashes_may_be_compared_for_any_purpose(member: Organisation) -> None:
    assert start(member, PDQ[:32], purpose=Purpose.WHOLE_SERVICE, surface=Surface.PUBLIC).state == "queued"


def test_too_many_plain_identifiers_are_refused(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LIMITS", replace(jobs.LIMITS, plain_identifiers=2, candidates=4))
    addresses = [f"some.body{number}@example.org" for number in range(3)]

    with pytest.raises(Invalid, match="at most 2 plain identifiers"):
        start(member, "\n".join(addresses))
    with pytest.raises(Invalid, match="at most 4 values"):
        start(member, "\n".join([PDQ[:32]] * 5))
    assert start(member, "\n".join(addresses[:2])).total == 2


def test_the_domain_allows_ten_thousand_plain_identifiers() -> None:
    assert jobs.LIMITS.plain_identifiers == 10_000
    assert jobs.LIMITS.values_kept == timedelta(hours=24)


def test_without_an_open_legal_gate_only_content_is_compared(member: Organisation) -> None:
    Organisation.objects.filter(pk=member.pk).update(identifiers_allowed_from=date(2030, 1, 1))

    with pytest.raises(NotAllowed, match="legal gate"):
        start(member, "some.body@example.org")
    assert start(member, PDQ[:32]).total == 1


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.REVIEWER, Role.MEMBER_ADMIN])
def test_only_an_analyst_starts_a_job(member: Organisation, role: Role) -> None:
    with pytest.raises(NotAllowed):
        start(member, PDQ[:32], actor=builders.actor(member, role))


def test_a_key_starts_a_job_on_behalf_of_the_person_who_issued_it(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    issuer = builders.person(member, Role.MEMBER_ADMIN)
    key = ApiKey.objects.create(
        organisation=member,
        label="Our machine",
        prefix="lk_test",
        secret_hash=b"",
        scopes=[KeyScope.LOOKUP],
        issued_by=issuer,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )

    job = run(start(member, "some.body@example.org", actor=key.actor()))

    assert (job.started_by, job.started_with) == (issuer, key)
    assert Receipt.objects.get(way=Receipt.Way.LEAD).key == key


def test_a_member_that_may_not_receive_may_not_compare(member: Organisation) -> None:
    Organisation.objects.filter(pk=member.pk).update(suspended="receive")
    member.refresh_from_db()

    with pytest.raises(NotAllowed):
        start(member, PDQ[:32])


# Each chunk once


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LIMITS", replace(jobs.LIMITS, chunk=2))


@pytest.fixture
def job(sharer: Organisation, member: Organisation, small_chunks: None) -> MatchJob:
    """Five addresses in three chunks, all of them shared by somebody."""
    numbers = range(5)
    for number in numbers:
        builders.active(sharer, builders.email(number))
    return start(member, "\n".join(builders.email(number).raw for number in numbers))


def chunk(job: MatchJob, number: int) -> Chunk:
    return job.chunks.get(number=number)


def actions(job: MatchJob) -> list[str]:
    return list(Entry.objects.about("job", job.public_id).values_list("action", flat=True))


def test_a_job_runs_until_its_last_chunk_is_done(job: MatchJob) -> None:
    assert [one.size for one in job.chunks.order_by("number")] == [2, 2, 1]

    jobs.run_chunk(chunk(job, 2).pk, holder="one", now=LATER)
    job.refresh_from_db()
    assert job.state == MatchJob.State.RUNNING
    done = run(job)

    assert done.state == MatchJob.State.DONE
    assert done.finished_at is not None
    assert [row for row, *_ in found(job)] == [1, 2, 3, 4, 5]
    assert actions(job) == ["job.started", *["job.chunk_done"] * 3, "job.finished"]
    finished = Entry.objects.get(action="job.finished")
    assert finished.facts["candidates"] == 5
    assert finished.facts["leads"] == 5
    assert finished.facts["state"] == "done"


def test_a_chunk_that_is_delivered_twice_counts_once(job: MatchJob) -> None:
    for _delivery in range(2):
        jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert len(found(job)) == 2
    assert actions(job).count("job.chunk_done") == 1


def test_a_chunk_that_another_worker_holds_is_left_alone(job: MatchJob) -> None:
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="other", leased_until=LATER + timedelta(seconds=1))

    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert chunk(job, 1).leased_by == "other"
    assert found(job) == []


def test_a_worker_that_lost_its_lease_writes_nothing(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = comparing.hits

    def slow(*args: Any) -> list[comparing.Hit]:
        Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="other")
        return compared(*args)

    monkeypatch.setattr(comparing, "hits", slow)
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert found(job) == []
    assert chunk(job, 1).leased_by == "other"
    assert "job.chunk_done" not in actions(job)


def test_a_crash_at_the_last_moment_leaves_nothing_and_a_retry_writes_the_leads_once(
    job: MatchJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_mark_done", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.run_chunk(chunk(job, 1).pk, holder="first", now=LATER)
    assert found(job) == []
    assert not Receipt.objects.filter(way=Receipt.Way.LEAD).exists()

    jobs.run_chunk(chunk(job, 1).pk, holder="too early", now=LATER)
    assert found(job) == []
    jobs.run_chunk(chunk(job, 1).pk, holder="second", now=LATER + Chunk.lease)

    assert len(found(job)) == 2
    assert Receipt.objects.filter(way=Receipt.Way.LEAD).count() == 2


def test_a_lease_is_extended_while_the_work_goes_on(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    first = chunk(job, 1)
    tenure = jobs.Tenure(first.pk, "worker", LATER)
    assert tenure.take()
    monkeypatch.setattr(jobs.Tenure, "now", lambda _self: LATER + timedelta(seconds=20))

    tenure.keep()

    assert chunk(job, 1).leased_until == LATER + timedelta(seconds=50)


def test_a_lease_that_another_worker_took_is_noticed(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    tenure = jobs.Tenure(chunk(job, 1).pk, "worker", LATER)
    assert tenure.take()
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="other")
    monkeypatch.setattr(jobs.Tenure, "now", lambda _self: LATER + timedelta(seconds=20))

    with pytest.raises(jobs.LeaseLost):
        tenure.keep()


def test_a_chunk_that_fails_five_times_ends_the_job_as_failed(job: MatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.run_chunk(chunk(job, 2).pk, holder="worker", now=LATER)
    monkeypatch.setattr(jobs, "_mark_done", lambda *_: 1 / 0)

    for attempt in range(5):
        assert MatchJob.objects.get(pk=job.pk).is_running
        with pytest.raises(ZeroDivisionError):
            jobs.run_chunk(chunk(job, 1).pk, holder=f"attempt {attempt}", now=LATER + attempt * Chunk.lease)

    job.refresh_from_db()
    assert job.state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()
    assert actions(job)[-1] == "job.finished"
    assert Entry.objects.get(action="job.finished").facts["state"] == "failed"
    assert len(found(job)) == 2


# Cancelling


def test_a_cancelled_job_is_wiped_and_keeps_the_leads_that_it_has(job: MatchJob, member: Organisation) -> None:
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    actor = builders.actor(member, Role.ANALYST)

    cancelled = jobs.cancel(job_id=job.public_id, actor=actor, now=LATER)

    assert cancelled.state == MatchJob.State.CANCELLED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()
    assert run(job).state == MatchJob.State.CANCELLED
    assert len(found(job)) == 2
    entry = Entry.objects.get(action="job.cancelled")
    assert (entry.actor, entry.facts["candidates"], entry.facts["leads"]) == (actor.id, 2, 2)


def test_a_chunk_that_runs_while_the_job_is_cancelled_writes_nothing(
    job: MatchJob, member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = builders.actor(member, Role.ANALYST)
    compared = comparing.hits

    def slow(*args: Any) -> list[comparing.Hit]:
        jobs.cancel(job_id=job.public_id, actor=actor, now=LATER)
        return compared(*args)

    monkeypatch.setattr(comparing, "hits", slow)
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)

    assert found(job) == []
    assert actions(job) == ["job.started", "job.cancelled"]


def test_a_job_that_has_ended_is_not_cancelled(job: MatchJob, member: Organisation) -> None:
    run(job)

    with pytest.raises(WrongState):
        jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.ANALYST), now=LATER)


def test_a_stranger_cannot_tell_a_job_from_none(job: MatchJob, sharer: Organisation) -> None:
    stranger = builders.actor(sharer, Role.ANALYST)
    sentences = set()

    for job_id in (job.public_id, 12345):
        with pytest.raises(Hidden) as refusal:
            jobs.cancel(job_id=job_id, actor=stranger, now=LATER)
        sentences.add(str(refusal.value))

    assert len(sentences) == 1
    assert MatchJob.objects.get(pk=job.pk).is_running


def test_a_reviewer_of_the_member_does_not_cancel(job: MatchJob, member: Organisation) -> None:
    with pytest.raises(Refusal):
        jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.REVIEWER), now=LATER)

    assert MatchJob.objects.get(pk=job.pk).is_running


# Sweeping


def asked_for(job: MatchJob) -> list[int]:
    """Numbers of the chunks that workers were asked for, in order."""
    numbers = dict(job.chunks.values_list("pk", "number"))
    arguments = Outbox.objects.filter(task="signals.run_chunk").order_by("pk").values_list("arguments", flat=True)
    return [numbers[pk] for (pk,) in arguments]


def test_a_fresh_job_is_left_to_its_messages(job: MatchJob) -> None:
    assert jobs.sweep(now=LATER + timedelta(seconds=14)) == 0


def test_chunks_whose_messages_were_lost_are_asked_for_again(job: MatchJob) -> None:
    soon = LATER + timedelta(seconds=16)

    assert jobs.sweep(now=soon) == 3
    assert jobs.sweep(now=soon + timedelta(seconds=1)) == 0

    assert asked_for(job) == [1, 2, 3, 1, 2, 3]


def test_a_chunk_whose_worker_died_is_asked_for_again(job: MatchJob) -> None:
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    jobs.Tenure(chunk(job, 2).pk, "dead", LATER).take()
    jobs.Tenure(chunk(job, 3).pk, "alive", LATER + timedelta(seconds=20)).take()

    assert jobs.sweep(now=LATER + timedelta(seconds=29)) == 0
    assert jobs.sweep(now=LATER + timedelta(seconds=31)) == 1

    assert asked_for(job) == [1, 2, 3, 2]


def test_chunks_that_wait_their_turn_are_not_asked_for_again_while_the_queue_moves(job: MatchJob) -> None:
    late = LATER + timedelta(seconds=20)
    jobs.Tenure(chunk(job, 1).pk, "alive", late).take()

    assert jobs.sweep(now=late) == 0

    very_late = LATER + timedelta(minutes=6)
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_until=very_late + timedelta(seconds=5))
    assert jobs.sweep(now=very_late) == 2


def test_a_job_whose_end_was_missed_is_ended(job: MatchJob) -> None:
    run(job)
    MatchJob.objects.filter(pk=job.pk).update(state=MatchJob.State.RUNNING, finished_at=None)

    jobs.sweep(now=LATER + timedelta(minutes=1))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.DONE


def test_a_chunk_that_killed_five_workers_ends_the_job(job: MatchJob) -> None:
    Chunk.objects.filter(pk=chunk(job, 1).pk).update(leased_by="dead", leased_until=LATER, attempts=5)

    jobs.sweep(now=LATER + timedelta(seconds=1))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_no_value_outlives_a_day(job: MatchJob) -> None:
    jobs.sweep(now=LATER + timedelta(hours=24))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_ended_jobs_are_left_alone_by_the_sweeper(job: MatchJob, member: Organisation) -> None:
    jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.ANALYST), now=LATER)

    assert jobs.sweep(now=LATER + timedelta(hours=25)) == 0
    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.CANCELLED


# At the same time


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_finish_the_last_chunks_at_once_end_the_job_once(
    job: MatchJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.run_chunk(chunk(job, 1).pk, holder="worker", now=LATER)
    together, compared = Barrier(2, timeout=20), comparing.hits

    def in_step(*args: Any) -> list[comparing.Hit]:
        hits = compared(*args)
        together.wait()
        return hits

    monkeypatch.setattr(comparing, "hits", in_step)
    with ThreadPoolExecutor(2) as pool:
        ends = [
            pool.submit(apart, partial(jobs.run_chunk, chunk(job, number).pk, holder=f"worker {number}", now=LATER))
            for number in (2, 3)
        ]
    for end in ends:
        end.result()

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.DONE
    assert actions(job) == ["job.started", *["job.chunk_done"] * 3, "job.finished"]
    assert len(found(job)) == 5


@pytest.mark.django_db(transaction=True)
def test_a_retraction_waits_until_the_receipts_are_written_and_other_jobs_do_not(
    sharer: Organisation, member: Organisation
) -> None:
    signal = builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    analyst = builders.actor(member, Role.ANALYST)

    def confirm() -> int:
        with acting_as(analyst):
            confirmed = comparing.confirm({signal.indicator_id}, member, shown_before=LATER)
        return len(confirmed.signals[signal.indicator_id])

    def lock_for_a_decision() -> None:
        with acting_as(CLOCK):
            Signal.objects.select_for_update(nowait=True).get(pk=signal.pk)

    with acting_as(analyst), ThreadPoolExecutor(1) as pool:
        comparing.confirm({signal.indicator_id}, member, shown_before=LATER)

        assert pool.submit(apart, confirm).result() == 1
        with pytest.raises(OperationalError, match="could not obtain lock"):
            pool.submit(apart, lock_for_a_decision).result()


def apart(act: Callable[[], Any]) -> Any:
    """What `act` returns, on a connection of this thread's own."""
    try:
        return act()
    finally:
        connection.close()
