"""No page, answer or file names a person to another organisation: everywhere else they are a pseudonym."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from lantern_site import clock
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from tests import builders
from tests.conftest import empty_tables
from tests.journeys.test_pages import MISSING, PAGES
from tests.journeys.world import World
from tests.signals.api.machines import machine

FILES = (
    "/reports/{year}/",
    "/reports/{year}/data.csv",
    "/reports/{year}/data.json",
    "/ledger/",
    "/ledger/?action=staff",
)
KNOWN_TO_THE_PROGRAMME = {"people for an auditor", "person for an auditor"}
"""Pages on which it is the work of the programme to know people by name."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        try:
            yield World(clock.now())
        finally:
            empty_tables()


def named(text: str, viewer: Organisation) -> list[str]:
    """The people of other organisations whose name or address stands in the text."""
    others = Staff.objects.exclude(organisation=viewer)
    words = {word for names in others.values_list("name", "email") for word in names}
    return [found for found in words if found in text and re.search(rf"\b{re.escape(found)}\b", text)]


def read(client: Client, url: str) -> str:
    return str(b"".join(client.get(url, follow=True)).decode())


def test_names_are_found_where_they_stand(world: World) -> None:
    client = Client()
    builders.sign_in(client, world.people["moderator"])

    assert len(named(read(client, world.address("/members/{pixelpond}/people/")), world.kestrel)) > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_nobody_of_another_organisation(name: str, world: World) -> None:
    who, pattern = PAGES[name]
    if who is None or name in KNOWN_TO_THE_PROGRAMME:
        return
    viewer = world.people[who]
    client = Client()
    builders.sign_in(client, viewer)

    page = read(client, world.address(pattern))

    assert named(page, viewer.organisation) == []


@pytest.mark.slow
@pytest.mark.parametrize("who", [Role.MEMBER_ADMIN, "other"])
def test_nobody_of_a_member_finds_a_name_on_pages_of_others(who: str, world: World) -> None:
    """Every address of the list, as the other side would type it: what opens names nobody."""
    viewer = world.people[who]
    client = Client()
    builders.sign_in(client, viewer)
    addresses = [world.address(pattern) for name, (_who, pattern) in PAGES.items() if name not in MISSING]

    found = {url: named(read(client, url), viewer.organisation) for url in [*addresses, *map(world.address, FILES)]}

    assert {url: names for url, names in found.items() if names} == {}


def test_whoever_is_not_signed_in_finds_no_name_at_all(world: World) -> None:
    nobody = builders.member("Nobody here")
    addresses = [pattern for who, pattern in PAGES.values() if who is None and "{token}" not in pattern]

    found = {pattern: named(read(Client(), world.address(pattern)), nobody) for pattern in [*addresses, *FILES]}

    assert {url: names for url, names in found.items() if names} == {}


def test_machines_read_no_name(world: World) -> None:
    client = machine(world.kestrel)
    signals = [world.ids[name] for name in ("ours", "theirs", "held", "incident")]

    answers = [
        read(client, url) for url in ("/api/v1/feed", "/api/v1/me", *(f"/api/v1/signals/{one}" for one in signals))
    ]

    assert any(world.ids["ours"] in text for text in answers)
    assert [named(text, world.kestrel) for text in answers] == [[]] * len(answers)


def test_an_auditor_sees_pseudonyms_outside_the_pages_about_people(world: World) -> None:
    viewer = world.people[Role.AUDITOR]
    client = Client()
    builders.sign_in(client, viewer)

    for url in ("/ledger/", "/signals/", "/disputes/", "/recalls/"):
        assert named(read(client, url), viewer.organisation) == []
