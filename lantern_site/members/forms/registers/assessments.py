"""Assessments by independent bodies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantern_site.forms import Refusable
from lantern_site.members.forms.registers.fields import day, one_of, prose
from lantern_site.members.models import Assessment
from lantern_site.members.registers import AssessmentSubject, Followed


class Commission(Refusable):
    subject = one_of(_("Subject"), AssessmentSubject)
    body = forms.CharField(label=_("Independent body"), max_length=120)
    scope = prose(_("Scope"), 500)
    commissioned_on = day(_("Commissioned on"))


class Describe(Refusable):
    scope = prose(_("Scope"), 500)
    held_on = day(_("Held on"), required=False)
    summary_en = prose(_("Public summary, English"), 5_000, rows=5, required=False)
    summary_fr = prose(_("Public summary, French"), 5_000, rows=5, required=False)
    document_sha256 = forms.CharField(
        label=_("SHA-256 of the document"),
        max_length=64,
        required=False,
        help_text=_("So that everybody can tell whether they read the same document."),
    )


class Recommend(Refusable):
    text = prose(_("What is recommended"), 500)


class Answer(Refusable):
    number = forms.TypedChoiceField(label=_("Recommendation"), coerce=int)
    status = one_of(_("What becomes of it"), Followed)
    text = prose(_("Answer"), 500, help_text=_("It is published with the recommendation."))
    answered_on = day(_("Answered on"))

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = assessment.recommendations.order_by("number")
        field = self.fields["number"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((str(one.number), f"{one.number}. {one.text[:60]}") for one in found)]
