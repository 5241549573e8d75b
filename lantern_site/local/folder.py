"""The folder `var/`: may we write there, is there room, are we alone, is the port free?"""

import fcntl
import os
import shutil
import socket
import time
from pathlib import Path
from typing import TextIO

from lantern_site.local import children
from lantern_site.local.faults import Fault

ROOM = 250 * 1024 * 1024
ROOM_LATER = 50 * 1024 * 1024


def prepare(folder: Path) -> None:
    """Make the folder. Raises Fault when it cannot be written to or has no room."""
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Fault(
            f"Lantern keeps its data in {folder} and cannot write there ({error.strerror}). "
            "Give the folder to the user you are, or use a checkout that is yours."
        ) from None
    needed = ROOM_LATER if (folder / "postgres" / "PG_VERSION").exists() else ROOM
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Fault(
            f"There is not enough room in {folder}: {free // 2**20} MB are free, Lantern needs {needed // 2**20} MB."
        )


def lock(file: Path) -> tuple[TextIO, bool]:
    """Hold the lock for as long as the answer is open; the second value says whether the last launcher was killed.

    Raises Fault when another launcher runs here.
    """
    handle = file.open("a+")
    handle.seek(0)
    content = handle.read().strip()
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Fault(f"Lantern is already running here ({content}). Stop it with Ctrl-C in its terminal.") from None
    return handle, bool(content)


def mark(handle: TextIO, content: str) -> None:
    """What the next launcher reads in the lock file: who runs, or nothing."""
    handle.truncate(0)
    handle.write(content)
    handle.flush()


def claim_port(port: int, *, patience: float) -> None:
    """Raises Fault when the port stays in use. Processes of a killed launcher get `patience` seconds to leave it."""
    end = time.monotonic() + patience
    while not port_is_free(port):
        if time.monotonic() > end:
            raise Fault(
                f"Port {port} is in use by another program. Choose another one, for example: "
                f"make run PORT={children.free_port()}"
            )
        time.sleep(0.1)


def port_is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except PermissionError:
            raise Fault(f"Port {port} is reserved for the administrator. Choose one above 1023.") from None
        except OSError:
            return False
    return True
