"""The key and the note of the C2SP specification's example are those of Go's implementation (sumdb/note)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit import notes
from lantern_site.audit.notes import Checkpoint, Signer, Unreadable, Verifier

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("lantern.example.org/ledger", bytes(range(32)))


def test_a_known_verifier_key_is_read_and_written() -> None:
    assert str(Verifier.parse(PETER)) == PETER


def test_a_known_note_carries_the_signature_of_its_key() -> None:
    with pytest.raises(Unreadable, match="signed, and is no checkpoint"):
        notes.opened(SAID, Verifier.parse(PETER))


def test_a_note_of_somebody_else_is_refused() -> None:
    with pytest.raises(Unreadable, match="does not carry"):
        notes.opened(SAID, SIGNER.verifier)


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_out_of_its_note_as_it_went_in(size: int, root: bytes) -> None:
    said = Checkpoint(SIGNER.name, size, root)

    assert notes.opened(SIGNER.sign(said.text()), Verifier.parse(str(SIGNER.verifier))) == said


def test_a_checkpoint_has_the_form_of_tlog_checkpoint() -> None:
    lines = SIGNER.sign(Checkpoint(SIGNER.name, 7, bytes(32)).text()).split("\n")

    assert lines[:4] == ["lantern.example.org/ledger", "7", base64.b64encode(bytes(32)).decode(), ""]
    assert lines[4].startswith("— lantern.example.org/ledger ")
    assert lines[5:] == [""]


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n7\n", "\n8\n"), ("— lantern", "- lantern"), ("\n\n", "\n"), ("/ledger\n", "/other\n")],
)
def test_whatever_is_changed_is_noticed(old: str, new: str) -> None:
    note = SIGNER.sign(Checkpoint(SIGNER.name, 7, bytes(32)).text())

    with pytest.raises(Unreadable):
        notes.opened(note.replace(old, new, 1), SIGNER.verifier)


@pytest.mark.parametrize("text", ["", "name", "name+00000000+AAAA", "name+c74f20a3+" + PETER.rpartition("+")[2]])
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        Verifier.parse(text)
