"""The server's data with a migrated database in it, kept between test runs for as long as no migration changes."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

from lantern_site.local.services import Postgres

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "tests"
PACKAGES = ("lantern_site", "signals", "reviews", "transparency")
MIGRATED = "migrated"
"""The database that each process of a run gets a copy of."""


def fetch(server: Postgres) -> None:
    """Give a server that has not been started the data of an earlier run, if there are any."""
    source = FOLDER / _schema()
    if not source.exists():
        return
    owner = source.stat()
    shutil.copytree(source / "data", server.directory)
    shutil.copy2(source / "password", server.password_file)
    if os.geteuid() == 0:
        for path in (server.directory, *server.directory.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def keep(server: Postgres) -> None:
    """Put the data of a stopped server by, in the place of older ones, unless they are there already."""
    target = FOLDER / _schema()
    if target.exists() or (server.directory / "postmaster.pid").exists() or not server.directory.exists():
        return
    partial = target.with_suffix(f".{os.getpid()}")
    partial.mkdir(parents=True)
    owner = server.directory.stat()
    shutil.move(server.directory, partial / "data")
    shutil.move(server.password_file, partial / "password")
    if os.geteuid() == 0:
        os.chown(partial, owner.st_uid, owner.st_gid)
    for older in FOLDER.iterdir():
        if older != partial:
            shutil.rmtree(older, ignore_errors=True)
    partial.rename(target)


def _schema() -> str:
    """Everything that a migrated database follows from: the migrations, what they import, the versions of both ends."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("migrations/*.py")]
    files += [ROOT / "lantern_site" / "audit" / "row_security.py", ROOT / "requirements-dev.txt"]
    digest = sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
