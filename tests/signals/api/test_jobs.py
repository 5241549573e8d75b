"""Match jobs for machines: values in the body, or lines of any length; state, leads, cancelling, going on."""

import json
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from signals.api import jobs as api
from signals.intake import Item
from signals.kinds import Kind
from signals.models import MatchJob
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

PLAN = {"label": "Batch", "purpose": "accounts_under_review", "surface": "account_data"}
ADDRESS = "some.body@example.org"


def machine(member: Organisation, scope: KeyScope = KeyScope.LOOKUP) -> Client:
    admin = builders.actor(member, Role.MEMBER_ADMIN)
    _key, text = keys.issue(label="Machine", scopes=[scope], networks=[], days=90, actor=admin, now=NOW)
    return Client(headers={"Authorization": f"Bearer {text}", "Accept-Language": "en"})


@pytest.fixture
def ours(member: Organisation) -> Client:
    return machine(member)


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")


def send_lines(client: Client, content: str, **changes: str) -> Any:
    return client.generic("POST", "/api/v1/jobs/lines", content, content_type="text/plain", query_params=PLAN | changes)


def run(answer: Any) -> str:
    job_id: str = answer.json()["job"]["id"]
    with acting_as(Actor.clock()):
        job = MatchJob.objects.get(public_id=public_ids.parse(job_id))
    builders.run_job(job)
    return job_id


def test_a_job_is_started_run_and_read(sharer: Organisation, ours: Client) -> None:
    signal = builders.active(sharer, Item(Kind.EMAIL, ADDRESS))
    items = [
        {"kind": "email", "value": "nobody@example.org"},
        {"kind": "email", "value": ADDRESS, "reference": "case 7"},
    ]

    answer = post(ours, "jobs", PLAN | {"items": [*items, {"kind": "email", "value": "no address"}]})
    job_id = run(answer)

    assert answer.status_code == 200
    assert answer.json()["job"]["state"] == "queued"
    assert [row["row"] for row in answer.json()["refused_rows"]] == [3]
    state = ours.get(f"/api/v1/jobs/{job_id}").json()
    assert (state["state"], state["total"], state["compared"], state["refused"], state["leads"]) == ("done", 2, 2, 1, 1)
    page = ours.get(f"/api/v1/jobs/{job_id}/leads").json()
    [lead] = page["leads"]
    assert page["cursor"] is None
    assert (lead["row"], lead["reference"], lead["signal"]) == (2, "case 7", signal.reference)
    assert (lead["match"], lead["severity"], lead["examined"]) == ("exact", "high", False)


def test_lines_may_be_longer_than_any_other_body(sharer: Organisation, ours: Client) -> None:
    builders.active(sharer, Item(Kind.MD5, "9e107d9d372bb6826bd81d3542a419d6"))
    lines = [f"{sha256(str(number).encode()).hexdigest()[:32]}\tfile {number}" for number in range(25_000)]
    lines[20_000] = "9e107d9d372bb6826bd81d3542a419d6\tours"
    content = "\n".join(lines)
    assert len(content) > 1_000_000

    answer = send_lines(ours, content, purpose="whole_service", surface="public", kind="md5")
    job_id = run(answer)

    assert answer.json()["job"]["total"] == 25_000
    [lead] = ours.get(f"/api/v1/jobs/{job_id}/leads").json()["leads"]
    assert (lead["row"], lead["reference"]) == (20_001, "ours")


def test_lines_beyond_the_limit_are_refused(ours: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "BATCH_LIMIT", 1_000)

    assert send_lines(ours, "x" * 1_001).status_code == 413
    assert send_lines(ours, "").json()["field"] == "candidates"
    with acting_as(Actor.clock()):
        assert not MatchJob.objects.exists()


def test_public_digests_are_enough(sharer: Organisation, ours: Client) -> None:
    builders.active(sharer, Item(Kind.EMAIL, ADDRESS))
    digest = sha256(b"lantern/v1/email\x00" + ADDRESS.encode()).hexdigest()

    job_id = run(send_lines(ours, f"digest:email:{digest}", purpose="whole_service"))

    assert ours.get(f"/api/v1/jobs/{job_id}").json()["leads"] == 1


def test_leads_come_page_by_page(sharer: Organisation, ours: Client) -> None:
    for number in range(5):
        builders.active(sharer, builders.email(number))
    job_id = run(send_lines(ours, "\n".join(builders.email(number).raw for number in range(5))))

    rows, after = [], ""
    while True:
        page = ours.get(
            f"/api/v1/jobs/{job_id}/leads", query_params={"limit": "2"} | ({"after": after} if after else {})
        )
        rows += [lead["row"] for lead in page.json()["leads"]]
        after = page.json()["cursor"]
        if after is None:
            break

    assert rows == [1, 2, 3, 4, 5]
    wrong = ours.get(f"/api/v1/jobs/{job_id}/leads", query_params={"after": public_ids.shown(7)})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "after")


def test_a_job_that_asks_goes_on_and_another_is_cancelled(ours: Client) -> None:
    lines = "".join(f"nobody{number}@example.org\n" for number in range(10))
    job_id = run(send_lines(ours, lines, first_percent="10"))
    assert ours.get(f"/api/v1/jobs/{job_id}").json()["state"] == "asking"

    assert post(ours, f"jobs/{job_id}/go-on").json()["state"] == "running"
    assert post(ours, f"jobs/{job_id}/go-on").status_code == 409
    assert post(ours, f"jobs/{job_id}/cancel").json()["state"] == "cancelled"
    assert post(ours, f"jobs/{job_id}/cancel").status_code == 409


@pytest.mark.parametrize(("changes", "field"), [
    ({"label": ""}, "label"),
    ({"purpose": "curiosity"}, "purpose"),
    ({"first_percent": 0}, "first_percent"),
    ({"pdq_within": 32}, "pdq_within"),
    ({"shadow": True}, "is_shadow"),
    ({"items": [{"kind": "telephone", "value": "x"}]}, "items.0.kind"),
    ({"items": []}, "items"),
    ({"colour": "red"}, ""),
])  # fmt: skip
def test_what_cannot_be_taken_names_its_field(changes: dict[str, Any], field: str, ours: Client) -> None:
    answer = post(ours, "jobs", PLAN | {"items": [{"kind": "email", "value": ADDRESS}]} | changes)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_jobs_of_others_and_keys_without_the_scope(sharer: Organisation, member: Organisation, ours: Client) -> None:
    job_id = run(send_lines(ours, ADDRESS))
    stranger, reader = machine(sharer), machine(member, KeyScope.READ)

    for path in (f"jobs/{job_id}", f"jobs/{job_id}/leads"):
        assert stranger.get(f"/api/v1/{path}").status_code == 404
        assert reader.get(f"/api/v1/{path}").status_code == 403
    assert post(stranger, f"jobs/{job_id}/cancel").status_code == 404
    assert post(reader, "jobs", PLAN | {"items": [{"kind": "email", "value": ADDRESS}]}).status_code == 403
