"""Wraps every digest under the newest pepper: `manage.py rotate_peppers`."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from lantern_site import rotation
from lantern_site.management.rotating import Rotating, unfinished
from lantern_site.rotation import Kept, Progress
from signals import protection


class Command(Rotating):
    help = "Wrap every digest under the pepper that stands first in LANTERN_PEPPERS, while everything runs."

    def rotate(self, batch: int, now: datetime) -> Iterator[Progress]:
        return rotation.wrap_digests(batch=batch, now=now)

    def kept(self) -> list[Kept]:
        return [rotation.DIGESTS]

    def conclusion(self, counted: Mapping[str, Mapping[int, int]]) -> str:
        newest = protection.newest()
        if waiting := unfinished(counted, newest):
            return f"{waiting:,} digests do not lie under {newest}. Run this again; keep every pepper."
        return (
            f"Every digest lies under {newest}, and nobody who has only an older pepper finds one. Keep every pepper: "
            "they wrap one another."
        )
