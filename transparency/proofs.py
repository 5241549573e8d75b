"""What proves that the ledger is one list that only grows: proofs against checkpoints, as others read them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lantern_site.audit import merkle, tree
from lantern_site.audit.models import Checkpoint, Entry
from lantern_site.errors import Invalid, WrongState


@dataclass(frozen=True)
class Inclusion:
    """That an entry stands in the ledger. `content` is what its leaf hashes, where the reader may know all of it."""

    position: int
    leaf: bytes
    content: str
    size: int
    root: bytes
    path: list[bytes]
    checkpoint: Checkpoint | None

    def as_data(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "content": self.content or None,
            "leaf": self.leaf.hex(),
            "tree_size": self.size,
            "root": self.root.hex(),
            "path": [node.hex() for node in self.path],
            "checkpoint": self.checkpoint.note if self.checkpoint else None,
            "verifier": self.checkpoint.verifier if self.checkpoint else None,
        }


def inclusion(entry: Entry, *, with_content: bool) -> Inclusion:
    """The proof for an entry, in the tree of the newest checkpoint or, while that is older, in the tree as it is.

    Raises WrongState while the tree has not reached the entry.
    """
    checkpoint = Checkpoint.objects.newest()
    if checkpoint is not None and checkpoint.position < entry.position:
        checkpoint = None
    size = checkpoint.position if checkpoint else tree.size()
    if size < entry.position:
        raise WrongState(_("The entry has not been added to the tree yet. That happens every minute."))
    content = entry.leaf_input()
    return Inclusion(
        entry.position,
        merkle.leaf(content),
        content.decode() if with_content else "",
        size,
        tree.root_at(size),
        tree.inclusion(entry.position, size),
        checkpoint,
    )


def consistency(first: int, second: int) -> dict[str, Any]:
    """The proof that the ledger up to `second` continues the one up to `first`. Raises Invalid, WrongState."""
    try:
        path = tree.consistency(first, second)
        roots = tree.root_at(first), tree.root_at(second)
    except ValueError:
        raise Invalid(_("Ask for two positions, the earlier one first; positions count from 1."), "first") from None
    except tree.Unready:
        raise WrongState(_("The tree has not grown that far. Ask for a position that a checkpoint names.")) from None
    return {
        "first": first,
        "second": second,
        "first_root": roots[0].hex(),
        "second_root": roots[1].hex(),
        "path": [node.hex() for node in path],
    }
