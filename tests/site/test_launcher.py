"""`make run` for real, in a copy of the project, and everything that is known to go wrong with it."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lantern_site.local import children

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("lantern_site", "signals", "reviews", "transparency", "templates", "static", "manage.py")
# Without the demo, whose seed has tests of its own.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/", "LANTERN_DEMO": "0", "EMAIL_URL": "memorymail://"}
SECONDS = 60
NOBODY = 65534

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """A copy of the project of its own, with data from a first start."""
    with copied() as folder:
        with running(folder):
            pass
        yield folder


@contextmanager
def copied() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lantern-copy-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / part)
        yield folder


def command(port: int) -> list[str]:
    return [sys.executable, "-m", "lantern_site.local", "--port", str(port)]


def launched(folder: Path, port: int, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*prefix, *command(port)],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(folder: Path, prefix: tuple[str, ...] = ()) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A launcher that has said it is ready, and its port."""
    port = children.free_port()
    process = launched(folder, port, prefix)
    try:
        said = []
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if "ready at" in line:
                break
        else:
            pytest.fail("".join(said))
        yield process, port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)


def refused(folder: Path, port: int | None = None, prefix: tuple[str, ...] = ()) -> str:
    """What a launcher says that does not start: one line."""
    process = launched(folder, port or children.free_port(), prefix)
    said, _nothing = process.communicate(timeout=SECONDS)

    assert process.returncode == 1, said
    assert len(said.strip().splitlines()) == 1, said
    return said.strip()


def status(port: int, path: str = "/healthz") -> int:
    with closing(http.client.HTTPConnection("localhost", port, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def relatives(pid: int) -> set[int]:
    """The processes that descend from this one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def gone(pids: set[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(children.command_line(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_it_comes_up_and_one_ctrl_c_stops_everything(checkout: Path) -> None:
    with running(checkout) as (process, port):
        started = relatives(process.pid)
        names = ("secrets.env", "services.env", "postgres.pw", "postgres", "valkey", "valkey/valkey.conf")
        modes = {(checkout / "var" / name).stat().st_mode & 0o077 for name in names}
        asked_again = refused(checkout)
        end = time.monotonic() + SECONDS
        while status(port, "/readyz") != 200 and time.monotonic() < end:
            time.sleep(0.5)

        assert status(port, "/readyz") == 200
        assert modes == {0}  # what holds secrets is for its owner only
        assert f"Lantern is already running here (pid {process.pid}, http://localhost:{port})" in asked_again
        assert who_a_second_terminal_is(checkout) == "lantern_app"

        process.send_signal(signal.SIGINT)
        said, _nothing = process.communicate(timeout=SECONDS)

    assert process.returncode == 0
    assert "Stopped in" in said
    assert len(started) >= 5
    assert gone(started, 0.5)
    assert (checkout / "var" / "postgres" / "PG_VERSION").exists()
    assert not (checkout / "var" / "services.env").exists()


def who_a_second_terminal_is(checkout: Path) -> str:
    """The database's answer to `manage.py shell`, which knows no more than the files in var/."""
    question = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); "
    shell = [sys.executable, "manage.py", "shell", "--no-imports", "-c", question + "print(k.fetchone()[0])"]
    bare = {"PATH": ENVIRONMENT["PATH"], "EMAIL_URL": "memorymail://"}
    return subprocess.run(shell, cwd=checkout, env=bare, capture_output=True, text=True, check=True).stdout.strip()


def test_killing_the_launcher_ends_every_child_and_a_restart_works(checkout: Path) -> None:
    with running(checkout) as (process, port):
        started = relatives(process.pid)
        process.kill()
        process.wait()

        again = launched(checkout, port)
        try:
            assert again.stdout
            assert any("ready at" in line for line in again.stdout)
            assert gone(started, 15)
            assert status(port) == 200
        finally:
            again.send_signal(signal.SIGINT)
            again.communicate(timeout=SECONDS)


@pytest.mark.parametrize("name", ["postgres", "granian"])
def test_when_one_part_dies_all_stop_with_its_name(checkout: Path, name: str) -> None:
    with running(checkout) as (process, _port):
        started = relatives(process.pid)
        direct = next(pid for pid in sorted(started) if name in children.command_line(pid))
        os.kill(direct, signal.SIGKILL)

        said, _nothing = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert "ended by itself" in said
    assert gone(started, 1)


def test_a_port_in_use_is_said_with_a_free_one(checkout: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = refused(checkout, port)

    assert said.startswith(f"error: Port {port} is in use by another program. Choose another one")
    assert "make run PORT=" in said


def test_data_without_their_secrets_are_not_touched(checkout: Path) -> None:
    secrets = checkout / "var" / "secrets.env"
    kept = secrets.rename(checkout / "var" / "elsewhere")
    try:
        said = refused(checkout)
    finally:
        kept.rename(secrets)

    assert f"{secrets} is missing, and without it the data in {checkout / 'var' / 'postgres'} cannot be read" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk_is_said() -> None:
    with copied() as folder:
        (folder / "var").mkdir()
        small = ("unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o size=1m none {folder}/var && exec "$@"', "sh")

        said = refused(folder, prefix=small)

    assert said.startswith(f"error: There is not enough room in {folder / 'var'}: 1 MB are free, Lantern needs")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_read_only_folder_is_said() -> None:
    with copied() as folder:
        (folder / "var").mkdir()
        sealed = ("unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o ro none {folder}/var && exec "$@"', "sh")

        said = refused(folder, prefix=sealed)

    assert said.startswith(f"error: Lantern keeps its data in {folder / 'var'} and cannot write there")
    assert "Read-only file system" in said


def as_a_normal_user() -> tuple[str, ...]:
    ids = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return ("setpriv", *ids) if os.geteuid() == 0 else ()


def others_may_run_this_python() -> bool:
    return (
        subprocess.run(
            [*as_a_normal_user(), sys.executable, "-c", "import redis"], capture_output=True, check=False
        ).returncode
        == 0
    )


@pytest.mark.skipif(not others_may_run_this_python(), reason="this Python is for its owner only")
def test_a_normal_user_runs_it_and_is_told_what_is_not_theirs() -> None:
    with copied() as folder:
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
        with running(folder, as_a_normal_user()) as (_process, port):
            assert status(port) == 200

        (folder / "var").chmod(0o555)
        said = refused(folder, prefix=as_a_normal_user())
        (folder / "var").chmod(0o755)

    assert "cannot write there (Permission denied)" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="compares root with a normal user")
@pytest.mark.skipif(not others_may_run_this_python(), reason="this Python is for its owner only")
def test_root_goes_on_with_the_data_of_a_normal_user_but_not_the_other_way_round() -> None:
    with copied() as folder:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
        with running(folder, as_a_normal_user()):
            pass
        with running(folder) as (_process, port):
            assert status(port) == 200

    with copied() as folder:
        with running(folder):
            pass
        folder.chmod(0o755)

        said = refused(folder, prefix=as_a_normal_user())

    assert "Permission denied" in said
