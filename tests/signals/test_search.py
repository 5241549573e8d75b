"""Searching the list: filters, places in it, what is looked for by POST, and filters that people keep."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lantern_site import clock, public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals import search
from signals.kinds import HarmTerm
from signals.models import SavedFilter, Signal
from signals.search import EPOCH, MICROSECOND, Place, Sort, Wanted
from signals.services import filters
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import MOST_QUERIES, enter, queries

pytestmark = pytest.mark.django_db
LIST = "/signals/"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def reader() -> Actor:
    return builders.actor(builders.member("Kestrel"), Role.ANALYST)


def found(reader: Actor, **wanted: Any) -> list[Signal]:
    asked = Wanted(**wanted)
    with acting_as(reader):
        visible = search.narrowed(Signal.objects.visible_to(reader), asked, reader)
        return search.page(visible, asked.sort, limit=50).signals


def shared(number: int = 0, *, by: str = "Pixelpond", **more: Any) -> Signal:
    item = builders.email(number) if number else None
    return builders.active(builders.member(by), item, **more)


# Filters


def test_each_filter_leaves_what_it_says(reader: Actor) -> None:
    grooming = shared()
    traded = shared(says=builders.statement(harm=HarmTerm.CSAM_TRADE), by="Brightbay")
    hashed = builders.active(builders.member("Pixelpond"), builders.file_hash(1), now=NOW + timedelta(days=3))
    own = builders.submitted(builders.member("Kestrel"))
    with acting_as(Actor.clock()):
        Signal.objects.filter(pk=traded.pk).update(caution=True, found_right=1, found_wrong=2)
        Signal.objects.filter(pk=hashed.pk).update(found_right=3)

    for wanted, expected in (
        ({}, {grooming, traded, hashed, own}),
        ({"kind": "sha256"}, {hashed}),
        ({"harm": "csam_trade"}, {traded}),
        ({"status": "submitted"}, {own}),
        ({"whose": "own"}, {own}),
        ({"whose": "others"}, {grooming, traded, hashed}),
        ({"member": builders.member("Brightbay").public_id}, {traded}),
        ({"flag": "caution"}, {traded}),
        ({"flag": "mixed"}, {traded}),
        ({"flag": "danger"}, set()),
        ({"since": date(2026, 3, 4)}, {hashed}),
        ({"until": date(2026, 3, 2)}, {grooming, traded, own}),
        ({"kind": "email", "whose": "others", "harm": "grooming"}, {grooming}),
        ({"kind": "sha256", "harm": "csam_trade"}, set()),
    ):
        assert set(found(reader, **wanted)) == expected, wanted


def test_an_incident_is_found_by_its_id(reader: Actor) -> None:
    shared()
    case = builders.submit_all(builders.member("Kestrel"), [builders.email(1), builders.email(2)])
    incident = case[0].incident
    assert incident is not None

    assert set(found(reader, incident=incident.public_id)) == set(case)


def test_a_member_that_is_not_named_is_not_found_by_its_name(reader: Actor) -> None:
    member = builders.member("Pixelpond")
    unnamed = shared(says=builders.statement(owner_named=False))

    assert found(reader, member=member.public_id) == []
    assert found(builders.actor(member, Role.ANALYST), member=member.public_id) == [unnamed]
    assert found(builders.steward(), member=member.public_id) == [unnamed]


def test_what_a_version_says_stands_on_its_signal_too() -> None:
    signal = shared(says=builders.statement(harm=HarmTerm.TRAVEL))

    assert (signal.harm, signal.kind) == (signal.version.harm, signal.indicator.kind)


# The order, and places in it


def test_the_newest_come_first_and_what_is_due_comes_by_its_date(reader: Actor) -> None:
    late = builders.submitted(builders.member("Kestrel"), now=NOW)
    soon = builders.submitted(
        builders.member("Kestrel"), says=builders.statement(harm=HarmTerm.EXTORTION_OTHER), now=NOW
    )
    ending = shared(now=NOW + timedelta(minutes=1))

    assert found(reader) == [ending, soon, late]
    assert found(reader, sort=Sort.DUE) == [soon, late, ending]


@pytest.mark.parametrize("sort", Sort)
def test_pages_meet_and_what_comes_meanwhile_moves_nothing(reader: Actor, sort: Sort) -> None:
    member = builders.member("Kestrel")
    for number in range(7):
        builders.submitted(member, now=NOW + timedelta(hours=number // 2))

    def page(**at: Place) -> search.Page:
        with acting_as(reader):
            return search.page(Signal.objects.visible_to(reader), sort, limit=3, **at)

    first = page()
    builders.submitted(member, now=NOW - timedelta(days=300) if sort is Sort.DUE else NOW + timedelta(days=1))
    second, third = page(after=first.last), page(after=page(after=first.last).last)
    pks = [signal.pk for one in (first, second, third) for signal in one.signals]

    assert len(set(pks)) == len(pks) == 7
    assert [one.older for one in (first, second, third)] == [True, True, False]
    assert page(before=third.first).signals == second.signals
    assert page(before=second.first).newer


@given(st.integers(0, 4 * 10**15), st.integers(1, 2**62))
def test_a_place_is_read_as_it_was_written(micros: int, pk: int) -> None:
    place = Place(EPOCH + micros * MICROSECOND, pk)

    assert search.place(str(place)) == place


@given(
    st.text(alphabet="!?.= é", min_size=1, max_size=40)
    | st.sampled_from(["x", "bm9uc2Vuc2U", "OTk5OTk5OTk5OTk5OTk5OTk5OS4x"])
)
def test_what_is_no_place_is_refused_with_a_sentence(word: str) -> None:
    with pytest.raises(Invalid) as refusal:
        search.place(word)

    assert refusal.value.field == "after"


# The page


def test_pages_of_the_list_lead_on_and_back() -> None:
    for number in range(27):
        builders.submitted(builders.member("Kestrel"), builders.file_hash(number))
    client, _person = enter(builders.member("Kestrel"), Role.ANALYST)

    first = client.get(LIST + "?kind=sha256")
    older = client.get(first.context["older_url"])
    newer = client.get(older.context["newer_url"])

    assert (len(first.context["rows"]), len(older.context["rows"])) == (25, 2)
    assert newer.context["rows"] == first.context["rows"]
    assert "kind=sha256" in first.context["older_url"]
    assert client.get(LIST + "?after=nonsense").status_code == 200


def test_the_list_costs_the_same_however_long_it_is() -> None:
    client, person = enter(builders.member("Kestrel"), Role.ANALYST)
    shared()
    few = queries(client, LIST)
    for number in range(1, 6):
        shared(number)
        shared(number, by="Brightbay")
    filters.save(name="Held", words={"status": "held"}, is_shared=False, actor=person.actor(NOW), now=NOW)

    assert queries(client, LIST) == few <= MOST_QUERIES


def test_an_empty_list_says_which_filter_to_leave_out() -> None:
    client, _person = enter(builders.member("Kestrel"), Role.ANALYST)

    response = client.get(LIST + "?kind=email&harm=tools&after=x")

    assert response.context["widen"] == [
        ("Kind: E-mail address", "/signals/?harm=tools"),
        ("Harm: Tools for making CSAM", "/signals/?kind=email"),
    ]
    assert "To find more, leave out" in response.content.decode()


def test_a_reference_is_found_however_it_is_typed() -> None:
    signal = shared()
    client, _person = enter(builders.member("Kestrel"), Role.ANALYST)
    typed = " " + signal.reference.lower().replace("-", " ")

    response = client.post(LIST + "find/", {"value": typed})

    assert response["Location"] == reverse("reviews:signal", args=[signal.public_id])
    unknown = client.post(LIST + "find/", {"value": public_ids.shown(1)})
    assert unknown.status_code == 422
    assert "There is no such signal that you may see." in unknown.content.decode()


def test_a_value_is_found_with_who_else_says_so_and_stands_in_no_address_and_no_row() -> None:
    shared(1)
    shared(1, by="Brightbay")
    client, _person = enter(builders.member("Kestrel"), Role.ANALYST)
    value = builders.email(1).raw
    entries = Entry.objects.count()

    asked = client.post(LIST + "find/", {"value": value.upper(), "kind": "email"})

    assert [row.corroborations for row in asked.context["rows"]] == [1, 1]
    assert Entry.objects.count() == entries
    page = client.get(LIST).content.decode()
    assert 'name="q"' not in page
    assert '<input type="text" name="value"' in page


def test_a_value_without_a_kind_is_asked_for_its_kind_and_stays_typed() -> None:
    client, _person = enter(builders.member("Kestrel"), Role.ANALYST)

    response = client.post(LIST + "find/", {"value": "ada@example.org"})

    assert response.status_code == 422
    assert "Choose what kind of value this is." in response.content.decode()
    assert 'value="ada@example.org"' in response.content.decode()


# Filters that people keep

WORDS = {"kind": "email", "status": "held"}


def save(actor: Actor, name: str = "Held", *, is_shared: bool = False, **words: str) -> SavedFilter:
    return filters.save(name=name, words=words or WORDS, is_shared=is_shared, actor=actor, now=NOW)


def kept(actor: Actor) -> list[str]:
    with acting_as(actor):
        return sorted(SavedFilter.objects.visible_to(actor).values_list("name", flat=True))


def test_a_filter_is_kept_shared_renamed_and_deleted_with_a_trace(reader: Actor) -> None:
    colleague = builders.actor(builders.member("Kestrel"), Role.REVIEWER)
    other = builders.actor(builders.member("Pixelpond"), Role.REVIEWER)
    saved = save(reader)
    assert (kept(reader), kept(colleague)) == (["Held"], [])

    filters.share(filter_id=saved.public_id, is_shared=True, actor=reader, now=NOW)
    filters.rename(filter_id=saved.public_id, name=" Held  addresses ", actor=reader, now=NOW)
    assert (kept(colleague), kept(other), kept(builders.steward())) == (["Held addresses"], [], [])

    filters.delete(filter_id=saved.public_id, actor=reader, now=NOW)
    assert kept(reader) == []
    entries = Entry.objects.about("filter", saved.public_id)
    assert [entry.action for entry in entries] == ["filter.saved", "filter.shared", "filter.renamed", "filter.deleted"]
    assert entries[0].facts == {"filters": ["kind", "status"], "shared": False}


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"kind": "ada@example.org"},
        {"q": "ada@example.org"},
        {"whose": "ada@example.org"},
        {"whose": "lantern"},
        {"since": "2026-01-01"},
        {"kind": "email", "flag": "x"},
    ],
)
def test_only_closed_words_are_kept(reader: Actor, words: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        filters.save(name="Held", words=words, is_shared=False, actor=reader, now=NOW)

    assert not SavedFilter.objects.exists()


def test_a_member_is_kept_by_its_id(reader: Actor) -> None:
    member = public_ids.shown(builders.member("Pixelpond").public_id)

    assert save(reader, whose=member).words == {"whose": member}


def test_names_are_ones_own_and_not_given_twice_and_there_is_a_limit(
    reader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(reader)
    save(builders.actor(builders.member("Kestrel"), Role.REVIEWER))
    for name in ("Held", "", " ", "x" * 41):
        with pytest.raises(Invalid) as refusal:
            save(reader, name)
        assert refusal.value.field == "name"
    monkeypatch.setattr(filters, "MOST", 1)
    with pytest.raises(WrongState):
        save(reader, "Another")


def test_a_colleague_uses_a_shared_filter_and_changes_none() -> None:
    house: Organisation = builders.member("Kestrel")
    owner, colleague = builders.actor(house, Role.ANALYST), builders.actor(house, Role.ANALYST)
    hidden, shown = save(owner, "Mine"), save(owner, "Ours", is_shared=True)

    for filter_id, refusal in ((hidden.public_id, Hidden), (shown.public_id, NotAllowed)):
        for act in (
            lambda pk: filters.rename(filter_id=pk, name="New", actor=colleague, now=NOW),
            lambda pk: filters.share(filter_id=pk, is_shared=False, actor=colleague, now=NOW),
            lambda pk: filters.delete(filter_id=pk, actor=colleague, now=NOW),
        ):
            with pytest.raises(refusal):
                act(filter_id)
    assert kept(owner) == ["Mine", "Ours"]


def test_kept_filters_stand_above_the_list_and_are_saved_from_below_it() -> None:
    house = builders.member("Kestrel")
    client, person = enter(house, Role.ANALYST)
    save(builders.actor(house, Role.REVIEWER), "Ours", is_shared=True, flag="caution")

    saved = client.post(LIST + "filters/save/", {"name": "Mine", "kind": "email", "since": "2026-01-01"})
    page = client.get(saved["Location"])

    assert saved["Location"] == "/signals/?kind=email"
    assert [(chip["name"], chip["url"], chip["current"], chip["own"]) for chip in page.context["chips"]] == [
        ("Mine", "/signals/?kind=email", True, True),
        ("Ours", "/signals/?flag=caution", False, False),
    ]
    assert not page.context["may_save"]
    again = client.post(LIST + "filters/save/", {"name": "Mine", "status": "held"})
    assert again.status_code == 422
    assert "You keep a filter of this name already." in again.content.decode()
    assert '<input type="hidden" name="status" value="held">' in again.content.decode()
    assert kept(person.actor(NOW)) == ["Mine", "Ours"]


def test_a_refused_name_stays_typed_beside_its_filter(client: Client) -> None:
    house = builders.member("Kestrel")
    client, person = enter(house, Role.ANALYST)
    save(person.actor(NOW), "One")
    two = save(person.actor(NOW), "Two")
    at = f"{LIST}filters/{public_ids.shown(two.public_id)}/"

    refused = client.post(at + "rename/", {"name": "One"})

    assert refused.status_code == 422
    assert refused.content.decode().count("You keep a filter of this name already.") == 1
    assert client.post(at + "share/", {"is_shared": "1"}).status_code == 302
    assert client.post(at + "delete/").status_code == 302
    assert kept(person.actor(NOW)) == ["One"]
