"""Reads the whole ledger and says whether it is whole: `manage.py verify_ledger`."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lantern_site.audit import leaves, verification
from reviews import replay


class Command(BaseCommand):
    help = (
        "Check every entry of the ledger, the tree over them, every checkpoint, and that the tables hold what the "
        "ledger leads to. Run it while nothing is written."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            checked = verification.verify()
        except leaves.Fault as fault:
            raise CommandError(str(fault)) from fault
        if differences := [*replay.compare(), *replay.unfounded()]:
            raise CommandError("\n".join(differences))
        self.stdout.write(f"position    {checked.position}")
        self.stdout.write(f"root        {checked.root.hex()}")
        self.stdout.write(f"in tree     {checked.in_tree}")
        self.stdout.write(f"checkpoints {checked.checkpoints}")
        self.stdout.write("tables      as the ledger says")
        self.stdout.write(f"seconds     {time.perf_counter() - started:.2f}")
