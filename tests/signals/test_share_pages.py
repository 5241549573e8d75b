"""Sharing over HTTP: nothing is typed twice, one bad row spoils only itself, and drafts are their author's."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Staff
from lantern_site.members.roles import Role
from signals.models import Draft, Signal
from signals.services import drafts
from tests import builders
from tests.signals.test_pages import BASIS, BLANK, MD5

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
DANGER = {"danger": "on", "authority_informed": "police", "informed_at": "2026-03-02T09:40"}


@pytest.fixture(autouse=True)
def now() -> Any:
    with clock.at(builders.NOW):
        yield


@pytest.fixture
def author() -> Staff:
    return builders.person(builders.member(), Role.SUBMITTER)


@pytest.fixture
def browser(author: Staff) -> Client:
    client = Client()
    builders.sign_in(client, author)
    return client


def typed(**given: Any) -> dict[str, Any]:
    return {**BASIS, "kind": "email", "community": str(builders.everyone().public_id), **given}


def share(browser: Client, **given: Any) -> Any:
    return browser.post(reverse("signals:share"), typed(**given))


def shared() -> list[Signal]:
    with acting_as(Actor.clock()):
        return list(Signal.objects.with_context().order_by("pk"))


def hashes(*lines: dict[str, object]) -> SimpleUploadedFile:
    return SimpleUploadedFile("hashes.jsonl", "\n".join(json.dumps(line) for line in lines).encode())


# What is refused whoever is meant


def test_a_victims_identifier_is_refused_with_a_sentence(browser: Client) -> None:
    answer = share(browser, values="ada@example.org", account_holder="victim")

    assert answer.status_code == 422
    assert "A victim&#x27;s identifier is never shared" in answer.content.decode()
    assert shared() == []


# Rows


def test_lines_of_several_kinds_are_one_incident(browser: Client) -> None:
    share(browser, values=f"ada@example.org\nmd5: {MD5}\nusername: pixelpond:quiet_pilot\nurl: https://example.com/a/b")

    assert {signal.indicator.kind for signal in shared()} == {"email", "md5", "username", "url"}
    assert len({signal.incident_id for signal in shared()}) == 1


def test_one_bad_row_is_said_and_the_others_are_shared_with_one_more_click(browser: Client) -> None:
    values = "ada@example.org\nno address\nben@example.org\nabuse@example.org"

    first = share(browser, values=values)

    assert first.status_code == 422
    assert [sentence[:6] for sentence in first.context["form"].errors["values"]] == ["Row 2:", "Row 4:"]
    assert "Share the other 2 values" in first.content.decode()
    assert shared() == []

    share(browser, values=first.context["form"]["values"].value(), leave_out="refused")

    assert len(shared()) == 2


def test_a_poor_hash_in_a_file_leaves_the_others_and_nothing_is_chosen_again(browser: Client) -> None:
    poor = {"file": "c.jpg", "pdq": "f" * 40 + "0123456789abcdef01234567", "quality": 3}

    first = share(browser, kind="md5", hash_file=hashes({"file": "a.jpg", "md5": MD5}, poor, {"file": "b.txt"}))

    assert first.status_code == 422
    assert [sentence[:6] for sentence in first.context["form"].errors["hash_file"]] == ["Row 2:", "Row 3:"]
    share(browser, kind="md5", values=first.context["form"]["values"].value(), leave_out="refused")
    assert [signal.indicator.kind for signal in shared()] == ["md5"]


def test_where_every_row_is_refused_there_is_nothing_to_leave_out(browser: Client) -> None:
    answer = share(browser, kind="phash", values=BLANK, leave_out="refused")

    assert answer.status_code == 422
    assert "Share the other" not in answer.content.decode()
    assert shared() == []


def test_what_the_organisation_shares_already_is_a_row_that_says_so(browser: Client) -> None:
    running = builders.submitted(builders.member(), builders.email(1))

    answer = share(browser, values=f"{builders.email(1).raw}\n{builders.email(2).raw}")

    [sentence] = answer.context["form"].errors["values"]
    assert sentence == f"Row 1: Your organisation shares this already: {running.reference}."
    share(browser, values=f"{builders.email(1).raw}\n{builders.email(2).raw}", leave_out="refused")
    assert len(shared()) == 2


def test_no_value_at_all_is_said_beside_the_field(browser: Client) -> None:
    assert share(browser, values=" ").context["form"].errors["values"] == ["Give at least one value."]


def test_far_too_many_values_are_counted_and_not_looked_at(browser: Client) -> None:
    answer = share(browser, values="no address\n" * 1001)

    [sentence] = answer.context["form"].errors["values"]
    assert sentence == "An incident holds at most 200 values; these are 1001. Share them in parts."


# Statement


def test_every_field_of_the_statement_arrives(browser: Client) -> None:
    share(
        browser,
        values="ada@example.org",
        not_to_regions=["africa", "oceania"],
        behaviours=["moves", "poses"],
        ai="suspected",
        real_child="yes",
        outward_note="Seen twice.",
        expires_on="2026-06-01",
    )

    [signal] = shared()
    assert signal.not_to_regions == ["africa", "oceania"]
    assert signal.version.behaviours == ["moves", "poses"]
    assert (signal.version.ai, signal.version.real_child) == ("suspected", "yes")
    assert not signal.version.owner_named
    assert signal.expires_at.date().isoformat() == "2026-06-01"


def test_what_a_browser_hides_is_not_asked_for(browser: Client) -> None:
    without = {name: value for name, value in typed(values="ada@example.org").items() if name != "real_child"}

    browser.post(reverse("signals:share"), without)

    assert shared()[0].version.real_child == "unknown"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"danger": "on"}, "authority_informed"),
        ({"danger": "on", "authority_informed": "police"}, "informed_at"),
        ({"danger": "on", "authority_informed": "not_yet"}, "why_not_yet"),
    ],
)
def test_the_lane_of_danger_demands_an_authority_and_when_or_why_not_yet(
    given: dict[str, str], field: str, browser: Client
) -> None:
    answer = share(browser, values="ada@example.org", **given)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert shared() == []


@pytest.mark.parametrize(
    "given", [DANGER, {"danger": "on", "authority_informed": "not_yet", "why_not_yet": "Calling now."}]
)
def test_the_lane_of_danger_is_critical(given: dict[str, str], browser: Client) -> None:
    share(browser, values="ada@example.org", **given)

    [signal] = shared()
    assert (signal.danger, signal.severity) == (True, 4)


# Drafts


def test_a_draft_is_kept_while_somebody_types_and_opened_again(browser: Client, author: Staff) -> None:
    saved = browser.post(
        reverse("signals:save_draft"),
        typed(values="ada@example.org", behaviours=["moves", "poses"], clause="3.2"),
        headers=HTMX,
    )
    [draft] = mine(author)
    again = typed(values="ben@example.org\nada@example.org", behaviours=["poses"], draft=reference(saved))
    browser.post(reverse("signals:save_draft"), again, headers=HTMX)
    assert mine(author) == [draft]

    listed = browser.get(reverse("signals:share")).content.decode()
    opened = browser.get(reverse("signals:share"), {"draft": reference(saved)})

    assert "Your drafts" in listed
    assert "and 1 more value" in listed
    assert "ben@" not in listed
    form = opened.context["form"]
    assert form["values"].value() == "ben@example.org\nada@example.org"
    assert form["behaviours"].value() == ["poses"]
    assert form["owner_named"].value() is False


def test_what_was_hidden_when_a_draft_was_kept_is_not_answered_in_it(browser: Client) -> None:
    given = typed(values="ada@example.org")
    del given["real_child"]
    saved = browser.post(reverse("signals:save_draft"), given, headers=HTMX)

    opened = browser.get(reverse("signals:share"), {"draft": reference(saved)})

    assert opened.context["form"]["real_child"].value() == "unknown"


def test_the_hashes_of_a_file_are_kept_in_the_draft(browser: Client, author: Staff) -> None:
    browser.post(reverse("signals:save_draft"), typed(kind="md5", hash_file=hashes({"file": "a.jpg", "md5": MD5})))

    [draft] = mine(author)
    with acting_as(author.actor(builders.NOW)):
        assert draft.opened()["values"] == [f"md5:{MD5}"]


def test_sharing_from_a_draft_wipes_it_and_a_late_save_does_not_bring_it_back(browser: Client, author: Staff) -> None:
    saved = reference(browser.post(reverse("signals:save_draft"), typed(values="ada@example.org"), headers=HTMX))

    share(browser, values="ada@example.org", draft=saved)
    late = browser.post(reverse("signals:save_draft"), typed(values="ada@example.org", draft=saved), headers=HTMX)

    assert len(shared()) == 1
    assert late.status_code == 409
    assert "This draft is gone" in late.content.decode()
    assert mine(author) == []


def test_a_draft_is_discarded_with_a_button(browser: Client, author: Staff) -> None:
    browser.post(reverse("signals:save_draft"), typed(values="ada@example.org"))

    browser.post(reverse("signals:discard_draft", args=[mine(author)[0].public_id]))

    assert mine(author) == []


def test_a_colleague_is_not_shown_a_draft_and_does_not_open_it(browser: Client) -> None:
    saved = reference(browser.post(reverse("signals:save_draft"), typed(values="ada@example.org"), headers=HTMX))
    colleague = Client()
    builders.sign_in(colleague, builders.person(builders.member(), Role.SUBMITTER))

    assert "Your drafts" not in colleague.get(reverse("signals:share")).content.decode()
    assert colleague.get(reverse("signals:share"), {"draft": saved}).status_code == 404
    assert colleague.get(reverse("signals:share"), {"draft": "nothing"}).status_code == 404


def test_a_refused_draft_says_why_and_keeps_what_was_typed(browser: Client) -> None:
    answer = browser.post(reverse("signals:save_draft"), typed(values="x" * drafts.LONGEST, inward_note="Twice."))

    assert answer.status_code == 422
    assert "too long to be kept" in answer.content.decode()
    assert "Twice." in answer.content.decode()


def mine(author: Staff) -> list[Draft]:
    actor = author.actor(builders.NOW)
    with acting_as(actor):
        return list(Draft.objects.of(actor))


def reference(saved: Any) -> str:
    return str(saved.context["draft"])
