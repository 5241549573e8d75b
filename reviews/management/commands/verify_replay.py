"""Says whether the tables hold what the ledger leads to: `manage.py verify_replay`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews import replay


class Command(BaseCommand):
    help = "Replay the ledger, compare it with the tables, and print every difference."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = [*replay.compare(), *replay.unfounded()]
        if differences:
            raise CommandError("\n".join(differences))
        self.stdout.write("OK")
