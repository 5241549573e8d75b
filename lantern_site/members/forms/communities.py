"""A community and its rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Community, Organisation
from lantern_site.members.services.communities import Outline

KINDS = [(kind.value, kind.label) for kind in MemberKind if kind != MemberKind.PROGRAMME]


class Describe(Refusable):
    """What a community is for, and whom it takes in."""

    name = forms.CharField(label=_("Name"), max_length=80)
    purpose = forms.CharField(
        label=_("What it is for"), max_length=280, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    by_rule = forms.BooleanField(
        label=_("By rule"),
        required=False,
        help_text=_("Whoever fits belongs to it. Without a rule, take members in by hand."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of member"),
        choices=KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means every kind."),
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means every region."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = self.fields["regions"]
        assert isinstance(regions, forms.ChoiceField)
        known = Organisation.objects.members().exclude(region="").values_list("region", flat=True)
        regions.choices = [(region, region.capitalize()) for region in sorted(set(known))]

    @classmethod
    def of(cls, community: Community) -> "Describe":
        return cls(initial={name: getattr(community, name) for name in cls.base_fields})

    def outline(self) -> Outline:
        given = self.cleaned_data
        return Outline(
            given["name"].strip(),
            given["purpose"].strip(),
            given["by_rule"],
            tuple(given["kinds"]),
            tuple(given["regions"]),
        )


class Found(Describe):
    """A new community."""

    open_to_later_members = forms.BooleanField(
        label=_("Open to later members"),
        required=False,
        help_text=_("They see older signals, too, ten working days after they joined."),
    )
