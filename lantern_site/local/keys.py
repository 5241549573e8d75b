"""The secrets of a local installation: made once, kept beside the data, and never made anew for data that exist.

`python -m lantern_site.local.keys` prints fresh ones for an installation elsewhere.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

from lantern_site.local.faults import Fault

NAMES = ("SECRET_KEY", "LANTERN_PEPPERS", "LANTERN_ENCRYPTION_KEYS")


def ensure(file: Path, *, data: Path) -> None:
    """Write the secrets unless they are there. Raises Fault when `data` exist without them, unreadable for ever."""
    if file.exists() or all(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in NAMES):
        return
    if data.exists():
        raise Fault(
            f"{file} is missing, and without it the data in {data} cannot be read. Put the file back from a copy, "
            f"or give up the data with: rm -rf {data.parent}"
        )
    write_private(file, fresh())


def fresh() -> str:
    """New secrets, as lines of an environment file."""
    values = [secrets.token_urlsafe(50), *("1:" + base64.b64encode(secrets.token_bytes(32)).decode() for _ in "pe")]
    return "".join(f"{name}={value}\n" for name, value in zip(NAMES, values, strict=True))


def ensure_signer(file: Path) -> None:
    """Write the key that checkpoints of the ledger are signed with, unless it is there. A new one begins a new name."""
    if not file.exists():
        write_private(file, base64.b64encode(secrets.token_bytes(32)).decode() + "\n")


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    partial = file.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)


if __name__ == "__main__":
    sys.stdout.write(fresh())
    sys.stdout.write(f"LANTERN_CHECKPOINT_KEY={base64.b64encode(secrets.token_bytes(32)).decode()}\n")
