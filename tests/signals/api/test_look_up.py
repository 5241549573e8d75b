"""Looking values up through the machine interface."""

from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.roles import Role
from reviews.services import decisions
from signals.candidates import Item
from signals.models import Receipt
from signals.services import lookup
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import key_of, machine, post

pytestmark = pytest.mark.django_db


def ask(client: Client, *items: Any) -> list[dict[str, Any]]:
    answer = post(client, "/api/v1/lookup", {"items": list(items)})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_a_value_and_its_public_digest_find_the_same_signal() -> None:
    item, kestrel = builders.email(1), builders.member("Kestrel")
    signal = builders.active(builders.member("Pixelpond"), item)
    digest = sha256(b"lantern/v1/email\x00" + item.raw.encode()).hexdigest()

    by_value, by_digest, other = ask(
        machine(kestrel),
        {"kind": "email", "value": item.raw.upper()},
        {"kind": "email", "public_digest": digest},
        {"kind": "email", "value": builders.email(2).raw},
    )

    assert by_value == by_digest
    (found,) = by_value["found"]
    assert found == {
        "id": signal.reference,
        "kind": "email",
        "harm": "grooming",
        "severity": "high",
        "caution": False,
        "contested": False,
        "match": "exact",
        "distance": 0,
        "owner": "Pixelpond",
        "confirmed_by": 0,
    }
    assert other == {"found": [], "detail": ""}
    receipt = Receipt.objects.get()
    assert (receipt.signal_id, receipt.organisation, receipt.way) == (signal.pk, kestrel, Receipt.Way.LOOKUP)


def test_the_interface_answers_what_the_service_answers() -> None:
    item, kestrel = builders.file_hash(1), builders.member("Kestrel")
    builders.active(builders.member("Pixelpond"), item)

    (result,) = lookup.look_up(items=[Item("sha256", item.raw)], actor=key_of(kestrel).actor(), now=NOW)
    (answered,) = ask(machine(kestrel), {"kind": "sha256", "value": item.raw})

    assert [found["id"] for found in answered["found"]] == [public_ids.shown(found.signal) for found in result.found]


def test_a_bad_item_spoils_only_itself() -> None:
    item = builders.email(1)
    builders.active(builders.member("Pixelpond"), item)

    bad, good = ask(
        machine(builders.member("Kestrel")), {"kind": "email", "value": "nobody"}, {"kind": "email", "value": item.raw}
    )

    assert bad["found"] == []
    assert bad["detail"]
    assert (len(good["found"]), good["detail"]) == (1, "")


@pytest.mark.parametrize("wrong", [False, True])
def test_what_is_not_active_is_not_found(wrong: bool) -> None:
    item, pixelpond = builders.email(1), builders.member("Pixelpond")
    signal = builders.active(pixelpond, item)
    reviewer = builders.actor(pixelpond, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=wrong, note="", actor=reviewer, now=NOW)
    builders.submitted(builders.member("Thistle"), item)

    (result,) = ask(machine(builders.member("Kestrel")), {"kind": "email", "value": item.raw})

    assert result == {"found": [], "detail": ""}


def test_a_look_up_leaves_one_entry_without_a_value() -> None:
    item = builders.email(1)
    ask(machine(builders.member("Kestrel")), {"kind": "email", "value": item.raw})

    entry = Entry.objects.get(action="lookup.made")
    assert entry.actor_kind == "key"
    assert item.raw not in str(entry.facts)


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": [{}]}, {"items": [1]}, {"items": [{"kind": "text"}]}])
def test_a_question_of_the_wrong_form_is_refused(body: Any) -> None:
    answer = post(machine(builders.member()), "/api/v1/lookup", body)

    assert answer.status_code == 422
    assert answer.json()["field"].startswith("items")


def test_more_than_a_hundred_values_are_refused() -> None:
    items = [{"kind": "email", "value": builders.email(1).raw}] * 101

    answer = post(machine(builders.member()), "/api/v1/lookup", {"items": items})

    assert (answer.status_code, answer.json()["field"]) == (422, "items")


def test_a_key_without_the_scope_finds_nothing() -> None:
    item = builders.email(1)
    builders.active(builders.member("Pixelpond"), item)
    client = machine(builders.member("Kestrel"), KeyScope.READ, KeyScope.SUBMIT)

    answer = post(client, "/api/v1/lookup", {"items": [{"kind": "email", "value": item.raw}]})

    assert answer.status_code == 403
    assert not Receipt.objects.exists()
