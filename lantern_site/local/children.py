"""Child processes that never outlive the launcher, not even when it is killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def bound_to_us(command: list[str], user: int | None = None) -> list[str]:
    """The command, made to end with this process even when that is killed (Linux), as `user` where we are root."""
    setpriv = shutil.which("setpriv")
    if sys.platform != "linux" or setpriv is None:
        return command
    prefix = [setpriv, "--pdeathsig", "INT"]
    if user is not None and os.geteuid() == 0:
        # PostgreSQL refuses root. It keeps one right of root's: to walk into a checkout that only root may enter.
        prefix += ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
        prefix += ["--inh-caps", "-all,+dac_override", "--ambient-caps", "-all,+dac_override"]
    return prefix + command


def spawn(
    command: list[str], output: IO[bytes] | int, *, user: int | None = None, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches the launcher alone, which then stops things in order.

    `more` is added to its environment.
    """
    return subprocess.Popen(
        bound_to_us(command, user),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, **(more or {})},
    )


def stop(processes: Iterable[subprocess.Popen[bytes]], how: signal.Signals, seconds: float) -> None:
    """Ask children to stop, then kill what is left of them and of their own children, which share their groups."""
    asked = list(processes)
    for process in asked:
        if process.poll() is None:
            process.send_signal(how)
    end = time.monotonic() + seconds
    for process in asked:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0, end - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def command_line(pid: int) -> str:
    """The command that runs under this number, empty when none does."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    asked = ["ps", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return "" if "<defunct>" in shown else shown


def wait_for_end(pid: int, seconds: float) -> bool:
    """Wait for a process that is not our child. Returns whether it has gone."""
    end = time.monotonic() + seconds
    while command_line(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def tool(name: str) -> str:
    """A program of this virtual environment."""
    return str(Path(sys.executable).parent / name)
