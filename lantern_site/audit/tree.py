"""The ledger's tree as rows: it grows behind the ledger, and every proof reads a few tiles of it."""

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lantern_site.audit import leaves, merkle
from lantern_site.audit.leaves import Fault
from lantern_site.audit.merkle import Frontier
from lantern_site.audit.models import Tile

HEIGHT = 8
WIDTH = 2**HEIGHT
HASH = 32
LOCK = 20112
"""Of the database: who holds it lets the tree grow."""


class Unready(Exception):
    """The tree has not grown so far yet."""


class Stored:
    """The nodes of the stored tree; each tile is read once. A merkle.Node."""

    def __init__(self) -> None:
        self._read: dict[tuple[int, int], bytes] = {}

    def __call__(self, height: int, number: int) -> bytes:
        level, above = divmod(height, HEIGHT)
        first = number << above
        nodes = self._tile(level, first >> HEIGHT)
        start = first % WIDTH
        if len(nodes) < (start + (1 << above)) * HASH:
            raise Unready(f"The tree ends before node {number} of height {height}.")
        tree = Frontier()
        for place in range(start, start + (1 << above)):
            tree.add(nodes[place * HASH : (place + 1) * HASH])
        return tree.root()

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._read:
            found = Tile.objects.filter(level=level, number=number).values_list("nodes", flat=True).first()
            self._read[level, number] = bytes(found or b"")
        return self._read[level, number]


class Tiles:
    """Collects the nodes that tiles are made of while a tree grows from `size` leaves on."""

    def __init__(self, size: int = 0) -> None:
        self._begins = size
        self._counts: dict[int, int] = {}
        self._grown: dict[tuple[int, int], tuple[int, bytearray]] = {}

    def __call__(self, height: int, node: bytes) -> None:
        if height % HEIGHT:
            return
        count = self._counts.get(height)
        if count is None:
            count = self._begins >> height
        self._counts[height] = count + 1
        place = height // HEIGHT, count >> HEIGHT
        if place not in self._grown:
            self._grown[place] = count % WIDTH, bytearray()
        self._grown[place][1].extend(node)

    def taken(self) -> Iterator[tuple[int, int, int, bytes]]:
        """What has grown since the last time: level, number of the tile, where in it, and the nodes from there on."""
        grown, self._grown = self._grown, {}
        return ((*place, offset, bytes(nodes)) for place, (offset, nodes) in grown.items())


def size() -> int:
    """How many entries the stored tree holds."""
    last = Tile.objects.filter(level=0).order_by("-number").first()
    return last.number * WIDTH + len(last.nodes) // HASH if last else 0


def grow(upto: int) -> int:
    """Add the entries up to a position that are still missing, and return the tree's size.

    Takes O(log n) beside reading them. Two that run at once wait for each other. Raises leaves.Fault when an entry is
    missing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        begins = size()
        if begins >= upto:
            return begins
        tiles = Tiles(begins)
        tree = Frontier(begins, Stored(), then=tiles)
        for hashed in leaves.between(begins, upto):
            tree.add(hashed)
            if tree.size % (WIDTH * WIDTH) == 0:
                _store(tiles)
        _store(tiles)
        return tree.size


def root_at(position: int) -> bytes:
    """The root over the entries up to a position, from the stored tree. Raises Unready."""
    return merkle.root_of(position, Stored())


def inclusion(position: int, size: int) -> list[bytes]:
    """The proof that the entry at a position is in the tree of `size` entries. Raises ValueError, Unready."""
    return merkle.inclusion(position - 1, size, Stored())


def consistency(first: int, second: int) -> list[bytes]:
    """The proof that the ledger up to `second` continues the one up to `first`. Raises ValueError, Unready."""
    return merkle.consistency(first, second, Stored())


def _store(tiles: Tiles) -> None:
    new = []
    for level, number, offset, nodes in tiles.taken():
        if offset:
            _extend(level, number, offset, nodes)
        else:
            new.append(Tile(level=level, number=number, nodes=nodes))
    Tile.objects.bulk_create(new, batch_size=WIDTH)


def _extend(level: int, number: int, offset: int, nodes: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_tile SET nodes = nodes || %s WHERE level = %s AND number = %s AND length(nodes) = %s",
            [nodes, level, number, offset * HASH],
        )
        if not cursor.rowcount:
            raise Fault(
                _("The tree ends within tile %(number)s of level %(level)s.") % {"number": number, "level": level}
            )
