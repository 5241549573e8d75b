"""A batch of a member's own values, to be compared."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import NONE_CHOSEN, Refusable, choices
from signals import candidates, kinds
from signals.candidates import Parsed
from signals.forms.files import text_of
from signals.kinds import Kind
from signals.purposes import Purpose, Surface


class StartJob(Refusable):
    """A batch of a member's own, to be compared."""

    label = forms.CharField(
        label=_("Name of this job"), max_length=60, help_text=_("For yourselves: no personal data.")
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=choices(Purpose))
    surface = forms.ChoiceField(label=_("Where the values come from"), choices=choices(Surface))
    kind = forms.ChoiceField(label=_("Kind"), required=False, help_text=_("For rows that do not say theirs."))
    service = forms.ChoiceField(label=_("Service"), required=False)
    values = forms.CharField(
        label=_("Values"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One value a line; your own reference may follow after a tab."),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV with a header (kind, value, service, reference) or what the hashing command printed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, service = self.fields["kind"], self.fields["service"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(service, forms.ChoiceField)
        offered = ((kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED)
        kind.choices = [*NONE_CHOSEN, *offered, ("text", _("Text to search for keywords"))]
        service.choices = [*NONE_CHOSEN, *((code, service.name) for code, service in kinds.SERVICES.items())]

    def clean_file(self) -> str:
        uploaded = self.cleaned_data["file"]
        return "" if uploaded is None else text_of(uploaded, self, "file")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("file") and given.get("values"):
            self.add_error("values", _("Give a file or paste values, not both."))
        return given

    def parsed(self) -> Parsed:
        given = self.cleaned_data
        content = given["file"] or given["values"]
        return candidates.parse(content, kind=given["kind"], service=given["service"])
