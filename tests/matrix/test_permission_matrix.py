"""Every address and operation × everybody × every organisation and its standing, against table.py."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils.html import escape

from lantern_site.errors import Refusal, Sentence
from lantern_site.members.permissions import TABLE, Permission
from lantern_site.members.permissions import Rule as PermissionRule
from tests.matrix.notation import (
    HIDDEN,
    INVALID,
    LOGIN,
    NOBODY,
    OK,
    REFUSED,
    UNAUTHORISED,
    WRONG,
    Outcome,
    Place,
    Rule,
)
from tests.matrix.table import NO_DOOR, ROUTES
from tests.matrix.world import World
from tests.routes import ROUTES as ADDRESSES

OUTCOMES = {401: UNAUTHORISED, 403: REFUSED, 404: HIDDEN, 409: WRONG, 422: INVALID}


def outcome_of(answer: Any) -> Outcome | str:
    status: int = answer.status_code
    if status in (301, 302):
        return LOGIN if answer["Location"].startswith("/accounts/login/") else OK
    return OK if status in (200, 201, 204) else OUTCOMES.get(status, str(status))


@dataclass(frozen=True)
class Asked:
    """One rule of one address from one place, with an empty body or with a whole one."""

    route: str
    rule: Rule
    place: Place
    empty: bool

    def people(self) -> list[str]:
        return [who for who, place in self.rule.cells() if place == self.place]

    def __str__(self) -> str:
        body = ", empty" if self.empty else ""
        return f"{self.rule.method} {self.route}{body} ({self.place})"


def asked() -> Iterator[Asked]:
    for route, rules in ROUTES.items():
        for rule in rules:
            for place in dict.fromkeys(place for _who, place in rule.cells()):
                yield Asked(route, rule, place, empty=False)
                if rule.form and not place.standing:
                    yield Asked(route, rule, place, empty=True)


@pytest.mark.parametrize("one", list(asked()), ids=str)
def test_everybody_gets_what_the_matrix_says(one: Asked, world: World) -> None:
    url = world.address(one.route, one.rule.on)
    body = None if one.empty else one.rule.body
    differences: dict[str, str] = {}
    drawn: set[Outcome] = set()

    for who in one.people():
        expected = one.rule.expected(who, one.place, empty=one.empty)
        is_new = expected not in drawn or one.rule.nobody == OK
        with sentences() as said:
            answer = world.ask(one.rule.method, url, who, one.place, body=body, is_drawn=is_new)
        if outcome_of(answer) != expected:
            differences[who] = f"{outcome_of(answer)} instead of {expected}"
        elif is_new and expected == REFUSED and not any(is_said(one, answer) for one in said):
            differences[who] = f"refused without a word: {said}"
        drawn.add(expected)

    assert differences == {}


@contextmanager
def sentences() -> Iterator[list[str]]:
    """The sentences of all refusals inside the block."""
    said: list[str] = []
    keep = Refusal.__init__

    def listen(refusal: Refusal, sentence: Sentence) -> None:
        keep(refusal, sentence)
        said.append(str(sentence))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Refusal, "__init__", listen)
        yield said


def is_said(sentence: str, answer: Any) -> bool:
    """Whether the one who was refused reads why."""
    if answer["Content-Type"] == "application/json":
        return bool(answer.json()["detail"] == sentence)
    return escape(sentence) in answer.content.decode()


def test_every_address_is_declared_and_none_that_is_gone() -> None:
    declared = set(ROUTES) | NO_DOOR

    assert {route.name for route in ADDRESSES if not route.is_of_allauth} == declared


def test_every_method_of_an_address_is_declared(world: World) -> None:
    """Whoever may do everything that a rule asks for is told that the method does not exist, where none is declared."""
    differences = {}
    for route, rules in ROUTES.items():
        who, place = ("read", Place.OWN) if rules[0].nobody == UNAUTHORISED else ("no role", Place.OWN)
        url = world.address(route, rules[0].on)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {rule.method for rule in rules}:
            answer = world.ask(method, url, who, place, is_drawn=False)
            if answer.status_code != 405 and not is_unknown_to_machines(route):
                differences[f"{method} {route}"] = answer.status_code

    assert differences == {}


def is_unknown_to_machines(route: str) -> bool:
    """Whatever the method, there is nothing."""
    return "<path:rest>" in route


# Second factor and training

Asking = tuple[str, Rule, str, Place]


def acts() -> Iterator[Asking]:
    """Everything that somebody may do, each with everybody who may, where their organisation takes part."""
    for route, rules in ROUTES.items():
        for rule in rules:
            if rule.method == "POST" and rule.nobody == LOGIN:
                for who, place in rule.cells():
                    if not place.standing and who != NOBODY and rule.expected(who, place) == OK:
                        yield route, rule, who, place


def asked_by(one: Asking) -> str:
    route, _rule, who, place = one
    return f"{route} by {who} ({place})"


@pytest.mark.parametrize("one", list(acts()), ids=asked_by)
def test_a_second_factor_that_is_too_old_stops_what_needs_a_fresh_one_and_nothing_else(
    one: Asking, world: World
) -> None:
    route, rule, who, place = one

    answer = world.ask(
        "POST",
        world.address(route, rule.on),
        who,
        place,
        body=rule.body,
        is_proven=False,
        is_drawn=rule.needs_proof(who),
    )

    assert outcome_of(answer) == (REFUSED if rule.needs_proof(who) else OK)
    if rule.needs_proof(who):
        assert "/prove/?next=" in answer.content.decode()


@pytest.mark.parametrize("one", list(acts()), ids=asked_by)
def test_training_that_has_lapsed_stops_what_needs_it_and_nothing_else(one: Asking, world: World) -> None:
    route, rule, who, place = one

    answer = world.ask(
        "POST", world.address(route, rule.on), who, place, body=rule.body, is_trained=False, is_drawn=rule.trained
    )

    assert outcome_of(answer) == (REFUSED if rule.trained else OK)
    if rule.trained:
        assert "Your yearly training has lapsed" in answer.content.decode()


# Permissions


class Listening(dict[Permission, PermissionRule]):
    """The table of permissions, which remembers what it was asked for."""

    def __init__(self, table: Mapping[Permission, PermissionRule]) -> None:
        super().__init__(table)
        self.asked: set[Permission] = set()

    def __getitem__(self, permission: Permission) -> PermissionRule:
        self.asked.add(permission)
        return super().__getitem__(permission)


def test_every_permission_is_asked_for_at_some_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Listening(TABLE)
    monkeypatch.setattr("lantern_site.members.policies.TABLE", table)

    for route, rules in ROUTES.items():
        for rule in rules:
            able = [cell for cell in rule.cells() if cell[0] != NOBODY and rule.expected(*cell) == OK]
            for house, who in {place.house: who for who, place in able if not place.standing}.items():
                world.ask(rule.method, world.address(route, rule.on), who, Place(house), body=rule.body, is_drawn=False)

    assert set(Permission) == table.asked
