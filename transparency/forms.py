"""Text from people, turned into typed values. The rules live in the services and policies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.audit.models import EntryQuerySet
from lantern_site.forms import NONE_CHOSEN, Lines, Refusable
from transparency import rendering
from transparency.layouts import Place
from transparency.statements import OwnFigure, Section, place_of, section_at


class Freeze(Refusable):
    """The year that an edition is about."""

    year = forms.IntegerField(label=gettext_lazy("Year"), localize=False, min_value=2000, max_value=2999)


class Reason(Refusable):
    """Why a figure differs from the published edition."""

    metric = forms.CharField(widget=forms.HiddenInput, max_length=60)
    reason = Lines(label=gettext_lazy("Why it differs"), longest=2000)


class OwnFigures(Refusable):
    """The figures of one section, each with room for another number; what stays empty is confirmed."""

    reason = Lines(
        label=gettext_lazy("Why numbers differ"),
        help_text=gettext_lazy("Only where you correct one. The programme reads it; it is not published."),
        longest=2000,
        required=False,
    )

    def __init__(
        self,
        figures: Sequence[OwnFigure],
        section: Section,
        data: QueryDict | None = None,
        *,
        said: Mapping[Place, int] | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(data, auto_id=f"{section}-%s", initial={"reason": reason})
        self.section = section
        self._names: dict[Place, str] = {}
        for number, place in enumerate(map(place_of, figures)):
            if section_at(place) is section:
                self._names[place] = name = f"n{number}"
                self.fields[name] = forms.IntegerField(
                    label=_("Another number: %(figure)s") % {"figure": rendering.cell_name(*place)},
                    initial=(said or {}).get(place),
                    min_value=0,
                    max_value=10**12,
                    required=False,
                    localize=False,
                )

    def at(self, place: Place) -> forms.BoundField:
        return self[self._names[place]]

    def corrected(self) -> dict[Place, int]:
        typed = ((place, self.cleaned_data[name]) for place, name in self._names.items())
        return {place: number for place, number in typed if number is not None}


class Contest(Refusable):
    """A figure that the hub recorded, and what is wrong with it."""

    metric = forms.ChoiceField(label=gettext_lazy("Number"))
    note = Lines(label=gettext_lazy("What is wrong with it"), longest=2000)

    def __init__(self, recorded: Mapping[Place, int], data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="contest-%s")
        names = dict.fromkeys(place[0] for place in recorded)
        field = self.fields["metric"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*NONE_CHOSEN, *((name, rendering.title_of(name)) for name in names)]


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
