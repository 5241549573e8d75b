"""One world for all tests of this folder: they only read it, each request is undone."""

from collections.abc import Iterator
from itertools import count

import pytest
from pytest_django import DjangoDbBlocker

from lantern_site import clock
from tests.builders import NOW
from tests.conftest import empty_tables
from tests.matrix.world import World

_numbers = count(1_000_000)


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("lantern_site.public_ids.secrets.randbits", lambda bits: 100 * next(_numbers) + 50)
        try:
            with clock.at(NOW):
                made = World()
            yield made
        finally:
            empty_tables()
