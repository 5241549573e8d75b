"""The inbox of applications, and the decision about one."""

from http import HTTPStatus

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members import admission as questions
from lantern_site.members.forms import admission as forms
from lantern_site.members.lifecycle import CRITERIA, MOVES, NOT_ADMITTED, GateKind, MemberState, Move, Public
from lantern_site.members.models import Application, ApplicationQuerySet, Organisation
from lantern_site.members.policies import permits
from lantern_site.members.services import admission
from lantern_site.members.views import gates
from lantern_site.members.views.tabs import Tab, tabs_of_lists
from lantern_site.pages import PageRequest, signed_in

STATES = {
    "waiting": frozenset({MemberState.APPLICANT}),
    "deferred": frozenset({MemberState.DEFERRED}),
    "decided": frozenset(MemberState) - {MemberState.APPLICANT, MemberState.DEFERRED},
}
SHOWN = 100


@require_safe
@signed_in
def applications(request: PageRequest) -> HttpResponse:
    """Who asks to take part, the longest waiting first."""
    questions.may_read_applications(request.actor)
    chosen = request.GET.get("tab", "waiting")
    chosen = chosen if chosen in STATES else "waiting"
    context = {
        "applications": _listed(chosen).select_related("decided_by")[:SHOWN],
        "chosen": chosen,
        "lists": tabs_of_lists(request),
        "tabs": _tabs(chosen),
    }
    return render(request, "members/applications.html", context)


def _listed(chosen: str) -> ApplicationQuerySet:
    """Those that wait the longest first, those that are decided the other way round."""
    if chosen == "waiting":
        return Application.objects.waiting()
    order = ("-decided_at", "-pk") if chosen == "decided" else ("applied_at", "pk")
    return Application.objects.in_state(STATES[chosen]).order_by(*order)


def _tabs(chosen: str) -> list[Tab]:
    counted = {name: Count("pk", filter=Q(organisation__state__in=states)) for name, states in STATES.items()}
    counts = Application.objects.aggregate(**counted)
    words = {"waiting": _("Waiting"), "deferred": _("Deferred"), "decided": _("Decided")}
    url = reverse("members:applications")
    return [
        {"url": f"{url}?tab={name}", "label": words[name], "count": counts[name] or None, "current": name == chosen}
        for name in STATES
    ]


@require_safe
@signed_in
def application(request: PageRequest, application_id: int) -> HttpResponse:
    return page(request, find(request, application_id), {})


@require_POST
@signed_in
def decide(request: PageRequest, application_id: int) -> HttpResponse:
    form = forms.Decide(request.POST)
    tried = attempt(
        form,
        lambda: admission.decide(
            application_id=application_id,
            move=Move(form.cleaned_data["move"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=request.now,
        ),
    )
    with acting_as(request.actor):
        found = find(request, application_id)
        if not tried.done:
            return page(request, found, {"decide": form}, tried.status)
    told = {
        Move.APPROVE: _("The application of %(name)s is approved."),
        Move.DECLINE: _("The application of %(name)s is declined."),
        Move.DEFER: _("The application of %(name)s is deferred."),
        Move.REOPEN: _("The application of %(name)s waits for a decision again."),
    }
    messages.info(request, told[Move(form.cleaned_data["move"])] % {"name": found.organisation.name})
    return redirect("members:application", application_id)


def find(request: PageRequest, application_id: int) -> Application:
    questions.may_read_applications(request.actor)
    people = ("organisation", "decided_by", "declined_by")
    found = Application.objects.select_related(*people).filter(public_id=application_id).first()
    if found is None:
        raise Hidden(_("There is no such application."))
    return found


def page(
    request: PageRequest, found: Application, given: dict[str, Refusable], status: int = HTTPStatus.OK
) -> HttpResponse:
    """The whole page, inside `acting_as` only. `given` are forms that were refused."""
    organisation = found.organisation
    context = {
        "application": found,
        "organisation": organisation,
        "services": [(name, Public(public).label) for name, public in found.services],
        "answers": [(kind.label, found.answers.get(kind.value, "")) for kind in map(GateKind, CRITERIA)],
        "is_open": organisation.state in NOT_ADMITTED,
        "options": _options(request, organisation, str(given["decide"]["move"].value()) if "decide" in given else ""),
        "may_decide": permits(questions.may_decide, request.actor, found),
        "form": given.get("decide") or forms.Decide(),
        "crumbs": [(reverse("members:applications"), _("Applications"))],
        **gates.table(request, organisation, given, kinds=frozenset(CRITERIA)),
    }
    return render(request, "members/application.html", context, status=status)


def _options(request: PageRequest, organisation: Organisation, chosen: str) -> list[dict[str, object]]:
    """The decisions that are open, each with what it would change."""
    moves = [move for move in admission.DECISIONS if organisation.state in MOVES[move].starts]
    today = request.now.date()
    return [
        {
            "name": "move",
            "value": move.value,
            "title": move.label,
            "consequence": " ".join(questions.consequences(organisation, move, request.now)),
            "key": number,
            "checked": move.value == chosen,
            "refused": permits(questions.may_move, organisation, move, today).sentence,
        }
        for number, move in enumerate(moves, start=1)
    ]
