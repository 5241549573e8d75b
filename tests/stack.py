"""Loaded before the settings (`-p tests.stack`): gives the run a real PostgreSQL and a real Valkey.

Set DATABASE_URL (a superuser's) and REDIS_URL to bring your own. Processes of `pytest -n` share the servers; each has
a database and a Valkey number to itself.
"""

import atexit
import base64
import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from lantern_site import translations
from lantern_site.local.services import Postgres, Service, Valkey
from tests import kept

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "lantern_site.settings",
    "LANTERN_IGNORE_FILES": "1",
    "LANTERN_DEMO": "0",
    "DEBUG": "0",
    "HASH_UPLOADS": "0",
    "SHARE_PHONE_NUMBERS": "0",
    "SITE_URL": "http://localhost:8000",
    "EXTRA_HOSTS": "testserver",
    "SECRET_KEY": "not a secret, and used in tests only: 0123456789abcdefghijklm",
    "LANTERN_PEPPERS": "1:" + base64.b64encode(bytes(range(32))).decode(),
    "LANTERN_ENCRYPTION_KEYS": "1:" + base64.b64encode(bytes(range(32, 64))).decode(),
    "EMAIL_URL": "memorymail://",
    "DATABASE_ROLE": "lantern_app",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright keeps an event loop in the thread that also queries
}


def prepare() -> None:
    """Start what is missing, once, in the process that the others come from."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        os.environ |= ENVIRONMENT
        os.environ["LANTERN_TEST_RUN"] = secrets.token_hex(4)
        translations.compile_all()
        start()
    number = 1 + int(re.sub(r"\D", "", worker) or 0)
    os.environ["REDIS_URL"] = re.sub(r"(/\d+)?$", f"/{number}", os.environ["REDIS_URL"], count=1)


def start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="lantern-test-"))
    os.environ["INDEX_FOLDER"] = str(folder / "index")
    running: list[Service] = []
    run = os.environ["LANTERN_TEST_RUN"]
    template = os.environ["LANTERN_TEST_TEMPLATE"] = f"test_{run}"
    own: Postgres | None = None
    if not os.environ.get("DATABASE_URL"):
        os.environ["LANTERN_TEST_TEMPLATE"] = kept.MIGRATED
        running.append(own := Postgres(folder / "postgres", throwaway=True))
        kept.fetch(own)
        os.environ["DATABASE_URL"] = own.start()
    if not os.environ.get("REDIS_URL"):
        running.append(valkey := Valkey(folder / "valkey", throwaway=True))
        os.environ["REDIS_URL"] = valkey.start()

    @atexit.register
    def stop() -> None:
        left = drop_databases(os.environ["DATABASE_URL"], template)
        for service in reversed(running):
            service.stop()
        if own is not None and kept.MIGRATED in left:
            kept.keep(own)
        shutil.rmtree(folder, ignore_errors=True)


def drop_databases(url: str, prefix: str) -> set[str]:
    """Drop what this run has made, and return the names of all others."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        own = {name for name in names if name.startswith(prefix)}
        for name in own:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    return names - own


prepare()
