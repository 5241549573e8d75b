"""Watch lists: kept as digests, compared with news only, paused, and wiped at their end."""

from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals import candidates, chunks
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Lead, MatchJob, Receipt, WatchList
from signals.services.jobs import watching
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import PDQ, PLAN, found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]

CLOCK = Actor.clock()
SOON = NOW + timedelta(minutes=5)


def keep(member: Organisation, content: str, **changes: Any) -> WatchList:
    rows = candidates.read(content.splitlines(keepends=True))
    given: dict[str, Any] = {"days": 30, "actor": builders.actor(member, Role.ANALYST), "now": NOW}
    return watching.keep(plan=PLAN, candidates=rows, **given | changes)


def news(watched: WatchList) -> list[tuple[int, str, int]]:
    """What the clock's duty and the worker bring."""
    watching.look(now=SOON)
    for (pk,) in Outbox.objects.filter(task="signals.compare_news_of_job").values_list("arguments", flat=True):
        watching.compare_news(watch_list_id=pk, now=SOON)
    return found(watched.job)


def test_what_is_kept_is_a_digest_where_the_kind_is_equal_or_not(member: Organisation) -> None:
    watched = keep(member, f"some.body@example.org\tcase 7\npdq:{PDQ}\nno value")

    kept = chunks.opened(watched.job.chunks.get())

    assert [(row.kind, row.is_digest, row.reference) for row in kept] == [("email", True, "case 7"), ("pdq", False, "")]
    assert "some.body" not in str(kept)
    assert b"some.body" not in bytes(watched.job.chunks.get().ciphertext or b"")
    facts = Entry.objects.get(action="watch_list.kept").facts
    assert (facts["email"], facts["pdq"], facts["refused"], facts["days"]) == (1, 1, 1, 30)
    assert watched.job.state == MatchJob.State.WATCHING
    assert not Outbox.objects.exists()


def test_news_brings_leads_without_sending_again(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    near, clip = f"{int(PDQ, 16) ^ 0xFF:064x}", f"{PDQ},90,0"
    watched = keep(member, f"some.body@example.org\nother@example.org\npdq:{near}\tphoto 3\nvpdq:{near},90,1")
    assert news(watched) == []

    builders.active(sharer, Item(Kind.EMAIL, "other@example.org"))
    builders.active(sharer, Item(Kind.PDQ, f"{PDQ},80"))
    builders.active(sharer, Item(Kind.VPDQ, clip))

    assert news(watched) == [(2, "exact", 0), (3, "near", 8), (4, "near", 1)]
    assert Receipt.objects.filter(way=Receipt.Way.LEAD).count() == 3
    entry = Entry.objects.get(action="watch_list.compared")
    assert (entry.subject, entry.facts["news"], entry.facts["leads"]) == (watched.job.public_id, 3, 3)


def test_the_same_news_twice_is_one_lead(sharer: Organisation, member: Organisation) -> None:
    watched = keep(member, "other@example.org")
    builders.active(sharer, Item(Kind.EMAIL, "other@example.org"))

    for _time in range(2):
        assert len(news(watched)) == 1
    builders.active(builders.member("Kestrel"), Item(Kind.EMAIL, "other@example.org"))

    assert len(news(watched)) == 1


def test_a_list_for_which_nothing_happened_is_not_asked_for(sharer: Organisation, member: Organisation) -> None:
    keep(member, "other@example.org")

    assert watching.look(now=SOON) == 0
    builders.active(sharer)
    assert watching.look(now=SOON) == 1


def test_what_the_member_may_not_see_brings_no_lead(member: Organisation) -> None:
    watched = keep(member, "other@example.org")
    builders.submitted(builders.member("Kestrel"), Item(Kind.EMAIL, "other@example.org"))

    assert news(watched) == []


def test_a_pause_misses_nothing(sharer: Organisation, member: Organisation) -> None:
    watched, actor = keep(member, "other@example.org"), builders.actor(member, Role.ANALYST)
    watching.pause(job_id=watched.job.public_id, actor=actor, now=NOW)
    builders.active(sharer, Item(Kind.EMAIL, "other@example.org"))
    assert news(watched) == []
    with pytest.raises(WrongState):
        watching.pause(job_id=watched.job.public_id, actor=actor, now=NOW)

    watching.resume(job_id=watched.job.public_id, actor=actor, now=NOW)

    assert len(news(watched)) == 1
    with pytest.raises(WrongState):
        watching.resume(job_id=watched.job.public_id, actor=actor, now=NOW)
    about = Entry.objects.about("job", watched.job.public_id).values_list("action", flat=True)
    assert list(about) == [f"watch_list.{what}" for what in ("kept", "paused", "resumed", "compared")]


@pytest.mark.parametrize("by_clock", [False, True], ids=["by a person", "by the clock"])
def test_a_list_that_ends_is_wiped_and_keeps_its_leads(
    by_clock: bool, sharer: Organisation, member: Organisation
) -> None:
    watched = keep(member, "other@example.org")
    builders.active(sharer, Item(Kind.EMAIL, "other@example.org"))
    assert len(news(watched)) == 1

    if by_clock:
        watching.look(now=NOW + timedelta(days=30))
    else:
        watching.end(job_id=watched.job.public_id, actor=builders.actor(member, Role.ANALYST), now=NOW)

    assert not watched.job.chunks.filter(ciphertext__isnull=False).exists()
    assert Lead.objects.count() == 1
    assert Entry.objects.filter(action="watch_list.ended").count() == 1
    watching.look(now=NOW + timedelta(days=31))
    assert Entry.objects.filter(action="watch_list.ended").count() == 1
    assert watching.compare_news(watch_list_id=watched.pk, now=SOON) == 0


@pytest.mark.parametrize(("content", "changes", "field"), [
    ("other@example.org", {"days": 31}, "days"),
    ("other@example.org", {"days": 0}, "days"),
    ("text\nsome text", {}, "candidates"),
    ("", {}, "candidates"),
])  # fmt: skip
def test_what_breaks_a_rule_is_not_kept(
    content: str, changes: dict[str, Any], field: str, member: Organisation
) -> None:
    with pytest.raises(Invalid) as refusal:
        keep(member, content, **changes)

    assert refusal.value.field == field
    assert not WatchList.objects.exists()
    assert not MatchJob.objects.exists()


def test_only_analysts_of_the_member_keep_and_steer_its_lists(sharer: Organisation, member: Organisation) -> None:
    with pytest.raises(NotAllowed):
        keep(member, "other@example.org", actor=builders.actor(member, Role.REVIEWER))
    watched = keep(member, "other@example.org")

    for steer in (watching.pause, watching.resume, watching.end):
        with pytest.raises(Hidden):
            steer(job_id=watched.job.public_id, actor=builders.actor(sharer, Role.ANALYST), now=NOW)
    with pytest.raises(NotAllowed):
        watching.end(job_id=watched.job.public_id, actor=builders.actor(member, Role.REVIEWER), now=NOW)
    with acting_as(CLOCK):
        assert WatchList.objects.get().ended_at is None
