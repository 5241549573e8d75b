"""Every address and operation × everybody × every organisation and its standing, against table.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils.html import escape

from lantern_site.errors import Refusal, Sentence
from tests.matrix.notation import (
    HIDDEN,
    INVALID,
    LOGIN,
    OK,
    REFUSED,
    UNAUTHORISED,
    WRONG,
    Outcome,
    Place,
    Rule,
)
from tests.matrix.table import ROUTES
from tests.matrix.world import World

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
