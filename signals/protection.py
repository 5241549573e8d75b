"""What keeps values out of reach: keyed digests, encryption bound to a row.

`digest = HMAC-SHA-256(pepper, public_digest)`, wrapped once more per rotation, so that a rotation needs no value.
Values are encrypted with AES-256-GCM-SIV (RFC 8452); what a ciphertext belongs to is authenticated with it.
"""

import hmac
import os
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings

BUCKET_BITS = 16
_NONCE_BYTES = 12


def digest(public_digest: bytes) -> bytes:
    """The keyed digest that the database stores: 32 bytes. Peppers wrap one another, oldest first."""
    wrapped = public_digest
    for pepper in reversed(settings.PEPPERS.values()):
        wrapped = hmac.digest(pepper, wrapped, sha256)
    return wrapped


def bucket(public_digest: bytes) -> int:
    """The first bits of the public digest, for private look-up by bucket."""
    return int.from_bytes(public_digest[:2]) >> (16 - BUCKET_BITS)


def encrypt(value: str, *, bound_to: str) -> tuple[bytes, int]:
    """Ciphertext (nonce first) and the id of the newest key."""
    key_id = next(iter(settings.ENCRYPTION_KEYS))
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key_id).encrypt(nonce, value.encode(), bound_to.encode()), key_id


def decrypt(ciphertext: bytes | memoryview, key_id: int, *, bound_to: str) -> str:
    """The value. Raises cryptography.exceptions.InvalidTag when the ciphertext was moved or altered."""
    raw = bytes(ciphertext)
    return _cipher(key_id).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode()).decode()


def key_check(peppers: Iterable[bytes]) -> bytes:
    """A value that shows whether a database belongs to the present secrets, and tells nothing about them."""
    wrapped = sha256(b"lantern/key-check").digest()
    for pepper in peppers:
        wrapped = hmac.digest(pepper, wrapped, sha256)
    return wrapped


@lru_cache(maxsize=16)
def _cipher(key_id: int) -> AESGCMSIV:
    return AESGCMSIV(settings.ENCRYPTION_KEYS[key_id])
