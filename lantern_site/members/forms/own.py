"""What a person says about themselves."""

from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.models import Digest

ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]


class Preferences(forms.Form):
    """How the pages behave for one person."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
    break_minutes = forms.IntegerField(
        label=_("Remind me of a break after"),
        min_value=0,
        max_value=240,
        help_text=_("Minutes. 0 turns the reminder off."),
    )
    digest = forms.ChoiceField(
        label=_("Mail about unread notices"),
        choices=Digest.choices,
        help_text=_("It says how many there are, and nothing about any of them."),
    )


class House(Refusable):
    """The office hours of an organisation, and where its people find help."""

    open_days = forms.TypedMultipleChoiceField(
        label=_("Days on which you work"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opens_at = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes_at = forms.TimeField(label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
    care = forms.CharField(
        label=_("Where your people find help"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whom to call, when, and that it is confidential. Only your own people read it."),
    )
