"""A rotation beside writers and readers, with threads on PostgreSQL: nothing is missed, and nothing is there twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, local
from typing import TypeVar

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from lantern_site import clock, rotation
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals import intake
from signals.candidates import Item
from signals.models import Indicator
from signals.services import lookup, sharing
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import LATER

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")

KEYS = {number: bytes([number]) * 32 for number in (1, 2)}
NUMBERS = range(6)
_process = local()


class Restarted(dict[int, bytes]):
    """The keys as processes have them that are restarted one after the other: a thread says which stands first."""

    def __iter__(self) -> Iterator[int]:
        first = getattr(_process, "first", 2)
        return iter(sorted(KEYS, key=lambda number: number != first))


def as_process(first: int, work: Callable[[], T]) -> Callable[[], T]:
    def run() -> T:
        _process.first = first
        try:
            with clock.at(NOW):
                return work()
        finally:
            connection.close()

    return run


def share(by: Actor, numbers: list[int]) -> None:
    for number in numbers:
        community = builders.everyone().public_id
        sharing.submit(
            items=[builders.email(number)], statement=builders.STATEMENT, community_id=community, actor=by, now=NOW
        )


def rotate_until(over: Event) -> None:
    while True:
        last = over.wait(0.02)
        for _step in (*rotation.wrap_digests(batch=3, now=NOW), *rotation.renew_keys(batch=3, now=NOW)):
            pass
        if last:
            return


def test_a_rotation_beside_writers_and_readers_misses_and_doubles_nothing(settings: Settings) -> None:
    settings.PEPPERS = settings.ENCRYPTION_KEYS = {1: KEYS[1]}
    sharer, reader = builders.member("Pixelpond"), builders.member("Kestrel")
    for number in NUMBERS:
        builders.active(sharer, builders.email(number))
    settings.PEPPERS = settings.ENCRYPTION_KEYS = Restarted(KEYS)
    writers = [builders.actor(builders.member(f"Writer {number}"), Role.SUBMITTER) for number in range(3)]
    analyst, over = builders.actor(reader, Role.ANALYST), Event()

    def look() -> list[int]:
        missed = []
        while not over.is_set():
            asked = [Item("email", builders.email(number).raw) for number in NUMBERS]
            results = lookup.look_up(items=asked, actor=analyst, now=LATER)
            missed += [number for number, result in zip(NUMBERS, results, strict=True) if not result.found]
        return missed

    wanted = [*NUMBERS, *range(100, 106)]  # known ones, and ones that all bring at once
    with ThreadPoolExecutor(5) as pool:
        rotating = pool.submit(as_process(2, lambda: rotate_until(over)))
        looking = pool.submit(as_process(2, look))
        writing = [
            pool.submit(as_process(first, lambda by=by, step=step: share(by, wanted[::step])))  # type: ignore[misc]
            for by, first, step in zip(writers, (1, 2, 1), (1, 1, -1), strict=True)
        ]
        for future in writing:
            future.result()
        over.set()
        assert looking.result() == []
        rotating.result()

    assert Indicator.objects.count() == len(wanted)
    assert rotation.needed(rotation.DIGESTS) == {2: len(wanted)}
    settings.ENCRYPTION_KEYS = {2: KEYS[2]}
    with acting_as(Actor.clock()):
        values = {intake.value_of(indicator) for indicator in Indicator.objects.select_related("value")}
    assert values == {builders.email(number).raw for number in wanted}


@pytest.mark.parametrize("first", [(1, 2), (2, 1), (2, 2)])
def test_two_who_bring_the_same_new_value_meet(first: tuple[int, int], settings: Settings) -> None:
    settings.PEPPERS = Restarted(KEYS)
    members: list[Organisation] = [builders.member("Pixelpond"), builders.member("Kestrel")]
    writers = [builders.actor(member, Role.SUBMITTER) for member in members]

    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(as_process(number, lambda by=by: share(by, list(range(8)))))  # type: ignore[misc]
            for number, by in zip(first, writers, strict=True)
        ]
        for future in futures:
            future.result()

    assert Indicator.objects.count() == 8
