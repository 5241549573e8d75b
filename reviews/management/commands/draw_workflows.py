"""Print the README's diagrams, drawn from the tables."""

from typing import Any

from django.core.management.base import BaseCommand

from reviews import diagrams


class Command(BaseCommand):
    help = "Print the workflow diagrams of the README as Mermaid, drawn from the tables in the code."

    def handle(self, *args: Any, **options: Any) -> None:
        for diagram in (diagrams.life_of_a_signal(), diagrams.life_of_a_dispute()):
            self.stdout.write(f"```mermaid\n{diagram}\n```\n")
