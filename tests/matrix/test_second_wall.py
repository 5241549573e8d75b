"""Row-level security by itself: with every scope of the code switched off, the database still shows nobody what is
not theirs."""

from collections.abc import Mapping
from typing import Any

import pytest

from lantern_site import public_ids
from reviews.models import DeliveryQuerySet, DisputeQuerySet, FindingQuerySet
from signals import guards
from signals.kinds import Kind
from signals.models import ImportQuerySet, LeadQuerySet, MatchJobQuerySet, SignalQuerySet
from tests.matrix.notation import SCOPES, UNAUTHORISED, Place
from tests.matrix.table import FRESH, ROUTES
from tests.matrix.world import World

SCOPED = (
    SignalQuerySet,
    ImportQuerySet,
    MatchJobQuerySet,
    LeadQuerySet,
    DisputeQuerySet,
    DeliveryQuerySet,
    FindingQuerySet,
)
SCOPES_OF_THE_CODE = ("visible_to", "shared_with", "owned_by", "corrected_for")
NOT_SHARED = ("waiting", "claimed", "returned", "import")
SHARED = ("shared", "expiring", "unchecked", "held")
DISPUTES = ("dispute", "dispute on hold", "dispute decided", "dispute appealed")
RECALLED = ("signal of recall", "signal of recall kept")
OF_DISPUTES = tuple(f"signal of {name}" for name in DISPUTES)
WORDS = {
    "the inward note of a version": "Only for colleagues.",
    "the statement of a dispute": "The account belongs to somebody else.",
    "the letter of a dispute": "Look again.",
    "the words of a finding": "The age does not fit.",
}
KEPT_FROM = {
    Place.OUTSIDE: (
        *NOT_SHARED,
        *SHARED,
        *RECALLED,
        *OF_DISPUTES,
        *DISPUTES,
        "theirs",
        "lead",
        "lead examined",
        *WORDS,
    ),
    Place.OTHER: (*NOT_SHARED, "lead", "lead examined", "the inward note of a version", "the words of a finding"),
    Place.OTHER_SUSPENDED: (*NOT_SHARED, *SHARED, "lead", "lead examined"),
    Place.OTHER_DEAF: (*NOT_SHARED, *SHARED, "lead", "lead examined"),
    Place.OTHER_LEFT: (*NOT_SHARED, *SHARED, "lead", "lead examined"),
}
"""What nobody there may meet, whichever page or operation they ask for."""
PLACES = (Place.OUTSIDE, Place.OTHER, Place.OTHER_SUSPENDED)
"""Whoever is suspended, may not receive or has left meets the same wall: at every address one of the three is tried,
all at the lists."""


@pytest.fixture
def without_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    for queryset in SCOPED:
        for name in SCOPES_OF_THE_CODE:
            if name in vars(queryset):
                monkeypatch.setattr(queryset, name, lambda self, *_given, **_named: self.all())


def secrets_of(world: World, names: tuple[str, ...]) -> dict[str, str]:
    """References, values and words that stand for a thing, by a name that a failure can show."""
    found = {}
    for name in names:
        if name in WORDS:
            found[name] = WORDS[name]
            continue
        found[f"the reference of {name}"] = public_ids.shown(world.ids[name])
        if name in world.values:
            found[f"the value of {name}"] = world.values[name]
            found[f"the masked value of {name}"] = guards.mask(Kind.EMAIL, world.values[name])
    return found


PEOPLE = ("analyst", "member_admin")
"""Roles decide nothing here: one who sees the lists of judgement, and one who sees the ledger."""


def told(answer: Any, secrets: Mapping[str, str], *known: str) -> list[str]:
    """Which secrets an answer gives away; what the one who asks wrote into the question is `known` to them."""
    text = (answer.getvalue() if answer.streaming else answer.content).decode(errors="replace")  # an archive is no text
    for one in known:
        text = text.replace(one, "")
    return sorted(name for name, secret in secrets.items() if secret in text)


@pytest.mark.usefixtures("without_scopes")
@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("route", ROUTES)
def test_without_the_scopes_of_the_code_nothing_foreign_comes_out(route: str, place: Place, world: World) -> None:
    secrets, found = secrets_of(world, KEPT_FROM[place]), {}

    for rule in ROUTES[route]:
        for who in SCOPES if rule.nobody == UNAUTHORISED else PEOPLE:
            answer = world.ask(rule.method, world.address(route, rule.on), who, place, body=rule.body)
            known = public_ids.shown(world.ids[rule.on]) if rule.on else "nothing"
            if names := told(answer, secrets, known):
                found[f"{rule.method} by {who}"] = names

    assert found == {}


LISTS = (
    "/?",
    "/signals/?whose=others",
    "/signals/?status=active",
    "/signals/?kind=email",
    "/queue/?tab=unclaimed",
    "/queue/?tab=second",
    "/queue/?tab=checks",
    "/disputes/?tab=answer",
    "/disputes/?tab=confirm",
    "/disputes/?tab=ours",
    "/disputes/?tab=decide",
    "/disputes/?tab=ended",
    "/recalls/?tab=answered",
    "/recalls/?tab=sent",
    "/leads/?done=1",
    "/leads/?by=hash",
    "/leads/?by=reference",
    "/ledger/?action=signal",
    "/ledger/?action=dispute",
    "/api/v1/feed?after=0&limit=1000",
)


@pytest.mark.usefixtures("without_scopes")
@pytest.mark.parametrize("place", KEPT_FROM, ids=str)
@pytest.mark.parametrize("url", LISTS)
def test_no_list_shows_what_is_foreign(url: str, place: Place, world: World) -> None:
    secrets = secrets_of(world, KEPT_FROM[place])

    for who in ("read",) if url.startswith("/api/") else PEOPLE:
        assert told(world.ask("GET", url, who, place), secrets) == []


@pytest.mark.usefixtures("without_scopes")
@pytest.mark.parametrize("place", [place for place in KEPT_FROM if place != Place.OTHER], ids=str)
@pytest.mark.parametrize("name", ["shared", "waiting"])
def test_whoever_asks_for_a_value_does_not_learn_that_it_is_shared(name: str, place: Place, world: World) -> None:
    value, reference = world.values[name], public_ids.shown(world.ids[name])
    item = {"kind": "email", "value": value}

    found = world.ask("POST", "/signals/find/", "analyst", place, body=item)
    looked = world.ask("POST", "/share/look/", "submitter", place, body={"kind": "email", "values": value})
    search = world.ask("GET", f"/signals/?q={reference}", "analyst", place)
    asked = world.ask("POST", "/api/v1/lookup", "lookup", place, body={"items": [item]})
    shared = world.ask("POST", "/api/v1/lookup", "lookup", place, body={"items": [{"kind": "email", "value": FRESH}]})

    assert reference not in found.content.decode()
    assert reference not in looked.content.decode()
    assert search.status_code == 200
    assert (asked.status_code, asked.content) == (shared.status_code, shared.content)


@pytest.mark.usefixtures("without_scopes")
def test_these_tests_would_find_what_the_wall_does_not_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lantern_site.audit.actors.Actor.scope", "programme")
    secrets = secrets_of(world, ("waiting", "shared", "theirs", *DISPUTES))

    shown = told(world.ask("GET", "/signals/?kind=email", "analyst", Place.OUTSIDE), secrets)
    argued = told(world.ask("GET", "/disputes/", "analyst", Place.OUTSIDE), secrets)

    assert {"the reference of waiting", "the masked value of waiting", "the reference of shared"} <= set(shown)
    assert "the reference of dispute" in argued
