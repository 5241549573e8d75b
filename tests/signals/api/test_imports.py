"""Imports through the machine interface: the same service, the same answers."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Organisation
from signals.models import Import, Signal
from tests import builders
from tests.signals.api.machines import machine, post
from tests.signals.hostile import cases
from tests.signals.importing import CLOCK, SAID, addresses, run, shared

pytestmark = pytest.mark.django_db

URL = "/api/v1/imports"
LINES = (
    b'{"kind": "email", "value": "account.one@example.org", "reference": "case 7"}\n{"kind": "email", "value": "x"}\n'
)
CASES = cases()


@pytest.fixture
def member() -> Organisation:
    return builders.member()


def send(client: Client, content: bytes = LINES, kind: str = "application/x-ndjson", **said: str) -> Any:
    query = "&".join(f"{name}={text}" for name, text in (SAID | said).items())
    return client.post(f"{URL}?{query}", content, content_type=kind)


def found(answer: Any) -> Import:
    assert answer.status_code == 200, answer.content
    with acting_as(CLOCK):
        return Import.objects.get(public_id=public_ids.parse(answer.json()["id"]))


def choice(**changes: Any) -> dict[str, Any]:
    community = public_ids.shown(builders.everyone().public_id)
    return {"verdicts": ["new"], "community": community, "evidence_seen": True, "no_authority_asked": True} | changes


def test_a_machine_imports_a_file_from_its_hand_in_to_its_results(member: Organisation) -> None:
    client = machine(member, KeyScope.SUBMIT)

    handed_in = send(client, label="March")
    here = f"{URL}/{handed_in.json()['id']}"
    run(found(handed_in))
    checked = client.get(here).json()
    sharing = post(client, f"{here}/submit", choice())
    run(found(sharing))
    results = client.get(f"{here}/results").json()

    assert (handed_in.json()["state"], handed_in.json()["is_new"]) == ("checking", True)
    assert (checked["state"], checked["counts"], checked["label"]) == ("checked", {"new": 1, "refused": 1}, "March")
    assert sharing.json()["state"] == "sharing"
    with acting_as(CLOCK):
        signal = Signal.objects.get()
    assert signal.submitted_with == ApiKey.objects.get(organisation=member)
    assert [(row["row"], row["reference"], row["verdict"], row["signal"]) for row in results["results"]] == [
        (1, "case 7", "shared", signal.reference),
        (2, "", "refused", None),
    ]
    assert results["cursor"] == 2
    assert "account.one" not in json.dumps(results)


def test_a_form_with_a_file_does_the_same_as_the_file_alone(member: Organisation) -> None:
    client = machine(member)

    as_form = client.post(URL, SAID | {"file": SimpleUploadedFile("rows.csv", addresses(2))})
    alone = send(client, addresses(2), "text/csv")

    assert as_form.json()["is_new"] is True
    assert alone.json() == as_form.json() | {"is_new": False}


def test_results_come_in_pages_and_by_verdict(member: Organisation) -> None:
    client = machine(member)
    here = f"{URL}/{send(client, addresses(3), 'text/csv').json()['id']}/results"
    with acting_as(CLOCK):
        run(Import.objects.get())

    first = client.get(here, {"limit": 2}).json()
    second = client.get(here, {"limit": 2, "after": first["cursor"]}).json()

    assert [row["row"] for row in first["results"] + second["results"]] == [2, 3, 4]
    assert client.get(here, {"verdict": "refused"}).json() == {"results": [], "cursor": 0}
    assert client.get(here, {"verdict": "nonsense"}).status_code == 422


def test_an_import_is_cancelled(member: Organisation) -> None:
    client = machine(member)
    here = f"{URL}/{send(client).json()['id']}"

    assert client.post(f"{here}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{here}/cancel").status_code == 409


@pytest.mark.parametrize("scope", [KeyScope.READ, KeyScope.LOOKUP, KeyScope.FEEDBACK])
def test_other_keys_neither_import_nor_look(member: Organisation, scope: KeyScope) -> None:
    here = f"{URL}/{send(machine(member, KeyScope.SUBMIT)).json()['id']}"
    client = machine(member, scope)

    answers = [send(client, addresses(1), "text/csv"), client.get(here), client.get(f"{here}/results")]
    answers += [client.post(f"{here}/cancel"), post(client, f"{here}/submit", choice())]

    assert [answer.status_code for answer in answers][:4] == [403] * 4
    assert answers[4].status_code in (403, 409)
    with acting_as(CLOCK):
        assert Import.objects.count() == 1


def test_the_import_of_another_member_is_like_none(member: Organisation) -> None:
    here = f"{URL}/{send(machine(member)).json()['id']}"
    stranger, nothing = machine(builders.member("Kestrel")), f"{URL}/LN-00000-00001"

    for path in ("", "/results"):
        theirs, none = stranger.get(here + path), stranger.get(nothing + path)
        assert (theirs.status_code, theirs.content) == (404, none.content)
    for path in ("/cancel", "/submit"):
        theirs, none = post(stranger, here + path, choice()), post(stranger, nothing + path, choice())
        assert (theirs.status_code, theirs.content) == (404, none.content)


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("file", lambda client: client.post(URL, SAID)),
        ("file", lambda client: client.post(URL, SAID | {"file": "kind,value"})),
        ("file", lambda client: send(client, b"")),
        ("harmful", lambda client: send(client, harmful="x")),
        ("label", lambda client: send(client, label="x" * 61)),
    ],
)
def test_what_cannot_be_taken_names_the_input(member: Organisation, field: str, answer: Any) -> None:
    refused = answer(machine(member))

    assert refused.status_code == 422
    assert refused.json()["field"] == field


@pytest.mark.parametrize("name", list(CASES)[::20])
def test_a_hostile_file_is_answered_with_a_sentence(member: Organisation, name: str) -> None:
    answer = send(machine(member), CASES[name], "text/csv")

    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert answer.json()["detail"].endswith(".")
    assert shared() == 0


def test_another_kind_of_body_is_refused(member: Organisation) -> None:
    assert post(machine(member), URL, {"rows": []}).status_code == 415
