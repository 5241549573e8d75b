"""The door of the machine interface: keys, refusals, what cannot be read, and the description of it all."""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from lantern_site import clock, rest
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, Refusal, WrongState
from lantern_site.members.lifecycle import KeyScope, Revocation
from lantern_site.members.roles import MEMBER_ROLES, Role
from lantern_site.members.services import keys
from tests import builders
from tests.builders import NOW
from tests.signals.api.machines import calling, issued, machine, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_clock_stands() -> Iterator[None]:
    with clock.at(NOW):
        yield


# The door

ADDRESSES = ["/api/v1/me", "/api/v1/feed", "/api/v1/signals/LN-00000-00000", "/api/v1/anything/else"]


def test_a_key_opens_the_door() -> None:
    answer = machine(builders.member("Pixelpond"), KeyScope.READ).get("/api/v1/me")

    assert answer.status_code == 200
    found = answer.json()
    assert found["organisation"]["name"] == "Pixelpond"
    assert found["scopes"] == ["read"]
    assert [community["name"] for community in found["communities"]] == ["Everyone"]
    assert found["head"] == Entry.objects.count()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_key_every_address_answers_alike(address: str, method: str) -> None:
    answer = getattr(Client(), method)(address)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content == Client().get("/api/v1/me").content


def test_a_session_opens_no_door() -> None:
    client = Client()
    client.force_login(builders.person(builders.member(), *MEMBER_ROLES))

    assert client.get("/api/v1/me").status_code == 401


def test_a_wrong_revoked_or_expired_key_is_answered_like_none() -> None:
    pixelpond = builders.member()
    key, text = issued(pixelpond)
    word, prefix, secret = text.split("_")
    revoked, revoked_text = issued(pixelpond)
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    keys.revoke(key_id=revoked.public_id, reason=Revocation.UNNEEDED, actor=admin, now=NOW)
    wrong = ["", "lk", "lk__", f"{word}_{prefix}_{'0' * 64}", f"{word}_{'0' * 10}_{secret}", text + "0", text.upper()]
    none = Client(headers={"Accept-Language": "en"}).get("/api/v1/me").content

    for given in [*wrong, revoked_text, "ключ", "lk_\x00"]:
        answer = calling(given).get("/api/v1/me")
        assert (answer.status_code, answer.content) == (401, none), given
    with clock.at(key.expires_at - timedelta(seconds=1)):
        assert calling(text).get("/api/v1/me").status_code == 200
    with clock.at(key.expires_at):
        assert calling(text).get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_a_key_is_given_as_a_bearer(scheme: str) -> None:
    _key, text = issued(builders.member())

    assert Client(headers={"Authorization": f"{scheme} {text}"}).get("/api/v1/me").status_code == 401


# Refusals


@pytest.mark.parametrize(
    ("refusal", "status", "body"),
    [
        (NotAllowed("No."), 403, {"detail": "No.", "field": ""}),
        (WrongState("No."), 409, {"detail": "No.", "field": ""}),
        (Invalid("No.", "value"), 422, {"detail": "No.", "field": "value"}),
        (Hidden("No such signal."), 404, {"detail": "There is no such thing.", "field": ""}),
    ],
)
def test_each_refusal_has_its_status(refusal: Refusal, status: int, body: dict[str, str]) -> None:
    answer = rest.answer_refusal(refusal, {})

    assert answer is not None
    assert (answer.status_code, answer.data) == (status, body)


def test_every_kind_of_refusal_is_mapped() -> None:
    assert _all_kinds(Refusal) == set(rest.STATUS)


def _all_kinds(of: type[Refusal]) -> set[type[Refusal]]:
    return {kind for direct in of.__subclasses__() for kind in {direct, *_all_kinds(direct)}}


def test_a_fault_of_ours_is_no_refusal() -> None:
    assert rest.answer_refusal(RuntimeError(), {}) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", HTTPStatus.UNPROCESSABLE_ENTITY),
        (b"{", HTTPStatus.BAD_REQUEST),
        (b"\xff\xfe", HTTPStatus.BAD_REQUEST),
        (b'{"rows": NaN}', HTTPStatus.BAD_REQUEST),
        (b'{"rows": [], "rows": []}', HTTPStatus.BAD_REQUEST),
        (b"[" * 100_000, HTTPStatus.BAD_REQUEST),
        (b"[" * 500 + b"]" * 500, HTTPStatus.BAD_REQUEST),
        (b'{"a":' * 9 + b"1" + b"}" * 9, HTTPStatus.BAD_REQUEST),
        (b"1" * 5_000, HTTPStatus.BAD_REQUEST),
        (b'"' + b"x" * rest.LARGEST_BODY + b'"', HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"1e999", HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, status: HTTPStatus) -> None:
    answer = post(machine(builders.member()), "/api/v1/signals", body)

    assert answer.status_code == status
    assert set(answer.json()) == {"detail", "field"}


def test_other_media_types_and_methods_are_refused_in_the_same_form() -> None:
    client = machine(builders.member())

    answers = {
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: client.post("/api/v1/signals", {"rows": "1"}),
        HTTPStatus.METHOD_NOT_ALLOWED: client.delete("/api/v1/me"),
        HTTPStatus.NOT_ACCEPTABLE: client.get("/api/v1/me", headers={"Accept": "application/xml"}),
        HTTPStatus.NOT_FOUND: client.get("/api/v1/nothing"),
    }

    for status, answer in answers.items():
        assert (answer.status_code, set(answer.json())) == (status, {"detail", "field"})


# The description


def test_the_description_is_valid_and_complete(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_operation_describes_its_refusals_and_gives_an_example() -> None:
    paths = Client().get("/api/v1/schema/").json()["paths"]

    operations = {(path, method): operation for path, methods in paths.items() for method, operation in methods.items()}
    assert {path for path, _method in operations} == {
        "/api/v1/feed",
        "/api/v1/jobs",
        "/api/v1/jobs/lines",
        "/api/v1/jobs/{job_id}",
        "/api/v1/jobs/{job_id}/cancel",
        "/api/v1/jobs/{job_id}/go-on",
        "/api/v1/jobs/{job_id}/leads",
        "/api/v1/imports",
        "/api/v1/imports/{import_id}",
        "/api/v1/imports/{import_id}/cancel",
        "/api/v1/imports/{import_id}/results",
        "/api/v1/imports/{import_id}/submit",
        "/api/v1/lookup",
        "/api/v1/me",
        "/api/v1/normalisation",
        "/api/v1/normalisation/vectors",
        "/api/v1/signals",
        "/api/v1/signals/{signal_id}",
        "/api/v1/signals/{signal_id}/corrections",
        "/api/v1/signals/{signal_id}/corrections/cancel",
        "/api/v1/recalls",
        "/api/v1/recalls/{recall_id}/removed",
    }
    for (path, _method), operation in operations.items():
        is_open = path.startswith("/api/v1/normalisation")
        assert {"200", "406"} | (set() if is_open else {"401", "503"}) <= set(operation["responses"])
        assert operation["responses"]["200"]["content"]["application/json"]["examples"]
        assert operation.get("security", []) == ([] if is_open else [{"key": []}])


def test_the_description_page_runs_under_the_strict_policy() -> None:
    answer = Client().get("/api/v1/docs/")
    script = Client().get("/api/v1/docs/", {"script": ""})

    page = answer.content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src=")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "/api/v1/schema/" in script.content.decode()
