"""Keyed digests: how a value is found again without being there.

`digest = HMAC-SHA-256(pepper, public_digest)`, wrapped once more per rotation, so that a rotation needs no value.
"""

import hmac
from hashlib import sha256

from django.conf import settings

_BUCKET_BYTES = 2


def digest(public_digest: bytes) -> bytes:
    """The keyed digest that the database stores: 32 bytes. Peppers wrap one another, oldest first."""
    wrapped = public_digest
    for pepper in reversed(settings.PEPPERS.values()):
        wrapped = hmac.digest(pepper, wrapped, sha256)
    return wrapped


def bucket(public_digest: bytes) -> int:
    """The first 16 bits of the public digest, for private look-up by bucket."""
    return int.from_bytes(public_digest[:_BUCKET_BYTES])
