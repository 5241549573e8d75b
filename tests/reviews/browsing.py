"""A browser for tests of the moderators' pages: who has signed in, where to go, and what a page costs."""

import re
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from reviews.models import Dispute, Finding, Recall, Redress
from signals.models import Signal
from tests import builders

MOST_QUERIES = 15
BOOKKEEPING = re.compile(r"SAVEPOINT|set_config|current_setting")


def enter(of: Organisation, *held: Role, name: str = "") -> tuple[Client, Staff]:
    """A browser in which a new person of the organisation has signed in."""
    person = builders.person(of, *held, name=name)
    if of.is_programme:
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    client = Client()
    builders.sign_in(client, person)
    return client, person


def reviewer(of: Organisation) -> Client:
    return enter(of, Role.REVIEWER)[0]


def at(name: str, subject: Signal | Dispute | Recall | Finding | Redress) -> str:
    return reverse(f"reviews:{name}", args=[subject.public_id])


def text(response: Any) -> str:
    return str(response.content.decode())


def asked(client: Client, url: str) -> list[str]:
    """The queries of a page, without what opens and closes its transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured if not BOOKKEEPING.search(query["sql"])]


def queries(client: Client, url: str) -> int:
    return len(asked(client, url))
