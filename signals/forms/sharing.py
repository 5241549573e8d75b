"""A value and what a member says of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantern_site import public_ids
from lantern_site.errors import Invalid, Refusal
from lantern_site.forms import NONE_CHOSEN, Day, Refusable, choices
from lantern_site.members.lifecycle import Region
from lantern_site.members.models import Community
from signals import candidates, hashing, intake, kinds
from signals.candidates import Candidate
from signals.forms.files import text_of
from signals.intake import Item, Statement
from signals.kinds import Kind
from signals.outlook import Line, Outlook


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ImageFiles(forms.FileField):
    """Several files; `clean` gives the list of them."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ImageFiles, self).clean(one, initial) for one in data or []]


MOST_LINES = 1000
"""More than these are not looked at one by one: somebody has mistaken the form for an import."""


class InformedAuthority(TextChoices):
    """Who was told of a child in danger before this hub was."""

    POLICE = "police", _("Police or another law enforcement authority")
    EMERGENCY = "emergency", _("Emergency service")
    CHILD_PROTECTION = "child_protection", _("Child protection authority")
    HOTLINE = "hotline", _("National hotline or clearing house")
    NOT_YET = "not_yet", _("None yet")


OF_THE_LANE = ("danger", "authority_informed", "informed_at", "why_not_yet")


VICTIM = ("victim", _("A victim"))
"""The answer that shares nothing: whoever is about to share a victim's identifier is told so."""


class Says(Refusable):
    """What a signal says, without its value. A returned signal is answered with this."""

    danger = forms.BooleanField(label=_("A child may be in danger now"), required=False)
    authority_informed = forms.ChoiceField(
        label=_("Authority informed"),
        required=False,
        choices=choices(InformedAuthority),
        help_text=_("Inform the authorities first; this hub is not an emergency service."),
    )
    informed_at = forms.DateTimeField(
        label=_("Informed when"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    why_not_yet = forms.CharField(
        label=_("Why not yet"),
        max_length=200,
        required=False,
        help_text=_("What you wait for, and when you will inform them."),
    )
    harm = forms.ChoiceField(
        label=_("Harm"),
        choices=choices(kinds.HarmTerm),
        help_text=_("The term that fits best. It decides the severity and how soon somebody looks."),
    )
    clause = forms.CharField(
        label=_("Policy clause"),
        max_length=120,
        help_text=_("The clause of your own policy that this breaks, with its version: “Child safety 3.2 (2026-01)”."),
    )
    evidence_seen_by = forms.CharField(
        label=_("Evidence seen by"), max_length=80, help_text=_("A function or team, not a name.")
    )
    review_method = forms.ChoiceField(
        label=_("How it was reviewed"),
        choices=choices(kinds.ReviewMethod),
        help_text=_("What a person of yours looked at before this was shared."),
    )
    origin = forms.ChoiceField(
        label=_("Where it came from"),
        choices=choices(kinds.Origin),
        help_text=_("What rests on another signal does not corroborate it."),
    )
    confidence = forms.ChoiceField(
        label=_("Confidence"),
        choices=choices(kinds.Confidence),
        help_text=_("How sure you are of your own evidence."),
    )
    first_seen_on = Day(label=_("First seen"), required=False, help_text=_("On your own service."))
    last_seen_on = Day(label=_("Last seen"), required=False, help_text=_("Old sightings are weak: say so."))
    behaviours = forms.MultipleChoiceField(
        label=_("Behaviour"),
        required=False,
        choices=kinds.Behaviour.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What was seen to happen. Tick nothing that was only supposed."),
    )
    ai = forms.ChoiceField(
        label=_("AI-generated"),
        choices=kinds.AiIndication.choices,
        help_text=_("Whether material was generated or altered by a machine."),
    )
    real_child = forms.ChoiceField(
        label=_("Depicts a real child"),
        required=False,
        choices=kinds.RealChild.choices,
        initial=kinds.RealChild.UNKNOWN,
        help_text=_("A child who exists is harmed by altered material, too."),
    )
    account_holder = forms.ChoiceField(
        label=_("Account holder"),
        choices=[*kinds.AccountHolder.choices, VICTIM],
        initial=kinds.AccountHolder.UNKNOWN,
        help_text=_(
            "Possibly a child: the programme looks first, it ends after 90 days, and nobody is penalised lightly."
        ),
    )
    owner_named = forms.BooleanField(
        label=_("Show our name to the other members"),
        required=False,
        initial=True,
        help_text=_("Without it they read “a platform member”."),
    )
    not_to_regions = forms.MultipleChoiceField(
        label=_("Not to be sent to"),
        required=False,
        choices=Region.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Members that sit in these regions never receive it."),
    )
    meaning = forms.CharField(
        label=_("What the keyword means"),
        max_length=280,
        required=False,
        help_text=_("In which language, and what it means in harmless texts."),
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
        help_text=_("It stays with your organisation."),
    )
    expires_on = Day(
        label=_("Expires on"),
        required=False,
        help_text=_("Empty: the usual time for this kind."),
    )
    no_authority_asked = forms.BooleanField(
        label=_("No public authority asked us to share this"),
        required=False,
        help_text=_("What an authority asked for is not shared here."),
    )

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if self.cleaned_data.get("danger"):
            self._must_say_of_the_authority()
        return given

    def clean_account_holder(self) -> str:
        given: str = self.cleaned_data["account_holder"]
        if given == VICTIM[0]:
            raise ValidationError(
                gettext(
                    "A victim's identifier is never shared: others would look for the child. Help the child at your "
                    "service, and share what identifies whoever does the harm."
                )
            )
        return given

    def _must_say_of_the_authority(self) -> None:
        given = self.cleaned_data
        if given.get("authority_informed") == InformedAuthority.NOT_YET:
            if not given.get("why_not_yet"):
                self.add_error("why_not_yet", gettext("Say why no authority was informed yet."))
        elif given.get("authority_informed") and not given.get("informed_at"):
            self.add_error("informed_at", gettext("Say when the authority was informed."))

    def statement(self) -> Statement:
        """As it was typed; of what is missing or wrong the empty answer, so that one can look ahead, too."""
        given: dict[str, Any] = {
            name: self.cleaned_data.get(name) or field.initial or ""
            for name, field in Says.base_fields.items()
            if name not in ("informed_at", "why_not_yet")
        }
        for name in ("danger", "owner_named", "no_authority_asked"):
            given[name] = bool(self.cleaned_data.get(name))
        for name in ("first_seen_on", "last_seen_on", "expires_on"):
            given[name] = self.cleaned_data.get(name)
        given["behaviours"], given["not_to_regions"] = tuple(given["behaviours"]), tuple(given["not_to_regions"])
        given["harm"] = kinds.HarmTerm(given["harm"] or kinds.HarmTerm.OTHER)
        given["origin"] = kinds.Origin(given["origin"] or kinds.Origin.OWN_DETECTION)
        given["authority_informed"] = self._authority()
        return Statement(**given)

    def _authority(self) -> str:
        """Which authority and when, or why not yet, as one sentence for the ledger."""
        word = self.cleaned_data.get("authority_informed")
        if not word:
            return ""
        at = self.cleaned_data.get("informed_at")
        when = date_format(localtime(at), "Y-m-d H:i e") if at else ""
        said = [InformedAuthority(word).label, when, self.cleaned_data.get("why_not_yet")]
        return ", ".join(str(one) for one in said if one)


class Correct(Says):
    """What a shared signal is to say; its lane and to whom it goes stay as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*OF_THE_LANE, "not_to_regions"):
            del self.fields[name]
        self.fields["expires_on"].help_text = _("Empty: it ends as it does now. Only a renewal makes it later.")

    def changes(self) -> dict[str, Any]:
        """What the page did not ask stays: the meaning of what is no keyword, a real child without a sign of AI."""
        asked = [name for name in self.fields if name not in ("meaning", "real_child") or name in self.data]
        given = {name: self.cleaned_data[name] for name in asked}
        return given | {"behaviours": tuple(given["behaviours"]), "harm": kinds.HarmTerm(given["harm"])}


class Share(Says):
    """A new signal, or several of one case. `replaces` is the retracted signal whose wrong value it corrects."""

    replaces = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(widget=forms.HiddenInput)
    draft = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    service = forms.ChoiceField(label=_("Service"), required=False)
    values = forms.CharField(
        label=_("Value"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "One value a line; several make one incident. A line of another kind says so: “sha256: …”, “url: …”."
        ),
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
    community = forms.ChoiceField(label=_("Share with"), help_text=_("Only members of this community receive it."))

    field_order = ("kind", "service", "values", "hash_file", "harm")

    def __init__(self, *args: Any, communities: list[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places: list[Line] = []
        self._unread: list[Line] = []
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

    def clean_draft(self) -> int | None:
        try:
            return public_ids.parse(self.cleaned_data["draft"])
        except ValueError:
            return None

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
        content = text_of(uploaded, self, "hash_file")
        if '"variant":' in content:
            self.add_error(
                "hash_file",
                _("These are hashes of turned and mirrored images, for look-up only. Leave --dihedral out."),
            )
        return content

    def clean_images(self) -> str:
        return "\n".join(self._hashed(image.read()) for image in self.cleaned_data["images"])

    def _hashed(self, image: bytes) -> str:
        try:
            return hashing.hash_image(image)
        except Invalid as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any] | None:
        """What stood in files becomes lines of the values: no browser sends the same file a second time by itself."""
        given = super().clean()
        lines = [self.cleaned_data.get("values", "")]
        for field in ("hash_file", "images"):
            parsed = candidates.parse(self.cleaned_data.get(field) or "")
            self._unread += [Line(field, refused.row, refused=refused.sentence) for refused in parsed.refused]
            lines += [_as_line(one) for one in parsed.candidates if one.kind in kinds.HASHES and not one.is_digest]
        self.cleaned_data["values"] = "\n".join(line for line in lines if line)
        if (count := len(self.cleaned_data["values"].splitlines())) > MOST_LINES:
            sentence = gettext("An incident holds at most %(most)d values; these are %(count)d. Share them in parts.")
            self.add_error("values", sentence % {"most": intake.MAX_VALUES, "count": count})
            return given
        data = cast(QueryDict, self.data).copy()
        data["values"] = self.cleaned_data["values"]
        self.data = data
        return given

    def lines(self) -> list[Line]:
        """Every row that was given, also those of a file that could not be read."""
        given = self.cleaned_data
        kind, service = Kind(given["kind"]), given.get("service") or None
        rows = enumerate(given.get("values", "").splitlines(), start=1)
        typed = [Line("values", row, _item(line.strip(), kind, service)) for row, line in rows if line.strip()]
        return [*typed, *self._unread]

    def items(self, outlooks: Sequence[Outlook]) -> list[Item]:
        """What is shared of these lines: all that can be."""
        self._places = [one.line for one in outlooks if not one.refused]
        return [line.item for line in self._places if line.item]

    def say_of_rows(self, outlooks: Sequence[Outlook]) -> None:
        """Beside each field, what cannot be shared of it. A row is named unless it is the only one."""
        alone = len(outlooks) == 1
        for one in outlooks:
            if one.refused:
                self.add_error(one.line.field, one.refused if alone else _in_row(one.line.row, one.refused))

    def refuse(self, refusal: Refusal) -> None:
        """Of several values, say which one was refused: the domain counts them, people look for a line."""
        name, _dash, number = refusal.field.partition("-") if isinstance(refusal, Invalid) else ("", "", "")
        if number and name not in self.fields:
            line = self._places[int(number) - 1]
            self.add_error(line.field, str(refusal) if len(self._places) == 1 else _in_row(line.row, str(refusal)))
        elif name == "value":
            self.add_error("values", str(refusal))
        else:
            super().refuse(refusal)

    def typed(self) -> dict[str, list[str]]:
        """What a draft keeps: everything but files, whose hashes are among the values by now."""
        data = cast(QueryDict, self.data)
        names = self.fields.keys() - {"kind", "draft", "hash_file", "images"}
        return {name: data.getlist(name) for name in sorted(names) if name in data}

    def initial_of(self, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The initial values with which the form shows again what `typed` had kept."""
        return {name: _again(field, typed.get(name, [])) for name, field in self.fields.items()}


def _again(field: forms.Field, answers: Sequence[str]) -> Any:
    """The answer of a field. One that was hidden when the draft was kept begins anew."""
    if isinstance(field, forms.MultipleChoiceField):
        return list(answers)
    if isinstance(field, forms.BooleanField):
        return bool(answers)
    return answers[0] if answers else field.initial


_NAMED: Mapping[str, Kind] = {kind.replace("_", ""): kind for kind in kinds.OFFERED}


def _item(line: str, kind: Kind, service: str | None) -> Item:
    """The value of a line; one of another kind says so before a colon."""
    word, colon, rest = line.partition(":")
    named = _NAMED.get(re.sub(r"[\s_-]", "", word).lower()) if colon else None
    if named is None or named == kind:
        return Item(kind, rest.strip() if named else line, service=service)
    return Item(named, rest.strip())


def _as_line(candidate: Candidate) -> str:
    quality = f",{candidate.quality}" if candidate.quality is not None else ""
    return f"{candidate.kind}:{candidate.value}{quality}"


def _in_row(row: int, sentence: str) -> str:
    return gettext("Row %(row)d: %(sentence)s") % {"row": row, "sentence": sentence}
