"""Checkpoints and proofs as pages: what a stranger checks, and what a member sees about its own entries."""

from http import HTTPStatus

import pytest
from django.test import Client

from lantern_site.audit import merkle, notes
from lantern_site.audit.models import Checkpoint
from lantern_site.members.roles import Role
from tests import builders
from tests.transparency import ledger
from tests.transparency.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def of(checkpoint: Checkpoint) -> notes.Checkpoint:
    return notes.opened(checkpoint.note, notes.Verifier.parse(checkpoint.verifier))


def test_a_stranger_follows_the_ledger_from_one_checkpoint_to_the_next(client: Client) -> None:
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])
    first = of(builders.checkpoint())
    ledger.signal(ledger.day(2), ledger.MEMBERS[0])
    second = of(builders.checkpoint())

    proof = client.get(f"/ledger/consistency/{first.size}/{second.size}/").json()

    path = [bytes.fromhex(node) for node in proof["path"]]
    assert merkle.is_consistent(first.size, second.size, first.root, second.root, path)
    assert client.get("/ledger/checkpoint").content.decode() == Checkpoint.objects.get(position=second.size).note
    assert b"localhost:8000/ledger" in client.get("/ledger/checkpoints/").content


@pytest.mark.parametrize(("positions", "status"), [("2/1", 422), ("0/1", 422), ("1/99", 409)])
def test_proofs_that_cannot_be_given_are_refused_with_a_sentence(client: Client, positions: str, status: int) -> None:
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])
    builders.checkpoint()

    answer = client.get(f"/ledger/consistency/{positions}/")

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_before_the_first_checkpoint_the_page_says_so(client: Client) -> None:
    assert b"Nothing has been signed yet" in client.get("/ledger/checkpoints/").content
    assert client.get("/ledger/checkpoint").status_code == HTTPStatus.NOT_FOUND


def test_an_auditor_takes_the_proof_for_an_entry_away(signed_in: SignIn) -> None:
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])
    signed = of(builders.checkpoint())

    proof = signed_in(builders.person(builders.programme(), Role.AUDITOR)).get("/ledger/2/proof.json").json()

    leaf = merkle.leaf(proof["content"].encode())
    assert merkle.is_included(leaf, 1, signed.size, [bytes.fromhex(node) for node in proof["path"]], signed.root)


def test_a_member_proves_its_own_entries_without_reading_what_names_another(signed_in: SignIn) -> None:
    member, other = builders.member("Brookhaven"), builders.member("Stillwater")
    own = Checkpoint.objects.count()
    subject = 4711
    ledger.happened(ledger.day(1), "dispute.opened", subject, member.public_id, opener=other.public_id, reason="other")
    ledger.happened(ledger.day(1), "dispute.opened", subject, other.public_id, opener=other.public_id, reason="other")
    last = builders.checkpoint().position
    browser = signed_in(builders.person(member, Role.MEMBER_ADMIN))
    entries = browser.get(f"/ledger/{last - 1}/"), browser.get(f"/ledger/{last}/")

    assert own == 0
    assert b"The entry names another member" in entries[0].content
    assert browser.get(f"/ledger/{last - 1}/proof.json").json()["content"] is None
    assert entries[1].status_code == HTTPStatus.NOT_FOUND


def test_an_entry_that_is_not_in_the_tree_yet_is_shown_without_a_proof(signed_in: SignIn) -> None:
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])
    browser = signed_in(builders.person(builders.programme(), Role.AUDITOR))

    assert b"has not been added to the tree yet" in browser.get("/ledger/1/").content
    assert browser.get("/ledger/1/proof.json").status_code == HTTPStatus.CONFLICT
