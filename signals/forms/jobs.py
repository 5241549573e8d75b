"""A batch of a member's own values, to be compared once, or kept and compared with whatever comes."""

import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import NONE_CHOSEN, Refusable, choices
from signals import candidates, kinds
from signals.candidates import Row
from signals.forms.files import lines_of
from signals.kinds import Kind
from signals.purposes import Purpose, Surface
from signals.services.jobs import Plan
from signals.services.jobs.limits import LIMITS, WIDEST


class Batch(Refusable):
    """Values of a member's own, and why they are compared."""

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
        help_text=_(
            "CSV with a header (kind, value, public_digest, service, reference), or what the hashing or digest command "
            "printed. Up to 160 MB."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, service = self.fields["kind"], self.fields["service"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(service, forms.ChoiceField)
        offered = ((kind.value, kind.label) for kind in Kind if kind in kinds.OFFERED)
        kind.choices = [*NONE_CHOSEN, *offered, *self.more_kinds]
        service.choices = [*NONE_CHOSEN, *((code, service.name) for code, service in kinds.SERVICES.items())]

    more_kinds: tuple[tuple[str, Any], ...] = ()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("file") and given.get("values"):
            self.add_error("values", _("Give a file or paste values, not both."))
        return given

    def rows(self) -> Iterator[Row]:
        """What was given, read as it is asked for. Raises Invalid where the file is no text."""
        given = self.cleaned_data
        lines = lines_of(given["file"]) if given["file"] else io.StringIO(given["values"], newline="")
        return candidates.read(lines, kind=given["kind"], service=given["service"])


class StartJob(Batch):
    """A batch that is compared once."""

    more_kinds = (("text", _("Text to search for keywords")),)

    is_shadow = forms.BooleanField(
        label=_("Only count"),
        required=False,
        help_text=format_lazy(
            _("Shows how much would be hit, before you have it come as leads. At least {least} values."),
            least=LIMITS.shadow_least,
        ),
    )
    first_percent = forms.IntegerField(
        label=_("Begin with a part, in percent"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("The job compares this part and asks before it goes on. Empty: everything at once."),
    )
    pdq_within = forms.IntegerField(
        label=_("PDQ: most bits apart"), required=False, min_value=0, max_value=WIDEST[Kind.PDQ]
    )
    phash_within = forms.IntegerField(
        label=_("pHash: most bits apart"), required=False, min_value=0, max_value=WIDEST[Kind.PHASH]
    )
    username_within = forms.TypedChoiceField(
        label=_("Profile names"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("One edit apart, or alike at a glance")),
            ("1", _("One edit apart")),
            ("0", _("The same only")),
        ],
    )

    def plan(self) -> Plan:
        given = self.cleaned_data
        radii = {kind: given[f"{kind}_within"] for kind in WIDEST if given[f"{kind}_within"] is not None}
        return Plan(
            label=given["label"],
            purpose=given["purpose"],
            surface=given["surface"],
            is_shadow=given["is_shadow"],
            radii={str(kind): radius for kind, radius in radii.items()},
            first_percent=given["first_percent"] or 100,
        )


class KeepWatchList(Batch):
    """A list that stays here for some weeks."""

    label = forms.CharField(
        label=_("Name of this list"), max_length=60, help_text=_("For yourselves: no personal data.")
    )
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=LIMITS.watched_for.days,
        initial=LIMITS.watched_for.days,
        help_text=_("Then the list is wiped."),
    )

    def plan(self) -> Plan:
        given = self.cleaned_data
        return Plan(given["label"], given["purpose"], given["surface"])
