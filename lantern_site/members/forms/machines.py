"""Keys of machines."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.members.lifecycle import KeyScope


class IssueKey(forms.Form):
    """A key for one of the organisation's machines."""

    label = forms.CharField(label=_("What the key is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=KeyScope.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    days = forms.IntegerField(label=_("Valid for (days)"), initial=90)
