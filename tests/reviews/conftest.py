from collections.abc import Iterator

import pytest

from lantern_site import clock
from lantern_site.members.models import Organisation
from reviews import replay
from tests import builders
from tests.builders import NOW


@pytest.fixture
def now() -> Iterator[None]:
    """Requests happen at the builders' now."""
    with clock.at(NOW):
        yield


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


@pytest.fixture
def ledger_and_tables_agree() -> Iterator[None]:
    """Whatever a test does, the ledger leads to the tables, and what is held is held for a reason."""
    yield
    assert replay.compare() == []
    assert replay.unfounded() == []
