from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from lantern_site import clock
from lantern_site.members.models import Staff
from tests import builders
from tests.builders import NOW

SignIn = Callable[[Staff], Client]


@pytest.fixture
def signed_in() -> SignIn:
    """A browser in which a person with a second factor has signed in."""

    def sign_in(staff: Staff) -> Client:
        TOTP.activate(staff, generate_totp_secret())
        client = Client()
        builders.sign_in(client, staff)
        return client

    return sign_in


@pytest.fixture
def in_march() -> Iterator[None]:
    """Pages read the time of the builders."""
    with clock.at(NOW):
        yield
