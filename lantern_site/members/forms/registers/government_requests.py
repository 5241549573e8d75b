"""Requests of public authorities, and attestations about them."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.forms.registers.fields import day, one_of, prose
from lantern_site.members.registers import Answered, Asked, Authority, Told


class Receive(Refusable):
    received_on = day(_("Received on"))
    authority = one_of(_("Authority"), Authority)
    jurisdiction = forms.CharField(
        label=_("Country"), max_length=2, help_text=_("Two letters, such as FR. EU for a body of the Union.")
    )
    asked = one_of(_("What was asked"), Asked)
    legal_basis = prose(_("Legal basis"), 280, rows=2, help_text=_("The law that the authority names. No case names."))

    def clean_jurisdiction(self) -> str:
        return str(self.cleaned_data["jurisdiction"]).upper()


class Answer(Refusable):
    outcome = one_of(_("Answer"), Answered)
    told = one_of(_("The person or member concerned"), Told)
    answered_on = day(_("Answered on"))
    reason = prose(_("Reason"), 500)


class Attest(Refusable):
    """None is chosen as deliberately as a number."""

    answer = forms.ChoiceField(
        label=_("In this period we received"),
        choices=[("none", _("No request about data of the programme")), ("some", _("Requests; their number:"))],
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(label=_("Number of requests"), min_value=1, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answer = given.pop("answer", "")
        if answer == "none":
            if given.get("count"):
                self.add_error("count", gettext("You chose none, and gave a number."))
            given["count"] = 0
        elif answer == "some" and given.get("count") is None and "count" not in self.errors:
            self.add_error("count", gettext("Give the number of requests."))
        return given
