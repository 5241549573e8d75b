"""Reads the index anew, here and everywhere: `manage.py rebuild_index`."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lantern_site import clock
from lantern_site.errors import WrongState
from signals.indexing.ledger import AT_ONCE
from signals.services import index


class Command(BaseCommand):
    help = "Read all active values anew, write the snapshots of this machine, and have every process do the same."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        parts = 0

        def tick() -> None:
            nonlocal parts
            parts += 1
            if parts % 20 == 0:
                self.stdout.write(f"  up to {parts * AT_ONCE:,} values after {time.perf_counter() - started:.0f} s")

        try:
            built = index.rebuild(now=clock.now(), tick=tick)
        except WrongState as refusal:
            raise CommandError(str(refusal)) from refusal
        for kind, count in built.counts().items():
            self.stdout.write(f"{kind:<10} {count:,}")
        self.stdout.write(f"position   {built.position:,}")
        self.stdout.write(f"seconds    {time.perf_counter() - started:.1f}")
