"""The tree over the ledger and its proofs: RFC 6962, section 2.1; RFC 9162, section 2.1, for how proofs are checked.

A *node* is the hash of a whole subtree: of the 2^height leaves from number · 2^height on. Whatever stores nodes hands
them in as a function of height and number; every root and proof is made of O(log n) of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]
EMPTY = sha256(b"").digest()


def leaf(content: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + content).digest()


def parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows leaf by leaf and keeps only the whole subtrees at its end: memory is O(log n).

    `then(height, node)` is called for every whole subtree as it comes to be, leaves among them.
    """

    def __init__(self, size: int = 0, node: Node | None = None, then: Callable[[int, bytes], None] | None = None):
        self.size = size
        self.then = then
        self._peaks: list[bytes] = []
        if size:
            assert node is not None
            self._peaks = [node(height, (size >> height) - 1) for height in _bits(size)]

    def add(self, hashed: bytes) -> None:
        then, peaks, size, height = self.then, self._peaks, self.size, 0
        if then:
            then(0, hashed)
        while size & 1:
            hashed = sha256(b"\x01" + peaks.pop() + hashed).digest()
            size >>= 1
            height += 1
            if then:
                then(height, hashed)
        peaks.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        *rest, top = self._peaks
        for peak in reversed(rest):
            top = parent(peak, top)
        return top


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in order, as a stream."""
    tree = Frontier()
    for hashed in leaves:
        tree.add(hashed)
    return tree.root()


# Proofs are made


def root_of(size: int, node: Node) -> bytes:
    """The root of the first `size` leaves."""
    return _subtree(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]): the nodes beside the way from a leaf up to the root. Leaves count from 0."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return list(_path(index, 0, size, node))


def consistency(first: int, second: int, node: Node) -> list[bytes]:
    """PROOF(first, D[second]): the nodes that show the tree of `first` leaves to be the beginning of the other."""
    if not 0 < first <= second:
        raise ValueError(f"a tree of {first} is not the beginning of a tree of {second}")
    return list(_subproof(first, 0, second, node, is_known=True))


def _path(index: int, start: int, size: int, node: Node) -> Iterator[bytes]:
    if size == 1:
        return
    split = _split(size)
    if index < split:
        yield from _path(index, start, split, node)
        yield _subtree(start + split, size - split, node)
    else:
        yield from _path(index - split, start + split, size - split, node)
        yield _subtree(start, split, node)


def _subproof(first: int, start: int, size: int, node: Node, *, is_known: bool) -> Iterator[bytes]:
    if first == size:
        if not is_known:
            yield _subtree(start, size, node)
        return
    split = _split(size)
    if first <= split:
        yield from _subproof(first, start, split, node, is_known=is_known)
        yield _subtree(start + split, size - split, node)
    else:
        yield from _subproof(first - split, start + split, size - split, node, is_known=False)
        yield _subtree(start, split, node)


def _subtree(start: int, size: int, node: Node) -> bytes:
    """The hash over some leaves whose first stands where a subtree of that size may begin."""
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return node(height, start >> height)
    split = _split(size)
    return parent(_subtree(start, split, node), _subtree(start + split, size - split, node))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _bits(size: int) -> Iterator[int]:
    """The heights of the whole subtrees that a tree is made of, the largest first."""
    return (height for height in reversed(range(size.bit_length())) if size >> height & 1)


# Proofs are checked


def is_included(hashed: bytes, index: int, size: int, path: Sequence[bytes], top: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, hashed
    for beside in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = parent(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = parent(found, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and found == top


def is_consistent(first: int, second: int, before: bytes, after: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `second` leaves with root `after` continues that of `first`: RFC 9162, section 2.1.4.2."""
    if first == second:
        return before == after and not path
    if not 0 < first < second or not path:
        return False
    nodes = [before, *path] if first & (first - 1) == 0 else list(path)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for beside in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = parent(beside, old), parent(beside, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = parent(new, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and old == before and new == after
