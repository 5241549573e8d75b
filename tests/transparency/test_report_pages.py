import json
from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lantern_site.audit.models import Entry
from lantern_site.members.models import Staff
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW
from tests.transparency import editions, ledger
from tests.transparency.conftest import SignIn
from transparency import figures, metrics, report
from transparency.models import Edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def staff(*held: Role) -> Staff:
    return builders.person(builders.programme(), *held)


def a_year_of_signals() -> None:
    kinds = ("url", "sha256", "pdq")
    for number in range(60):
        member = ledger.MEMBERS[number % 5]
        ledger.signal(ledger.day(number * 6 + 1), member, kind=kinds[number % 3], indicator=number // 2)
    for member in ledger.MEMBERS:
        ledger.takes_part(member, ledger.day(-100))
        for _ in range(3):
            ledger.finding(ledger.day(100), member)
    subject = ledger.dispute(ledger.day(90), ledger.MEMBERS[0])
    ledger.happened(ledger.day(95), "dispute.decided", subject, result="upheld")


def drafted() -> Edition:
    return editions.computed(staff(Role.EDITOR).actor(NOW, is_proven=True))


def published() -> Edition:
    return editions.published(drafted(), staff(Role.PUBLISHER).actor(NOW, is_proven=True))


# Public


def test_a_published_report_is_read_without_signing_in(client: Client) -> None:
    a_year_of_signals()
    published()

    page = client.get("/reports/2025/").content.decode()

    assert "<h1>Transparency report 2025</h1>" in page
    assert "1 of 1 decided dispute was upheld" in page
    assert "5 members took part at the end of the year" in page
    assert "Recorded by the hub" in page
    assert "Stated by members" in page
    assert page.count("<figure") == page.count("</figure>")
    assert "2,025" not in page


@pytest.mark.parametrize("path", ["", "data.csv", "data.json"])
def test_an_edition_that_is_not_published_is_not_there(client: Client, path: str) -> None:
    drafted()

    assert client.get(f"/reports/2025/{path}").status_code == 404


def test_the_data_are_the_bytes_whose_hash_the_ledger_has(client: Client) -> None:
    a_year_of_signals()
    edition = published()

    answer = client.get("/reports/2025/data.json")

    assert answer["Content-Type"] == "application/json"
    entry = Entry.objects.about("edition", edition.public_id).get(action="edition.published")
    assert sha256(answer.content).hexdigest() == entry.facts["sha256"]
    assert json.loads(answer.content)["position"] == edition.position


def test_the_data_come_as_csv(client: Client) -> None:
    a_year_of_signals()
    published()

    answer = client.get("/reports/2025/data.csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert b"2025,signals_shared,signals,hub,,,,,60,\r\n" in answer.content


def test_published_editions_are_listed(client: Client) -> None:
    assert "No report has been published yet" in client.get("/reports/").content.decode()

    published()

    assert 'href="/reports/2025/"' in client.get("/reports/").content.decode()


def test_the_method_defines_every_figure(client: Client) -> None:
    page = client.get("/method/").content.decode()

    for name in metrics.DICTIONARY:
        assert f'id="{name}"' in page


def test_an_empty_year_makes_a_page_too(client: Client) -> None:
    published()

    assert client.get("/reports/2025/").status_code == 200


@pytest.mark.parametrize("language", ["en-gb", "fr"])
def test_every_title_is_made_in_the_language_of_the_reader(language: str) -> None:
    a_year_of_signals()
    document = drafted().document

    with translation.override(language):
        page = report.page_of(document, document)

    titles = [figure.title for section in page.sections for figure in section.figures]
    assert all(titles)
    assert not [title for title in titles if "%(" in title]


def test_a_hidden_number_is_not_drawn(client: Client) -> None:
    for number in range(30):
        ledger.signal(ledger.day(number + 1), ledger.MEMBERS[number % 5], harm="grooming")
    ledger.signal(ledger.day(40), ledger.MEMBERS[0], harm="tools")
    page = report.page_of(drafted().document)

    figure = next(found for found in page.sections[0].figures if found.id == "shared-by-harm")

    assert "Tools for making CSAM" not in str(figure.chart)
    assert ["Tools for making CSAM", "c"] in figure.table.rows
    assert figure.note == "c: suppressed, to protect a member or a person"


# Studio


def test_two_people_make_an_edition_in_the_studio(signed_in: SignIn) -> None:
    a_year_of_signals()
    editor, publisher = signed_in(staff(Role.EDITOR)), signed_in(staff(Role.PUBLISHER))

    answer = editor.post("/studio/freeze/", {"year": "2025"})
    edition = Edition.objects.get()
    assert answer.url == reverse("transparency:edition_draft", args=[edition.public_id])  # type: ignore[attr-defined]
    for step in ("ask", "close", "compute"):
        if step == "close":
            editions.confirmed(edition)
        editor.post(f"{answer.url}{step}/")  # type: ignore[attr-defined]
    assert editor.get(f"/studio/{edition.reference}/preview/").status_code == 200
    assert publisher.post(f"/studio/{edition.reference}/publish/").status_code == 409
    assert publisher.post(f"/studio/{edition.reference}/approve/").status_code == 302
    assert publisher.post(f"/studio/{edition.reference}/publish/").status_code == 302

    assert publisher.get("/reports/2025/").status_code == 200


def test_the_studio_shows_each_figure_with_its_definition(signed_in: SignIn) -> None:
    a_year_of_signals()
    edition = drafted()

    page = signed_in(staff(Role.AUDITOR)).get(f"/studio/{edition.reference}/").content.decode()

    for metric in metrics.DICTIONARY.values():
        assert f"<code>{metric.id}</code>" in page
    assert "This needs the role publisher." in page
    assert "action=" not in page.partition("actions-title")[2].partition("</aside>")[0]


def test_a_refused_year_is_said_beside_the_field(signed_in: SignIn) -> None:
    answer = signed_in(staff(Role.EDITOR)).post("/studio/freeze/", {"year": "2026"})

    assert answer.status_code == 422
    assert "2026 has not ended yet." in answer.content.decode()


def test_an_editor_who_publishes_is_refused(signed_in: SignIn) -> None:
    edition = drafted()

    answer = signed_in(staff(Role.EDITOR)).post(f"/studio/{edition.reference}/publish/")

    assert answer.status_code == 403
    assert not Edition.objects.published().exists()


@pytest.mark.parametrize("role", [Role.STEWARD, Role.ADJUDICATOR])
def test_others_do_not_learn_that_there_is_a_studio(signed_in: SignIn, role: Role) -> None:
    edition = drafted()
    client = signed_in(staff(role))

    assert client.get("/studio/").status_code == 404
    assert client.get(f"/studio/{edition.reference}/").status_code == 404
    assert client.post("/studio/freeze/", {"year": "2024"}).status_code == 404
    assert client.get(f"/studio/{edition.reference}/preview/").status_code == 404


@pytest.mark.parametrize("path", ["/studio/", "/ledger/"])
def test_nobody_enters_without_signing_in(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")  # type: ignore[attr-defined]


def test_the_document_survives_the_database() -> None:
    a_year_of_signals()
    edition = drafted()

    kept = Edition.objects.get(pk=edition.pk)

    assert figures.canonical(kept.document) == figures.canonical(edition.document)


def test_two_people_restate_a_figure_and_both_editions_stay_readable(signed_in: SignIn, client: Client) -> None:
    editor, publisher = signed_in(staff(Role.EDITOR)), signed_in(staff(Role.PUBLISHER))
    retracted = ledger.signal(ledger.day(3), ledger.MEMBERS[0])

    first = _made(editor)
    for step in ("approve", "publish"):
        publisher.post(f"{first}{step}/")
    ledger.ended(retracted, ledger.day(400), "signal.retracted", ledger.MEMBERS[0], reason="owner")
    second = _made(editor)
    asked = {"metric": "retracted_share", "reason": "The owner found out in February that it was wrong."}
    silent = editor.post(f"{second}explain/", asked | {"reason": ""})
    early = publisher.post(f"{second}approve/")
    editor.post(f"{second}explain/", asked)
    for step in ("approve", "publish"):
        publisher.post(f"{second}{step}/")

    assert (silent.status_code, early.status_code) == (422, 409)
    newest, before = (client.get(f"/reports/2025/{path}").content.decode() for path in ("", "1/"))
    assert "0.0 % → 100.0 %" in newest
    assert asked["reason"] in newest
    assert "This edition has been restated." in before
    assert asked["reason"] not in before


def _made(editor: Client) -> str:
    """Frozen and computed in the browser; returns where it is."""
    address = editor.post("/studio/freeze/", {"year": "2025"}).headers["Location"]
    for step in ("ask", "close", "compute"):
        editor.post(f"{address}{step}/")
    return str(address)
