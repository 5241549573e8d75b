"""Text from people, turned into typed values."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.members.lifecycle import KeyScope


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


class IssueKey(forms.Form):
    """A key for one of the organisation's machines."""

    label = forms.CharField(label=_("What the key is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=KeyScope.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    days = forms.IntegerField(label=_("Valid for (days)"), initial=90)
