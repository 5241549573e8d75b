"""Encrypts anew whatever lies under another key than the newest: `manage.py rotate_encryption_keys`."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from lantern_site import encryption, rotation
from lantern_site.management.rotating import Rotating, unfinished
from lantern_site.rotation import Kept, Progress


class Command(Rotating):
    help = "Encrypt everything under the key that stands first in LANTERN_ENCRYPTION_KEYS, while everything runs."

    def rotate(self, batch: int, now: datetime) -> Iterator[Progress]:
        return rotation.renew_keys(batch=batch, now=now)

    def kept(self) -> list[Kept]:
        return list(rotation.ENCRYPTED.values())

    def conclusion(self, counted: Mapping[str, Mapping[int, int]]) -> str:
        newest = encryption.newest()
        if waiting := unfinished(counted, newest):
            return f"{waiting:,} rows are still to be encrypted under {newest}. Run this again; keep every key."
        spare = ", ".join(str(number) for number in rotation.dispensable(list(counted.values())))
        if not spare:
            return f"Everything lies under {newest}, the only key there is."
        return (
            f"Everything lies under {newest}. Take out of LANTERN_ENCRYPTION_KEYS what only old backups need: {spare}."
        )
