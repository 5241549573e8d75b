"""Large batches ask PostgreSQL only for digests that a bitmap lets through: they find what small ones find."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import pytest
from django.conf import LazySettings

from lantern_site.audit.access import acting_as
from lantern_site.members.models import Organisation
from signals import comparing, indexing
from signals.indexing import Index
from signals.indexing.digests import Digests
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Indicator, Signal
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import CLOCK, PDQ, compare, found, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]

NEWER = {2: bytes(range(64, 96)), 1: bytes(range(32))}


@pytest.fixture(autouse=True)
def every_batch_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "BATCH", 1)
    monkeypatch.setattr(indexing, "_index", [])


@pytest.fixture
def asked_of_postgres(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many digests each query asked for."""
    sizes: list[int] = []
    asking = comparing._with_digests

    def noted(kind: str, digests: Sequence[bytes]) -> Iterable[tuple[int, bytes | memoryview]]:
        sizes.append(len(digests))
        return asking(kind, digests)

    monkeypatch.setattr(comparing, "_with_digests", noted)
    return sizes


def nobody(count: int) -> str:
    return "\n".join(f"nobody{number}@example.org" for number in range(count))


def test_values_aliases_and_addresses_above_are_found_and_nothing_else_is_asked_for(
    sharer: Organisation, member: Organisation, asked_of_postgres: list[int]
) -> None:
    builders.active(sharer, Item(Kind.EMAIL, "some.body@gmail.com"))
    builders.active(sharer, Item(Kind.URL, "https://bad.example.com/"))
    builders.active(sharer, Item(Kind.SHA256, PDQ))
    lines = f"{nobody(50)}\nsome.body@gmail.com\nsomebody+1@gmail.com\nhttps://bad.example.com/room/7\nsha256:{PDQ}"

    assert compare(member, lines) == [(51, "exact", 0), (52, "alias", 0), (53, "prefix", 0), (54, "exact", 0)]
    assert sum(asked_of_postgres) < 10


def test_what_is_shared_after_the_bitmap_was_read_is_found(sharer: Organisation, member: Organisation) -> None:
    assert compare(member, f"{nobody(2)}\nsome.body@example.org") == []
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))

    assert compare(member, f"{nobody(2)}\nsome.body@example.org") == [(3, "exact", 0)]


def test_what_has_ended_is_still_counted(sharer: Organisation, member: Organisation) -> None:
    signal = builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    job = start(member, f"{nobody(2)}\nsome.body@example.org")
    with acting_as(CLOCK):
        Signal.objects.filter(pk=signal.pk).update(status="held")

    assert (run(job).not_eligible, found(job)) == (1, [])


@pytest.mark.parametrize("newest_first", [True, False], ids=["after the turn", "before the turn"])
def test_digests_under_an_older_pepper_pass(
    newest_first: bool, sharer: Organisation, member: Organisation, settings: LazySettings
) -> None:
    peppers: Mapping[int, bytes] = NEWER if newest_first else dict(reversed(NEWER.items()))
    builders.active(sharer, Item(Kind.EMAIL, "some.body@example.org"))
    settings.PEPPERS = peppers
    builders.active(sharer, Item(Kind.EMAIL, "other.body@example.org"))

    given = f"{nobody(2)}\nsome.body@example.org\nother.body@example.org"
    assert compare(member, given) == [(3, "exact", 0), (4, "exact", 0)]


def test_the_nightly_comparison_notices_a_digest_that_would_be_turned_away(member: Organisation) -> None:
    index = indexing.current(now=NOW)
    index.perhaps([b"\0" * 32], lambda: None)
    made = Indicator.objects.create(
        kind=Kind.EMAIL, digest=sha256(b"past the ledger").digest(), pepper_id=1, bucket=0, created_at=NOW
    )

    assert index.differences() == {"digests": 1}
    made.delete()
    assert index.differences() == {}


def test_a_bitmap_that_is_full_is_read_anew_with_more_room(
    member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signals.indexing.digests.LEAST_ROOM", 1)
    index = Index()
    index.refresh(now=NOW, tick=lambda: None)
    index.perhaps([], lambda: None)
    assert index._digests is not None
    assert index._digests.room == 1
    for number in range(2):
        builders.active(member, builders.email(number))
    index.refresh(now=NOW, tick=lambda: None)
    assert index._digests.is_full

    index.perhaps([], lambda: None)

    assert isinstance(index._digests, Digests)
    assert (index._digests.room, index._digests.held) == (4, 2)
