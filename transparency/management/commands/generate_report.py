"""Recomputes the figures of a year: `manage.py generate_report --year 2025 --position 41873`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lantern_site.audit import leaves, verification
from transparency import disclosure, figures
from transparency.models import Edition


class Command(BaseCommand):
    help = "Print the figures of a year as JSON: the same bytes as data.json of an edition frozen at the position."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--position", type=int, help="Count entries up to this position (default: the head).")

    def handle(self, *args: Any, **options: Any) -> None:
        head = verification.head_position()
        position = head if options["position"] is None else options["position"]
        if not 0 <= position <= head:
            raise CommandError(f"The ledger ends at position {head}; {position} is not one of its positions.")
        try:
            published = Edition.objects.published().of_year(options["year"]).filter(position__lt=position)
            earlier = [edition.document for edition in published.order_by("number")]
            root = verification.root_at(position)
            document = figures.computed(options["year"], position, root, earlier=earlier).document
        except (leaves.Fault, disclosure.Unprotectable) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(figures.canonical(document).decode(), ending="")
