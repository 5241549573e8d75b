"""Keys of machines."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import Invalid, Refusal
from lantern_site.members.key_rules import LONGEST_OVERLAP
from lantern_site.members.lifecycle import KeyScope, Revocation
from lantern_site.members.models import ApiKey

NOTHING_CHOSEN = {"required": _("Choose what the key may do.")}


class _KeyForm(forms.Form):
    """A form that shows a refusal of the domain beside the field that it names."""

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field if isinstance(refusal, Invalid) else ""
        self.add_error(field if field in self.fields else None, str(refusal))


class Networks(forms.CharField):
    """Networks in lines, or with commas or spaces between them; a list of texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Only from these networks"),
            required=False,
            max_length=2_000,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            help_text=_("One in a line, such as 203.0.113.0/24 or 2001:db8:7::/48. Empty: from anywhere."),
            **kwargs,
        )
        self.widget.attrs.pop("maxlength", None)

    def clean(self, value: Any) -> Any:
        return [text for text in re.split(r"[\s,;]+", super().clean(value)) if text]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class IssueKey(_KeyForm):
    """A key for one of the organisation's machines."""

    label = forms.CharField(label=_("What the key is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=KeyScope.choices, widget=forms.CheckboxSelectMultiple, error_messages=NOTHING_CHOSEN
    )
    networks = Networks()
    days = forms.IntegerField(label=_("Valid for (days)"), initial=90)


class RotateKey(_KeyForm):
    """The key that follows another. What the old one may not do is not offered."""

    scopes = forms.MultipleChoiceField(
        label=_("It may"), widget=forms.CheckboxSelectMultiple, error_messages=NOTHING_CHOSEN
    )
    networks = Networks()
    days = forms.IntegerField(label=_("Valid for (days)"), initial=90)
    overlap_days = forms.IntegerField(
        label=_("The old key stays valid for (days)"),
        min_value=0,
        max_value=LONGEST_OVERLAP,
        initial=7,
        help_text=_("0 to 14. With 0 it ends at once."),
    )

    def __init__(self, data: Any = None, *, key: ApiKey) -> None:
        super().__init__(data, initial={"scopes": key.scopes, "networks": key.networks})
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [(scope.value, scope.label) for scope in KeyScope if scope in key.scopes]


class RevokeKey(_KeyForm):
    """Why a key ends; nothing is preselected."""

    reason = forms.ChoiceField(label=_("Why it ends"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, reasons: Iterable[Revocation]) -> None:
        super().__init__(data, auto_id="revoke_%s")
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [(one.value, one.label) for one in reasons]
