"""Fill an empty database with the demo world."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from lantern_site import clock
from lantern_site.demo import cast, story
from lantern_site.members.models import Organisation


class Command(BaseCommand):
    help = "Two years of a fictional programme: members, signals, disputes, jobs, findings, a report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are members already")

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        if Organisation.objects.exists():
            if not if_empty:
                raise CommandError("The database is not empty. The demo world is only written into an empty one.")
        else:
            with transaction.atomic():  # all of it or nothing: half a world would be kept for ever
                story.tell(clock.now())
        for line in cast.accounts():
            self.stdout.write(line)
