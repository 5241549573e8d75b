"""Snapshots of perceptual hashes in a folder: immutable, checked when they are opened, mapped by every process.

A snapshot is written under a temporary name, flushed to the disk and renamed: under its own name it is whole, or
damaged later, which its checksums show. Whoever writes holds the folder's lock, which dies with its process. Removing
a snapshot takes nothing from a process that has mapped it.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from signals.matching.hashes import HammingIndex

VERSION = 1
ABOUT = "snapshot.json"
UNFINISHED = "unfinished-"


class Damaged(Exception):
    """The snapshot is not what was written, or of another version: it is not to be used."""


@dataclass(frozen=True)
class Header:
    """What a snapshot says of itself. `leaf` is that of the ledger's entry at `position`: it tells one ledger from
    another. `files` holds the SHA-256 of each file."""

    version: int
    kind: str
    position: int
    leaf: str
    count: int
    files: dict[str, str]

    def checksum(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class Snapshots:
    """The snapshots of one folder. Their names are in the order in which they were written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self, kind: str) -> list[str]:
        """The newest first."""
        return sorted((path.name for path in self.folder.glob(f"{kind}-*")), reverse=True)

    def open(self, name: str) -> tuple[Header, HammingIndex]:
        """Raises Damaged."""
        place = self.folder / name
        try:
            written = json.loads((place / ABOUT).read_text(encoding="utf-8"))
            checksum = written.pop("checksum")
            header = Header(**written)
            sums = {file: _sum(place / file) for file in header.files}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise Damaged(f"The snapshot {name} cannot be read: {problem}") from problem
        if header.version != VERSION or header.checksum() != checksum or sums != header.files:
            raise Damaged(f"The snapshot {name} is damaged, or of another version.")
        try:
            return header, HammingIndex.mapped(place)
        except ValueError as problem:
            raise Damaged(str(problem)) from problem

    def write(self, kind: str, index: HammingIndex, *, position: int, leaf: str) -> str:
        """Write the next snapshot of a kind and remove all but the one before it. The caller holds the lock."""
        before = self.names(kind)
        number = 1 + max((int(name.rpartition("-")[2]) for name in before), default=0)
        name = f"{kind}-{number:08d}"
        place = self.folder / f"{UNFINISHED}{name}"
        place.mkdir(mode=0o700)
        index.write(place)
        files = {path.name: _settled(path) for path in sorted(place.iterdir())}
        header = Header(VERSION, kind, position, leaf, len(index), files)
        (place / ABOUT).write_text(json.dumps(asdict(header) | {"checksum": header.checksum()}), encoding="utf-8")
        _settled(place / ABOUT)
        _flush(place)
        place.rename(self.folder / name)
        _flush(self.folder)
        for old in before[1:]:
            shutil.rmtree(self.folder / old, ignore_errors=True)
        return name

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """Whether the folder's lock is ours; if so, what an earlier writer left unfinished is removed."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            for left in self.folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(left)
            yield True


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _settled(file: Path) -> str:
    """The sum of a file whose content has reached the disk."""
    _flush(file)
    return _sum(file)


def _flush(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
