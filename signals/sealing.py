"""Values that live in a row of their own for a while, encrypted as one blob: the key's number, then the ciphertext."""

from lantern_site import encryption

_KEY_BYTES = 2


def seal(value: str, *, bound_to: str) -> bytes:
    """The value under the newest key. `bound_to` names the row: a blob that was moved cannot be opened."""
    ciphertext, key_id = encryption.encrypt(value, bound_to=bound_to)
    return key_id.to_bytes(_KEY_BYTES) + ciphertext


def unseal(blob: bytes | memoryview, *, bound_to: str) -> str:
    """The value again. Raises cryptography.exceptions.InvalidTag when the blob was moved or altered."""
    raw = bytes(blob)
    return encryption.decrypt(raw[_KEY_BYTES:], int.from_bytes(raw[:_KEY_BYTES]), bound_to=bound_to)


def resealed(blob: bytes | memoryview, *, bound_to: str) -> bytes:
    """The same value under the newest key."""
    return seal(unseal(blob, bound_to=bound_to), bound_to=bound_to)
