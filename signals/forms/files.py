"""Files that people send: how large, and in which writing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import Invalid
from signals import candidates

UPLOAD_LIMIT = 25 * 2**20
"""Bytes."""


def notice_oversize(form: forms.Form, sent: str | None, field: str) -> None:
    """Say why a file did not arrive: what is larger than memory is meant to hold is dropped on the way."""
    if int(sent or 0) > UPLOAD_LIMIT:
        form.add_error(field, _("What you sent is larger than 25 MB. Split it."))


def text_of(uploaded: Any, form: forms.Form, field: str) -> str:
    try:
        return candidates.decode(uploaded.read())
    except Invalid as refusal:
        form.add_error(field, str(refusal))
        return ""
