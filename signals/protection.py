"""Keyed digests: how a value is found again without being there.

`digest = HMAC-SHA-256(pepper, public_digest)`. Peppers wrap one another in the order of their numbers, so that a
rotation wraps what is there once more and needs no value; no pepper is ever given up. Each digest is kept with the
number of its outermost pepper. The pepper that stands first in the settings is the one that digests are made under;
what lies under another one is found, too, for as long as a rotation takes.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from django.conf import settings

_BUCKET_BYTES = 2


def newest() -> int:
    """The number of the pepper that digests are made under."""
    return int(next(iter(settings.PEPPERS)))


def outermost() -> int:
    """The highest number among the peppers that are known here: no digest in the database lies under a higher one."""
    return max(settings.PEPPERS)


def digest(public_digest: bytes, under: int | None = None) -> bytes:
    """The keyed digest that the database stores, 32 bytes: under the newest pepper, or under an older one."""
    return wrapped(public_digest, under=newest() if under is None else under)


def digests(public_digest: bytes, oldest: int = 0) -> Mapping[int, bytes]:
    """Every digest under which the value may stand in the database, by the number of its outermost pepper.

    `oldest` is the lowest number that is there; with 0 all are tried.
    """
    found, made = public_digest, {}
    for number in sorted(settings.PEPPERS):
        found = hmac.digest(settings.PEPPERS[number], found, sha256)
        if number >= oldest:
            made[number] = found
    return made


def wrapped(kept: bytes, *, above: int = 0, under: int) -> bytes:
    """A digest whose outermost pepper is `above`, wrapped further up to `under`."""
    for number in sorted(settings.PEPPERS):
        if above < number <= under:
            kept = hmac.digest(settings.PEPPERS[number], kept, sha256)
    return kept


def bucket(public_digest: bytes) -> int:
    """The first 16 bits of the public digest, for private look-up by bucket."""
    return int.from_bytes(public_digest[:_BUCKET_BYTES])
