"""The register of data-subject requests. Looking for a value stands in signals, which knows what a value is."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members import legal_deadlines, registers
from lantern_site.members.forms.registers import subject_requests as forms
from lantern_site.members.forms.registers.fields import Step
from lantern_site.members.models import SubjectRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, permits, require
from lantern_site.members.registers import Register, RequestMove
from lantern_site.members.services.registers import subject_requests as services
from lantern_site.members.views.registers import frames, history
from lantern_site.pages import PageRequest, signed_in

HEAD = (
    gettext_lazy("Request"),
    gettext_lazy("Asks for"),
    gettext_lazy("State"),
    gettext_lazy("Answer"),
    gettext_lazy("Found"),
)
TONES = {"open": "due", "identity_asked": "queued", "restricted": "held", "decided": "decided", "closed": "done"}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """Requests that wait for an answer, or all; a steward enters one here (POST)."""
    if request.method != "POST":
        return _list(request, forms.Receive())
    return frames.make(
        request,
        forms.Receive(request.POST),
        services.receive,
        again=lambda form, status: _list(request, form, status),
        then=_address,
        told=_("The request is entered. Its month runs."),
    )


def _address(case: SubjectRequest) -> str:
    return reverse("members:subject_request", args=[case.public_id])


def _list(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    here, every = reverse("members:subject_requests"), request.GET.get("tab") == "all"
    visible = SubjectRequest.objects.visible_to(request.actor)
    older_url = newer_url = ""
    if every:
        found, older_url, newer_url = frames.page_of(request, visible, f"{here}?tab=all")
    else:
        found = list(visible.unanswered().order_by("due_on", "pk")[: 4 * frames.PAGE])
    shown = frames.Listing(
        register=Register.SUBJECT_REQUESTS,
        lead=_("Persons ask about their own data. They are answered within a month. Members see nothing of it."),
        head=HEAD,
        rows=[_row(one) for one in found],
        empty=_("No request has been received.") if every else _("No request waits for an answer."),
        tabs=[
            {"url": here, "label": _("To answer"), "count": None, "current": not every},
            {"url": f"{here}?tab=all", "label": _("All"), "count": None, "current": every},
        ],
        older_url=older_url,
        newer_url=newer_url,
    )
    offer = frames.Offer(_("Enter a request"), here, _("Enter"), form, frames.may(request), icon="plus")
    return frames.listing(request, shown, offer, status)


def _row(one: SubjectRequest) -> frames.Row:
    due_at = legal_deadlines.end_of(one.due_on) if one.is_unanswered else None
    return frames.Row(
        url=_address(one),
        name=one.file_reference,
        under=one.received_on,
        cells=(
            frames.Cell(one.get_right_display()),
            frames.Cell(one.get_state_display(), status=TONES[one.state]),
            frames.Cell(one.get_ruling_display(), due_at=due_at),
            frames.Cell(len(one.signals) if one.searches else "–"),
        ),
    )


@require_safe
@signed_in
def entry(request: PageRequest, case_id: int) -> HttpResponse:
    return page(request, case_id)


def page(
    request: PageRequest, case_id: int, given: Mapping[str, Refusable] | None = None, status: int = 200
) -> HttpResponse:
    """The whole page, inside `acting_as` only. `given` are forms that were refused, by the name of their step."""
    case = SubjectRequest.objects.visible_to(request.actor).filter(public_id=case_id).first()
    if case is None:
        raise Hidden(_("There is no such request."))
    told = history.of("subject_request", case.public_id, request.actor)
    decision = next((one.payload for one in told if one.action == "subject_request.decided"), {})
    sheet = frames.Sheet(
        title=_("%(right)s, %(file)s") % {"right": case.get_right_display(), "file": case.file_reference},
        reference=case.reference,
        register=Register.SUBJECT_REQUESTS,
        state=frames.Cell(case.get_state_display(), status=TONES[case.state]),
        facts=_facts(case),
        sections=[
            (_("Why the term was extended"), case.extended_because),
            (_("Reason of the decision"), decision.get("reason", "")),
            (_("Letter to the person"), decision.get("letter", "")),
        ],
        history=told,
    )
    searching = registers.REQUEST_STEPS[RequestMove.SEARCH]
    offers = _offers(request, case, given or {})
    return frames.entry(
        request,
        sheet,
        offers,
        template="members/registers/subject_request.html",
        status=status,
        case=case,
        due_at=legal_deadlines.end_of(case.due_on) if case.is_unanswered else None,
        may_search=case.state in searching.sources and case.is_proven and frames.may(request).allowed,
    )


def _facts(case: SubjectRequest) -> list[dict[str, object]]:
    return [
        {"term": _("The person asks for"), "value": case.get_right_display()},
        {"term": _("Received"), "value": case.received_on},
        {"term": _("Last day to answer"), "value": case.due_on},
        {"term": _("Identity"), "value": case.get_proof_display() if case.is_proven else _("not proven yet")},
        {"term": _("Decision"), "value": case.get_ruling_display() or _("none yet")},
    ]


def _offers(request: PageRequest, case: SubjectRequest, given: Mapping[str, Refusable]) -> list[frames.Offer | None]:
    def offer(
        name: str,
        move: RequestMove,
        title: str,
        button: str,
        form: Callable[..., Refusable] = Step,
        *,
        when: bool = True,
        **more: Any,
    ) -> frames.Offer | None:
        refused = given.get(name)
        if refused is None and not (when and case.state in registers.REQUEST_STEPS[move].sources):
            return None
        url = reverse(f"members:{name}_subject_request", args=[case.public_id])
        return frames.Offer(title, url, button, refused or form(auto_id=f"{name}_%s"), **({"answer": keep} | more))

    keep = frames.may(request)
    return [
        offer(
            "prove", RequestMove.PROVE_IDENTITY, _("Identity proven"), _("Keep"), forms.Prove,
            when=not case.is_proven,
        ),
        offer(
            "ask", RequestMove.ASK_IDENTITY, _("Ask for a proof of identity"), _("They were asked"),
            when=not case.is_proven, note=_("The month runs on while you wait."), icon="message-square",
        ),
        offer(
            "restrict", RequestMove.RESTRICT, _("Restrict what was found"), _("Hold these signals"),
            when=bool(case.signals), answer=_may_restrict(request), icon="circle-pause",
            note=_("They leave the feed until you decide; everyone who received them is told that they are held."),
        ),
        offer("decide", RequestMove.DECIDE, _("Decide"), _("Decide"), forms.Decide, icon="gavel"),
        offer(
            "extend", RequestMove.EXTEND, _("Extend the term"), _("Extend by two months"), forms.Extend,
            when=case.extended_at is None, note=_("Once, and told to the person within the first month."),
            icon="clock",
        ),
        offer("close", RequestMove.CLOSE, _("Close"), _("The letter is sent"), icon="check"),
    ]  # fmt: skip


def _may_restrict(request: PageRequest) -> Answer:
    keep = frames.may(request)
    return permits(require, request.actor, Permission.HOLD) if keep else keep


def _step(
    request: PageRequest, case_id: int, name: str, form: Refusable, service: Callable[..., Any], told: str
) -> HttpResponse:
    return frames.make(
        request,
        form,
        service,
        again=lambda refused, status: page(request, case_id, {name: refused}, status),
        then=_address,
        told=told,
        case_id=case_id,
    )


@require_POST
@signed_in
def ask_identity(request: PageRequest, case_id: int) -> HttpResponse:
    form = Step(request.POST)
    return _step(request, case_id, "ask", form, services.ask_identity, _("It is kept that the person was asked."))


@require_POST
@signed_in
def prove_identity(request: PageRequest, case_id: int) -> HttpResponse:
    form = forms.Prove(request.POST, auto_id="prove_%s")
    return _step(request, case_id, "prove", form, services.prove_identity, _("Now you may look for the value."))


@require_POST
@signed_in
def restrict(request: PageRequest, case_id: int) -> HttpResponse:
    form = Step(request.POST)
    return _step(request, case_id, "restrict", form, services.restrict, _("The signals are being held."))


@require_POST
@signed_in
def extend(request: PageRequest, case_id: int) -> HttpResponse:
    form = forms.Extend(request.POST, auto_id="extend_%s")
    return _step(request, case_id, "extend", form, services.extend, _("The term is two months longer."))


@require_POST
@signed_in
def decide(request: PageRequest, case_id: int) -> HttpResponse:
    form = forms.Decide(request.POST, auto_id="decide_%s")
    return _step(request, case_id, "decide", form, services.decide, _("The request is decided. Send the letter."))


@require_POST
@signed_in
def close(request: PageRequest, case_id: int) -> HttpResponse:
    return _step(request, case_id, "close", Step(request.POST), services.close, _("The request is closed."))
