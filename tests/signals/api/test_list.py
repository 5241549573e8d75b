"""The list of signals for machines: the same filters as on the page, pages by a cursor, and a receipt for each."""

from collections.abc import Iterator
from typing import Any

import pytest

from lantern_site import clock
from lantern_site.members.lifecycle import KeyScope
from signals.kinds import HarmTerm
from signals.models import Receipt
from tests import builders
from tests.signals.api.machines import machine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(builders.NOW):
        yield


def get(client: Any, query: str = "") -> Any:
    return client.get(f"/api/v1/signals{query}")


def ids(answer: Any) -> list[str]:
    return [signal["id"] for signal in answer.json()["signals"]]


def test_pages_lead_to_all_signals_and_leave_receipts() -> None:
    kestrel = builders.member("Kestrel")
    shared = [builders.active(builders.member("Pixelpond"), builders.email(number)) for number in range(5)]
    client, found, after = machine(kestrel), [], ""

    while True:
        answer = get(client, f"?limit=2{after}")
        found += ids(answer)
        if not answer.json()["cursor"]:
            break
        after = f"&after={answer.json()['cursor']}"

    assert found == [signal.reference for signal in reversed(shared)]
    assert {receipt.signal_id for receipt in Receipt.objects.filter(organisation=kestrel)} == {one.pk for one in shared}


def test_filters_are_those_of_the_page_and_who_confirms_is_told() -> None:
    kestrel, brightbay = builders.member("Kestrel"), builders.member("Brightbay")
    traded = builders.statement(harm=HarmTerm.CSAM_TRADE)
    first = builders.active(builders.member("Pixelpond"), builders.email(1), says=traded)
    builders.active(brightbay, builders.email(1))

    answer = get(machine(kestrel), "?kind=email&harm=csam_trade&whose=others&status=active")

    assert ids(answer) == [first.reference]
    [signal] = answer.json()["signals"]
    assert signal["confirmed_by"] == 1
    assert builders.email(1).raw.encode() not in answer.content
    assert ids(get(machine(kestrel), "?flag=danger")) == []


def test_a_key_that_only_shares_is_told_of_its_own() -> None:
    pixelpond = builders.member("Pixelpond")
    own = builders.submitted(pixelpond)
    builders.active(builders.member("Kestrel"))

    assert ids(get(machine(pixelpond, KeyScope.SUBMIT))) == [own.reference]
    assert get(machine(pixelpond, KeyScope.LOOKUP)).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?kind=ada@example.org", "kind"),
        ("?after=nonsense", "after"),
        ("?limit=101", "limit"),
        ("?q=ada@example.org", ""),
        ("?member=1", "member"),
        ("?since=yesterday", "since"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_not_repeated(query: str, field: str) -> None:
    answer = get(machine(builders.member("Kestrel")), query)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert b"ada@" not in answer.content
