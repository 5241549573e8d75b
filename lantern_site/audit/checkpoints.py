"""Publishing checkpoints: signed statements of how long the ledger is and what its root is.

Only the clock's job signs, and only the process that runs it needs the key. What was published last stands also in a
file beside the key, outside the database: a database that was put back to an older state, or that tells another story,
gets no signature any more.
"""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lantern_site.audit import notes, tree
from lantern_site.audit.leaves import Fault
from lantern_site.audit.models import Checkpoint, Head


def origin() -> str:
    """The name of this log: its host and port, as C2SP asks for, without a scheme."""
    return f"{urlsplit(settings.SITE_URL).netloc}/ledger"


def sign(*, now: datetime) -> Checkpoint | None:
    """Let the tree grow to the head of the ledger, and publish a checkpoint there. None when there is nothing new.

    Without a key the tree grows all the same, so that proofs can be given. Raises leaves.Fault, and signs nothing, when
    the ledger does not continue what was published.
    """
    head = Head.objects.get().position
    size = tree.grow(head)
    if not settings.CHECKPOINT_KEY or not size:
        return None
    _refuse_another_story(size)
    signer = notes.Signer(origin(), settings.CHECKPOINT_KEY)
    newest = Checkpoint.objects.newest()
    if newest is not None and newest.position >= size:
        return None
    root = tree.root_at(size)
    note = signer.sign(notes.Checkpoint(signer.name, size, root).text())
    with transaction.atomic():
        signed, is_new = Checkpoint.objects.get_or_create(
            position=size,
            defaults={"root": root, "signed_at": now, "verifier": str(signer.verifier), "note": note},
        )
        if is_new:  # the file first: what the world may have seen is never missing from it
            _keep(settings.CHECKPOINT_FILE, f"{signer.verifier}\n{note}")
    return signed if is_new else None


def _refuse_another_story(size: int) -> None:
    """Compare the tree with the newest checkpoint in the database, and with the one that the file keeps."""
    newest = Checkpoint.objects.newest()
    known = [_kept(settings.CHECKPOINT_FILE)]
    if newest is not None:
        known.append(notes.Checkpoint("", newest.position, bytes(newest.root)))
    for published in filter(None, known):
        if published.size > size:
            raise Fault(
                _("The ledger ends at %(size)s, behind the checkpoint that was published at %(position)s.")
                % {"size": size, "position": published.size}
            )
        if tree.root_at(published.size) != published.root:
            raise Fault(
                _("The ledger up to %(position)s is not the one for which a checkpoint was published.")
                % {"position": published.size}
            )


def _kept(file: Path) -> notes.Checkpoint | None:
    """What was published last, as the file says; the key that signed it may have been another one."""
    if not file.exists():
        return None
    verifier, _line, note = file.read_text(encoding="utf-8").partition("\n")
    try:
        return notes.opened(note, notes.Verifier.parse(verifier))
    except notes.Unreadable as reason:
        raise Fault(_("%(file)s cannot be read: %(reason)s") % {"file": file.name, "reason": reason}) from None


def _keep(file: Path, content: str) -> None:
    partial = file.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
