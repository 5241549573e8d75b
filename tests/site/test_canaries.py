"""Values that are easily recognised go through everything that there is, and then nowhere outside of the encryption is
anything of them: not in the database, its ledger and tasks, the broker, the logs, mails, addresses and refusals."""

import base64
import io
import logging
import os
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
import redis
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Refusal
from lantern_site.logs import Line
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals import kinds
from signals.candidates import Item
from signals.intake import Item as Given
from signals.kinds import Kind
from signals.models import Chunk, MatchJob
from signals.services import lookup, sharing, subject_requests
from tests import builders
from tests.builders import NOW
from tests.members import cases
from tests.signals import comparisons
from tests.signals.api.machines import machine, post
from tests.signals.api.test_share import row

pytestmark = pytest.mark.django_db(transaction=True)

HEX = sha256(b"canary").hexdigest()
FRAME = sha256(b"canary in a frame").hexdigest()
CANARIES: dict[Kind, Given] = {
    Kind.EMAIL: Given(Kind.EMAIL, "Canary.Mailbox.71+Tag@gmail.com"),
    Kind.USERNAME: Given(Kind.USERNAME, "canaryprofile71", service="pixelpond"),
    Kind.ACCOUNT_ID: Given(Kind.ACCOUNT_ID, "7100042007100042", service="pixelpond"),
    Kind.URL: Given(Kind.URL, "https://canary-site-71.example.org/canary-path"),
    Kind.KEYWORD: Given(Kind.KEYWORD, "zephyrcanary seventyone"),
    Kind.PAYMENT: Given(Kind.PAYMENT, "GB82 WEST 1234 5698 7654 32"),
    Kind.MD5: Given(Kind.MD5, HEX[:32]),
    Kind.SHA1: Given(Kind.SHA1, HEX[3:43]),
    Kind.SHA256: Given(Kind.SHA256, sha256(b"another canary").hexdigest()),
    Kind.PDQ: Given(Kind.PDQ, sha256(b"canary in a picture").hexdigest(), quality=100),
    Kind.PHASH: Given(Kind.PHASH, HEX[-16:]),
    Kind.VIDEO_MD5: Given(Kind.VIDEO_MD5, sha256(b"canary in a video").hexdigest()[:32]),
    Kind.VPDQ: Given(Kind.VPDQ, f"{FRAME},90,1.000"),
}
TELLING = {
    *("canary.mailbox", "canarymailbox", "canaryprofile71", "7100042007100042", "canary-site-71", "canary-path"),
    *("zephyrcanary", "WEST12345698765432", FRAME),
    *(CANARIES[kind].raw for kind in (Kind.MD5, Kind.SHA1, Kind.SHA256, Kind.PDQ, Kind.PHASH, Kind.VIDEO_MD5)),
}
"""What tells of each: if this is nowhere, the value is nowhere."""


def spellings(text: str) -> Iterator[bytes]:
    """The ways in which a value may be there without being readable at once."""
    raw = text.encode()
    yield from (raw, raw[::-1], raw.hex().encode(), text.lower().encode(), text.upper().encode())
    for offset in range(3):  # base64 reads differently at each place in its groups of three bytes
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * offset + raw)
            yield whole[4 if offset else 0 : -4]


def leaks(where: str, found: bytes) -> list[str]:
    low = found.lower()
    return [
        f"{where}: {spelling.decode()}"
        for text in TELLING
        for spelling in set(spellings(text))
        if spelling in found or (spelling.lower() == spelling and spelling in low)
    ]


def dump() -> dict[str, bytes]:
    """Every table as text, read by the owner of the database."""
    tables = {}
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        for name in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY (SELECT * FROM "{name}") TO STDOUT') as copy:
                tables[name] = b"".join(bytes(block) for block in copy)
        cursor.execute("SET ROLE lantern_app")
    return tables


def messages() -> bytes:
    """Everything that lies at the broker."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as broker:
        lists = [key for key in broker.keys("*") if broker.type(key) == b"list"]
        return b"\n".join(message for key in lists for message in broker.lrange(key, 0, -1))


@pytest.fixture
def sharer() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What an installation would log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def pasted() -> str:
    said = [f"{item.service + ':' if item.service else ''}{item.raw}" for item in CANARIES.values()]
    rows = [f"{kind}:{text}" for kind, text in zip(CANARIES, said, strict=True)]
    return "\n".join(f"{row}\tcase zephyrcanary" for row in rows)


def live(sharer: Organisation, member: Organisation) -> None:
    """Share, review, look up, compare, reveal and search every canary."""
    for item in CANARIES.values():
        signal = builders.active(sharer, item)
        with pytest.raises(Refusal):
            builders.submitted(sharer, item)
        reviewer = builders.actor(sharer, Role.REVIEWER)
        assert sharing.reveal(signal_id=signal.public_id, reason="review", actor=reviewer, now=NOW)
        given = Item(item.kind.value, item.raw, service=item.service or "", quality="100" * (item.kind == Kind.PDQ))
        assert lookup.look_up(items=[given], actor=builders.actor(member, Role.ANALYST), now=NOW)[0].found
        case = cases.subject_request()
        subject_requests.search(case_id=case.public_id, item=item, actor=cases.steward(), now=NOW)
    done = comparisons.run(comparisons.start(member, pasted()))
    assert done.state == MatchJob.State.DONE
    text = "".join(f"text:we met at zephyrcanary seventyone {number}\n" for number in range(3))
    comparisons.run(comparisons.start(member, text))
    comparisons.start(member, pasted())  # waits for a worker


def test_every_kind_has_its_canary() -> None:
    assert set(CANARIES) == kinds.OFFERED


def test_nothing_of_a_value_is_outside_of_the_encryption(logged: io.StringIO, sharer: Organisation) -> None:
    live(sharer, builders.member("Harbourline"))
    with acting_as(Actor.clock()):
        assert Chunk.objects.filter(ciphertext__isnull=False).exists()

    tables = dump()

    assert len(tables["signals_indicatorvalue"].splitlines()) == len(CANARIES)
    assert [leak for name, rows in tables.items() for leak in leaks(name, rows)] == []
    assert b"signals.run_chunk" in messages()
    assert leaks("broker", messages()) == []
    assert leaks("logs", logged.getvalue().encode()) == []
    letters = "\n".join(f"{letter.subject}\n{letter.body}" for letter in mail.outbox)
    assert leaks("mail", letters.encode()) == []


@pytest.mark.parametrize("text", sorted(TELLING))
def test_a_leak_would_be_noticed_in_whatever_spelling(text: str) -> None:
    planted = [b"x" * at + text.encode() + b"rest" for at in range(4)]
    assert all(leaks("", base64.b64encode(each)) for each in planted)
    assert all(leaks("", base64.urlsafe_b64encode(each)) for each in planted)
    assert all(leaks("", each.hex().encode()) for each in planted)
    assert leaks("", text.upper().encode())
    assert leaks("", text.lower()[::-1].encode()) or text != text.lower()
    assert not leaks("", sha256(text.encode()).digest())


# Refusals


VALUE = CANARIES[Kind.EMAIL].raw


def refusals_of_machines(sharer: Organisation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Answers of the interface to requests with the value in all the wrong places."""
    client = machine(sharer)
    client.raise_request_exception = False
    shared = row(CANARIES[Kind.EMAIL])
    yield post(client, "/api/v1/signals", {"rows": [shared]}, **{"Idempotency-Key": "one"})
    yield post(client, "/api/v1/signals", {"rows": [shared]})
    yield post(client, "/api/v1/signals", {"rows": [shared, shared]}, **{"Idempotency-Key": "one"})
    yield post(client, "/api/v1/signals", {"rows": [shared | {"harm": VALUE, "clause": VALUE}]})
    yield post(client, "/api/v1/signals", {"rows": [shared | {VALUE: VALUE}]})
    yield post(client, "/api/v1/signals", {"rows": [shared | {"values": [{"kind": "url", "value": VALUE}]}]})
    yield post(client, "/api/v1/signals", VALUE.encode())
    yield post(client, f"/api/v1/{VALUE}", {})
    yield post(client, "/api/v1/lookup", {"items": [{"kind": "sha256", "value": VALUE}]})
    yield client.get("/api/v1/feed", {"after": VALUE})
    monkeypatch.setattr(sharing, "submit", fail)
    monkeypatch.setattr(lookup, "look_up", fail)
    yield post(client, "/api/v1/signals", {"rows": [shared]})
    yield post(client, "/api/v1/lookup", {"items": [{"kind": "email", "value": VALUE}]})


def fail(**given: Any) -> None:
    raise ValueError(f"Key (value)=({VALUE}) already exists: {given}")


def test_no_refusal_to_a_machine_repeats_the_value(
    logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, sharer: Organisation
) -> None:
    answers = list(refusals_of_machines(sharer, monkeypatch))

    assert {answer.status_code for answer in answers} == {200, 400, 404, 409, 422, 500}
    assert [leak for answer in answers for leak in leaks(str(answer.status_code), answer.content)] == []
    assert leaks("logs", logged.getvalue().encode()) == []
    assert "builtins.ValueError" in logged.getvalue()


def test_pages_repeat_the_value_only_in_the_form_of_the_person_who_typed_it(
    logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, sharer: Organisation
) -> None:
    builders.active(sharer, CANARIES[Kind.EMAIL])
    builders.sign_in(client := Client(raise_request_exception=False), builders.person(sharer, *Role))
    typed = {"values": VALUE, "value": VALUE, "kind": "email", "candidates": VALUE, "q": VALUE}

    form = client.post(reverse("signals:share"), typed)
    lost = client.post("/signals/LN-00000-00001/reveal/", {"reason": VALUE})
    monkeypatch.setattr("django.http.request.QueryDict.get", lambda *args: fail())
    broken = client.post(reverse("signals:share"), typed)

    assert (form.status_code, lost.status_code, broken.status_code) == (422, 404, 500)
    assert leaks("form", form.content)
    assert form["Cache-Control"] == "private, no-store"
    assert leaks("404", lost.content) == leaks("500", broken.content) == []
    assert leaks("logs", logged.getvalue().encode()) == []
