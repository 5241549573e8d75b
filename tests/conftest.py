"""The database of a test run: migrated once into a template, copied for each process, used as `lantern_app`.

Fixtures about anything else belong in the conftest.py beside the tests that use them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from psycopg import sql
from pytest_django import DjangoDbBlocker

from lantern_site.local import database

# Tables whose rows come from migrations. They keep them when a test that commits has ended.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Run after the tables were emptied, as the owner: rows without which nothing works.
RESTORED = ["INSERT INTO audit_head (id, position) VALUES (1, 0)"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's: that one would migrate as `lantern_app`, and in every process."""
    run, worker = os.environ["LANTERN_TEST_RUN"], os.environ.get("PYTEST_XDIST_WORKER", "alone")
    template, own = os.environ["LANTERN_TEST_TEMPLATE"], f"test_{run}_{worker}"
    with django_db_blocker.unblock():
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute("SELECT pg_advisory_lock(20111)")  # the first process migrates, the others wait for it
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{template}_unready")))
                connection.settings_dict["NAME"] = f"{template}_unready"
                database.migrate()
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                server.execute(rename.format(sql.Identifier(f"{template}_unready"), sql.Identifier(template)))
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(create.format(sql.Identifier(own), sql.Identifier(template)))
        connection.settings_dict["NAME"] = own
        yield
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def emptying_as_owner() -> Iterator[None]:
    """Let Django's clean-up after a test that commits go through `empty_tables`: the application may not truncate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


def empty_tables() -> None:
    """Truncate every table that has rows, and put back what must be there."""
    with as_owner() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - KEPT
        found = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
        cursor.execute(found)
        if filled := [f'"{name}"' for (name,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE")
            for statement in RESTORED:
                cursor.execute(statement)


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor with the rights of the schema's owner, and with the ledger's triggers out of the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE; SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = DEFAULT; RESET ROLE")


_ids = count(1)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page that a test has seen in French leaves no French behind."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def plain_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public ids that no rule draws for a sample (see reviews.approvals): 150, 250, 350 …"""
    monkeypatch.setattr("lantern_site.public_ids.secrets.randbits", lambda bits: 100 * next(_ids) + 50)
