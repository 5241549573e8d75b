"""Files that people send: how large, in which writing, and where they lie while they are read."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import Invalid
from signals import candidates
from signals.spool import Spool

UPLOAD_LIMIT = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
"""Bytes that a form is taken with as a whole, in memory."""
BATCH_LIMIT = 160 * 2**20
"""Bytes of a batch, which is read line by line: a million digests with references."""
BATCHES_GO_TO = frozenset({"/jobs/", "/watch-lists/"})


class Sealed(FileUploadHandler):
    """Takes a batch that is too large for memory, from somebody who has signed in, to the disk as ciphertext."""

    spool: Spool | None = None

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, str], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        self.is_active = (
            self.request is not None
            and self.request.path in BATCHES_GO_TO
            and UPLOAD_LIMIT < content_length <= BATCH_LIMIT
            and self.request.user.is_authenticated
        )

    def new_file(self, *given: Any, **named: Any) -> None:
        super().new_file(*given, **named)
        if self.is_active:
            self.spool = Spool()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.spool is None:
            return raw_data
        self.spool.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        if self.spool is None:
            return None
        held: Any = self.spool  # it is closed like a file, and read by `lines_of`
        self.spool = None
        return UploadedFile(held, self.file_name, self.content_type, file_size)


def notice_oversize(form: forms.Form, sent: str | None, field: str, *, most: int | None = None) -> None:
    """Say why a file did not arrive: what is larger than it may be is dropped on the way."""
    most = UPLOAD_LIMIT if most is None else most
    if int(sent or 0) > most:
        form.add_error(field, _("What you sent is larger than %(most)d MB. Split it.") % {"most": most >> 20})


def text_of(uploaded: Any, form: forms.Form, field: str) -> str:
    try:
        return candidates.decode(uploaded.read())
    except Invalid as refusal:
        form.add_error(field, str(refusal))
        return ""


def lines_of(uploaded: "UploadedFile[Any]") -> Iterator[str]:
    """The lines of a file, wherever it lies. Raises Invalid where they are none that we can read."""
    held: Any = uploaded.file
    return candidates.decoded(held.reader() if isinstance(held, Spool) else held)
