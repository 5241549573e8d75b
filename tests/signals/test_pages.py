"""Pages of the signals app over HTTP: what a form says about rows that it cannot take."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.roles import Role
from signals import candidates
from signals.intake import Item
from signals.kinds import Kind
from signals.models import MatchJob
from tests import builders

pytestmark = pytest.mark.django_db

BASIS = {
    "harm": "csam_verified",
    "clause": "Child safety 3.2",
    "evidence_seen_by": "Child safety team",
    "review_method": "content",
    "origin": "own_detection",
    "confidence": "high",
    "ai": "not_indicated",
    "real_child": "unknown",
    "account_holder": "unknown",
    "no_authority_asked": "on",
}
BATCH = {"label": "Weekly list", "purpose": "accounts_under_review", "surface": "account_data"}
MD5 = "9e107d9d372bb6826bd81d3542a419d6"
BLANK = "0000000000000001"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(builders.NOW):
        yield


def enter(role: Role) -> Client:
    client = Client()
    builders.sign_in(client, builders.person(builders.member(), role))
    return client


def share(**given: object) -> Any:
    """What the form answers."""
    community = str(builders.everyone().public_id)
    builders.member()
    return enter(Role.SUBMITTER).post(reverse("signals:share"), {**BASIS, "community": community, **given})


def start(values: str) -> Any:
    return enter(Role.ANALYST).post(reverse("signals:jobs"), {**BATCH, "values": values})


def test_the_refusal_of_one_value_of_several_names_its_row() -> None:
    answer = share(kind="email", values="ada@example.org\n\nno address\nben@example.org")

    assert answer.status_code == 422
    [sentence] = answer.context["form"].errors["values"]
    assert sentence.startswith("Row 3: An e-mail address has an @ sign")


def test_the_refusal_of_the_only_value_needs_no_row() -> None:
    [sentence] = share(kind="email", values="no address").context["form"].errors["values"]

    assert sentence.startswith("An e-mail address")


def test_what_the_guards_refuse_in_a_file_of_hashes_is_found_by_its_row() -> None:
    lines = [{"file": "a.jpg", "md5": MD5}, {"file": "b.jpg", "phash": BLANK}]
    file = SimpleUploadedFile("hashes.jsonl", "\n".join(json.dumps(line) for line in lines).encode())

    answer = share(kind="phash", hash_file=file)

    assert answer.status_code == 422
    [sentence] = answer.context["form"].errors["values"]
    assert sentence.startswith("Row 2: ")


def test_a_batch_of_which_nothing_can_be_compared_says_of_each_row_why() -> None:
    answer = start("lantern\nhttp://localhost/")

    assert answer.status_code == 422
    assert [row for row, _why in answer.context["refused"]["rows"]] == [1, 2]
    assert "This host is private" in answer.content.decode()
    assert not MatchJob.objects.exists()


def test_a_job_counts_the_leads_that_its_list_will_show() -> None:
    for url in ("https://example.com/albums/", "https://example.com/albums/7"):
        builders.active(builders.member("Kestrel"), Item(Kind.URL, url))
    start("https://example.com/albums/7")
    with acting_as(Actor.clock()):
        job = MatchJob.objects.get()
    builders.run_job(job)

    page = enter(Role.ANALYST).get(reverse("signals:job", args=[job.public_id])).content.decode()

    assert "2 leads" in page


def test_rows_that_have_no_room_on_the_page_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "REFUSED_SHOWN", 2)

    page = start("ada@example.org\n" + "no address\n" * 5).content.decode()

    assert "5 rows could not be compared." in page
    assert "3 more rows are not shown here" in page
