"""The tree over the ledger: RFC 6962, section 2.1."""

from collections.abc import Iterable
from hashlib import sha256


def leaf(content: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + content).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in order, as a stream: memory grows with the logarithm of their number."""
    peaks: list[tuple[int, bytes]] = []
    for hashed in leaves:
        node, size = hashed, 1
        while peaks and peaks[-1][0] == size:
            node = _parent(peaks.pop()[1], node)
            size *= 2
        peaks.append((size, node))
    if not peaks:
        return sha256(b"").digest()
    _, top = peaks.pop()
    while peaks:
        top = _parent(peaks.pop()[1], top)
    return top


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
