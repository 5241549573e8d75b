"""What the ledger says the tables must hold."""

from collections.abc import Collection
from typing import Any

from lantern_site.audit.models import Entry


def latest(subject_kind: str, keys: Collection[str], *, position: int | None = None) -> dict[int, dict[str, Any]]:
    """For each subject of a kind, the newest value of each fact in `keys`, up to a position."""
    entries = Entry.objects.filter(subject_kind=subject_kind).order_by("position")
    if position is not None:
        entries = entries.up_to(position)
    state: dict[int, dict[str, Any]] = {}
    for subject, facts in entries.values_list("subject", "facts").iterator(chunk_size=5_000):
        known = {key: facts[key] for key in keys if key in facts}
        state.setdefault(subject, {}).update(known)
    return state
