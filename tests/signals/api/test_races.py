"""What holds when many write and read at once. On PostgreSQL, with threads."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.test import Client

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.services import decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals import feed
from signals.models import Receipt, Signal
from signals.services import reading, sharing
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import key_of, machine, post
from tests.signals.api.test_share import row

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


def closing(work: Callable[..., T]) -> Callable[..., T]:
    """In a thread: give the connection back at the end, so that the database can be emptied."""

    def run(*args: Any) -> T:
        try:
            with clock.at(NOW):
                return work(*args)
        finally:
            connection.close()

    return run


def in_threads(work: Callable[..., T], *calls: tuple[Any, ...]) -> list[Future[T]]:
    pool = ThreadPoolExecutor(len(calls))
    futures = [pool.submit(closing(work), *call) for call in calls]
    pool.shutdown(wait=False)
    return futures


def test_the_feed_skips_nothing_under_four_writers() -> None:
    writers = [_writer(f"Writer {number}") for number in range(4)]
    client = machine(builders.member("Kestrel"))

    futures = in_threads(_share_ten, *[(number, *writer) for number, writer in enumerate(writers)])
    told = _follow(client, futures)

    assert sorted(told) == sorted(reference for future in futures for reference in future.result())


def _writer(name: str) -> tuple[Actor, Actor]:
    member = builders.member(name)
    return builders.actor(member, Role.SUBMITTER), builders.actor(member, Role.REVIEWER)


def _share_ten(writer: int, submitter: Actor, reviewer: Actor) -> list[str]:
    community = builders.everyone().public_id
    shared = []
    for number in range(10):
        (signal,) = sharing.submit(
            items=[builders.file_hash(writer * 100 + number)],
            statement=builders.STATEMENT,
            community_id=community,
            actor=submitter,
            now=NOW,
        )
        approval = Judgement(Verdict.APPROVE, attested=True)
        decisions.decide(signal_id=signal.public_id, judgement=approval, version=1, actor=reviewer, now=NOW)
        shared.append(signal.reference)
    return shared


def _follow(client: Client, writers: list[Future[Any]]) -> list[str]:
    """Read the feed page by page while the writers write, and once more when they are done."""
    told: list[str] = []
    cursor, finished = 0, False
    while True:
        with clock.at(NOW):
            page = client.get("/api/v1/feed", {"after": cursor, "limit": 7}).json()
        positions = [entry["position"] for entry in page["entries"]]
        assert positions == sorted(positions)
        assert all(cursor < position <= page["head"] for position in positions)
        told += [entry["id"] for entry in page["entries"]]
        cursor = page["cursor"]
        if finished and not positions:
            return told
        finished = all(writer.done() for writer in writers)


def test_one_batch_sent_by_eight_clients_at_once_is_shared_once_and_answered_alike() -> None:
    member = builders.member()
    clients = [machine(member) for _ in range(8)]
    body = {"rows": [row(builders.email(number)) for number in range(3)]}
    start = Barrier(8)

    def send(client: Client) -> bytes:
        start.wait()
        answer = post(client, "/api/v1/signals", body, **{"Idempotency-Key": "batch-1"})
        assert answer.status_code == 200
        content: bytes = answer.content
        return content

    answers = {future.result() for future in in_threads(send, *[(client,) for client in clients])}

    assert len(answers) == 1
    with acting_as(Actor.clock()):
        assert Signal.objects.count() == 3


def test_two_batches_of_the_same_values_in_opposite_order_both_get_an_answer() -> None:
    members = [builders.member(name) for name in ("Pixelpond", "Kestrel")]
    items = [builders.file_hash(number) for number in range(30)]
    bodies = [{"rows": [row(item) for item in order]} for order in (items, items[::-1])]
    clients = [machine(member) for member in members]
    start = Barrier(2)

    def send(client: Client, body: Any) -> set[str]:
        start.wait()
        answer = post(client, "/api/v1/signals", body)
        assert answer.status_code == 200, answer.content
        return {result["status"] for result in answer.json()["results"]}

    answers = [future.result() for future in in_threads(send, *zip(clients, bodies, strict=True))]

    assert answers == [{"created"}, {"created"}]


def test_a_signal_that_is_retracted_while_a_page_is_made_is_not_told_as_active(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signal = builders.active(builders.member("Pixelpond"))
    owner = builders.actor(signal.organisation, Role.REVIEWER)
    actor = key_of(builders.member("Kestrel")).actor()
    still_due = feed.still_due

    def retract_first(organisation: Organisation, dues: list[feed.Due]) -> list[tuple[feed.Due, Signal | None]]:
        (retraction,) = in_threads(_retract, (signal, owner))
        retraction.result()
        return still_due(organisation, dues)

    monkeypatch.setattr(feed, "still_due", retract_first)

    page = reading.read_feed(after=0, limit=10, actor=actor, now=NOW)
    monkeypatch.undo()
    following = reading.read_feed(after=page.cursor, limit=10, actor=actor, now=NOW)

    assert page.lines == []
    assert [line.status for line in following.lines] == ["retracted"]


def test_a_retraction_waits_for_a_page_that_is_being_made_and_finds_its_receipt() -> None:
    signal = builders.active(builders.member("Pixelpond"))
    kestrel = builders.member("Kestrel")
    owner = builders.actor(signal.organisation, Role.REVIEWER)
    actor = key_of(kestrel).actor()

    with acting_as(actor):
        page = reading.read_feed(after=0, limit=10, actor=actor, now=NOW)
        (retraction,) = in_threads(_retract, (signal, owner))
        assert not _finished(retraction)
    retraction.result()

    assert [line.status for line in page.lines] == ["active"]
    assert Receipt.objects.filter(signal=signal, organisation=kestrel).exists()


def _retract(signal: Signal, owner: Actor) -> None:
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)


def _finished(future: Future[Any]) -> bool:
    try:
        future.result(timeout=0.5)
    except TimeoutError:
        return False
    return True
