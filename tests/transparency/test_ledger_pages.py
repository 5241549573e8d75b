from datetime import timedelta

import pytest
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit import verification
from lantern_site.audit.recording import recording
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW
from tests.conftest import as_owner
from tests.transparency.conftest import SignIn
from transparency.views import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def auditor() -> Staff:
    return builders.person(builders.programme(), Role.AUDITOR)


def wrote(by: Organisation, count: int = 1, action: str = "dispute.answered", subject: int = 77) -> Staff:
    staff = builders.person(by, Role.ANALYST)
    for number in range(count):
        with recording(staff.actor(NOW), NOW + timedelta(days=number)) as record:
            record(
                action,
                subject_kind="dispute",
                subject=subject,
                facts={"state": "answered", "opener": 424_242, "reason": "stale"},
            )
    return staff


def positions(client: Client, query: str = "") -> list[int]:
    rows = client.get(f"/ledger/{query}").context["rows"]
    return [row.entry.position for row in rows]


def test_an_auditor_reads_everything_newest_first(signed_in: SignIn) -> None:
    wrote(builders.member("Pixelpond"), 2)
    wrote(builders.member("Kestrel"))

    client = signed_in(auditor())

    assert positions(client) == [3, 2, 1]
    page = client.get("/ledger/").content.decode()
    assert f"opener {public_ids.shown(424_242)}" in page


def test_a_member_admin_reads_what_the_own_organisation_did_and_names_nobody_else(signed_in: SignIn) -> None:
    pixelpond = builders.member("Pixelpond")
    wrote(pixelpond)
    wrote(builders.member("Kestrel"))
    client = signed_in(builders.person(pixelpond, Role.MEMBER_ADMIN))

    page = client.get("/ledger/").content.decode()

    assert positions(client) == [1]
    assert "reason stale" in page
    assert "opener" not in page
    assert public_ids.shown(424_242) not in page


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANALYST, Role.SUBMITTER])
def test_other_staff_do_not_read_the_ledger(signed_in: SignIn, role: Role) -> None:
    client = signed_in(builders.person(builders.member(), role))

    assert client.get("/ledger/").status_code == 404
    assert client.post("/ledger/verify/").status_code == 404


def test_the_ledger_is_searched_by_what_happened_to_whom_by_whom_and_when(signed_in: SignIn) -> None:
    pixelpond = builders.member("Pixelpond")
    somebody = wrote(pixelpond, 3)
    wrote(pixelpond, action="dispute.opened", subject=88)
    wrote(pixelpond, action="signal.held", subject=88)
    client = signed_in(auditor())

    assert positions(client, f"?subject={public_ids.shown(88)}") == [5, 4]
    assert positions(client, f"?actor={public_ids.shown(somebody.public_id)}") == [3, 2, 1]
    assert positions(client, "?action=dispute") == [4, 3, 2, 1]
    assert positions(client, "?action=dispute.opened") == [4]
    assert positions(client, "?since=2026-03-03&until=2026-03-03") == [2]


def test_a_search_that_cannot_be_read_finds_nothing_and_says_why(signed_in: SignIn) -> None:
    wrote(builders.member())
    client = signed_in(auditor())

    answer = client.get("/ledger/?subject=nobody")

    assert answer.status_code == 200
    assert answer.context["rows"] == []
    assert "Write an id like LN-8M4QX-2T7PA." in answer.content.decode()


def test_pages_follow_each_other_without_gap(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PAGE", 3)
    wrote(builders.member(), 8)
    client = signed_in(auditor())

    first = client.get("/ledger/").context
    second = client.get(first["older_url"]).context
    third = client.get(second["older_url"]).context
    back = client.get(third["newer_url"]).context

    shown = [[row.entry.position for row in page["rows"]] for page in (first, second, third, back)]
    assert shown == [[8, 7, 6], [5, 4, 3], [2, 1], [5, 4, 3]]
    assert (first["newer_url"], third["older_url"]) == ("", "")


def test_the_number_of_queries_does_not_grow_with_the_rows(
    signed_in: SignIn, django_assert_max_num_queries: object
) -> None:
    client = signed_in(auditor())
    for rows in (1, 20):
        wrote(builders.member(), rows)
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            client.get("/ledger/")


def test_the_ledger_is_verified_on_the_page(signed_in: SignIn) -> None:
    wrote(builders.member(), 3)
    root = verification.verify().root.hex()
    client = signed_in(auditor())

    page = client.post("/ledger/verify/").content.decode()
    fragment = client.post("/ledger/verify/", headers={"HX-Request": "true"}).content.decode()

    for answer in (page, fragment):
        assert "The ledger is whole" in answer
        assert root in answer
    assert "<html" in page
    assert "<html" not in fragment


def test_a_fault_is_named_on_the_page(signed_in: SignIn) -> None:
    wrote(builders.member(), 3)
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_entry WHERE position = 2")

    page = signed_in(auditor()).post("/ledger/verify/").content.decode()

    assert "The entry at position 2 is missing." in page
