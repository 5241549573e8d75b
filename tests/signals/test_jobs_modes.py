"""Jobs that only count, that ask before they go on, and that look less far."""

from datetime import timedelta

import pytest

from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Lead, MatchJob, Receipt, Tally
from signals.purposes import Purpose
from signals.services import jobs
from tests import builders
from tests.signals.comparisons import LATER, PDQ, PHASH, actions, found, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]


def nobody(count: int) -> str:
    return "".join(f"nobody{number}@example.org\n" for number in range(count))


# Only counting


def test_a_shadow_job_counts_and_writes_neither_leads_nor_receipts(sharer: Organisation, member: Organisation) -> None:
    shared = [builders.active(sharer, builders.email(number)) for number in range(12)]
    lines = "".join(f"{builders.email(number).raw}\n" for number in range(len(shared)))

    job = run(start(member, nobody(100) + lines, is_shadow=True))

    assert job.state == MatchJob.State.DONE
    assert job.would_hit == [
        {"kind": "email", "match": "exact", "distance": 0, "hits": 10, "indicators": 10, "spread": [10, 0, 0]}
    ]
    assert not Lead.objects.exists()
    assert not Receipt.objects.filter(way=Receipt.Way.LEAD).exists()
    assert not Tally.objects.exists()
    facts = Entry.objects.get(action="job.finished").facts
    assert (facts["leads"], facts["would_hit"]) == (0, 10)


def test_a_shadow_job_tells_nothing_of_a_single_value_even_when_it_is_repeated(
    sharer: Organisation, member: Organisation
) -> None:
    builders.active(sharer, builders.email(1))

    once = run(start(member, nobody(100) + builders.email(1).raw, is_shadow=True))
    often = run(start(member, nobody(100) + f"{builders.email(1).raw}\n" * 50, is_shadow=True))

    assert once.would_hit == often.would_hit == []
    for job in (once, often):
        assert Entry.objects.get(action="job.finished", subject=job.public_id).facts["would_hit"] == 0


def test_a_shadow_job_shows_that_one_keyword_would_hit_very_often(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.KEYWORD, "quiet harbour meeting"))
    lines = ["a quiet harbour meeting", "nothing"] * 60

    job = run(start(member, "text\n" + "\n".join(lines), is_shadow=True, purpose=Purpose.NEW_UPLOADS))

    [way] = job.would_hit
    assert (way["kind"], way["hits"], way["spread"]) == ("keyword", 60, [0, 0, 0])


def test_a_shadow_job_needs_many_values(member: Organisation) -> None:
    with pytest.raises(Invalid) as refusal:
        start(member, nobody(99), is_shadow=True)

    assert refusal.value.field == "is_shadow"
    assert not MatchJob.objects.exists()


def test_tallies_grow_over_chunks_and_a_chunk_that_is_tried_again_counts_once(
    sharer: Organisation, member: Organisation, small_chunks: None
) -> None:
    builders.active(sharer, Item(Kind.KEYWORD, "quiet harbour meeting"))
    job = start(member, "text\n" + "a quiet harbour meeting\n" * 100, is_shadow=True, purpose=Purpose.NEW_UPLOADS)
    first = job.chunks.get(number=1)
    for _delivery in range(2):
        jobs.run_chunk(first.pk, holder="worker", now=LATER)

    assert run(job).would_hit[0]["hits"] == 100


# In stages


def test_a_staged_job_compares_a_part_and_asks(sharer: Organisation, member: Organisation) -> None:
    for number in range(10):
        builders.active(sharer, builders.email(number))
    lines = "\n".join(builders.email(number).raw for number in range(10))
    job = start(member, lines, first_percent=20)
    asked = Outbox.objects.filter(task="signals.run_chunk").count()

    job = run(job)

    assert asked == 1
    assert (job.state, job.compared, len(found(job))) == (MatchJob.State.ASKING, 2, 2)
    assert actions(job) == ["job.started", "job.chunk_done", "job.stage_done"]
    assert jobs.sweep(now=LATER + timedelta(minutes=10)) == 0


def test_the_rest_is_compared_when_somebody_says_so(sharer: Organisation, member: Organisation) -> None:
    for number in range(10):
        builders.active(sharer, builders.email(number))
    lines = "\n".join(builders.email(number).raw for number in range(10))
    job = run(start(member, lines, first_percent=20))
    actor = builders.actor(member, Role.ANALYST)

    jobs.go_on(job_id=job.public_id, actor=actor, now=LATER)

    assert Outbox.objects.filter(task="signals.run_chunk").count() == 2
    done = run(job)
    assert (done.state, done.compared, len(found(job))) == (MatchJob.State.DONE, 10, 10)
    entry = Entry.objects.get(action="job.continued")
    assert (entry.actor, entry.facts["stage"]) == (actor.id, 2)
    with pytest.raises(WrongState):
        jobs.go_on(job_id=job.public_id, actor=actor, now=LATER)


def test_a_job_that_asks_can_be_cancelled_and_is_wiped(member: Organisation) -> None:
    job = run(start(member, nobody(10), first_percent=10))

    jobs.cancel(job_id=job.public_id, actor=builders.actor(member, Role.ANALYST), now=LATER)

    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_values_of_a_job_that_nobody_answers_do_not_outlive_a_day(member: Organisation) -> None:
    job = run(start(member, nobody(10), first_percent=10))

    jobs.sweep(now=LATER + timedelta(hours=24))

    assert MatchJob.objects.get(pk=job.pk).state == MatchJob.State.FAILED
    assert not job.chunks.filter(ciphertext__isnull=False).exists()


def test_a_stranger_does_not_go_on(sharer: Organisation, member: Organisation) -> None:
    job = run(start(member, nobody(10), first_percent=10))

    with pytest.raises(Hidden):
        jobs.go_on(job_id=job.public_id, actor=builders.actor(sharer, Role.ANALYST), now=LATER)


# Less far


@pytest.mark.parametrize(("within", "expected"), [(31, [12]), (12, [12]), (11, []), (0, [])])
def test_near_hits_are_those_within_the_distance_that_was_asked_for(
    within: int, expected: list[int], sharer: Organisation, member: Organisation
) -> None:
    builders.active(sharer, Item(Kind.PDQ, f"{PDQ},80"))

    job = run(start(member, f"pdq:{int(PDQ, 16) ^ 0xFFF:064x}", radii={"pdq": within}))

    assert [distance for _row, _match, distance in found(job)] == expected
    assert Entry.objects.get(action="job.started").facts["pdq_within"] == within


@pytest.mark.parametrize("radii", [{"pdq": 32}, {"phash": 9}, {"pdq": -1}, {"email": 1}, {"username": 3}])
def test_nobody_looks_further_than_the_programme_allows(radii: dict[str, int], member: Organisation) -> None:
    with pytest.raises(Invalid) as refusal:
        start(member, PHASH, radii=radii)

    assert refusal.value.field == f"{next(iter(radii))}_within"
