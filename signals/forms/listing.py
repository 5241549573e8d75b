"""What the list of signals is narrowed to, and a value that is looked for."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.forms import NONE_CHOSEN, Refusable
from signals import kinds
from signals.intake import Item
from signals.kinds import Kind
from signals.workflow import Status


class FindSignals(forms.Form):
    """The filters of the list of signals, as they stand in the address."""

    q = forms.CharField(label=_("Reference"), required=False, max_length=20)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    harm = forms.ChoiceField(label=_("Harm"), required=False)
    whose = forms.ChoiceField(label=_("Shared by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose(
            "kind", [("", _("All kinds")), *((kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED)]
        )
        self._choose("status", [("", _("Any status")), *Status.choices])
        self._choose("harm", [("", _("Any harm")), *kinds.HarmTerm.choices])
        self._choose("whose", [("", _("Any member")), ("own", _("Our organisation")), ("others", _("Other members"))])

    def _choose(self, name: str, found: list[tuple[str, str | Promise]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = found

    def reference(self) -> int | None:
        """The id that was typed into the search box, if it is one."""
        try:
            return public_ids.parse(self.cleaned_data.get("q", ""))
        except ValueError:
            return None


class FindValue(Refusable):
    """A value to look for. It travels in the body of a POST and is never kept."""

    kind = forms.ChoiceField(label=_("Kind"))
    value = forms.CharField(label=_("Value"), max_length=2_000)
    service = forms.ChoiceField(label=_("Service"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, service = self.fields["kind"], self.fields["service"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(service, forms.ChoiceField)
        kind.choices = [*NONE_CHOSEN, *((kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED)]
        service.choices = [*NONE_CHOSEN, *((code, service.name) for code, service in kinds.SERVICES.items())]

    def item(self) -> Item:
        given = self.cleaned_data
        return Item(Kind(given["kind"]), given["value"], service=given["service"] or None)
