"""Whatever is sent, the answer is a sentence: never a fault of ours."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders
from tests.signals.api.machines import machine, post
from tests.signals.api.test_share import row

pytestmark = pytest.mark.django_db

STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    10**300,
    1.5,
    1e308,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e" * 50,
    "é" * 5_000,
    "0001-01-01",
    "9999-12-31",
    "LN-ZZZZZ-ZZZZZ",
    [],
    [[]],
    [None],
    ["\x00"],
    {},
    {"\x00": 1},
    {"\ud800": {}},
]
LOOKUP = {"kind": "email", "value": "account@example.org", "public_digest": "", "service": "", "quality": None}
ANSWERED = {200, 400, 409, 413, 422}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def client_of_a_member() -> Client:
    return machine(builders.member())


def sent(client: Client, path: str, body: Any) -> None:
    answer = post(client, path, body)
    assert answer.status_code in ANSWERED, answer.content
    json.loads(answer.content)


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_a_strange_value_in_any_field_of_a_row_is_answered(client_of_a_member: Client, strange: Any) -> None:
    plain = row(builders.email(1))
    values = [plain["values"][0] | {name: strange} for name in ("kind", "value", "service", "quality")]
    rows = [plain | {name: strange} for name in (*plain, *OPTIONAL)] + [plain | {"values": [value]} for value in values]

    sent(client_of_a_member, "/api/v1/signals", {"rows": [*rows, strange]})
    sent(client_of_a_member, "/api/v1/signals", {"rows": strange})
    sent(client_of_a_member, "/api/v1/signals", strange)


OPTIONAL = (
    "first_seen_on", "last_seen_on", "behaviours", "ai", "real_child", "account_holder", "not_to_regions",
    "owner_named", "meaning", "outward_note", "inward_note", "expires_on", "danger", "authority_informed",
)  # fmt: skip


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_a_strange_value_in_any_field_of_a_question_is_answered(client_of_a_member: Client, strange: Any) -> None:
    for name in LOOKUP:
        sent(client_of_a_member, "/api/v1/lookup", {"items": [LOOKUP | {name: strange}]})
    sent(client_of_a_member, "/api/v1/lookup", {"items": strange})
    sent(client_of_a_member, "/api/v1/lookup", strange)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=json_values, path=st.sampled_from(["/api/v1/signals", "/api/v1/lookup"]))
def test_any_json_is_answered(client_of_a_member: Client, body: Any, path: str) -> None:
    sent(client_of_a_member, path, body)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60))
def test_any_bytes_are_answered(client_of_a_member: Client, body: bytes) -> None:
    sent(client_of_a_member, "/api/v1/signals", body)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(["after", "limit", "x"]), st.text(max_size=25), max_size=3))
def test_any_question_to_the_feed_is_answered(client_of_a_member: Client, query: dict[str, str]) -> None:
    query = {name: text.encode("utf-8", "ignore").decode() for name, text in query.items()}

    assert client_of_a_member.get("/api/v1/feed", query).status_code in ANSWERED
