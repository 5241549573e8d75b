"""Hashing images that people sent, for installations that switch it on (`HASH_UPLOADS`).

The bytes go from memory through a pipe into a child process with limits of its own: no disk, no message, no log. A
decoder that hangs, swallows the memory or crashes on a hostile file takes its child with it and nothing else.
"""

import contextlib
import os
import queue
import subprocess
import sys
import threading

from django.utils.translation import gettext as _

from lantern_site.errors import Invalid
from signals.matching.hash import Reason
from signals.matching.hash_pipe import LENGTH

SECONDS = 30
MEMORY = 3 * 2**30
"""Address space of a child in bytes: numerical libraries reserve much more than they use."""
LARGEST = 25 * 2**20
CHILDREN = 2
"""How many images one web process hashes at once; others wait for their turn."""
IMAGES = 100
"""After so many a child makes room for a new one, whatever it may have kept."""


def hash_image(data: bytes) -> str:
    """The hashes of one image, as the line of JSON that the hashing command prints. Raises Invalid with a sentence."""
    if len(data) > LARGEST:
        raise Invalid(_sentence(Reason.TOO_MANY_BYTES), "images")
    answer = _pool.ask(data)
    if not answer.startswith("+"):
        raise Invalid(_sentence(answer.removeprefix("-")), "images")
    return answer.removeprefix("+")


def _sentence(reason: str) -> str:
    if reason in (Reason.TOO_MANY_BYTES, Reason.TOO_MANY_PIXELS):
        return _("This image is too large to be hashed here. Hash it on your own machine.")
    return _("This file is no image that can be hashed: JPEG, PNG, GIF or WebP.")


class _Child:
    """A process that hashes one image after the other."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "signals.matching.hash_pipe", str(MEMORY), str(SECONDS)]
        calm = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.environ.get("PATH", "")}
        piped = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=piped, stdout=piped, stderr=subprocess.DEVNULL, env=calm)
        self.left = IMAGES

    def ask(self, data: bytes) -> str:
        """The line that it answers; empty when it died of the image, or was ended because it took too long."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.left -= 1
        end = threading.Timer(SECONDS, self.process.kill)
        end.start()
        try:
            self.process.stdin.write(len(data).to_bytes(LENGTH) + data)
            self.process.stdin.flush()
            return self.process.stdout.readline().decode(errors="replace").strip()
        except BrokenPipeError:
            return ""
        finally:
            end.cancel()

    def end(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # what it never read
                    pipe.close()
        self.process.wait()


class _Pool:
    """Children that wait for images. Safe to use from several threads."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(CHILDREN)
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()

    def ask(self, data: bytes) -> str:
        if not self._turns.acquire(timeout=SECONDS):
            raise Invalid(_("Too many images are being hashed at the moment. Try again in a minute."), "images")
        try:
            return self._answer(data)
        finally:
            self._turns.release()

    def _answer(self, data: bytes) -> str:
        child = self._waiting() or _Child()
        answer = ""
        try:
            answer = child.ask(data)
        finally:
            if answer and child.left:
                self._idle.put(child)
            else:
                child.end()
        return answer

    def _waiting(self) -> _Child | None:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """End the children that wait."""
        while child := self._waiting():
            child.end()


_pool = _Pool()
