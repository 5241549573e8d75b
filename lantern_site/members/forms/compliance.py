"""Legal gates, signatures, reviews, support, mergers, agreements and switches."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import NONE_CHOSEN, Day, Lines, Refusable, choices
from lantern_site.members.lifecycle import DataRole, Region, ReviewResult, Switch
from lantern_site.members.models import AgreementText, Organisation, Staff


class LegalGate(Refusable):
    """Why an organisation may handle identifiers in a jurisdiction."""

    jurisdiction = forms.ChoiceField(label=_("Jurisdiction"), choices=choices(Region))
    lawful_basis = forms.CharField(label=_("Lawful basis"), max_length=200)
    offence_basis = forms.CharField(label=_("Basis for data about offences"), max_length=200)
    data_role = forms.ChoiceField(label=_("Role"), choices=choices(DataRole))
    transfers = forms.CharField(label=_("Transfers to other countries"), max_length=200)
    assessed_on = Day(label=_("Impact assessment of"))
    assessment = forms.CharField(label=_("Its reference"), max_length=120)
    counsel = forms.CharField(label=_("Counsel"), max_length=120)

    def typed(self) -> dict[str, Any]:
        given = self.cleaned_data
        return given | {
            "jurisdiction": Region(given["jurisdiction"]),
            "data_role": DataRole(given["data_role"]),
        }


class Withdraw(Refusable):
    """Why a legal gate falls."""

    jurisdiction = forms.ChoiceField(choices=Region.choices, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class Sign(Refusable):
    """Who signed which version."""

    agreement = forms.TypedChoiceField(label=_("Version"), coerce=int)
    signed_by = forms.CharField(label=_("Signed by"), max_length=80)
    function = forms.CharField(label=_("Function"), max_length=80)
    signed_on = Day(label=_("Signed on"))

    def __init__(self, *args: Any, unsigned: Iterable[AgreementText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agreement"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*NONE_CHOSEN, *((each.public_id, each.version) for each in unsigned)]


class Review(Refusable):
    result = forms.ChoiceField(label=_("Result"), choices=choices(ReviewResult))
    summary = Lines(label=_("What it found"), rows=4, longest=4000)


class Observe(Refusable):
    text = Lines(label=_("Observation"), rows=2)
    remediation = Lines(label=_("What is to be done"), rows=2)
    due_on = Day(label=_("Until"))


class Remedy(Refusable):
    note = forms.CharField(label=_("What was done"), max_length=500)


class Support(Refusable):
    partner = forms.TypedChoiceField(label=_("Partner at the programme"), coerce=int)
    office_hours = forms.CharField(label=_("Its office hours"), max_length=120)
    ask_before_sharing = forms.BooleanField(label=_("Ask before anything is shared"), required=False)

    def __init__(self, *args: Any, partners: Iterable[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["partner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*NONE_CHOSEN, *((person.public_id, person.name) for person in partners)]


class Merge(Refusable):
    """Which member becomes part of this one, and when."""

    ending = forms.TypedChoiceField(label=_("Member that becomes part of this one"), coerce=int)
    effective_on = Day(label=_("From"))
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, others: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["ending"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*NONE_CHOSEN, *((each.public_id, each.name) for each in others)]


class Agreement(Refusable):
    version = forms.CharField(label=_("Version"), max_length=20)
    effective_on = Day(label=_("In force from"))
    text = Lines(label=_("Text"), rows=10, longest=200_000)


class SetSwitch(Refusable):
    jurisdiction = forms.ChoiceField(label=_("Jurisdiction"), choices=choices(Region))
    what = forms.ChoiceField(label=_("What"), choices=choices(Switch))
    allowed = forms.ChoiceField(
        label=_("The law"), choices=[*NONE_CHOSEN, ("yes", _("allows it")), ("no", _("does not allow it"))]
    )
    from_on = Day(label=_("From"))
    until_before = Day(label=_("Until (not including)"), required=False)
    basis = forms.CharField(label=_("Legal basis"), max_length=500)

    def typed(self) -> dict[str, Any]:
        given = self.cleaned_data
        return given | {
            "jurisdiction": Region(given["jurisdiction"]),
            "what": Switch(given["what"]),
            "allowed": given["allowed"] == "yes",
        }
