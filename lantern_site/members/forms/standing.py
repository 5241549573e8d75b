"""Suspending a member, lifting that, and parting from it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.lifecycle import Suspension
from lantern_site.members.models import SignalsRule


class Suspend(Refusable):
    what = forms.ChoiceField(
        label=_("What it may not do"),
        choices=[(one.value, one.label) for one in Suspension if one],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("The member reads it.")
    )


class Lift(Refusable):
    reason = forms.CharField(label=_("Why the suspension ends"), max_length=500)


class GiveNotice(Refusable):
    rule = forms.ChoiceField(
        label=_("What becomes of its signals"), choices=SignalsRule.choices, widget=forms.RadioSelect
    )
    leaves_on = forms.DateField(label=_("Day on which it leaves"), widget=forms.DateInput(attrs={"type": "date"}))


class Certify(Refusable):
    note = forms.CharField(
        label=_("The certificate"),
        max_length=280,
        help_text=_("What it is, who gave it, and where it is kept."),
    )
