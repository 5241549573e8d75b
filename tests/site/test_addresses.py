"""What odd addresses and methods answer: something sensible, and never more about what one may not see than about
what does not exist."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from lantern_site import clock, public_ids
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.roles import Role
from signals.models import Poll, Receipt
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import machine

pytestmark = pytest.mark.django_db

NOBODYS = 0x2_AAAA_AAAA_AAAA


@pytest.fixture(autouse=True)
def the_clock_stands() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def ids() -> dict[str, str]:
    """A signal that Kestrel sees, one that it does not, and one that nobody has."""
    pixelpond = builders.member("Pixelpond")
    return {
        "seen": builders.active(pixelpond).reference,
        "hidden": builders.submitted(pixelpond).reference,
        "unknown": public_ids.shown(NOBODYS),
    }


@pytest.fixture
def browser(ids: dict[str, str]) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    builders.sign_in(client, builders.person(builders.member("Kestrel"), Role.ANALYST))
    return client


@pytest.fixture
def api(ids: dict[str, str]) -> Client:
    return machine(builders.member("Kestrel"), KeyScope.READ)


def misread(reference: str) -> str:
    """As somebody writes it down who takes 0 and 1 for letters."""
    return reference.replace("0", "O").replace("1", "I")


ODD: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "misread letters": misread,
    "without its dashes": lambda reference: reference.replace("-", ""),
    "with a space": lambda reference: f"{reference}%20",
    "with a letter more": lambda reference: f"{reference}A",
    "very long": lambda reference: reference * 400,
    "a number": lambda reference: str(public_ids.parse(reference)),
    "an empty one": lambda reference: "",
    "a null byte": lambda reference: f"{reference}%00",
    "another alphabet": lambda reference: "LN-ЖЖЖЖЖ-ЖЖЖЖЖ",
}
"""Ways to write an id that are none: an address has one form only."""


@pytest.mark.parametrize("way", ODD)
def test_a_page_with_an_odd_id_is_not_there_whatever_the_id_names(
    way: str, ids: dict[str, str], browser: Client
) -> None:
    answers = {name: browser.get(f"/signals/{ODD[way](reference)}/x/") for name, reference in ids.items()}

    assert {answer.status_code for answer in answers.values()} == {404}


@pytest.mark.parametrize("way", ODD)
def test_an_operation_with_an_odd_id_is_not_there_whatever_the_id_names(
    way: str, ids: dict[str, str], api: Client
) -> None:
    answers = {name: api.get(f"/api/v1/signals/{ODD[way](reference)}") for name, reference in ids.items()}

    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    assert answers["hidden"].json() == {"detail": "There is no such thing.", "field": ""}


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "post"])
def test_a_wrong_method_says_so_before_it_looks_at_the_id(method: str, ids: dict[str, str], browser: Client) -> None:
    answers = [getattr(browser, method)(f"/signals/{reference}/") for reference in ids.values()]

    assert {answer.status_code for answer in answers} == {405}
    assert {answer["Allow"] for answer in answers} == {"GET, HEAD"}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_a_wrong_method_for_a_machine_says_so_before_it_looks_at_the_id(
    method: str, ids: dict[str, str], api: Client
) -> None:
    answers = [
        getattr(api, method)(f"/api/v1/signals/{reference}", content_type="application/json")
        for reference in ids.values()
    ]

    assert {answer.status_code for answer in answers} == {405}
    assert len({answer.content for answer in answers}) == 1


def test_head_answers_like_get_without_a_body(ids: dict[str, str], browser: Client) -> None:
    for name, reference in ids.items():
        got, headed = browser.get(f"/signals/{reference}/"), browser.head(f"/signals/{reference}/")
        assert (headed.status_code, headed.content) == (got.status_code, b""), name


def test_machines_have_no_head(ids: dict[str, str], api: Client) -> None:
    """It would hand nothing over, so nothing could be noted as received."""
    addresses = ["feed", "me", "nothing", *(f"signals/{reference}" for reference in ids.values())]

    answers = [api.head(f"/api/v1/{address}") for address in addresses]

    assert {(answer.status_code, answer.content) for answer in answers} == {(405, b"")}
    assert not Poll.objects.exists()
    assert not Receipt.objects.exists()


def test_options_say_nothing_about_a_thing(ids: dict[str, str], api: Client) -> None:
    answers = [api.options(f"/api/v1/signals/{reference}") for reference in ids.values()]

    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


def test_the_slash_at_the_end_is_added_for_people_and_never_for_machines(
    ids: dict[str, str], browser: Client, api: Client
) -> None:
    without = {browser.get(f"/signals/{reference}").status_code for reference in ids.values()}
    with_one = {api.get(f"/api/v1/signals/{reference}/").status_code for reference in ids.values()}

    assert without == {301}
    assert with_one == {404}
    assert api.get("/api/v1/feed/").status_code == 404


@pytest.mark.parametrize("path", ["nothing", "feed/x", "..%2Fhealthz", "signals/", "x" * 3_000, "%F0%9F%8F%AE", "a//b"])
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_address_of_no_operation_answers_like_an_unknown_thing(method: str, path: str, api: Client) -> None:
    answer: Any = getattr(api, method)(f"/api/v1/{path}", content_type="application/json")
    known: Any = api.get(f"/api/v1/signals/{public_ids.shown(NOBODYS)}")

    assert answer.status_code == 404
    assert answer.content == known.content
    assert answer["Content-Type"] == known["Content-Type"]


@pytest.mark.parametrize("path", ["nothing/", "signals/LN-00000-00000/nothing/", "x" * 3_000 + "/", "%F0%9F%8F%AE/"])
def test_a_page_that_is_not_there_says_so(path: str, browser: Client) -> None:
    for client in (browser, Client()):
        answer = client.get(f"/{path}")
        assert answer.status_code == 404
        assert "Nothing here" in answer.content.decode()
