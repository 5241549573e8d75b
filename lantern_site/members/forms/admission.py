"""What an applicant says, and what stewards say about it and about gates."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import Invalid, Refusal
from lantern_site.forms import NONE_CHOSEN, Lines, Refusable, choices
from lantern_site.members.lifecycle import CRITERIA, GateKind, MemberKind, Move, Public, Region

SERVICES = range(1, 5)
KINDS = [*NONE_CHOSEN, *((kind.value, kind.label) for kind in MemberKind if kind != MemberKind.PROGRAMME)]


class Apply(Refusable):
    """The public form. Services stand in pairs of fields, so that it needs no script."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    region = forms.ChoiceField(label=_("Where it sits"), choices=choices(Region))
    contact_name = forms.CharField(label=_("Your name"), max_length=80)
    contact_email = forms.EmailField(
        label=_("Your e-mail address at work"),
        help_text=_("We write to it that there is news, and never what the news is."),
    )
    would_share = Lines(
        label=_("What you would share"),
        longest=2000,
        help_text=_("Kinds of signals, and roughly how many a month. No real value, please."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in SERVICES:
            first = number == SERVICES[0]
            self.fields[f"service_{number}"] = forms.CharField(
                label=gettext("Service %(number)d") % {"number": number}, max_length=80, required=first
            )
            self.fields[f"public_{number}"] = forms.ChoiceField(
                label=gettext("Its public"), choices=choices(Public), required=first
            )
        for kind, question in CRITERIA.items():
            self.fields[kind.value] = Lines(label=question, longest=1000)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in SERVICES:
            if given.get(f"service_{number}") and not given.get(f"public_{number}"):
                self.add_error(f"public_{number}", gettext("Say who the service is for."))
        return given

    def refuse(self, refusal: Refusal) -> None:
        if isinstance(refusal, Invalid) and refusal.field == "services":
            self.add_error("service_1", str(refusal))
        else:
            super().refuse(refusal)

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"service_{number}"], self[f"public_{number}"]) for number in SERVICES]

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[kind.value] for kind in CRITERIA]

    def typed(self) -> dict[str, Any]:
        """The arguments of `admission.apply`."""
        given = self.cleaned_data
        named = [
            (given[f"service_{number}"], Public(given[f"public_{number}"]))
            for number in SERVICES
            if given[f"service_{number}"]
        ]
        same = ("name", "region", "contact_name", "contact_email", "would_share")
        return {
            **{field: given[field] for field in same},
            "kind": MemberKind(given["kind"]),
            "services": named,
            "answers": {kind.value: given[kind.value] for kind in CRITERIA},
        }


class Appeal(Refusable):
    """The one objection to a refusal."""

    reason = Lines(label=_("What should be looked at again, and why"), rows=5, longest=2000)


class WithdrawApplication(Refusable):
    """The applicant goes; it need not say why."""

    reason = Lines(label=_("Why, if you like to say"), longest=2000, required=False)


class Decide(Refusable):
    """What becomes of an application. The moves that are offered depend on where it stands."""

    move = forms.ChoiceField(choices=Move.choices, widget=forms.RadioSelect, error_messages={"required": _("Choose.")})
    reason = Lines(label=_("Reason"), longest=2000, required=False, help_text=_("The applicant reads it."))


class PassGates(Refusable):
    """The evidence beside each open gate; those with a note are passed."""

    def __init__(self, *args: Any, kinds: Iterable[GateKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds:
            widget = forms.TextInput(attrs={"form": "pass-gates"})
            label = gettext("Evidence for “%(gate)s”") % {"gate": kind.label}
            self.fields[kind.value] = forms.CharField(label=label, max_length=500, required=False, widget=widget)

    def evidence(self) -> dict[GateKind, str]:
        return {GateKind(name): note for name, note in self.cleaned_data.items()}


class Reason(Refusable):
    """Why something is opened again or taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class Rename(Refusable):
    name = forms.CharField(label=_("New name"), max_length=80)
