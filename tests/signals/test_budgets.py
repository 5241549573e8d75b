"""Budgets of a day: what is beyond is refused, told to those who look after it, and counted for nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Spent
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from signals import tasks
from signals.candidates import Item
from signals.models import Signal, Spending
from signals.services import alarms, lookup, sharing
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import machine, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_budgets(settings: Settings) -> None:
    settings.REVEALS_PER_DAY, settings.LOOKUPS_PER_DAY, settings.LOOKUPS_PER_DAY_OF_MEMBER = 2, 5, 8


def reveal(signal: Signal, by: Actor, *, hours: int = 0) -> str:
    return sharing.reveal(signal_id=signal.public_id, reason="review", actor=by, now=NOW + timedelta(hours=hours))


def ask(by: Actor, number: int) -> int:
    items = [Item("email", builders.email(each).raw) for each in range(number)]
    return len(lookup.look_up(items=items, actor=by, now=NOW))


def spent(action: str) -> list[Entry]:
    return list(Entry.objects.filter(action=action))


def spendings() -> dict[int, int]:
    with acting_as(Actor.clock()):
        return dict(Spending.objects.values_list("holder", "used"))


def test_a_person_sees_so_many_plain_values_in_a_day(sharer: Organisation) -> None:
    signal, reviewer = builders.active(sharer), builders.actor(sharer, Role.REVIEWER)

    assert reveal(signal, reviewer) == reveal(signal, reviewer)
    with pytest.raises(Spent, match="You have seen 2 plain values today") as refused:
        reveal(signal, reviewer)

    assert refused.value.again_in == 14 * 3600 + 1
    assert len(spent("signal.revealed")) == 2
    assert spendings() == {reviewer.id: 2}
    assert reveal(signal, builders.actor(sharer, Role.REVIEWER))
    assert reveal(signal, reviewer, hours=14)


def test_who_wanted_more_is_told_once_to_the_admins_and_the_programme(sharer: Organisation) -> None:
    signal, reviewer = builders.active(sharer), builders.actor(sharer, Role.REVIEWER)
    admin, steward = builders.person(sharer, Role.MEMBER_ADMIN), builders.person(builders.programme(), Role.STEWARD)
    builders.person(builders.member("Kestrel"), Role.MEMBER_ADMIN)

    for _time in range(4):
        try:
            reveal(signal, reviewer)
        except Spent:
            continue

    [entry] = spent("reveal.budget_spent")
    assert (entry.subject_kind, entry.subject, entry.facts) == ("staff", reviewer.id, {"used": 2})
    assert entry.audience == f"organisation:{sharer.public_id}"
    asked = Outbox.objects.get(task="signals.tell_of_spent_budget")
    tasks.tell_of_spent_budget(*asked.arguments)
    told = {address for letter in mail.outbox for address in letter.to}
    assert {admin.email, steward.email} <= told
    assert len(told) == 2
    assert "plain values" in str(mail.outbox[0].body)


def test_a_refused_reveal_without_a_reason_costs_nothing(sharer: Organisation) -> None:
    signal, reviewer = builders.active(sharer), builders.actor(sharer, Role.REVIEWER)

    for _time in range(3):
        with pytest.raises(Exception, match="Choose why"):
            sharing.reveal(signal_id=signal.public_id, reason="", actor=reviewer, now=NOW)

    assert spendings() == {}


def test_the_page_says_that_the_budget_is_used_up(sharer: Organisation, settings: Settings) -> None:
    settings.REVEALS_PER_DAY = 0
    signal, person = builders.active(sharer), builders.person(sharer, Role.REVIEWER)
    builders.sign_in(client := Client(), person)

    answer = client.post(f"/signals/{signal.reference}/reveal/", {"reason": "review"})

    assert answer.status_code == 429
    assert "that is the daily budget" in answer.content.decode()


def test_a_key_looks_up_so_many_values_in_a_day(member: Organisation) -> None:
    analyst = builders.actor(member, Role.ANALYST)

    assert ask(analyst, 4) == 4
    with pytest.raises(Spent, match="At most 5 values"):
        ask(analyst, 2)
    assert ask(analyst, 1) == 1

    assert spendings() == {analyst.id: 5, member.public_id: 5}
    assert len(spent("lookup.made")) == 2
    assert len(spent("lookup.budget_spent")) == 1


def test_more_keys_are_no_way_around_the_budget_of_the_member(member: Organisation) -> None:
    assert ask(builders.actor(member, Role.ANALYST), 5) == 5

    with pytest.raises(Spent, match="Your organisation looks up at most 8"):
        ask(builders.actor(member, Role.ANALYST), 4)


def test_a_machine_is_told_when_to_come_back(member: Organisation) -> None:
    items = [{"kind": "email", "value": builders.email(number).raw} for number in range(6)]

    answer = post(machine(member), "/api/v1/lookup", {"items": items})

    assert answer.status_code == 429
    assert answer.json()["detail"].startswith("At most 5 values")
    assert 0 < int(answer.headers["Retry-After"]) <= 24 * 3600 + 1
    assert builders.email(0).raw not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_use_the_last_of_a_budget_twice(member: Organisation, settings: Settings) -> None:
    settings.LOOKUPS_PER_DAY = 5
    analyst = builders.actor(member, Role.ANALYST)

    def one() -> bool:
        try:
            return ask(analyst, 3) == 3
        except Spent:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        done = [future.result() for future in [pool.submit(one) for _time in range(3)]]

    assert sorted(done) == [False, False, True]
    assert spendings()[analyst.id] == 3


def test_nobody_sees_what_another_organisation_has_used(sharer: Organisation, member: Organisation) -> None:
    ask(analyst := builders.actor(member, Role.ANALYST), 1)

    for eyes, number in ((analyst, 2), (builders.actor(sharer, Role.MEMBER_ADMIN), 0), (builders.steward(), 2)):
        with acting_as(eyes):
            assert Spending.objects.count() == number


def test_what_was_used_is_forgotten_after_a_month(member: Organisation) -> None:
    ask(builders.actor(member, Role.ANALYST), 1)

    assert alarms.forget(now=NOW + timedelta(days=29)) == 0
    assert alarms.forget(now=NOW + timedelta(days=31)) == 2
    assert spendings() == {}
