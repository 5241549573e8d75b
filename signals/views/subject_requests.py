"""Looking for a value at a data-subject request: here, because only signals know what a value is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Refusal
from lantern_site.members.models import SubjectRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import forms
from signals.services import subject_requests


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def search(request: PageRequest, case_id: int) -> HttpResponse:
    """The value travels in the body of a POST, and nowhere else."""
    if request.method != "POST":
        return _page(request, case_id, forms.FindValue())
    form, status = forms.FindValue(request.POST), 422
    if form.is_valid():
        try:
            found = subject_requests.search(case_id=case_id, item=form.item(), actor=request.actor, now=request.now)
        except Hidden:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
        else:
            messages.info(request, _told(len(found.signals)))
            return redirect("members:subject_request", case_id)
    with acting_as(request.actor):
        return _page(request, case_id, form, status)


def _told(found: int) -> str:
    if not found:
        return _("Nothing is found.")
    told = ngettext("One signal is found by now.", "%(n)d signals are found by now.", found)
    return told % {"n": found}


def _page(request: PageRequest, case_id: int, form: forms.FindValue, status: int = 200) -> HttpResponse:
    case = SubjectRequest.objects.visible_to(request.actor).filter(public_id=case_id).first()
    if case is None:
        raise Hidden(_("There is no such request."))
    require(request.actor, Permission.KEEP_REGISTERS)
    crumbs = [
        (reverse("members:registers"), _("Registers")),
        (reverse("members:subject_requests"), _("Data-subject requests")),
        (reverse("members:subject_request", args=[case.public_id]), case.file_reference),
    ]
    context = {"case": case, "form": form, "crumbs": crumbs}
    return render(request, "signals/subject_request_search.html", context, status=status)
