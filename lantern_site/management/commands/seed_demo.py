"""Fill an empty database with the demo world."""

import gc
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from lantern_site import clock
from lantern_site.audit.access import as_owner
from lantern_site.demo import cast, story
from lantern_site.members.models import Organisation
from lantern_site.work.models import Heartbeat

UNFINISHED = "demo world, unfinished"


class Command(BaseCommand):
    help = "Two years of a fictional programme: members, signals, disputes, jobs, findings, a report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are members already")

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        if Heartbeat.objects.filter(name=UNFINISHED).exists():
            raise CommandError("The demo world was interrupted while it was written. Run make clean and begin again.")
        if not Organisation.objects.exists():
            self.write()
        elif not if_empty:
            raise CommandError("The database is not empty. The demo world is only written into an empty one.")
        for line in cast.accounts():
            self.stdout.write(line)

    def write(self) -> None:
        """A mark tells an interrupted world from a whole one."""
        _hurry()
        with as_owner():
            Heartbeat.objects.create(name=UNFINISHED, at=clock.now())
            story.tell(clock.now())
            Heartbeat.objects.filter(name=UNFINISHED).delete()


def _hurry() -> None:
    """Two years in half a minute: the same few hundred statements over and over are planned once."""
    gc.freeze()  # what was loaded by now stays: the collector does not walk through it again and again
    connection.ensure_connection()
    connection.connection.cursor_factory = psycopg.Cursor
    connection.connection.prepare_threshold = 2
    connection.connection.prepared_max = 1000
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")
        cursor.execute("SET synchronous_commit = off")  # what a crash would lose is written again
