"""Encryption at rest: AES-256-GCM-SIV (RFC 8452) under versioned keys from the environment.

What a ciphertext belongs to is authenticated with it (`bound_to`), so that it cannot be moved to another row.
"""

import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings

_NONCE_BYTES = 12


def newest() -> int:
    """The number of the key that values are encrypted under: the first one in the settings."""
    return int(next(iter(settings.ENCRYPTION_KEYS)))


def encrypt(value: str, *, bound_to: str) -> tuple[bytes, int]:
    """Ciphertext (nonce first) and the number of the newest key."""
    key_id = newest()
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.ENCRYPTION_KEYS[key_id]).encrypt(nonce, value.encode(), bound_to.encode()), key_id


def decrypt(ciphertext: bytes | memoryview, key_id: int, *, bound_to: str) -> str:
    """The value. Raises cryptography.exceptions.InvalidTag when the ciphertext was moved or altered."""
    raw = bytes(ciphertext)
    return (
        _cipher(settings.ENCRYPTION_KEYS[key_id])
        .decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode())
        .decode()
    )


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCMSIV:
    return AESGCMSIV(key)
