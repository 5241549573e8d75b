"""Two hubs in one server: each a database, with a connection of its own that can be made the current one."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from time import perf_counter

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext, setup_test_environment
from psycopg import sql

from lantern_site.local import database
from tests import builders
from tests.load.pages import filling, visits
from tests.load.pages.filling import Sizes
from tests.load.pages.visits import Page

ALIAS = "default"


@dataclass
class Hub:
    """A filled hub. Its pages are opened while it is the current one."""

    sizes: Sizes
    connection: BaseDatabaseWrapper
    pages: list[Page]

    @contextmanager
    def current(self) -> Iterator[None]:
        before = connections[ALIAS]
        connections[ALIAS] = self.connection
        try:
            yield
        finally:
            connections[ALIAS] = before

    def queries(self, place: int, dice: Random) -> int:
        with self.current():
            return self.pages[place].queries(dice)

    def slowest(self, place: int, dice: Random) -> str:
        """The query of the page that took longest, for whoever wants to know why."""
        with self.current(), CaptureQueriesContext(self.connection) as captured:
            self.pages[place].open(dice)
        query = max(captured.captured_queries, key=lambda query: float(query["time"]))
        return f"    {query['time']} s: {query['sql']}"


@contextmanager
def standing(small: Sizes, full: Sizes) -> Iterator[tuple[Hub, Hub]]:
    """Both hubs, filled. They go with the server, when the process ends."""
    setup_test_environment()
    template = _template()
    yield _hub("small", template, small), _hub("full", template, full)


def _template() -> str:
    name = "pages_template"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connections[ALIAS].settings_dict["NAME"] = name
    database.migrate()
    return name


def _hub(name: str, template: str, sizes: Sizes) -> Hub:
    began = perf_counter()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    own = connections[ALIAS].copy()
    own.settings_dict = {**own.settings_dict, "NAME": name}
    hub = Hub(sizes, own, [])
    with hub.current():
        cast = visits.assemble()
        filling.fill(sizes, cast, builders.NOW)
        hub.pages += visits.pages(cast, sizes)
    seconds = perf_counter() - began
    print(f"  {sizes.signals:,} signals, {sizes.entries:,} entries: {seconds:.0f} s", file=sys.stderr, flush=True)
    return hub
