"""Reads the whole ledger and says whether it is whole: `manage.py verify_ledger`."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lantern_site.audit import verification


class Command(BaseCommand):
    help = "Check every entry of the ledger and print its position, root and the seconds this took."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            checked = verification.verify()
        except verification.Fault as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"position {checked.position}")
        self.stdout.write(f"root     {checked.root.hex()}")
        self.stdout.write(f"seconds  {time.perf_counter() - started:.2f}")
