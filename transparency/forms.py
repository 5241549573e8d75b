"""Text from people, turned into typed values. The rules live in the services and policies."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.audit.models import EntryQuerySet
from lantern_site.forms import Lines, Refusable


class Freeze(Refusable):
    """The year that an edition is about."""

    year = forms.IntegerField(label=gettext_lazy("Year"), localize=False, min_value=2000, max_value=2999)


class Reason(Refusable):
    """Why a figure differs from the published edition."""

    metric = forms.CharField(widget=forms.HiddenInput, max_length=60)
    reason = Lines(label=gettext_lazy("Why it differs"), longest=2000)


class PublicId(forms.CharField):
    """A public id as people write it, as a number."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return public_ids.parse(text)
        except ValueError:
            raise ValidationError(_("Write an id like LN-8M4QX-2T7PA.")) from None


class Day(forms.DateField):
    """A day that need not be given."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, widget=forms.DateInput(attrs={"type": "date"}), **more)


class FindEntries(forms.Form):
    """The filters of the ledger, as they stand in the address."""

    subject = PublicId(label=gettext_lazy("Subject"), required=False, max_length=20)
    actor = PublicId(label=gettext_lazy("Actor"), required=False, max_length=20)
    action = forms.RegexField(
        r"^[a-z_]+(\.[a-z_]*)?$",
        label=gettext_lazy("Action"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Such as signal.retracted, or dispute for all of them."),
        error_messages={"invalid": gettext_lazy("Write an action like signal.retracted, or its first word.")},
    )
    since = Day(label=gettext_lazy("From"))
    until = Day(label=gettext_lazy("To"))
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def chosen(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that the filters leave; none when one of them cannot be read. Days are days in UTC."""
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        if asked["subject"] is not None:
            entries = entries.filter(subject=asked["subject"])
        if asked["actor"] is not None:
            entries = entries.filter(actor=asked["actor"])
        if asked["action"]:
            word, _dot, verb = asked["action"].partition(".")
            entries = entries.filter(action=asked["action"]) if verb else entries.filter(action__startswith=f"{word}.")
        if asked["since"]:
            entries = entries.filter(at__gte=_midnight(asked["since"]))
        if asked["until"]:
            entries = entries.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return entries


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
