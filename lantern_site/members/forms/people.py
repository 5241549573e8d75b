"""Inviting people, their roles and their training."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.forms import Refusable, choices
from lantern_site.members.lifecycle import FactorLoss, IdentityCheck
from lantern_site.members.roles import Role


def day(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, as browsers write it whatever the language."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


class Invite(Refusable):
    """Who is invited, with a tick and perhaps a last day for each role."""

    email = forms.CharField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Other organisations see a pseudonym only."))
    trained_on = day(_("Yearly training taken on"), required=False)

    def __init__(self, *args: Any, offered: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = [role for role in Role if role in set(offered)]
        for role in self.offered:
            self.fields[role.value] = forms.BooleanField(label=role.label, required=False)
            self.fields[f"{role.value}_until"] = day(_("Last day"), required=False)

    def role_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[role.value], self[f"{role.value}_until"]) for role in self.offered]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for role in self.offered:
            if cleaned.get(f"{role.value}_until") and not cleaned.get(role.value):
                self.add_error(role.value, _("Tick the role, or leave its last day empty."))
        return cleaned

    def invitation(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        roles: dict[Role, date | None] = {
            role: given[f"{role.value}_until"] for role in self.offered if given[role.value]
        }
        return {name: given[name] for name in ("email", "name", "trained_on")} | {"roles": roles}


class GrantRole(Refusable):
    role = forms.TypedChoiceField(label=_("Role"), coerce=Role)
    until = day(_("Last day"), required=False, help_text=_("Empty: until somebody ends it."))

    def __init__(self, *args: Any, offered: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, among = self.fields["role"], set(offered)
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((role.value, role.label) for role in Role if role in among)]


class ResetFactor(Refusable):
    """What became of somebody's second factor, and how it is known that they ask themselves."""

    reason = forms.TypedChoiceField(label=_("What happened"), choices=choices(FactorLoss), coerce=FactorLoss)
    checked = forms.TypedChoiceField(
        label=_("How you made sure who asks"), choices=choices(IdentityCheck), coerce=IdentityCheck
    )


class EndRole(Refusable):
    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=Role)


class RecordTraining(Refusable):
    course = forms.CharField(label=_("Course"), max_length=80)
    held_on = day(_("Held on"))
    valid_until = day(_("Counts until"), required=False, help_text=_("Empty: for a year."))
    note = forms.CharField(
        label=_("Evidence"), max_length=300, required=False, help_text=_("Such as the number of a certificate.")
    )


class ChosenPeople(Refusable):
    """Which people of a list were ticked, as public ids."""

    people = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, among: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(public_ids.shown(number), "") for number in among]

    def ids(self) -> list[int]:
        return [public_ids.parse(text) for text in self.cleaned_data["people"]]

    def ticked(self) -> set[int]:
        """What was ticked, whether or not it could be taken."""
        sent = self["people"].value() or []
        known = dict(self.fields["people"].choices)  # type: ignore[attr-defined]
        return {public_ids.parse(text) for text in sent if text in known}


class ChoosePassword(Refusable):
    """The password of somebody who was invited, twice."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Twelve characters or more. A short sentence is easy to keep in mind."),
    )
    again = forms.CharField(
        label=_("The same again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("These are two different passwords."))
        return cleaned


class OneSession(forms.Form):
    session = forms.CharField(max_length=20)
