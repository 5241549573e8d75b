"""Reading the whole ledger to prove that nothing is missing from it and nothing in it was changed.

Memory does not grow with the ledger: entries, payloads and checkpoints are read as streams in the order of positions,
side by side, and the tiles of the tree a stretch at a time.
"""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lantern_site.audit import leaves, notes, tree
from lantern_site.audit.leaves import AT_ONCE, Fault, Row
from lantern_site.audit.merkle import Frontier
from lantern_site.audit.models import Checkpoint, Entry, Head, Payload, Tile

STRETCH = tree.WIDTH**2
ENDLESS = 2**63


@dataclass(frozen=True)
class Checked:
    """What was verified: every entry up to `position`, under this root, and what had been said about them before."""

    position: int
    root: bytes
    in_tree: int = 0
    """How many of the entries stand in the stored tree."""
    checkpoints: int = 0


def head_position() -> int:
    """The position of the newest entry."""
    return Head.objects.get().position


@transaction.atomic  # a cursor on the server outside a transaction would copy the whole ledger first
def verify() -> Checked:
    """Check positions, payloads, the stored tree and every checkpoint against the entries; compute the root.

    The root is that of RFC 6962 over all leaves. Raises leaves.Fault on the first thing that is wrong. A payload that
    is gone is no fault: free text is erased after its time, and its commitment stays.
    """
    spoken = Checkpoint.objects.aggregate(newest=Max("position"))["newest"] or 0
    in_tree, head = tree.size(), head_position()  # in this order: while we look, each may grow up to the next
    newest = Entry.objects.aggregate(newest=Max("position"))["newest"] or 0
    if newest > head:
        raise Fault(_("Entry %(newest)s lies beyond the head, %(head)s.") % {"newest": newest, "head": head})
    if in_tree > head:
        raise Fault(_("The tree holds %(size)s entries, the ledger %(head)s.") % {"size": in_tree, "head": head})
    if spoken > head:
        raise Fault(
            _("A checkpoint speaks of position %(position)s; the ledger ends at %(head)s.")
            % {"position": spoken, "head": head}
        )
    tiles = tree.Tiles()
    grown = Frontier(then=tiles)
    with ExitStack() as streams:
        rows = streams.enter_context(closing(leaves.rows(0, head)))
        payloads = _Payloads(streams.enter_context(closing(_payloads(head))))
        signed = _Signed(streams.enter_context(closing(_checkpoints(spoken))))
        while grown.size < head:
            if grown.size == in_tree:
                grown.then = None
            stretch = (grown.size // STRETCH + 1) * STRETCH
            stop = min(stretch, signed.position, head, in_tree if grown.size < in_tree else head)
            _add(grown, islice(rows, stop - grown.size), payloads)
            if stop in (stretch, in_tree):
                _compare(tiles)
            if stop == signed.position:
                signed.check(grown.root())
        for _row in rows:  # says so when one is missing at the end
            pass
    return Checked(head, grown.root(), in_tree, signed.count)


@transaction.atomic
def root_at(position: int) -> bytes:
    """The root over the entries up to a position, computed anew. Raises leaves.Fault when one is missing."""
    grown = Frontier()
    for hashed in leaves.between(0, position):
        grown.add(hashed)
    return grown.root()


def _add(grown: Frontier, rows: Iterator[Row], payloads: "_Payloads") -> None:
    for row in rows:
        if payloads.position <= row[0]:
            payloads.check(row)
        grown.add(leaves.of(row))


def _compare(tiles: tree.Tiles) -> None:
    """Whether the stored tree holds the nodes that have come to be since the last time."""
    taken = list(tiles.taken())
    wanted = {level: [number for of, number, _offset, _nodes in taken if of == level] for level, *_rest in taken}
    stored = {
        (level, tile.number): bytes(tile.nodes)
        for level, numbers in wanted.items()
        for tile in Tile.objects.filter(level=level, number__range=(min(numbers), max(numbers)))
    }
    for level, number, offset, nodes in taken:
        start = offset * tree.HASH
        if stored.get((level, number), b"")[start : start + len(nodes)] != nodes:
            raise Fault(
                _("The tree does not follow from the entries: tile %(number)s of level %(level)s differs.")
                % {"number": number, "level": level}
            )


class _Payloads:
    """The payloads beside the entries; `position` is that of the next one."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._advance()

    def check(self, row: Row) -> None:
        position, commitment = row[0], row[-1]
        if self.position < position:
            raise Fault(_("There is a payload for position %(position)s but no entry.") % {"position": self.position})
        if commitment is None:
            raise Fault(
                _("The entry at position %(position)s has a payload but commits to none.") % {"position": position}
            )
        if sha256(self._content).digest() != bytes.fromhex(commitment):
            raise Fault(
                _("The payload at position %(position)s does not match its commitment.") % {"position": position}
            )
        self._advance()

    def _advance(self) -> None:
        self.position, salt, body = next(self._rows, (ENDLESS, b"", b""))
        self._content = bytes(salt) + bytes(body)


class _Signed:
    """The checkpoints beside the entries; `position` is that of the next one."""

    def __init__(self, checkpoints: Iterator[Checkpoint]) -> None:
        self._checkpoints = checkpoints
        self.count = -1
        self._advance()

    def check(self, root: bytes) -> None:
        assert self._next is not None
        try:
            says = notes.opened(self._next.note, notes.Verifier.parse(self._next.verifier))
        except notes.Unreadable:
            raise Fault(_("The signature of checkpoint %(position)s is wrong.") % {"position": self.position}) from None
        if says.size != self.position or says.root != root or bytes(self._next.root) != root:
            raise Fault(
                _("Checkpoint %(position)s was signed for another root than the entries have now.")
                % {"position": self.position}
            )
        self._advance()

    def _advance(self) -> None:
        self._next = next(self._checkpoints, None)
        self.position = self._next.position if self._next else ENDLESS
        self.count += 1


def _payloads(position: int) -> Generator[Row, None, None]:
    rows = Payload.objects.filter(position__lte=position).order_by("position")
    yield from rows.values_list("position", "salt", "body").iterator(AT_ONCE)


def _checkpoints(position: int) -> Generator[Checkpoint, None, None]:
    yield from Checkpoint.objects.filter(position__lte=position).order_by("position").iterator(AT_ONCE)
