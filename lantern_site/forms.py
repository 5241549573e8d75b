"""What forms everywhere have in common."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import Invalid, Refusal

NONE_CHOSEN: list[tuple[str, str | Promise]] = [("", _("Choose"))]


class Refusable(forms.Form):
    """A form that can show a refusal of the domain beside the field that it names."""

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field.partition("-")[0] if isinstance(refusal, Invalid) else ""
        self.add_error(field if field in self.fields else None, str(refusal))


class Day(forms.DateField):
    """A day, chosen in a calendar where the browser has one."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class Lines(forms.CharField):
    """A few sentences."""

    def __init__(self, *, rows: int = 3, longest: int = 500, **more: Any) -> None:
        super().__init__(max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **more)


def choices(words: Any) -> list[tuple[str, str | Promise]]:
    """The words of a closed list with an empty first choice: nothing is preselected."""
    return [*NONE_CHOSEN, *words.choices]
