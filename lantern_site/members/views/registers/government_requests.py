"""The register of government requests."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members.forms.registers import government_requests as forms
from lantern_site.members.models import GovernmentRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.registers import Answered, Register
from lantern_site.members.services.registers import government_requests as services
from lantern_site.members.views.registers import frames, history
from lantern_site.pages import PageRequest, signed_in

HEAD = (
    gettext_lazy("Request"),
    gettext_lazy("Authority"),
    gettext_lazy("Asked"),
    gettext_lazy("Answer"),
    gettext_lazy("Concerned"),
)
TONES = {"pending": "due", "complied": "answered", "partly": "answered", "refused": "done", "withdrawn": "withdrawn"}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """All requests; a steward enters one here (POST)."""
    if request.method != "POST":
        return _list(request, forms.Receive())
    return frames.make(
        request,
        forms.Receive(request.POST),
        services.receive,
        again=lambda form, status: _list(request, form, status),
        then=_address,
        told=_("The request is entered."),
    )


def _address(entered: GovernmentRequest) -> str:
    return reverse("members:government_request", args=[entered.public_id])


def _list(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    url = reverse("members:government_requests")
    found, older_url, newer_url = frames.page_of(request, GovernmentRequest.objects.visible_to(request.actor), url)
    shown = frames.Listing(
        register=Register.GOVERNMENT_REQUESTS,
        lead=_("Requests of public authorities to the programme. Members count theirs in attestations."),
        head=HEAD,
        rows=[_row(one) for one in found],
        empty=_("No request has been received."),
        older_url=older_url,
        newer_url=newer_url,
    )
    offer = frames.Offer(_("Enter a request"), url, _("Enter"), form, frames.may(request), icon="plus")
    return frames.listing(request, shown, offer, status)


def _row(one: GovernmentRequest) -> frames.Row:
    return frames.Row(
        url=_address(one),
        name=one.received_on,
        under=one.reference,
        cells=(
            frames.Cell(f"{one.get_authority_display()}, {one.jurisdiction}"),
            frames.Cell(one.get_asked_display()),
            frames.Cell(one.get_outcome_display(), status=TONES[one.outcome]),
            frames.Cell(one.get_told_display()),
        ),
    )


@require_safe
@signed_in
def entry(request: PageRequest, case_id: int) -> HttpResponse:
    return _page(request, case_id)


def _page(
    request: PageRequest, case_id: int, given: Mapping[str, Refusable] | None = None, status: int = 200
) -> HttpResponse:
    visible = GovernmentRequest.objects.visible_to(request.actor)
    found = visible.filter(public_id=case_id).first()
    if found is None:
        raise Hidden(_("There is no such request."))
    given = given or {}
    answering = frames.Offer(
        _("Write down the answer"),
        reverse("members:answer_government_request", args=[found.public_id]),
        _("Keep the answer"),
        given.get("answer") or forms.Answer(),
        frames.may(request),
        note=_("An insertion of a value can only be refused.") if found.asked == "insertion" else "",
    )
    page = frames.Sheet(
        title=_("Request of %(day)s") % {"day": date_format(found.received_on, "j F Y")},
        reference=found.reference,
        register=Register.GOVERNMENT_REQUESTS,
        state=frames.Cell(found.get_outcome_display(), status=TONES[found.outcome]),
        facts=_facts(found),
        sections=[(_("Legal basis"), found.legal_basis), (_("Reason of the answer"), found.reason)],
        history=history.of("government_request", found.public_id, request.actor),
    )
    offers = [answering if found.outcome == Answered.PENDING or answering.form.is_bound else None]
    return frames.entry(request, page, offers, status=status)


def _facts(found: GovernmentRequest) -> list[dict[str, object]]:
    return [
        {"term": _("Authority"), "value": found.get_authority_display()},
        {"term": _("Country"), "value": found.jurisdiction},
        {"term": _("Asked"), "value": found.get_asked_display()},
        {"term": _("Received"), "value": found.received_on},
        {"term": _("Answered"), "value": found.answered_on or _("not yet")},
        {"term": _("The person or member concerned"), "value": found.get_told_display()},
    ]


@require_POST
@signed_in
def answer(request: PageRequest, case_id: int) -> HttpResponse:
    return frames.make(
        request,
        forms.Answer(request.POST),
        services.answer,
        again=lambda form, status: _page(request, case_id, {"answer": form}, status),
        then=_address,
        told=_("The answer is written down."),
        case_id=case_id,
    )
