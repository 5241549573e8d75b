from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from signals.models import MatchJob
from signals.services import imports
from signals.services.jobs import limits
from tests import builders
from tests.signals.comparisons import start


@pytest.fixture
def sharer() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def member() -> Organisation:
    return builders.member("Harbourline")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, chunk=2))


@pytest.fixture
def job(sharer: Organisation, member: Organisation, small_chunks: None) -> MatchJob:
    """Five addresses in three chunks, all of them shared by somebody."""
    numbers = range(5)
    for number in numbers:
        builders.active(sharer, builders.email(number))
    return start(member, "\n".join(builders.email(number).raw for number in numbers))


@pytest.fixture
def eyes_of_the_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the test itself reads it reads as the clock; services see what their own actors see."""
    if not connection.in_atomic_block:
        yield
        return
    with acting_as(Actor.clock()):
        yield


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows of an import at a time."""
    monkeypatch.setattr(imports, "LIMITS", replace(imports.LIMITS, part=2))
