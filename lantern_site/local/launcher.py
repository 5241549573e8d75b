"""`make run`: services, migrations, demo data, then the web server, a worker and the clock, all ended by one Ctrl-C."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import SystemCheckError
from django.db import connections

from lantern_site import probe, translations
from lantern_site.local import children, database, folder, keys
from lantern_site.local.faults import Fault
from lantern_site.local.services import Postgres, Service, Valkey

BASE = Path(__file__).resolve().parents[2]
VAR = BASE / "var"
SEED = "seed_demo"
SIGNER = "LANTERN_CHECKPOINT_KEY"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop."""


class Launcher:
    """Everything that was started, in the order in which it has to end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://localhost:{port}"
        self.services: list[Service] = []
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        """Come up, stay up, and raise Fault or Stopped when that ends."""
        began = time.monotonic()
        folder.prepare(VAR)
        handle, killed = folder.lock(VAR / "up.lock")
        try:
            folder.claim_port(self.port, patience=10 if killed else 0)
            folder.mark(handle, f"pid {os.getpid()}, {self.address}")
            self.start_services()
            accounts = self.prepare_database()
            self.start_processes()
            self.wait_for_the_web_server()
            say(f"\n  Lantern is ready at {self.address} after {time.monotonic() - began:.1f} seconds.")
            say(f"{accounts}\n  Ctrl-C stops everything; the data stay in {VAR.name}/.\n")
            self.watch()
        finally:
            self.stop()
            folder.mark(handle, "")

    def start_services(self) -> None:
        """Start what has no URL, and leave the URLs where `manage.py` in another terminal finds them."""
        environ.Env.read_env(BASE / ".env")
        keys.ensure(VAR / "secrets.env", data=VAR / "postgres")
        for name, service in (("DATABASE_URL", Postgres(VAR / "postgres")), ("REDIS_URL", Valkey(VAR / "valkey"))):
            if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
                say(f"  {service.name:<12} the one that {name} names")
                continue
            with timed(service.name, f"{VAR.name}/{service.directory.name}"):
                self.services.append(service)
                os.environ[name] = service.start()
        os.environ.setdefault("LANTERN_DEMO", "1")
        os.environ.setdefault("SITE_URL", self.address)
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")  # a worker that is stopped does not wait for long tasks
        os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
        names = ("DATABASE_URL", "REDIS_URL", "LANTERN_DEMO", "SITE_URL")
        keys.write_private(VAR / "services.env", "".join(f"{n}={os.environ[n]}\n" for n in names if n in os.environ))

    def prepare_database(self) -> str:
        """Migrate, and fill an empty database with the demo. Returns the accounts that the demo prints."""
        translations.compile_all()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern_site.settings")
        accounts = io.StringIO()
        try:
            with timed("Database", "migrations"):
                django.setup()
                database.migrate()
            if os.environ["LANTERN_DEMO"] == "1" and SEED in get_commands():
                with timed("Demo", "made at the first start"):
                    call_command(SEED, "--if-empty", stdout=accounts)
        except ImproperlyConfigured as missing:
            raise Fault(str(missing)) from None
        except SystemCheckError as amiss:
            raise Fault(str(amiss).strip()) from None
        finally:
            connections.close_all()
        return accounts.getvalue()

    def start_processes(self) -> None:
        web = f"granian --interface wsgi --port {self.port} --workers 1 --blocking-threads 4 --no-ws"
        celery = "celery --app lantern_site --quiet"
        quiet = "--loglevel warning"
        self.start_process("web", f"{web} --workers-kill-timeout 5 --log-level warning lantern_site.wsgi:application")
        worker = f"{celery} worker --concurrency 2 --without-mingle --without-gossip {quiet}"
        self.start_process("worker", worker, self.signer())
        self.start_process("clock", f"{celery} beat {quiet}")

    def signer(self) -> dict[str, str]:
        """The key for checkpoints of the ledger: the worker has it, the web server does not."""
        if os.environ.get(SIGNER) or os.environ.get(f"{SIGNER}_FILE"):
            return {}
        keys.ensure_signer(VAR / "checkpoint.key")
        return {f"{SIGNER}_FILE": str(VAR / "checkpoint.key")}

    def start_process(self, name: str, command: str, more: Mapping[str, str] | None = None) -> None:
        program, *arguments = command.split()
        process = children.spawn([children.tool(program), *arguments], subprocess.PIPE, more=more)
        self.processes[name] = process
        threading.Thread(target=self.relay, args=(name, process), daemon=True).start()

    def relay(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Show what a child writes, with its name in front, until all are told to stop."""
        for line in process.stdout or ():
            if not self.stopping.is_set():
                say(f"  {name:<7}| {line.decode(errors='replace').rstrip()}")

    def wait_for_the_web_server(self) -> None:
        while not probe.answers(self.port, os.environ["SITE_URL"]):
            self.notice_the_dead()
            time.sleep(0.05)

    def watch(self) -> None:
        while True:
            self.notice_the_dead()
            time.sleep(0.3)

    def notice_the_dead(self) -> None:
        """Raises Fault when something we started has ended: half an installation is worse than none."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise Fault(f"The {name} ended by itself (exit code {process.returncode}); its last lines stand above.")
        for service in self.services:
            if service.process and service.process.poll() is not None:
                raise Fault(f"{service.name} ended by itself. {service.log} says: {service.last_words()}")

    def stop(self) -> None:
        """Processes first, so that nothing talks to a server that has gone."""
        ignore_signals()
        began = time.monotonic()
        self.stopping.set()
        children.stop(self.processes.values(), signal.SIGTERM, seconds=8)
        for service in reversed(self.services):
            service.stop()
        (VAR / "services.env").unlink(missing_ok=True)
        if self.services or self.processes:
            say(f"  Stopped in {time.monotonic() - began:.1f} seconds.")


@contextlib.contextmanager
def timed(what: str, where: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    began = time.monotonic()
    say(f"  {what:<12} {where:<28}", end="")
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f"{time.monotonic() - began:6.1f} s")


def say(text: str, end: str = "\n") -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(text, end=end, flush=True)


def stop_once(number: int, frame: FrameType | None) -> None:
    ignore_signals()
    raise Stopped


def ignore_signals() -> None:
    """From here on everything ends in its order, however often Ctrl-C is pressed."""
    for asked in STOPPING:
        signal.signal(asked, signal.SIG_IGN)


def main(port: int) -> int:
    """Returns the exit code."""
    for asked in STOPPING:  # explicitly: a job in the background of a script inherits an ignored SIGINT
        signal.signal(asked, stop_once)
    try:
        Launcher(port).run()
    except Stopped:
        return 0
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename or VAR}: {error.strerror}.", file=sys.stderr)
    return 1
