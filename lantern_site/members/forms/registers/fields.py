"""Fields that the forms of all registers are made of."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable


class Step(Refusable):
    """A move that needs nothing but the button."""


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def moment(label: Any, **options: Any) -> forms.DateTimeField:
    """In the time zone of the person who types it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


def prose(label: Any, longest: int, *, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **options)


def one_of(label: Any, words: type[TextChoices], *, none: Any = _("Choose"), **options: Any) -> forms.TypedChoiceField:
    """A word of a closed list, typed; nothing is preselected."""
    choices = [("", none), *(choice for choice in words.choices if choice[0])]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=words, **options)


def some_of(label: Any, words: type[TextChoices], **options: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, choices=words.choices, coerce=words, widget=forms.CheckboxSelectMultiple, **options
    )
