"""What somebody sends that is too much for memory: on the disk, sealed with a key that nobody keeps."""

import io
from collections.abc import Iterator
from hashlib import sha256
from tempfile import TemporaryFile

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_LENGTH_BYTES = 4


class Spool:
    """Written once, then read as often as is wanted. The file has no name, and is gone with this object."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - open as long as the object lives
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._parts = 0
        self.sha256 = sha256()
        """Of everything that was written."""

    def write(self, part: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._parts), part, None)
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES) + sealed)
        self._parts += 1
        self.sha256.update(part)

    def parts(self) -> Iterator[bytes]:
        self._file.seek(0)
        for number in range(self._parts):
            length = int.from_bytes(self._file.read(_LENGTH_BYTES))
            yield self._cipher.decrypt(_nonce(number), self._file.read(length), None)

    def reader(self) -> io.BufferedReader:
        """A file of what was written, from its beginning."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        self._file.close()


class _Reading(io.RawIOBase):
    """The parts of a spool as one stream."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To the beginning only, or nowhere: whoever reads looks at the first bytes and starts anew."""
        if (offset, whence) == (0, io.SEEK_SET):
            self._parts, self._rest, self._at = self._spool.parts(), b"", 0
        elif (offset, whence) != (0, io.SEEK_CUR):
            raise io.UnsupportedOperation("seek")
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)


def _nonce(number: int) -> bytes:
    """Never the same twice under one key."""
    return number.to_bytes(_NONCE_BYTES)
