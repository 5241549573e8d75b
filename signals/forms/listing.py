"""What the list of signals is narrowed to, a value or reference that is looked for, and filters that are kept."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.forms import NONE_CHOSEN, Day, Refusable
from lantern_site.members.models import Organisation
from signals import kinds, search
from signals.intake import Item
from signals.kinds import Kind
from signals.search import Flag, Sort, Wanted, Whose
from signals.services.filters import LONGEST_NAME
from signals.workflow import Status

Choices = Sequence[tuple[str, str | Promise]]


class PublicId(forms.CharField):
    """A public id as people write it, as a number."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return public_ids.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(_("Write an id like LN-8M4QX-2T7PA.")) from None


class FindSignals(forms.Form):
    """The filters of the list of signals, as they stand in the address. Nothing is typed here that could be a value."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    harm = forms.ChoiceField(label=_("Harm"), required=False)
    whose = forms.ChoiceField(label=_("Shared by"), required=False)
    flag = forms.ChoiceField(label=_("Flag"), required=False)
    since = Day(label=_("Submitted from"), required=False)
    until = Day(label=_("Submitted until"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)
    incident = PublicId(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, members: Iterable[Organisation] = ()) -> None:
        super().__init__(data)
        self._labels: dict[str, dict[str, str | Promise]] = {}
        offered: Choices = [(kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED]
        named: Choices = [(public_ids.shown(member.public_id), member.name) for member in members]
        self._choose("kind", _("All kinds"), offered)
        self._choose("status", _("Any status"), Status.choices)
        self._choose("harm", _("Any harm"), kinds.HarmTerm.choices)
        self._choose("whose", _("Any member"), [*Whose.choices, *named])
        self._choose("flag", _("With or without flag"), Flag.choices)
        self._choose("sort", Sort.NEWEST.label, [(Sort.DUE.value, Sort.DUE.label)])

    def _choose(self, name: str, nothing: str | Promise, found: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *found]
        self._labels[name] = dict(found)

    def wanted(self) -> Wanted:
        """Of a valid form."""
        given = dict(self.cleaned_data)
        if given["whose"] and given["whose"] not in Whose.values:
            given["member"], given["whose"] = public_ids.parse(given["whose"]), ""
        return Wanted(**given | {"sort": Sort(given["sort"] or Sort.NEWEST)})

    def chosen(self) -> dict[str, str]:
        """What narrows the list, in words: the label of each filter that is set."""
        found = {}
        for name, field in self.fields.items():
            value = str(self.data.get(name, ""))
            if value and name != "sort":
                words = self._labels.get(name, {}).get(value, value)
                found[name] = _("%(filter)s: %(chosen)s") % {"filter": field.label or _("Incident"), "chosen": words}
        return found


class FindValue(Refusable):
    """A reference, or a value to look for. It travels in the body of a POST and is never kept."""

    value = forms.CharField(label=_("Reference or value"), max_length=2_000)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, service = self.fields["kind"], self.fields["service"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(service, forms.ChoiceField)
        kind.choices = [*NONE_CHOSEN, *((kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED)]
        service.choices = [*NONE_CHOSEN, *((code, service.name) for code, service in kinds.SERVICES.items())]

    def reference(self) -> int | None:
        """The id that was typed, if it is one and no kind of value was chosen."""
        try:
            return None if self.cleaned_data["kind"] else public_ids.parse(self.cleaned_data["value"])
        except ValueError:
            return None

    def item(self) -> Item:
        given = self.cleaned_data
        return Item(Kind(given["kind"]), given["value"], service=given["service"] or None)


class RenameFilter(Refusable):
    """Whether the name will do is said by the service, once it is clear whose filter it is."""

    name = forms.CharField(
        label=_("Name of the filter"), required=False, widget=forms.TextInput({"maxlength": LONGEST_NAME})
    )


class SaveFilter(Refusable):
    """A name for what the list is narrowed to."""

    name = forms.CharField(label=_("Name of the filter"), max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(label=_("Show it to colleagues"), required=False)

    def words(self) -> dict[str, str]:
        """The filters that the form carries along; what is not kept, such as days, is left out."""
        return {name: str(self.data.get(name, "")) for name in search.WORDS if self.data.get(name)}
