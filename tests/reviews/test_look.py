"""The look ahead while somebody types: which approvals and whose, who receives it, until when, what is known."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.services import decisions
from signals.intake import Item
from signals.kinds import HarmTerm
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import BOOKKEEPING, enter, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

HTMX = {"HX-Request": "true"}
ADDRESS = "quiet.harbour@example.org"


@pytest.fixture
def submitter(pixelpond: Organisation) -> Client:
    return enter(pixelpond, Role.SUBMITTER)[0]


def look(client: Client, values: str = ADDRESS, *, whole: bool = False, **given: object) -> str:
    """What is seen when this stands in the form."""
    body = {"kind": "email", "values": values, "community": str(builders.everyone().public_id), **given}
    answer = client.post(reverse("reviews:look"), body, headers={} if whole else HTMX)
    assert answer.status_code == 200
    return text(answer)


def test_without_a_value_there_is_nothing_to_foresee(submitter: Client) -> None:
    assert "Give a value to see what will happen." in look(submitter, "")


def test_without_a_harm_it_says_that_the_harm_decides(submitter: Client) -> None:
    page = look(submitter)

    assert f"<code>{ADDRESS}</code>" in page
    assert "Choose the harm" in page
    assert "Severity" not in page


def test_an_ordinary_value_needs_one_approval_and_says_until_when_and_for_whom(
    submitter: Client, kestrel: Organisation
) -> None:
    builders.member("Brightbay")

    page = look(submitter, harm="grooming")

    assert "One approval, by a reviewer of your organisation, shares it." in page
    assert "looks within 24 h" in page
    assert "Then 2 members of “Everyone”" in page
    assert "It expires on 2 March 2027" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"harm": "extortion_financial"}, "shares it as provisional; the programme checks it within 24 h"),
        ({"harm": "grooming", "account_holder": "possibly_child"}, "Two approvals"),
        ({"harm": "grooming", "account_holder": "possibly_child"}, "It expires on 31 May 2026"),
        ({"danger": "on"}, "One approval shares it at once; the programme checks it within 24 h"),
        ({"harm": "grooming", "expires_on": "2039-01-01"}, "730 days at most"),
        ({"harm": "grooming", "not_to_regions": "europe"}, "Then 0 members"),
    ],
)
def test_what_is_chosen_changes_what_will_happen(given: dict[str, Any], words: str, submitter: Client) -> None:
    builders.member("Kestrel")

    assert words in look(submitter, **given)


def test_a_keyword_says_that_the_programme_looks_first_and_its_warnings(submitter: Client) -> None:
    page = look(submitter, "harbourlights", kind="keyword", harm="grooming")

    assert "then the programme: it is a keyword." in page
    assert "The keyword is a single word" in page


def test_each_row_has_a_verdict_of_its_own(submitter: Client) -> None:
    page = look(submitter, f"{ADDRESS}\nno address\nurl: https://example.com/a/b\n{ADDRESS}", harm="grooming")

    assert "Row 2" in page
    assert "An e-mail address has an @ sign" in page
    assert "The same value as in row 1" in page
    assert "Row 3 · URL" in page
    assert "E-mail address: expires on 2 March 2027." in page


def test_what_the_own_organisation_said_before_is_linked(submitter: Client, pixelpond: Organisation) -> None:
    wrong = builders.active(pixelpond, Item(kind=builders.email(1).kind, raw=ADDRESS))
    owner = builders.actor(pixelpond, Role.REVIEWER)
    decisions.withdraw(signal_id=wrong.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)

    page = look(submitter, harm="grooming")

    assert wrong.reference in page
    assert "This value, or one very much like it, was shared before and retracted." in page
    assert "then the programme: a signal on this value, or on one very much like it, was found wrong before." in page


def test_of_others_only_what_the_actor_may_see_is_told(submitter: Client, kestrel: Organisation) -> None:
    item = Item(kind=builders.email(1).kind, raw=ADDRESS)
    waits = builders.submitted(kestrel, item)

    assert "Seen before" not in look(submitter)
    builders.approved(waits)

    assert "Seen before: 1 other member shares it." in look(submitter)


def test_without_scripting_a_button_shows_the_whole_page_with_all_that_was_typed(submitter: Client) -> None:
    page = look(submitter, whole=True, harm="grooming", inward_note="Looked twice.", behaviours=["poses"])

    assert "<html" in page
    assert "One approval, by a reviewer of your organisation, shares it." in page
    assert "Looked twice." in page
    assert [tick for tick in re.findall(r"<input[^>]*>", page) if "checked" in tick and "poses" not in tick] == []
    assert "This field is required" not in page


def test_the_value_stands_in_no_address(submitter: Client) -> None:
    answer = submitter.post(reverse("reviews:look"), {"kind": "email", "values": ADDRESS})

    assert ADDRESS not in str(answer.headers)
    assert f"?{ADDRESS}" not in text(answer)


def test_the_number_of_queries_does_not_grow_with_the_rows(submitter: Client, pixelpond: Organisation) -> None:
    known = [builders.active(pixelpond, builders.email(number), says=SAYS) for number in range(8)]
    assert known

    def asked(count: int) -> int:
        values = "\n".join(builders.email(number).raw for number in range(count))
        with CaptureQueriesContext(connection) as captured:
            look(submitter, values, harm="grooming")
        return len([query for query in captured if not BOOKKEEPING.search(query["sql"])])

    assert asked(8) == asked(2)


SAYS = builders.statement(harm=HarmTerm.GROOMING)
