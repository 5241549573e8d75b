"""What a key has read, for the day it leaks."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, NotAllowed
from lantern_site.members.models import ApiKey, Membership, Organisation
from lantern_site.members.roles import Role
from signals import reads
from signals.models import Poll, Receipt, Signal
from signals.services import key_reads
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import calling, issued, post
from tests.signals.api.test_share import row, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_clock_stands() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


def browser(of: Organisation, role: Role = Role.ANALYST) -> Client:
    person, client = builders.person(of, role), Client()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    builders.sign_in(client, person)
    return client


def address(key: ApiKey, name: str = "signals:key_reads") -> str:
    return reverse(name, args=[key.public_id])


def used(kestrel: Organisation) -> tuple[ApiKey, Signal, Signal]:
    """A key that read one signal in the feed, looked another up, and shared one."""
    pixelpond = builders.member("Pixelpond")
    key, text = issued(kestrel)
    client = calling(text)
    fed = builders.active(pixelpond, builders.email(1))
    client.get("/api/v1/feed")
    client.get("/api/v1/feed", {"after": Entry.objects.count()})
    found = builders.active(pixelpond, builders.email(2))
    post(client, "/api/v1/lookup", {"items": [{"kind": "email", "value": builders.email(2).raw}]})
    share(client, row(builders.email(3)))
    return key, fed, found


def test_the_page_lists_what_was_given_and_how(kestrel: Organisation) -> None:
    key, fed, found = used(kestrel)

    answer = browser(kestrel).get(address(key))

    page = answer.content.decode()
    rows = [(read.reference, read.way, read.at) for read in answer.context["rows"]]
    assert rows == [(found.reference, "lookup", NOW), (fed.reference, "feed", NOW)]
    assert "E-mail" in page or "email" in page.lower()
    assert builders.email(1).raw not in page
    summary = answer.context["summary"]
    assert (summary.signals, summary.lookups, summary.items, summary.hits, summary.shared) == (2, 1, 1, 1, 1)
    assert (summary.polls, len(answer.context["polls"])) == (2, 1)
    assert answer.context["polls"][0].after == 0
    assert "127.0.0.0/24" in page


def test_what_another_key_was_given_is_not_listed(kestrel: Organisation) -> None:
    used(kestrel)
    other, _text = issued(kestrel)

    answer = browser(kestrel).get(address(other))

    assert answer.context["rows"] == []
    assert answer.context["summary"].signals == 0


def test_a_signal_that_is_not_shown_any_more_keeps_its_reference(kestrel: Organisation) -> None:
    key, fed, _found = used(kestrel)
    Membership.objects.filter(organisation=kestrel).update(left_at=NOW)

    answer = browser(kestrel).get(address(key))

    page = answer.content.decode()
    assert fed.reference in page
    assert "not shown to you any more" in page
    assert reverse("reviews:signal", args=[fed.public_id]) not in page
    assert {read.harm for read in answer.context["rows"]} == {""}
    everything = browser(builders.programme(), Role.AUDITOR).get(address(key)).context["rows"]
    assert {read.harm for read in everything} == {"grooming"}


# The file


def taken(key: ApiKey, client: Client) -> tuple[Any, list[dict[str, str]]]:
    answer = client.post(address(key, "signals:export_key_reads"))
    return answer, list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_file_has_every_signal_and_taking_it_is_recorded(kestrel: Organisation) -> None:
    key, fed, found = used(kestrel)

    answer, lines = taken(key, browser(kestrel))

    common = {"kind": "email", "harm": "grooming", "first_given_at": "2026-03-02T10:00:00Z"}
    assert lines == [
        {"reference": fed.reference, "way": "feed", **common},
        {"reference": found.reference, "way": "lookup", **common},
    ]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="lantern-reads-LN-')
    assert "no-store" in answer.headers["Cache-Control"]
    entry = Entry.objects.get(action="key.reads_exported")
    assert (entry.subject, entry.facts) == (key.public_id, {"number": 2})
    assert entry.audience == f"organisation:{kestrel.public_id}"


def test_the_programme_takes_a_file_in_the_sight_of_the_member(kestrel: Organisation) -> None:
    key, _fed, _found = used(kestrel)

    assert len(taken(key, browser(builders.programme(), Role.AUDITOR))[1]) == 2

    assert Entry.objects.get(action="key.reads_exported").organisation == kestrel.public_id


def test_a_refused_export_leaves_no_trace(kestrel: Organisation) -> None:
    key, _text = issued(kestrel)
    stranger = builders.actor(builders.member("Pixelpond"), Role.MEMBER_ADMIN)

    with pytest.raises(NotAllowed):
        key_reads.export(key_id=key.public_id, actor=builders.actor(kestrel, Role.SUBMITTER), now=NOW)
    with pytest.raises(Hidden):
        key_reads.export(key_id=key.public_id, actor=stranger, now=NOW)

    assert not Entry.objects.filter(action="key.reads_exported").exists()


def test_no_cell_begins_a_formula() -> None:
    dangerous = reads.Read(1, "=cmd()", "@x", "-1", NOW)

    (line,) = list(csv.reader(io.StringIO(reads.csv_of([dangerous]))))[1:]

    assert line[1:4] == ["'=cmd()", "'@x", "'-1"]


# Many


def test_the_list_is_read_page_by_page_in_a_fixed_number_of_queries(kestrel: Organisation) -> None:
    key, fed, _found = used(kestrel)
    client = browser(kestrel)

    def counted(url: str) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(url)
        bookkeeping = ("set_config", "SAVEPOINT", "BEGIN", "COMMIT")
        return sum(not any(word in query["sql"] for word in bookkeeping) for query in caught), answer

    few, _answer = counted(address(key))
    _many(key, kestrel)
    many, first = counted(address(key))
    _count, second = counted(first.context["older_url"])
    _count, third = counted(second.context["older_url"])

    assert many <= few + 1  # those that are not shown any more take one
    assert many <= 15
    assert [len(answer.context["rows"]) for answer in (first, second, third)] == [25, 25, 2]
    pages = [read.reference for answer in (first, second, third) for read in answer.context["rows"]]
    assert len(set(pages)) == 52
    assert third.context["older_url"] == ""
    older_polls = client.get(first.context["older_polls_url"]).context["polls"]
    assert len(older_polls) == 6
    with acting_as(Actor.clock()):
        assert len(list(reads.all_reads(key, Actor.clock()))) == 52
    assert fed.reference in pages


def _many(key: ApiKey, kestrel: Organisation) -> None:
    """Fifty receipts and fifteen pages more."""
    pixelpond = builders.member("Pixelpond")
    shared = builders.submit_all(pixelpond, [builders.file_hash(number) for number in range(50)])
    Receipt.objects.bulk_create(
        Receipt(signal=signal, organisation=kestrel, way=Receipt.Way.FEED, key=key, at=NOW + timedelta(minutes=1))
        for signal in shared
    )
    Poll.objects.bulk_create(Poll(key=key, after=n, upto=n + 1, head=99, at=NOW) for n in range(15))


def test_a_large_list_is_exported_in_batches(kestrel: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _fed, _found = used(kestrel)
    _many(key, kestrel)
    monkeypatch.setattr(reads, "BATCH", 10)

    assert len(taken(key, browser(kestrel))[1]) == 52


# When it has leaked


def test_an_admin_says_so_here_and_others_are_told_who_may(kestrel: Organisation) -> None:
    key, _fed, _found = used(kestrel)
    revoke, admin = address(key, "members:revoke_key"), browser(kestrel, Role.MEMBER_ADMIN)

    assert revoke not in browser(kestrel).get(address(key)).content.decode()
    assert revoke in admin.get(address(key)).content.decode()
    admin.post(revoke, {"reason": "leaked"})
    assert "revoked as leaked" in browser(kestrel).get(address(key)).content.decode()
