"""Requests of persons about their own data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.forms.registers.fields import day, one_of, prose
from lantern_site.members.registers import Proof, Right, Ruling


class Receive(Refusable):
    received_on = day(_("Received on"))
    right = one_of(_("The person asks for"), Right)
    file_reference = forms.CharField(
        label=_("File reference"),
        max_length=40,
        help_text=_("Where the correspondence lies. No name and no address: they are not kept here."),
    )
    proof = one_of(_("Identity proven by"), Proof, none=_("Not proven yet"), required=False, empty_value=None)


class Prove(Refusable):
    proof = one_of(_("Identity proven by"), Proof)


class Extend(Refusable):
    reason = prose(_("Reason that the person is told"), 280, rows=2)


class Decide(Refusable):
    ruling = one_of(_("Decision"), Ruling)
    reason = prose(_("Reason"), 1_000, help_text=_("For the file. It can be erased."))
    letter = prose(_("Letter to the person"), 4_000, rows=6, help_text=_("It can be erased; the decision stays."))
