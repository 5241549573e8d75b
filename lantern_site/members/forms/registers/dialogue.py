"""Meetings and advisory notes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.forms.registers.fields import day, prose, some_of
from lantern_site.members.registers import Party


class Note(Refusable):
    held_on = day(_("Held on"))
    parties = some_of(_("With"), Party)
    subject = forms.CharField(label=_("Subject"), max_length=120)
    note = prose(_("Note"), 2_000, rows=5, help_text=_("What was said, without names."))
    is_public = forms.BooleanField(label=_("Show it on the public page"), required=False)


class Issue(Refusable):
    title = forms.CharField(label=_("Title"), max_length=120)
    text = prose(_("Advice"), 10_000, rows=8)


class Revise(Refusable):
    text = prose(_("New version"), 10_000, rows=8, help_text=_("Every member confirms it anew."))


class Confirm(Refusable):
    version = forms.IntegerField(widget=forms.HiddenInput)
