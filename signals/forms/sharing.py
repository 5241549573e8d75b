"""A value and what a member says of it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.errors import Invalid, Refusal
from lantern_site.forms import NONE_CHOSEN, Refusable, choices
from lantern_site.members.models import Community
from signals import candidates, hashing, kinds
from signals.candidates import Parsed
from signals.forms.files import text_of
from signals.intake import Item, Statement
from signals.kinds import Kind


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ImageFiles(forms.FileField):
    """Several files; `clean` gives the list of them."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ImageFiles, self).clean(one, initial) for one in data or []]


class Says(Refusable):
    """What a signal says, without its value. A returned signal is answered with this."""

    harm = forms.ChoiceField(label=_("Harm"), choices=choices(kinds.HarmTerm))
    clause = forms.CharField(
        label=_("Policy clause"), max_length=120, help_text=_("The clause of your own policy, with its version.")
    )
    evidence_seen_by = forms.CharField(
        label=_("Evidence seen by"), max_length=80, help_text=_("A function or team, not a name.")
    )
    review_method = forms.ChoiceField(label=_("How it was reviewed"), choices=choices(kinds.ReviewMethod))
    origin = forms.ChoiceField(label=_("Where it came from"), choices=choices(kinds.Origin))
    confidence = forms.ChoiceField(label=_("Confidence"), choices=choices(kinds.Confidence))
    first_seen_on = forms.DateField(
        label=_("First seen"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last_seen_on = forms.DateField(label=_("Last seen"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    behaviours = forms.MultipleChoiceField(
        label=_("Behaviour"),
        required=False,
        choices=kinds.Behaviour.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    ai = forms.ChoiceField(label=_("AI-generated"), choices=kinds.AiIndication.choices)
    real_child = forms.ChoiceField(
        label=_("Depicts a real child"), choices=kinds.RealChild.choices, initial=kinds.RealChild.UNKNOWN
    )
    account_holder = forms.ChoiceField(
        label=_("Account holder"), choices=kinds.AccountHolder.choices, initial=kinds.AccountHolder.UNKNOWN
    )
    owner_named = forms.BooleanField(label=_("Show our name to the other members"), required=False, initial=True)
    meaning = forms.CharField(
        label=_("What the keyword means"),
        max_length=280,
        required=False,
        help_text=_("And what it means in harmless texts."),
    )
    outward_note = forms.CharField(
        label=_("Note for other members"),
        max_length=280,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Describe the signal, not the content: no quotes, names, places or ages."),
    )
    inward_note = forms.CharField(
        label=_("Note for our own reviewer"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    expires_on = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: the usual time for this kind."),
    )
    danger = forms.BooleanField(label=_("A child may be in danger now"), required=False)
    authority_informed = forms.CharField(
        label=_("Authority informed"),
        max_length=200,
        required=False,
        help_text=_("Inform the authorities first; this hub is not an emergency service. Say which and when."),
    )
    no_authority_asked = forms.BooleanField(
        label=_("No public authority asked us to share this"),
        required=False,
        help_text=_("What an authority asked for is not shared here."),
    )

    def statement(self) -> Statement:
        given = {name: self.cleaned_data[name] for name in Says.base_fields}
        given["behaviours"] = tuple(given["behaviours"])
        given["harm"] = kinds.HarmTerm(given["harm"])
        given["origin"] = kinds.Origin(given["origin"])
        return Statement(**given)


class Correct(Says):
    """What a shared signal is to say; its lane stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["danger"], self.fields["authority_informed"]
        self.fields["expires_on"].help_text = _("Empty: it ends as it does now. Only a renewal makes it later.")

    def changes(self) -> dict[str, Any]:
        """Only of a keyword the meaning is asked."""
        asked = [name for name in self.fields if name != "meaning" or name in self.data]
        given = {name: self.cleaned_data[name] for name in asked}
        return given | {"behaviours": tuple(given["behaviours"]), "harm": kinds.HarmTerm(given["harm"])}


class Share(Says):
    """A new signal, or several of one case. `replaces` is the retracted signal whose wrong value it corrects."""

    replaces = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(widget=forms.HiddenInput)
    service = forms.ChoiceField(label=_("Service"), required=False)
    values = forms.CharField(
        label=_("Value"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One value a line. Several values are shared as one incident."),
    )
    hash_file = forms.FileField(
        label=_("File of hashes"),
        required=False,
        help_text=_("What “python -m signals.matching.hash” printed about your files. The files stay with you."),
    )
    images = ImageFiles(
        label=_("Images"),
        required=False,
        help_text=_("Hashed in memory and forgotten. Never send material: this is for harmless pictures."),
    )
    community = forms.ChoiceField(label=_("Share with"))

    field_order = ("kind", "service", "values", "hash_file", "harm")

    def __init__(self, *args: Any, communities: list[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places: list[tuple[str, int]] = []
        if not settings.HASH_UPLOADS:
            del self.fields["images"]
        options: dict[str, list[tuple[str, str | Promise]]] = {
            "kind": [(kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED],
            "service": [*NONE_CHOSEN, *((code, service.name) for code, service in kinds.SERVICES.items())],
            "community": [(str(community.public_id), community.name) for community in communities],
        }
        for name, found in options.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = found

    def clean_replaces(self) -> int | None:
        given = self.cleaned_data["replaces"]
        try:
            return public_ids.parse(given) if given else None
        except ValueError:
            raise ValidationError(_("This is not the reference of a signal.")) from None

    def clean_hash_file(self) -> str:
        uploaded = self.cleaned_data["hash_file"]
        if uploaded is None:
            return ""
        return text_of(uploaded, self, "hash_file")

    def items(self) -> list[Item]:
        """What was typed, then what stands in the file of hashes, then images. Raises Invalid for a bad row."""
        given = self.cleaned_data
        kind, service = Kind(given["kind"]), given["service"] or None
        lines = enumerate(given["values"].splitlines(), start=1)
        found = [("values", row, Item(kind, line.strip(), service=service)) for row, line in lines if line.strip()]
        hashed = "\n".join(hashing.hash_image(image.read()) for image in given.get("images") or [])
        for field, content in (("hash_file", given["hash_file"]), ("images", hashed)):
            found += [(field, row, item) for row, item in hashes_of(candidates.parse(content), field)]
        self._places = [(field, row) for field, row, _item in found]
        return [item for _field, _row, item in found]

    def refuse(self, refusal: Refusal) -> None:
        """Of several values, say which one was refused: the domain counts them, people look for a line."""
        name, _dash, number = refusal.field.partition("-") if isinstance(refusal, Invalid) else ("", "", "")
        if number and name not in self.fields:
            field, row = self._places[int(number) - 1]
            self.add_error(field, str(refusal) if len(self._places) == 1 else _in_row(row, str(refusal)))
        else:
            super().refuse(refusal)


def hashes_of(parsed: Parsed, field: str) -> list[tuple[int, Item]]:
    """Rows of a file of hashes, to be shared. Raises Invalid for `field` with the first bad row."""
    for refused in parsed.refused:
        raise Invalid(_in_row(refused.row, refused.sentence), field)
    hashes = (one for one in parsed.candidates if one.kind in kinds.HASHES)
    return [(one.row, Item(Kind(one.kind), one.value, quality=one.quality)) for one in hashes]


def _in_row(row: int, sentence: str) -> str:
    return gettext("Row %(row)d: %(sentence)s") % {"row": row, "sentence": sentence}
