"""Files of signals that come in, what is submitted of them, and files that go out."""

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import NONE_CHOSEN, Day, Refusable, choices
from lantern_site.members.models import Community
from signals import kinds
from signals.exports import Shape
from signals.kinds import Kind
from signals.models import CHOOSABLE, Verdict
from signals.services.exports import Wanted
from signals.workflow import RevealReason, Status

KINDS = [(kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED]
SERVICES = [(code, service.name) for code, service in kinds.SERVICES.items()]


def _if_empty(label: Any, options: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", _("As the row says")), *options])


class HandIn(Refusable):
    """A file, and what holds for its rows that do not say it themselves."""

    file = forms.FileField(label=_("File"), help_text=_("CSV in UTF-8 with a header, or lines of JSON; 25 MB at most."))
    label = forms.CharField(
        label=_("Name of this import"),
        max_length=60,
        required=False,
        help_text=_("For yourselves: no personal data."),
    )
    kind = _if_empty(_("Kind"), KINDS)
    service = _if_empty(_("Service"), SERVICES)
    harm = _if_empty(_("Harm"), kinds.HarmTerm.choices)
    confidence = _if_empty(_("Confidence"), kinds.Confidence.choices)
    review_method = _if_empty(_("How it was reviewed"), kinds.ReviewMethod.choices)
    origin = _if_empty(_("Where it came from"), kinds.Origin.choices)
    account_holder = _if_empty(_("Account holder"), kinds.AccountHolder.choices)
    clause = forms.CharField(label=_("Policy clause"), max_length=120, required=False)
    evidence_seen_by = forms.CharField(
        label=_("Evidence seen by"), max_length=80, required=False, help_text=_("A function or team, not a name.")
    )
    owner_named = _if_empty(
        _("Show our name to the other members"), [("yes", _("Yes")), ("no", _("No: “a platform member”"))]
    )
    expires_on = Day(label=_("Expires on"), required=False)

    def content(self) -> BinaryIO:
        return cast(BinaryIO, self.cleaned_data["file"].file)

    def defaults(self) -> Mapping[str, str]:
        given = {name: self.cleaned_data[name] for name in self.fields if name not in ("file", "label")}
        return {name: str(value) for name, value in given.items() if value}

    def for_all_rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in ("file", "label")]


class Submit(Refusable):
    """What is submitted of a checked import, to whom, and what is attested of it."""

    verdicts = forms.MultipleChoiceField(
        label=_("Which rows"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose which rows are to be submitted.")},
    )
    community = forms.ChoiceField(label=_("Share with"))
    evidence_seen = forms.BooleanField(
        label=_("People of our organisation have seen the evidence for each row"), required=False
    )
    no_authority_asked = forms.BooleanField(
        label=_("No public authority asked us to share this"),
        required=False,
        help_text=_("What an authority asked for is not shared here."),
    )

    def __init__(self, *args: Any, communities: list[Community], counts: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(each.value, f"{each.label} ({counts[each]})") for each in CHOOSABLE if counts.get(each)]
        verdicts, community = self.fields["verdicts"], self.fields["community"]
        assert isinstance(verdicts, forms.MultipleChoiceField)
        assert isinstance(community, forms.ChoiceField)
        verdicts.choices = groups
        community.choices = [(str(one.public_id), one.name) for one in communities]


class Rows(forms.Form):
    """Which rows of an import are shown, as it stands in the address."""

    verdict = forms.ChoiceField(required=False, choices=[("", ""), *Verdict.choices])
    after = forms.IntegerField(required=False, min_value=0, max_value=1_000_000_000)

    def wanted(self) -> tuple[str, int]:
        """The verdict and the number after which rows are shown; all from the first on where it makes no sense."""
        if not self.is_valid():
            return "", 0
        return self.cleaned_data["verdict"], self.cleaned_data["after"] or 0


class Export(Refusable):
    """Which of the own signals are taken away, in which form."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *KINDS])
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Any status")), *Status.choices])
    harm = forms.ChoiceField(label=_("Harm"), required=False, choices=[("", _("Any harm")), *kinds.HarmTerm.choices])
    shape = forms.ChoiceField(label=_("Form of the file"), choices=choices(Shape))
    with_values = forms.BooleanField(
        label=_("With the plain values"),
        required=False,
        help_text=_("Otherwise masked. Plain values need a reason; both are recorded with your name."),
    )
    reason = forms.ChoiceField(
        label=_("Why you need the plain values"), required=False, choices=[*NONE_CHOSEN, *RevealReason.choices]
    )

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(given["kind"], given["status"], given["harm"])
