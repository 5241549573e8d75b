"""What people say at a second look, when they practise, and when they keep both for their member."""

from django import forms
from django.utils.translation import gettext_lazy

from lantern_site.forms import Lines, Refusable, choices
from reviews.models.quality import MOST_PERCENT
from reviews.services.practice import Lesson
from reviews.workflow import Settlement, Verdict
from signals import kinds

CHOOSE_VERDICT = {"required": gettext_lazy("Choose approve, reject or return.")}


class SecondLook(Refusable):
    """What one would have decided. Nothing is preselected."""

    verdict = forms.ChoiceField(choices=Verdict.choices, error_messages=CHOOSE_VERDICT)
    reason = Lines(
        label=gettext_lazy("Why"),
        longest=280,
        required=False,
        help_text=gettext_lazy("Whoever decided reads it. Describe the signal, not the content."),
    )


class Settle(Refusable):
    settlement = forms.ChoiceField(
        label=gettext_lazy("How you two see it now"), choices=Settlement.choices, widget=forms.RadioSelect
    )


class Practised(Refusable):
    verdict = forms.ChoiceField(choices=Verdict.choices, error_messages=CHOOSE_VERDICT)


class Quality(Refusable):
    percent = forms.IntegerField(
        label=gettext_lazy("Decided signals that a colleague looks at again, in a hundred"),
        min_value=0,
        max_value=MOST_PERCENT,
        help_text=gettext_lazy("0 turns it off, and lets go of what waits."),
    )
    practice = forms.BooleanField(label=gettext_lazy("Reviewers may practise on the cases below"), required=False)


class Case(Refusable):
    """A case to practise on, with the answer that was agreed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("Choose")), *((one.value, one.label) for one in kinds.Kind if one in kinds.OFFERED)],
    )
    masked = forms.CharField(
        label=gettext_lazy("Value, masked"),
        max_length=80,
        help_text=gettext_lazy("Invented, and with three dots or stars in it: “li•••@e•••.org”."),
    )
    harm = forms.ChoiceField(label=gettext_lazy("Harm"), choices=choices(kinds.HarmTerm))
    clause = forms.CharField(label=gettext_lazy("Basis"), max_length=120)
    review_method = forms.ChoiceField(label=gettext_lazy("How it was reviewed"), choices=choices(kinds.ReviewMethod))
    origin = forms.ChoiceField(label=gettext_lazy("Origin"), choices=choices(kinds.Origin))
    confidence = forms.ChoiceField(label=gettext_lazy("Confidence"), choices=choices(kinds.Confidence))
    account_holder = forms.ChoiceField(
        label=gettext_lazy("Account holder"), choices=kinds.AccountHolder.choices, initial=kinds.AccountHolder.UNKNOWN
    )
    described = Lines(
        label=gettext_lazy("What there is to know"),
        help_text=gettext_lazy("In your own words; no chat quotes, names, places or ages of anybody."),
    )
    agreed = forms.ChoiceField(label=gettext_lazy("Agreed answer"), choices=choices(Verdict))
    because = Lines(label=gettext_lazy("Why this is the answer"))

    def lesson(self) -> Lesson:
        given = self.cleaned_data
        return Lesson(
            kind=kinds.Kind(given["kind"]),
            masked=given["masked"],
            harm=kinds.HarmTerm(given["harm"]),
            clause=given["clause"],
            review_method=kinds.ReviewMethod(given["review_method"]),
            origin=kinds.Origin(given["origin"]),
            confidence=kinds.Confidence(given["confidence"]),
            account_holder=kinds.AccountHolder(given["account_holder"]),
            described=given["described"],
            agreed=Verdict(given["agreed"]),
            because=given["because"],
        )
