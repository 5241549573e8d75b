from collections.abc import Iterator

import pytest

from lantern_site import clock
from tests.builders import NOW


@pytest.fixture(autouse=True)
def the_clock_stands() -> Iterator[None]:
    """Requests happen at the builders' now, when fresh keys are valid."""
    with clock.at(NOW):
        yield
