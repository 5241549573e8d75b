"""What somebody may not know of answers like what does not exist: status, headers and body, to the byte."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lantern_site import public_ids
from tests.matrix.addresses import address
from tests.matrix.notation import HIDDEN, LOGIN, NOBODY, Place, Rule
from tests.matrix.table import ROUTES
from tests.matrix.world import UNKNOWN, World

CHANGING = {"Date", "Expires", "X-Request-Id", "Set-Cookie", "Content-Length"}
"""Different in any two answers: cookies and lengths are compared below, without the tokens."""
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
"""A token against forged requests, in a hidden input or in hx-headers."""

HTMX = {"HX-Request": "true"}

Denial = tuple[str, Rule, Place]


def denials() -> Iterator[Denial]:
    """Every address with an id × every place from which the thing is hidden from somebody, and would not be if the
    organisation were an active one."""
    for route, rules in ROUTES.items():
        for rule in rules:
            hidden = [cell for cell in rule.cells() if rule.on and rule.expected(*cell) == HIDDEN]
            for place in dict.fromkeys(place for _who, place in hidden):
                active = Place(place.house)
                if place == active or any(rule.expected(who, active) != HIDDEN for who, at in hidden if at == place):
                    yield route, rule, place


def named(denial: Denial) -> str:
    route, rule, place = denial
    return f"{rule.method} {route} ({place})"


def nameless(text: str, thing: int) -> str:
    """Without the id itself, which the one who asked knows: as people read it, and as a number."""
    return text.replace(public_ids.shown(thing), "ID").replace(str(thing), "ID")


def seen(answer: Any, thing: int) -> tuple[object, ...]:
    """Everything of an answer but the id itself, which the page may repeat in addresses and forms."""
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    cookies = sorted(answer.cookies)
    body = nameless(TOKEN.sub(b"", answer.content).decode("latin-1"), thing)
    return answer.status_code, headers, cookies, body


@pytest.mark.parametrize("denial", list(denials()), ids=named)
def test_a_hidden_thing_answers_like_an_unknown_one(denial: Denial, world: World) -> None:
    route, rule, place = denial
    hidden, unknown = world.address(route, rule.on), address(route, UNKNOWN)
    people = [who for who, where in rule.cells() if where == place and rule.expected(who, place) == HIDDEN]

    for who in people[:: max(1, len(people) - 1)]:
        for body in [rule.body, None] if rule.form else [rule.body]:
            if rule.expected(who, place, empty=body is None) == HIDDEN:
                told = seen(world.ask(rule.method, hidden, who, place, body=body), world.ids[rule.on])
                assert told == seen(world.ask(rule.method, unknown, who, place, body=body), UNKNOWN)


def test_whoever_has_not_signed_in_learns_nothing_either(world: World) -> None:
    for route, rules in ROUTES.items():
        for rule in rules:
            if rule.on and rule.nobody == LOGIN:
                known = world.ask(rule.method, world.address(route, rule.on), NOBODY, Place.OWN)
                unknown = world.ask(rule.method, address(route, UNKNOWN), NOBODY, Place.OWN)
                assert known.status_code == unknown.status_code
                assert nameless(known["Location"], world.ids[rule.on]) == nameless(unknown["Location"], UNKNOWN)


@pytest.mark.parametrize("fragment", ["reviews:preview", "signals:job_progress", "reviews:reveal", "reviews:claim"])
def test_a_fragment_that_is_hidden_answers_like_an_unknown_one(fragment: str, world: World) -> None:
    rule = ROUTES[fragment][-1]
    hidden, unknown = (world.address(fragment, rule.on), world.ids[rule.on]), (address(fragment, UNKNOWN), UNKNOWN)

    told = [
        seen(world.ask(rule.method, url, "analyst", Place.OUTSIDE, body=rule.body, headers=HTMX), thing)
        for url, thing in (hidden, unknown)
    ]

    assert told[0] == told[1]
    assert told[0][0] == 404
