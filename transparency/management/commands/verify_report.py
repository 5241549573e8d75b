"""Checks a downloaded report with nothing but the download: `manage.py verify_report all.zip`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lantern_site.audit import notes
from transparency import checking


class Command(BaseCommand):
    help = (
        "Check the files of a published report against their list, add up every table again, and follow the ledger to "
        "its signed checkpoint. Needs no database (LANTERN_BUILD=1 does without any setting)."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the archive, or a lone data.json")
        parser.add_argument("--key", help="the verifier key that you know (default: the one in the file)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = notes.Verifier.parse(options["key"]) if options["key"] else None
            found = checking.check(checking.opened(options["file"]), key)
        except (checking.Wrong, notes.Unreadable, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"{found.files} files agree with their list")
        for sums in found.sums:
            hidden = f", {sums.hidden} hold a hidden cell" if sums.hidden else ""
            self.stdout.write(f"{sums.table}: {sums.right} sums are right{hidden}")
        if signed := found.checkpoint:
            self.stdout.write(f"counted from the ledger that {signed.origin} signed at {signed.size}")
        else:
            self.stdout.write("no checkpoint in the download")
