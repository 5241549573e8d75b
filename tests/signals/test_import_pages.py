"""The pages of imports and exports over HTTP."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals.forms import files
from signals.models import Import, Verdict
from signals.views import imports as views
from tests import builders
from tests.signals import importing
from tests.signals.hostile import cases
from tests.signals.importing import CLOCK, SAID, addresses, checked, hand_in, run, submit

pytestmark = pytest.mark.django_db

CASES = cases()
CHOICE = {"verdicts": ["new"], "evidence_seen": "on", "no_authority_asked": "on"}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(builders.NOW):
        yield


def enter(member: Organisation, *roles: Role) -> Client:
    client = Client()
    builders.sign_in(client, builders.person(member, *roles))
    return client


def send(client: Client, content: bytes, **given: str) -> Any:
    file = SimpleUploadedFile("rows.csv", content, content_type="text/csv")
    return client.post(reverse("signals:imports"), {**SAID, "file": file, **given})


def text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode())


def page(client: Client, found: Import, **query: str | int) -> str:
    return text(client.get(reverse("signals:import", args=[found.public_id]), query))


def test_a_file_is_handed_in_checked_submitted_and_its_results_taken_away(member: Organisation) -> None:
    client = enter(member, Role.SUBMITTER)

    handed_in = send(client, addresses(2) + b"email,nonsense,case 9\n", label="March")

    with acting_as(CLOCK):
        found = Import.objects.get()
    assert handed_in["Location"] == reverse("signals:import", args=[found.public_id])
    assert "Checking each row" in page(client, found)
    run(found)
    shown = page(client, found)
    assert len(re.findall(r'<span class="pill pine">.*?New\s*</span>', shown, re.DOTALL)) == 2
    assert "An e-mail address has an @ sign" in shown
    assert builders.email(0).raw not in shown
    community = str(builders.everyone().public_id)
    client.post(reverse("signals:submit_import", args=[found.public_id]), CHOICE | {"community": community})
    assert "Submitting what you chose" in page(client, found)
    done = run(found)
    assert "Colleagues review it next" in page(client, done)
    results = client.get(reverse("signals:import_results", args=[found.public_id]))
    told = list(csv.DictReader(io.StringIO(text(results))))
    assert [(row["row"], row["reference"], row["verdict"]) for row in told] == [
        ("2", "case 0", "shared"),
        ("3", "case 1", "shared"),
        ("4", "case 9", "refused"),
    ]
    assert [bool(row["signal"]) for row in told] == [True, True, False]
    assert "nonsense" not in text(client.get(results.wsgi_request.path))


def test_references_cannot_be_taken_for_formulas(member: Organisation) -> None:
    content = importing.table({"kind": "email", "value": "a", "reference": "-5"})
    found = checked(member, content)

    results = enter(member, Role.ANALYST).get(reverse("signals:import_results", args=[found.public_id]))

    assert "\r\n2,'-5,refused" in text(results)


@pytest.mark.parametrize("name", list(CASES)[::15])
def test_a_hostile_file_is_answered_with_a_sentence_beside_what_was_chosen(member: Organisation, name: str) -> None:
    response = send(enter(member, Role.SUBMITTER), CASES[name], label="Kept")

    if response.status_code == 302:
        with acting_as(CLOCK):
            [row] = importing.rows(run(Import.objects.get()))
        assert (row.verdict, bool(row.sentence)) == (Verdict.REFUSED, True)
    else:
        shown = text(response)
        assert response.status_code == 422
        assert 'value="Kept"' in shown
        assert "errors" in shown
        with acting_as(CLOCK):
            assert not Import.objects.exists()
    assert importing.shared() == 0


def test_a_file_larger_than_memory_is_meant_to_hold_gets_a_sentence(
    member: Organisation, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(files, "UPLOAD_LIMIT", 1_000)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000

    response = send(enter(member, Role.SUBMITTER), addresses(100))

    assert response.status_code == 422
    assert "larger than" in text(response)


def test_a_file_that_lies_here_already_leads_to_its_page(member: Organisation) -> None:
    client = enter(member, Role.SUBMITTER)
    first = send(client, addresses(2))

    again = client.post(
        reverse("signals:imports"), {**SAID, "file": SimpleUploadedFile("x", addresses(2))}, follow=True
    )

    assert again.redirect_chain == [(first["Location"], 302)]
    assert "lies here already" in text(again)


def test_a_file_that_was_imported_before_says_so(member: Organisation) -> None:
    first = run(submit(checked(member, addresses(2))))

    again = page(enter(member, Role.SUBMITTER), checked(member, addresses(2)))

    assert "was handed in before" in again
    assert reverse("signals:import", args=[first.public_id]) in again
    assert "No row can be submitted" in again


def test_a_refused_choice_comes_back_with_its_sentence(member: Organisation) -> None:
    found = checked(member, addresses(2))
    community = str(builders.everyone().public_id)

    response = enter(member, Role.SUBMITTER).post(
        reverse("signals:submit_import", args=[found.public_id]), {"verdicts": ["new"], "community": community}
    )

    assert response.status_code == 422
    assert "have seen the evidence" in text(response)
    assert "checked" in text(response)


def test_rows_are_shown_by_verdict_and_some_at_a_time(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ROWS", 2)
    found = checked(member, addresses(3) + b"email,nonsense,case 9\n")
    client = enter(member, Role.ANALYST)

    first, second = page(client, found), page(client, found, after=3)

    assert ("case 0" in first, "case 2" in first) == (True, False)
    assert ("case 0" in second, "case 2" in second, "case 9" in second) == (False, True, True)
    assert "case 9" not in page(client, found, verdict="new", after=3)
    assert "case 0" in page(client, found, verdict="nonsense", after="x")


def test_queries_do_not_grow_with_the_rows(member: Organisation, small_parts: None) -> None:
    client, counts = enter(member, Role.SUBMITTER), []
    for count in (2, 21):
        found = checked(member, addresses(count, begin=count * 100))
        page(client, found)
        with CaptureQueriesContext(connection) as asked:
            page(client, found)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_bar_asks_for_the_page_anew_when_there_is_nothing_to_wait_for(member: Organisation) -> None:
    found = hand_in(member, addresses(1))
    client = enter(member, Role.SUBMITTER)
    url = reverse("signals:import_progress", args=[found.public_id])

    assert "HX-Refresh" not in client.get(url)
    run(found)

    assert client.get(url)["HX-Refresh"] == "true"


def test_an_import_is_cancelled(member: Organisation) -> None:
    found = checked(member, addresses(1))
    client = enter(member, Role.SUBMITTER)

    client.post(reverse("signals:cancel_import", args=[found.public_id]))

    assert "rows were wiped" in page(client, found)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.MEMBER_ADMIN])
def test_colleagues_look_and_strangers_see_nothing(member: Organisation, sharer: Organisation, role: Role) -> None:
    found = checked(member, addresses(1))
    url = reverse("signals:import", args=[found.public_id])

    assert "This needs the role" in page(enter(member, role), found)
    assert enter(sharer, Role.SUBMITTER).get(url).status_code == 404
    assert enter(builders.programme(), Role.STEWARD).get(url).status_code == 404


# Export


def test_an_export_comes_as_a_file(member: Organisation) -> None:
    mine = builders.active(member, builders.email(1))

    response = enter(member, Role.SUBMITTER).post(reverse("signals:export"), {"shape": "csv"})

    assert response["Content-Disposition"] == 'attachment; filename="lantern-signals-2026-03-02.csv"'
    assert response["Cache-Control"] == "private, no-store"
    assert mine.reference in text(response)
    assert builders.email(1).raw not in text(response)


def test_the_form_of_an_export_begins_with_the_filters_of_the_list(member: Organisation) -> None:
    shown = text(enter(member, Role.SUBMITTER).get(reverse("signals:export"), {"kind": "email", "status": "active"}))

    assert '<option value="email" selected>' in shown
    assert '<option value="active" selected>' in shown


def test_plain_values_without_a_reason_are_refused(member: Organisation) -> None:
    response = enter(member, Role.SUBMITTER).post(reverse("signals:export"), {"shape": "csv", "with_values": "on"})

    assert response.status_code == 422
    assert "Choose why you need" in text(response)
