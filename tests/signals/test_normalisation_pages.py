"""The specification for everybody: a page, and the same for machines, without a key."""

import json

import pytest
from django.test import Client
from django.utils.translation import override

from signals import specification
from signals.kinds import Kind
from signals.refusals import Reason


def test_the_page_tells_every_kind_every_refusal_and_the_version(client: Client) -> None:
    page = client.get("/normalisation/").content.decode()

    assert "Version 1" in page
    assert all(f'<section id="{kind.value}">' in page for kind in Kind)
    assert all(f'<dt id="{reason.value}">' in page for reason in Reason)
    assert "anna@xn--bcher-kva.example" in page
    assert f"({len(specification.vectors())} vectors)" in page
    assert r"<code>\u200b\u2060</code>" in page  # what is not seen is spelled out
    assert "%(" not in page


def test_the_page_asks_the_database_nothing(client: Client) -> None:
    """There is no mark for a database on this test: a query would fail."""
    assert client.get("/normalisation/").status_code == 200
    assert client.post("/normalisation/").status_code == 405


def test_machines_read_the_rules_without_a_key(client: Client) -> None:
    response = client.get("/api/v1/normalisation")
    found = response.json()

    assert response.status_code == 200
    assert found["version"] == "1"
    assert [rule["kind"] for rule in found["kinds"]] == Kind.values
    assert all(rule["steps"] and rule["normal_form"] for rule in found["kinds"])
    assert {reason["code"] for reason in found["refusals"]} == set(Reason.values)
    assert found["limits"]["least_quality"] == 50
    assert "utm_" in found["lists"]["addresses"]["tracking_prefixes"]
    assert found["lists"]["payments"]["iban_lengths"]["FR"] == 27
    assert found["vectors"] == "http://testserver/api/v1/normalisation/vectors"


def test_machines_read_the_rules_in_their_language(client: Client) -> None:
    response = client.get("/api/v1/normalisation", headers={"Accept-Language": "fr"})

    with override("fr"):
        assert response.json()["kinds"][0]["name"] == str(Kind.EMAIL.label)
    assert "Accept-Language" in response["Vary"]


def test_the_vectors_are_sent_as_they_are_pinned(client: Client) -> None:
    response = client.get("/api/v1/normalisation/vectors")

    assert response.content == specification.VECTORS
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "public, max-age=3600"
    assert len(json.loads(response.content)["vectors"]) >= 250


@pytest.mark.parametrize("path", ["normalisation", "normalisation/vectors"])
def test_nothing_can_be_sent_there(client: Client, path: str) -> None:
    assert client.post(f"/api/v1/{path}", {}, content_type="application/json").status_code == 405
    assert client.get(f"/api/v1/{path}", headers={"Authorization": "Bearer lk_wrong"}).status_code == 200
