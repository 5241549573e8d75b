"""Hashing an image that somebody sent, for installations that switch it on (`HASH_UPLOADS`).

The bytes go from memory through a pipe into a child process with limits of its own, and are gone with it: no disk, no
message, no log.
"""

import os
import subprocess
import sys

from django.utils.translation import gettext as _

from lantern_site.errors import Invalid
from signals.matching.hash import Reason

SECONDS = 30
MEMORY = 3 * 2**30
"""Address space of the child in bytes: numerical libraries reserve much more than they use."""


def hash_image(data: bytes) -> str:
    """The hashes of one image, as the line of JSON that the hashing command prints. Raises Invalid with a sentence."""
    command = [sys.executable, "-m", "signals.matching.hash_pipe", str(MEMORY), str(SECONDS)]
    calm = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.environ.get("PATH", "")}
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False, env=calm)
    except subprocess.TimeoutExpired:
        raise Invalid(_("This file took too long to hash. Hash it on your own machine."), "images") from None
    line = child.stdout.decode(errors="replace").strip()
    if child.returncode == 0:
        return line
    raise Invalid(_sentence(line), "images")


def _sentence(reason: str) -> str:
    if reason in (Reason.TOO_MANY_BYTES, Reason.TOO_MANY_PIXELS):
        return _("This image is too large to be hashed here. Hash it on your own machine.")
    return _("This file is no image that can be hashed: JPEG, PNG, GIF or WebP.")
