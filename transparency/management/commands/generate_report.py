"""Recomputes the figures of a year: `manage.py generate_report --year 2025 --position 41873`.

Standard output has the figures, standard error says which stages of an edition they have been through.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lantern_site.audit import leaves, verification
from transparency import disclosure, figures, statements
from transparency.models import Edition
from transparency.statements import Statements


class Command(BaseCommand):
    help = (
        "Print the figures of a year as JSON, computed and protected: the same bytes as data.json of an edition frozen "
        "at the position. What members said of their own figures is taken from the ledger; where no edition was frozen "
        "there, what they stated is taken as it was recorded. Nothing is approved or published by it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--position", type=int, help="Count entries up to this position (default: the head).")

    def handle(self, *args: Any, **options: Any) -> None:
        head = verification.head_position()
        position = head if options["position"] is None else options["position"]
        if not 0 <= position <= head:
            raise CommandError(f"The ledger ends at position {head}; {position} is not one of its positions.")
        try:
            published = Edition.objects.published().filter(position__lt=position)
            earlier = [edition.document for edition in published.order_by("year", "number")]
            root = verification.root_at(position)
            stated = self._stated(options["year"], position)
            document = figures.computed(options["year"], position, root, earlier=earlier, stated=stated).document
        except (leaves.Fault, disclosure.Unprotectable) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(figures.canonical(document).decode(), ending="")

    def _stated(self, year: int, position: int) -> Statements | None:
        """What members said of the edition that was frozen there."""
        frozen = statements.frozen_at(year, position)
        stated = statements.of_edition(frozen.subject) if frozen else None
        if frozen is None:
            said = "No edition was frozen there: what members stated is taken as recorded, confirmed by nobody."
        elif stated is None:
            said = f"Edition {frozen.facts['number']} is frozen, and its members have yet to confirm their numbers."
        else:
            counts = " and ".join(f"{len(members)} reported {section}" for section, members in stated.said.items())
            said = f"Edition {frozen.facts['number']}: frozen, attested ({stated.asked} asked, {counts})."
        self.stderr.write(f"{said} These figures are computed and protected; this command approves nothing.")
        return stated
