"""Sharing through the machine interface."""

import logging
from typing import Any

import pytest
from django.test import Client

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import NotAllowed, WrongState
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Grant
from lantern_site.members.roles import Role
from lantern_site.work.models import IdempotentAnswer
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Incident, Signal
from signals.services import batches, sharing
from tests import builders
from tests.signals.api.machines import machine, post

pytestmark = pytest.mark.django_db


def value(item: Item) -> dict[str, Any]:
    return {"kind": item.kind.value, "value": item.raw}


def row(*items: Item, **changes: Any) -> dict[str, Any]:
    """A row that says the same as the builders' statement."""
    says = builders.STATEMENT
    return {
        "values": [value(item) for item in items],
        "community": public_ids.shown(builders.everyone().public_id),
        "harm": says.harm.value,
        "clause": says.clause,
        "evidence_seen_by": says.evidence_seen_by,
        "review_method": str(says.review_method),
        "origin": says.origin.value,
        "confidence": str(says.confidence),
        "no_authority_asked": True,
    } | changes


def share(client: Client, *rows: Any, **headers: str) -> list[dict[str, Any]]:
    answer = post(client, "/api/v1/signals", {"rows": list(rows)}, **headers)
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def signals() -> list[Signal]:
    with acting_as(Actor.clock()):
        return list(Signal.objects.with_context().select_related("submitted_with").order_by("pk"))


def test_a_row_becomes_a_signal_like_one_that_was_shared_on_a_page() -> None:
    pixelpond = builders.member()
    by_hand = builders.submitted(pixelpond, builders.email(1))

    (result,) = share(machine(pixelpond), row(builders.email(2)))

    first, second = signals()
    assert result == {
        "row": 0,
        "status": "created",
        "signals": [second.reference],
        "incident": None,
        "detail": "",
        "field": "",
        "warnings": [],
    }
    assert _said(first) == _said(second)
    assert (first.pk, first.submitted_with) == (by_hand.pk, None)
    assert second.submitted_with == ApiKey.objects.get()
    entries = Entry.objects.filter(action="signal.submitted").order_by("position")
    own = {"indicator"}
    facts = [{name: fact for name, fact in entry.facts.items() if name not in own} for entry in entries]
    assert facts[0] == facts[1]
    assert [entry.actor_kind for entry in entries] == ["staff", "key"]


def _said(signal: Signal) -> dict[str, Any]:
    said = {name: getattr(signal, name) for name in ("status", "severity", "warnings", "review_due_at", "expires_at")}
    version = signal.version
    return said | {name: getattr(version, name) for name in ("harm", "clause", "origin", "confidence", "behaviours")}


def test_the_one_who_issued_the_key_stands_behind_what_it_shares() -> None:
    share(machine(builders.member()), row(builders.email(1)))

    (signal,) = signals()
    assert signal.submitted_by == ApiKey.objects.get().issued_by


def test_several_values_of_a_row_are_one_incident() -> None:
    (result,) = share(machine(builders.member()), row(builders.email(1), builders.file_hash(1)))

    first, second = signals()
    assert first.incident == second.incident
    assert result["signals"] == [first.reference, second.reference]
    assert first.incident is not None
    assert result["incident"] == public_ids.shown(first.incident.public_id)


def test_each_row_is_answered_for_itself() -> None:
    client = machine(builders.member())
    share(client, row(builders.email(1)))

    results = share(
        client,
        row(builders.email(1)),
        row(builders.email(2)),
        row(Item(Kind.SHA256, "0" * 64)),
        row(builders.email(3), Item(Kind.EMAIL, "nobody")),
        row(builders.email(4), no_authority_asked=False),
        row(builders.email(5), harm="none"),
        "no row at all",
        row(builders.email(6), colour="red"),
    )

    found = [(result["row"], result["status"], result["field"]) for result in results]
    assert found == [
        (0, "duplicate", ""),
        (1, "created", ""),
        (2, "refused", "values.0.value"),
        (3, "refused", "values.1.value"),
        (4, "refused", "no_authority_asked"),
        (5, "refused", "harm"),
        (6, "refused", ""),
        (7, "refused", ""),
    ]
    first, second = signals()
    assert results[0]["signals"] == [first.reference]
    assert results[1]["signals"] == [second.reference]
    assert all(result["detail"] for result in results if result["status"] != "created")


def test_a_refused_row_leaves_no_trace() -> None:
    (result,) = share(machine(builders.member()), row(builders.email(1), community=public_ids.shown(1)))

    assert (result["status"], result["field"]) == ("refused", "community")
    assert not signals()
    assert not Entry.objects.filter(subject_kind="signal").exists()


def test_an_incident_with_a_value_that_runs_already_is_not_created_in_part() -> None:
    client = machine(builders.member())
    share(client, row(builders.email(1)))

    (result,) = share(client, row(builders.email(2), builders.email(1)))

    (running,) = signals()
    assert (result["status"], result["signals"]) == ("duplicate", [running.reference])
    assert not Incident.objects.exists()


def test_no_refusal_repeats_a_value() -> None:
    secret = "somebody.private@example.org"
    broken = row(builders.email(1), harm=secret, confidence=secret, values=[{"kind": secret, "value": secret}])

    answer = post(machine(builders.member()), "/api/v1/signals", {"rows": [broken, row(Item(Kind.PDQ, secret))]})

    assert {result["status"] for result in answer.json()["results"]} == {"refused"}
    assert secret.encode() not in answer.content


@pytest.mark.parametrize("body", [{}, {"rows": []}, {"rows": {}}, [], "text", 7, None, {"rows": [], "more": 1}])
def test_a_body_without_rows_is_refused(body: Any) -> None:
    answer = post(machine(builders.member()), "/api/v1/signals", body)

    assert answer.status_code == 422


def test_more_than_a_hundred_rows_are_refused_as_a_whole() -> None:
    answer = post(machine(builders.member()), "/api/v1/signals", {"rows": ["x"] * 101})

    assert (answer.status_code, answer.json()["field"]) == (422, "rows")


def test_too_many_values_are_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_VALUES", 2)
    rows = [row(builders.email(1), builders.email(2)), row(builders.email(3))]

    answer = post(machine(builders.member()), "/api/v1/signals", {"rows": rows})

    assert (answer.status_code, answer.json()["field"]) == (422, "rows")
    assert not signals()


def test_a_key_without_the_scope_shares_nothing() -> None:
    client = machine(builders.member(), KeyScope.READ, KeyScope.LOOKUP, KeyScope.FEEDBACK)

    answer = post(client, "/api/v1/signals", {"rows": [row(builders.email(1))]})

    assert answer.status_code == 403
    assert not signals()


def test_a_financial_member_shares_nothing() -> None:
    answer = post(machine(builders.financial_member()), "/api/v1/signals", {"rows": [row(builders.email(1))]})

    assert answer.status_code == 403


def test_a_page_and_a_machine_are_refused_with_the_same_sentence() -> None:
    pixelpond = builders.member()
    builders.submitted(pixelpond, builders.email(1))
    with pytest.raises(WrongState) as refusal:
        builders.submitted(pixelpond, builders.email(1))

    (result,) = share(machine(pixelpond), row(builders.email(1)))

    assert result["detail"] == str(refusal.value)


# The same batch twice


def test_the_same_batch_with_the_same_key_is_answered_alike_and_shared_once() -> None:
    client = machine(builders.member())
    body = {"rows": [row(builders.email(1)), row(Item(Kind.EMAIL, "nobody"))]}

    first = post(client, "/api/v1/signals", body, **{"Idempotency-Key": "one"})
    second = post(client, "/api/v1/signals", body, **{"Idempotency-Key": "one"})

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.json()["results"][0]["status"] == "created"
    assert len(signals()) == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    client = machine(builders.member())
    share(client, row(builders.email(1)), **{"Idempotency-Key": "one"})

    answer = post(client, "/api/v1/signals", {"rows": [row(builders.email(2))]}, **{"Idempotency-Key": "one"})

    assert answer.status_code == 409
    assert len(signals()) == 1


def test_a_key_of_one_member_means_nothing_to_another() -> None:
    share(machine(builders.member("Pixelpond")), row(builders.email(1)), **{"Idempotency-Key": "one"})
    (result,) = share(machine(builders.member("Kestrel")), row(builders.email(2)), **{"Idempotency-Key": "one"})

    assert result["status"] == "created"


def test_a_batch_that_broke_is_taken_when_it_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = machine(builders.member())
    body = {"rows": [row(builders.email(1)), row(builders.email(2))]}
    submit, calls = sharing.submit, iter([False, True])

    def breaks_at_the_second(**given: Any) -> Any:
        if next(calls):
            raise RuntimeError
        return submit(**given)

    with monkeypatch.context() as patch:
        patch.setattr(sharing, "submit", breaks_at_the_second)
        with pytest.raises(RuntimeError):
            post(client, "/api/v1/signals", body, **{"Idempotency-Key": "one"})
    assert not signals()

    results = post(client, "/api/v1/signals", body, **{"Idempotency-Key": "one"}).json()["results"]

    assert [result["status"] for result in results] == ["created", "created"]


def test_what_is_remembered_of_a_batch_holds_no_value() -> None:
    item = builders.email(1)
    share(machine(builders.member()), row(item), row(item), **{"Idempotency-Key": "one"})

    kept = IdempotentAnswer.objects.get()
    assert item.raw not in str(kept.answer)
    assert len(kept.body_hash) == 32


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 101, "a\x00b"])
def test_a_strange_key_is_refused(key: str) -> None:
    answer = post(
        machine(builders.member()), "/api/v1/signals", {"rows": [row(builders.email(1))]}, **{"Idempotency-Key": key}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")
    assert not signals()


def test_the_submitter_behind_a_key_does_not_approve_what_it_shared() -> None:
    pixelpond = builders.member()
    share(machine(pixelpond), row(builders.email(1)))
    (signal,) = signals()
    admin = ApiKey.objects.get().issued_by
    Grant.objects.create(staff=admin, role=Role.REVIEWER, granted_at=builders.NOW, granted_by=admin.public_id)

    with pytest.raises(NotAllowed):
        builders.approve(signal, admin.actor(builders.NOW))


def test_no_value_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    item, client = builders.email(1), machine(builders.member())

    share(client, row(item), row(item), row(Item(Kind.URL, item.raw)))
    post(client, "/api/v1/lookup", {"items": [{"kind": "email", "value": item.raw}]})
    post(client, "/api/v1/signals", {"rows": item.raw})
    client.get("/api/v1/feed")

    assert item.raw not in caplog.text


def test_what_asks_for_a_second_approval_says_what_to_do() -> None:
    pixelpond = builders.member()
    client = machine(pixelpond)

    (result,) = share(client, row(Item(Kind.EMAIL, "support-team@example.org")))

    [warning] = result["warnings"]
    assert warning["code"] == "role_like"
    assert warning["why"].endswith(".")
    assert warning["advice"].endswith(".")
    sight = client.get(f"/api/v1/signals/{result['signals'][0]}").json()
    assert sight["own"]["warnings"] == [warning]
