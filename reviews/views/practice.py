"""Practice: one case, one's own answer, and beside it what was agreed."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.pages import PageRequest, signed_in
from reviews import quality_forms
from reviews.models import PracticeAnswer, PracticeItem
from reviews.offers import Option
from reviews.services import practice
from reviews.workflow import Verdict


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def case(request: PageRequest, item_id: int) -> HttpResponse:
    if request.method != "POST":
        return _page(request, item_id, quality_forms.Practised())
    form = quality_forms.Practised(request.POST)
    tried = attempt(
        form,
        lambda: practice.answer(
            item_id=item_id, verdict=Verdict(form.cleaned_data["verdict"]), actor=request.actor, now=request.now
        ),
    )
    if tried.done:
        return redirect("reviews:practice", item_id)
    with acting_as(request.actor):
        return _page(request, item_id, form, tried.status)


def _page(
    request: PageRequest, item_id: int, form: quality_forms.Practised, status: int = HTTPStatus.OK
) -> HttpResponse:
    item = PracticeItem.objects.of(request.actor.organisation_id).in_use().filter(public_id=item_id).first()
    if item is None:
        raise practice.unknown()
    chosen = str(form["verdict"].value() or "")
    context = {
        "item": item,
        "form": form,
        "options": [
            Option(one.value, one.label, "", str(number), checked=chosen == one.value)
            for number, one in enumerate(Verdict, start=1)
        ],
        "given": PracticeAnswer.objects.of(request.actor).filter(item=item).first(),
    }
    return render(request, "reviews/practice.html", context, status=status)
