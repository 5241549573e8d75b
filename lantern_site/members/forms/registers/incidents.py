"""Security incidents."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.forms.registers.fields import moment, one_of, prose, some_of
from lantern_site.members.models import Organisation
from lantern_site.members.registers import AffectedData, IncidentKind, Severity


def _members() -> list[tuple[str, str]]:
    found = Organisation.objects.members().order_by("name", "pk").values_list("public_id", "name")
    return [(str(public_id), name) for public_id, name in found]


class Touches(Refusable):
    """What and whom an incident touches."""

    severity = one_of(_("Severity"), Severity)
    affected_data = some_of(_("Kinds of data"), AffectedData, required=False)
    member_ids = forms.TypedMultipleChoiceField(
        label=_("Members that it touches"),
        choices=_members,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class Report(Touches):
    detected_at = moment(_("Detected at"), help_text=_("The 72 hours for the supervisory authority run from here."))
    kind = one_of(_("What happened"), IncidentKind)
    description = prose(_("Description"), 1_000, rows=4, help_text=_("Without values, names and addresses."))

    field_order = ("detected_at", "kind", "severity", "description", "affected_data", "member_ids")


class Describe(Touches):
    measures = prose(_("Measures"), 1_000, required=False)


class Contain(Refusable):
    measures = prose(_("What stopped it"), 1_000)


class Notify(Refusable):
    how = forms.ChoiceField(
        label=_("The supervisory authority"),
        choices=[("notified", _("was notified")), ("not", _("need not be notified"))],
        widget=forms.RadioSelect,
    )
    notified_at = moment(_("Notified at"), required=False)
    reason = prose(_("Reason"), 280, required=False, help_text=_("For a delay, or why no notification is needed."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        how = given.pop("how", "")
        if how == "notified" and given.get("notified_at") is None and "notified_at" not in self.errors:
            self.add_error("notified_at", gettext("Say when the authority was notified."))
        if how == "not" and given.get("notified_at") is not None:
            self.add_error("notified_at", gettext("You chose that it need not be notified, and gave a time."))
        return given


class Inform(Refusable):
    notice = prose(_("What the members are told"), 1_000, rows=4)


class Close(Refusable):
    lesson = prose(_("What was learned"), 1_000)
