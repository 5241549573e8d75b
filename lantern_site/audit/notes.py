"""Signed notes and the checkpoints that are written as such: the C2SP specifications signed-note and tlog-checkpoint.

A checkpoint says "the tree of this log has so many leaves and this root", and whoever holds the log's key signs it with
Ed25519. Anybody who knows the log's verifier key can check it, with tools that know nothing of us.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "— "


class Unreadable(ValueError):
    """What was given is no checkpoint, is not signed by the key that was asked about, or is no verifier key."""


@dataclass(frozen=True)
class Verifier:
    """The public half of a log's key, under the log's name."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name+hash+key`. Raises Unreadable."""
        name, _plus, rest = text.strip().partition("+")
        hashed, _plus, key = rest.partition("+")
        raw = _decoded(key)
        found = cls(name, raw[1:])
        if len(raw) != 33 or raw[:1] != ED25519 or found.id.hex() != hashed:
            raise Unreadable("This is not a verifier key of the kind that Lantern signs with.")
        return found

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True)
class Signer:
    """A log's key, from its 32 bytes."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note: the text, an empty line, the signature. The text ends with a line break."""
        signature = self.verifier.id + self._key.sign(text.encode())
        return f"{text}\n{DASH}{self.name} {base64.b64encode(signature).decode()}\n"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True)
class Checkpoint:
    """How large a log's tree was, and its root then."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def opened(note: str, verifier: Verifier) -> Checkpoint:
    """The checkpoint in a note. Raises Unreadable unless the verifier's key signed it."""
    text, gap, signatures = note.partition("\n\n")
    if not gap or not any(_is_signed(f"{text}\n", line, verifier) for line in signatures.splitlines()):
        raise Unreadable("The note does not carry a signature of this key.")
    lines = text.split("\n")
    if len(lines) < 3 or not lines[1].isascii() or not lines[1].isdecimal():
        raise Unreadable("The note is signed, and is no checkpoint.")
    return Checkpoint(lines[0], int(lines[1]), _decoded(lines[2]))


def _is_signed(text: str, line: str, verifier: Verifier) -> bool:
    name, _space, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or name != verifier.name:
        return False
    signature = _decoded(encoded)
    if signature[:4] != verifier.id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature[4:], text.encode())
    except InvalidSignature:
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Unreadable("The note holds something that is not base64.") from None
