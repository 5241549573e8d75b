"""What a person says about themselves."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _


class Preferences(forms.Form):
    """How the pages behave for one person."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
    )
    break_minutes = forms.IntegerField(
        label=_("Remind me of a break after"),
        min_value=0,
        max_value=240,
        help_text=_("Minutes. 0 turns the reminder off."),
    )
