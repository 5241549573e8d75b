"""What the two commands that rotate have in common: their options, their progress, and what they say at the end."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lantern_site import clock
from lantern_site.rotation import Kept, Progress, needed

BATCH = 500


class Rotating(BaseCommand):
    """May be interrupted at any time, and started again."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help=f"rows in each transaction ({BATCH})")
        parser.add_argument("--dry-run", action="store_true", help="say how many rows lie under which number")

    def handle(self, *args: Any, batch: int, dry_run: bool, **options: Any) -> None:
        if batch < 1:
            raise CommandError("Give a batch of 1 row or more.")
        if not dry_run:
            for progress in self.rotate(batch, clock.now()):
                self.stderr.write(f"{progress.name}: {progress.done:,} of {progress.total:,}")
        counted = {kept.name: needed(kept) for kept in self.kept()}
        for name, numbers in counted.items():
            rows = ", ".join(f"{rows:,} under {number}" for number, rows in numbers.items())
            self.stdout.write(f"{name}: {rows or 'none'}")
        self.stdout.write(self.conclusion(counted))

    def rotate(self, batch: int, now: datetime) -> Iterator[Progress]:
        raise NotImplementedError

    def kept(self) -> list[Kept]:
        raise NotImplementedError

    def conclusion(self, counted: Mapping[str, Mapping[int, int]]) -> str:
        raise NotImplementedError


def unfinished(counted: Mapping[str, Mapping[int, int]], newest: int) -> int:
    """How many rows do not lie under the newest number."""
    return sum(rows for numbers in counted.values() for number, rows in numbers.items() if number != newest)
