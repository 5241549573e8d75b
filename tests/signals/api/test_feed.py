"""The feed as members' machines read it."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import KeyScope, MemberState, Suspension
from lantern_site.members.models import ApiKey, Community, Membership, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import trials
from reviews.services import decisions
from signals.kinds import Kind
from signals.models import Poll, Receipt, Signal
from signals.services import sharing
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import machine

pytestmark = pytest.mark.django_db


def page(client: Client, after: int = 0, limit: int = 100) -> dict[str, Any]:
    answer = client.get("/api/v1/feed", {"after": after, "limit": limit})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def withdraw(signal: Signal, *, wrong: bool = False) -> None:
    reviewer = builders.actor(signal.organisation, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=wrong, note="", actor=reviewer, now=NOW)


def test_an_active_signal_of_another_member_comes_with_its_value() -> None:
    item = builders.email(1)
    signal = builders.active(builders.member("Pixelpond"), item)

    (entry,) = page(machine(builders.member("Kestrel")))["entries"]

    assert (entry["id"], entry["status"], entry["value"]) == (signal.reference, "active", item.raw)
    assert entry["content"]["owner"]["name"] == "Pixelpond"
    assert entry["content"]["severity"] == "high"
    assert "inward_note" not in entry["content"]


def test_what_is_not_shared_with_the_member_is_not_in_its_feed() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    builders.submitted(pixelpond)
    builders.active(kestrel)

    assert page(machine(kestrel))["entries"] == []


def test_an_unnamed_owner_stays_unnamed() -> None:
    builders.active(builders.member("Pixelpond"), says=builders.statement(owner_named=False))

    answer = machine(builders.member("Kestrel")).get("/api/v1/feed")

    assert answer.json()["entries"][0]["content"]["owner"] is None
    assert b"Pixelpond" not in answer.content


def test_a_signal_is_kept_from_the_regions_that_it_is_not_to_be_sent_to() -> None:
    builders.active(builders.member("Pixelpond"), says=builders.statement(not_to_regions=("europe",)))

    assert page(machine(builders.member("Kestrel")))["entries"] == []


def test_the_newest_entry_of_a_signal_replaces_the_older_ones() -> None:
    client = machine(builders.member("Kestrel"))
    signal = builders.active(builders.member("Pixelpond"))
    first = page(client)
    withdraw(signal)

    from_the_start, afterwards = page(client), page(client, after=first["cursor"])

    assert from_the_start["entries"] == afterwards["entries"]
    (entry,) = afterwards["entries"]
    assert (entry["status"], entry["value"], entry["content"]) == ("withdrawn", None, None)
    assert entry["position"] > first["cursor"]


@pytest.mark.parametrize("kind", [Kind.EMAIL, Kind.SHA256])
def test_a_retracted_value_is_in_no_page(kind: Kind) -> None:
    item = builders.email(5) if kind is Kind.EMAIL else builders.file_hash(5)
    signal = builders.active(builders.member("Pixelpond"), item)
    withdraw(signal, wrong=True)

    answer = machine(builders.member("Kestrel")).get("/api/v1/feed")

    assert answer.json()["entries"][0]["status"] == "retracted"
    assert item.raw.encode() not in answer.content


def test_pages_follow_one_another_without_a_gap() -> None:
    client, pixelpond = machine(builders.member("Kestrel")), builders.member("Pixelpond")
    made = [builders.active(pixelpond).reference for _ in range(5)]

    first = page(client, limit=2)
    second = page(client, after=first["cursor"], limit=2)
    third = page(client, after=second["cursor"], limit=2)

    assert [entry["id"] for part in (first, second, third) for entry in part["entries"]] == made
    assert first["cursor"] == first["entries"][-1]["position"]


def test_an_empty_page_keeps_the_cursor() -> None:
    client = machine(builders.member("Kestrel"))
    builders.active(builders.member("Pixelpond"))
    cursor = page(client)["cursor"]
    builders.submitted(builders.member("Pixelpond"))

    found = page(client, after=cursor)

    assert (found["entries"], found["cursor"]) == ([], cursor)
    assert found["head"] > cursor


def test_a_page_leaves_a_poll_and_receipts() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member("Pixelpond"))
    gone = builders.active(builders.member("Pixelpond"))
    withdraw(gone)

    found = page(machine(kestrel))

    poll, key = Poll.objects.get(), ApiKey.objects.get()
    assert (poll.key, poll.after, poll.upto, poll.head) == (key, 0, found["cursor"], found["head"])
    receipt = Receipt.objects.get()
    assert (receipt.signal_id, receipt.organisation, receipt.way, receipt.key) == (
        signal.pk,
        kestrel,
        Receipt.Way.FEED,
        key,
    )


def test_a_page_costs_the_same_number_of_queries_for_one_row_and_for_twenty() -> None:
    client, pixelpond = machine(builders.member("Kestrel")), builders.member("Pixelpond")
    builders.submit_all(pixelpond, [builders.file_hash(number) for number in range(20)])
    for signal in _waiting(pixelpond):
        builders.approved(signal)
    page(client)

    costs = []
    for limit in (1, 20):
        with CaptureQueriesContext(connection) as queries:
            assert len(page(client, limit=limit)["entries"]) == limit
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 15


def _waiting(of: Organisation) -> list[Signal]:
    actor = builders.actor(of, Role.REVIEWER)
    with acting_as(actor):
        return list(Signal.objects.with_context().filter(organisation=of).order_by("pk"))


def test_a_cursor_beyond_the_end_is_refused() -> None:
    answer = machine(builders.member("Kestrel")).get("/api/v1/feed", {"after": 2**62})

    assert (answer.status_code, answer.json()["field"]) == (422, "after")
    assert not Poll.objects.exists()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "-1"}, "after"),
        ({"after": str(2**63)}, "after"),
        ({"after": "1e3"}, "after"),
        ({"after": "\x00"}, "after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"afer": "1"}, ""),
    ],
)
def test_a_question_of_the_wrong_form_is_refused(query: dict[str, str], field: str) -> None:
    answer = machine(builders.member("Kestrel")).get("/api/v1/feed", query)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_key_without_the_scope_is_refused() -> None:
    answer = machine(builders.member("Kestrel"), KeyScope.SUBMIT, KeyScope.LOOKUP).get("/api/v1/feed")

    assert answer.status_code == 403
    assert not Poll.objects.exists()


def test_a_member_that_may_not_receive_gets_nothing() -> None:
    kestrel = builders.member("Kestrel")
    builders.active(builders.member("Pixelpond"))
    client = machine(kestrel)
    builders.suspend(kestrel, Suspension.RECEIVE)

    answer = client.get("/api/v1/feed")

    assert answer.status_code == 200
    assert answer.json()["entries"] == []
    assert not Receipt.objects.exists()


def test_a_community_of_others_stays_among_them() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    circle = Community.objects.create(name="Circle", open_to_later_members=False)
    Membership.objects.create(community=circle, organisation=pixelpond, joined_at=NOW)
    (signal,) = sharing.submit(
        items=[builders.email(9)],
        statement=builders.STATEMENT,
        community_id=circle.public_id,
        actor=builders.actor(pixelpond, Role.SUBMITTER),
        now=NOW,
    )
    builders.approved(signal)

    assert page(machine(kestrel))["entries"] == []


def test_nobody_on_the_way_may_keep_an_answer() -> None:
    answer = machine(builders.member("Kestrel")).get("/api/v1/feed")

    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.content)["entries"] == []


def test_nothing_is_handed_out_to_a_request_that_takes_no_content() -> None:
    builders.active(builders.member("Pixelpond"))

    answer = machine(builders.member("Kestrel")).head("/api/v1/feed")

    assert answer.status_code == 405
    assert not Receipt.objects.exists()
    assert not Poll.objects.exists()


def test_a_test_signal_reaches_the_machine_of_a_member_in_its_onboarding() -> None:
    builders.active(builders.member("Pixelpond"))
    newcomer = builders.on_the_way(MemberState.ONBOARDING)
    client = machine(newcomer)
    sent = trials.send_test_signal(organisation_id=newcomer.public_id, actor=builders.steward(), now=NOW)

    page = client.get("/api/v1/feed").json()
    again = client.get(f"/api/v1/feed?after={page['cursor']}").json()

    assert [(line["status"], line["value"], line["content"]) for line in page["entries"]] == [
        ("test", sent.value, None)
    ]
    assert again["entries"] == []
    with acting_as(Actor.clock()):
        sent.refresh_from_db()
    assert sent.received_at is not None
    assert not Receipt.objects.exists()
