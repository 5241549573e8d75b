"""Text from people, turned into typed values. The rules live in the domain; here they are only said more kindly."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.forms import Refusable, choices
from lantern_site.members import registers
from lantern_site.members.models import Staff
from reviews import workflow
from reviews.services.decisions import Judgement
from reviews.services.findings import FINANCIAL_ACTIONS, FINANCIAL_OUTCOMES, Found
from reviews.workflow import PERSON_HARM, HoldReason, Verdict
from signals import kinds
from signals.models import Lead

Choices = list[tuple[str, str | Promise]]
OFFERED: Choices = [(kind.value, kind.label) for kind in kinds.Kind if kind in kinds.OFFERED]
HARMS: Choices = list(kinds.HarmTerm.choices)


def prose(label: Any, most: int, *, required: bool = False, rows: int = 3, **more: Any) -> forms.CharField:
    """A field for sentences, with the room that the domain gives them."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=required, widget=area, **more)


class Filters(forms.Form):
    """The filters of the queue, as they stand in the address. Nothing is typed here that could be a value."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *OFFERED],
    )
    severity = forms.TypedChoiceField(
        label=gettext_lazy("Severity"),
        required=False,
        coerce=int,
        choices=[("", gettext_lazy("Any severity")), *reversed(kinds.Severity.choices)],
    )
    harm = forms.ChoiceField(
        label=gettext_lazy("Harm"),
        required=False,
        choices=[("", gettext_lazy("Any harm")), *HARMS],
    )


class Verdicts(Refusable):
    """What a reviewer says. Nothing is preselected."""

    verdict = forms.ChoiceField(
        choices=Verdict.choices, error_messages={"required": gettext_lazy("Choose approve, reject or return.")}
    )
    attested = forms.BooleanField(label=gettext_lazy("I vouch for this"), required=False)
    outward = prose(
        gettext_lazy("Reason for the submitter"),
        280,
        help_text=gettext_lazy("It is sent. Describe the signal, not the content."),
    )
    inward = prose(gettext_lazy("Note that stays here"), 500, rows=2)

    def judgement(self) -> Judgement:
        given = self.cleaned_data
        return Judgement(
            Verdict(given["verdict"]), outward=given["outward"], inward=given["inward"], attested=given["attested"]
        )


class Decision(Verdicts):
    """About one submitted signal."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class Seen(forms.Field):
    """Signals that were shown, each with the version that was: `public id:version`, several times."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> dict[int, int]:
        pairs = [re.fullmatch(r"(\d{1,18}):(\d{1,4})", one) for one in value or []]
        return {int(found[1]): int(found[2]) for found in pairs if found}

    def validate(self, value: Any) -> None:
        if not value:
            raise ValidationError(_("Choose at least one signal."))


class Together(Verdicts):
    """About several signals of one incident."""

    seen = Seen()


class Park(Refusable):
    note = forms.CharField(label=gettext_lazy("What it waits for"), max_length=200)


class HandOver(Refusable):
    to = forms.TypedChoiceField(label=gettext_lazy("Colleague"), coerce=int)

    def __init__(self, *args: Any, colleagues: Iterable[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: Choices = [(str(one.public_id), one.name) for one in colleagues]
        _choose(self, "to", [("", gettext_lazy("Choose a colleague")), *known])


class Check(Refusable):
    """The programme's completeness check."""

    passed = forms.TypedChoiceField(
        coerce=lambda word: word == "yes",
        choices=[("yes", gettext_lazy("Passed")), ("no", gettext_lazy("Not passed"))],
        error_messages={"required": gettext_lazy("Choose passed or not passed.")},
    )
    note = prose(gettext_lazy("What is missing"), 280)


class Hold(Refusable):
    """A steward's hold; the one for an overdue check is the clock's."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why it is held"),
        choices=[one for one in choices(HoldReason) if one[0] != HoldReason.CHECK_OVERDUE],
    )


class Withdraw(Refusable):
    """Taking back what was shared. Whoever is not sure that it was right says so."""

    wrong = forms.ChoiceField(
        label=gettext_lazy("Could it have been wrong?"),
        choices=[("no", gettext_lazy("No")), ("unsure", gettext_lazy("Not sure")), ("yes", gettext_lazy("Yes"))],
    )
    note = prose(gettext_lazy("Note"), 280, rows=2)

    def could_be_wrong(self) -> bool:
        return bool(self.cleaned_data["wrong"] != "no")


class Replace(Refusable):
    """The value of a shared signal is wrong."""

    note = prose(gettext_lazy("What is wrong with the value"), 280, rows=2)


class Renew(Refusable):
    new_evidence = prose(
        gettext_lazy("New evidence"), 280, rows=2, help_text=gettext_lazy("Needed unless another member saw the same.")
    )


class Reference(forms.Field):
    """A public id as people read it, or nothing."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        try:
            return public_ids.parse(str(value).strip()) if value else None
        except ValueError:
            raise ValidationError(_("A reference looks like LN-ABCDE-12345.")) from None


class OpenDispute(Refusable):
    reason = forms.ChoiceField(label=gettext_lazy("What is wrong"))
    scope = forms.ChoiceField(label=gettext_lazy("What it is about"), choices=workflow.Scope.choices)
    statement = prose(
        gettext_lazy("Statement"),
        1000,
        required=True,
        rows=5,
        help_text=gettext_lazy("All parties read it. Describe the signal, not the content, and name no person."),
    )
    order = Reference(
        label=gettext_lazy("Reference in the register"),
        required=False,
        help_text=gettext_lazy("For a legal order only: the programme enters it first and tells you its reference."),
    )
    hold_asked = forms.BooleanField(
        label=gettext_lazy("Ask for a hold until it is decided"),
        required=False,
        help_text=gettext_lazy("For harm to a person only. A second person of your organisation confirms it."),
    )
    opener_unnamed = forms.BooleanField(label=gettext_lazy("Do not name us to the owner"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about_a_person = [(one.value, one.label) for one in workflow.Reason if one in PERSON_HARM]
        about_else = [(one.value, one.label) for one in workflow.Reason if one not in PERSON_HARM]
        _choose(
            self,
            "reason",
            [
                ("", gettext_lazy("Choose a reason")),
                (gettext_lazy("A person is harmed"), about_a_person),
                (gettext_lazy("Something else"), about_else),
            ],
        )


class Said(Refusable):
    """A move in a dispute; `typed` is what its service takes. By itself no more than a button."""

    def typed(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class Answer(Said):
    text = prose(gettext_lazy("Your answer"), 1000, required=True, rows=5)


class Reply(Said):
    text = prose(gettext_lazy("Your reply"), 1000, required=True, rows=4)


class Stand(Said):
    text = prose(gettext_lazy("Your own evidence"), 1000, required=True, rows=4)


class Question(Said):
    to = forms.ChoiceField(label=gettext_lazy("Whom you ask"), choices=choices(workflow.Side))
    text = prose(gettext_lazy("Your question"), 1000, required=True, rows=4)

    def typed(self) -> dict[str, Any]:
        return {"to": workflow.Side(self.cleaned_data["to"]), "text": self.cleaned_data["text"]}


class Assignment(Said):
    """Whom the domain offers is put into the list when it is shown."""

    person_id = forms.IntegerField(label=gettext_lazy("Who decides"), widget=forms.Select)


def offer_people(form: forms.Form, people: Iterable[Staff]) -> None:
    """Let the form offer these people, by name."""
    widget = form.fields["person_id"].widget
    assert isinstance(widget, forms.Select)
    widget.choices = [("", gettext_lazy("Choose")), *((one.public_id, one.name) for one in people)]


class Ruling(Said):
    """A decision of a dispute or of an appeal, with the reason that goes to all parties."""

    result = forms.ChoiceField(choices=workflow.Result.choices)
    text = prose(
        gettext_lazy("Reason for all parties"),
        1000,
        required=True,
        rows=5,
        help_text=gettext_lazy("It goes to all parties, and is the letter of this decision."),
    )

    def typed(self) -> dict[str, Any]:
        return {"result": workflow.Result(self.cleaned_data["result"]), "text": self.cleaned_data["text"]}


class Appeal(Said):
    text = prose(gettext_lazy("Why the decision is wrong"), 1000, required=True, rows=5)


class Plea(Refusable):
    """The public door. What is no address is refused by the domain."""

    address = forms.CharField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class Code(Refusable):
    code = forms.CharField(
        label=gettext_lazy("The code from our message"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    sealed = forms.CharField(max_length=4000, widget=forms.HiddenInput)


class Receipt(Refusable):
    receipt = forms.CharField(label=gettext_lazy("Your receipt"), max_length=200)


class Redress(Said):
    """The dispute that a draft becomes."""

    statement = prose(
        gettext_lazy("Statement"),
        1000,
        required=True,
        rows=5,
        help_text=gettext_lazy("All parties read it. Describe the signal, not the content, and name no person."),
    )
    hold_asked = forms.BooleanField(
        label=gettext_lazy("Ask for a hold until it is decided"),
        required=False,
        help_text=gettext_lazy("A second person of your organisation confirms it."),
    )
    unnamed = forms.BooleanField(label=gettext_lazy("Do not name us to the owner"), required=False)

    def typed(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "statement": given["statement"],
            "hold_asked": given["hold_asked"],
            "opener_named": not given["unnamed"],
        }


class DeclineRedress(Said):
    reason = prose(gettext_lazy("Why the signal is not disputed"), 500, required=True)


class Acknowledge(Refusable):
    """What a member did about a recalled signal."""

    answer = forms.ChoiceField(choices=workflow.RecallAnswer.choices)
    report_corrected = forms.ChoiceField(
        label=gettext_lazy("Was a report to the authorities corrected?"), choices=choices(workflow.ReportCorrected)
    )
    local_hits = forms.IntegerField(
        label=gettext_lazy("Hits on your service"), min_value=0, help_text=gettext_lazy("0 when there were none.")
    )


def _choose(form: forms.Form, name: str, found: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = found


class FindLeads(forms.Form):
    """What the list of leads is narrowed to and put together by, as it stands in the address."""

    job = forms.CharField(required=False, widget=forms.HiddenInput)
    done = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *((kind.value, kind.label) for kind in kinds.Kind)],
    )
    match = forms.ChoiceField(
        label=gettext_lazy("Match"), required=False, choices=[("", gettext_lazy("Any match")), *Lead.Match.choices]
    )
    severity = forms.TypedChoiceField(
        label=gettext_lazy("Severity"),
        required=False,
        coerce=int,
        choices=[("", gettext_lazy("Any severity")), *reversed(kinds.Severity.choices)],
    )
    by = forms.ChoiceField(
        label=gettext_lazy("Put together by"),
        required=False,
        choices=[
            ("", gettext_lazy("One by one")),
            ("hash", gettext_lazy("By what was hit")),
            ("reference", gettext_lazy("By our reference")),
        ],
    )


class Spared(Refusable):
    """What *claim next* and *open next* do not bring to a person."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds"),
        required=False,
        choices=OFFERED,
        widget=forms.CheckboxSelectMultiple,
    )
    harms = forms.MultipleChoiceField(
        label=gettext_lazy("Harms"),
        required=False,
        choices=HARMS,
        widget=forms.CheckboxSelectMultiple,
    )


class Finding(Refusable):
    """What the member's own people found. Financial members answer from a short list without words of their own."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=choices(workflow.Outcome))
    not_examined_because = forms.ChoiceField(
        label=gettext_lazy("Why nobody looked"),
        required=False,
        choices=choices(workflow.NotExamined),
        help_text=gettext_lazy("Where it was not examined."),
    )
    own_evidence = forms.BooleanField(
        label=gettext_lazy("We found evidence of our own"),
        required=False,
        help_text=gettext_lazy("A violation needs it: the signal alone is not enough."),
    )
    actions = forms.MultipleChoiceField(
        label=gettext_lazy("What we did"),
        required=False,
        choices=workflow.Action.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    content_removed = forms.IntegerField(
        label=gettext_lazy("Pieces of content removed"), min_value=0, required=False, initial=0
    )
    uploads_prevented = forms.IntegerField(
        label=gettext_lazy("Uploads prevented"), min_value=0, required=False, initial=0
    )
    authority = forms.ChoiceField(
        label=gettext_lazy("To which authority"),
        required=False,
        choices=choices(registers.Authority),
        help_text=gettext_lazy("Where you reported to one."),
    )
    authority_reference = forms.CharField(
        label=gettext_lazy("Our reference of the report"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Kept encrypted, for your organisation."),
    )
    policy_version = forms.CharField(label=gettext_lazy("Version of our policy"), max_length=40)
    attribution = forms.ChoiceField(
        label=gettext_lazy("What part did the signal play?"), choices=choices(workflow.Attribution)
    )
    looks_wrong = forms.ChoiceField(
        label=gettext_lazy("Does the signal itself look wrong?"), choices=choices(workflow.LooksWrong)
    )
    looks_wrong_because = prose(gettext_lazy("Because"), 280, rows=2)

    named_to_owner = forms.BooleanField(
        label=gettext_lazy("The owner may know that this is from us"),
        required=False,
        help_text=gettext_lazy("It is told whether the signal was useful, by a member that is not named."),
    )

    def __init__(self, *args: Any, financial: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if financial:
            self._shorten()

    def _shorten(self) -> None:
        left_out = ("not_examined_because", "authority", "authority_reference", "looks_wrong_because")
        for name in ("content_removed", "uploads_prevented", *left_out):
            del self.fields[name]
        outcome, actions = self.fields["outcome"], self.fields["actions"]
        assert isinstance(outcome, forms.ChoiceField)
        assert isinstance(actions, forms.ChoiceField)
        outcome.choices = [choice for choice in choices(workflow.Outcome) if choice[0] in {"", *FINANCIAL_OUTCOMES}]
        actions.choices = [choice for choice in workflow.Action.choices if choice[0] in FINANCIAL_ACTIONS]

    def found(self) -> Found:
        given = self.cleaned_data
        return Found(
            outcome=workflow.Outcome(given["outcome"]),
            own_evidence=given["own_evidence"],
            policy_version=given["policy_version"],
            attribution=workflow.Attribution(given["attribution"]),
            looks_wrong=workflow.LooksWrong(given["looks_wrong"]),
            looks_wrong_because=given.get("looks_wrong_because", ""),
            actions=tuple(workflow.Action(action) for action in given["actions"]),
            content_removed=given.get("content_removed") or 0,
            uploads_prevented=given.get("uploads_prevented") or 0,
            not_examined_because=given.get("not_examined_because", ""),
            named_to_owner=given["named_to_owner"],
            authority=given.get("authority", ""),
            authority_reference=given.get("authority_reference", ""),
        )
