"""Pages about a member's standing: suspension and leaving, each with what it would do before it is done."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members.forms import standing as forms
from lantern_site.members.lifecycle import MemberState, Suspension
from lantern_site.members.models import Departure, Organisation, SignalsRule
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, concerns, permits, require
from lantern_site.members.services import standing as services
from lantern_site.pages import PageRequest, signed_in
from signals import consequences

SUSPENDED = (
    (Suspension.SUBMIT, gettext_lazy("Share signals")),
    (Suspension.RECEIVE, gettext_lazy("Receive signals")),
    (Suspension.ALL, gettext_lazy("Both, and have machines")),
)
STEPS = ("member.suspended", "member.resumed", "member.leaving", "member.left", "member.certified_deletion")


@require_safe
@signed_in
def standing(request: PageRequest, organisation_id: int) -> HttpResponse:
    return _page(request, organisation_id)


def _page(
    request: PageRequest,
    organisation_id: int,
    given: Mapping[str, Refusable] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, inside `acting_as` only. `given` are forms that were refused, by the name of their step."""
    found = _find(request, organisation_id)
    has = consequences.stock(found, request.now)
    departure = Departure.objects.filter(organisation=found).select_related("announced_by", "left_by").first()
    asked = {"suspend": forms.Suspend(), "lift": forms.Lift(), "notice": forms.GiveNotice(), "certify": forms.Certify()}
    asked |= given or {}
    history = Entry.objects.about("member", found.public_id).filter(action__in=STEPS).order_by("-position")[:20]
    context = {
        "organisation": found,
        "stock": has,
        "departure": departure,
        "forms": asked,
        "suspensions": _options(asked["suspend"], "what", SUSPENDED, lambda one: _suspending(one, has)),
        "rules": _options(asked["notice"], "rule", SignalsRule.choices, lambda one: _leaving(one, has)),
        "may_suspend": _may(request, found, Permission.SUSPEND),
        "may_give_notice": _may_give_notice(request, found),
        "history": [{"action": entry.action, "at": entry.at, "what": entry.facts.get("what", "")} for entry in history],
        "crumbs": [
            (reverse("members:directory"), _("Members")),
            (reverse("members:organisation", args=[found.public_id]), found.name),
        ],
    }
    return render(request, "members/standing.html", context, status=status)


def _find(request: PageRequest, organisation_id: int) -> Organisation:
    """Stewards and auditors look at any member, a member admin at the own one."""
    own = concerns(request.actor, Permission.GIVE_NOTICE)
    members = Organisation.objects.members().filter(public_id=organisation_id)
    if not concerns(request.actor, Permission.READ_REGISTERS):
        members = members.filter(pk=request.actor.organisation_id or 0) if own else members.none()
    found = members.select_related("suspended_by").first()
    if found is None:
        raise Hidden(_("There is no such organisation."))
    return found


def _may(request: PageRequest, found: Organisation, permission: Permission) -> Answer:
    return permits(require, request.actor, permission)


def _may_give_notice(request: PageRequest, found: Organisation) -> Answer:
    if found.state != MemberState.ACTIVE:
        return Answer(False)
    permission = Permission.SUSPEND if request.actor.programme else Permission.GIVE_NOTICE
    return _may(request, found, permission)


def _suspending(value: str, has: consequences.Stock) -> str:
    return consequences.of_suspension(Suspension(value), has)


def _leaving(value: str, has: consequences.Stock) -> str:
    return consequences.of_departure(SignalsRule(value), has)


def _options(
    form: Refusable, name: str, choices: Iterable[tuple[str, Any]], consequence: Callable[[str], str]
) -> list[dict[str, object]]:
    """Context of components/options.html."""
    chosen = form[name].value()
    return [
        {
            "name": name,
            "value": value,
            "title": label,
            "consequence": consequence(value),
            "checked": form.is_bound and value == chosen,
        }
        for value, label in choices
    ]


def _step(
    request: PageRequest, organisation_id: int, name: str, form: Refusable, act: Callable[[], object], told: str
) -> HttpResponse:
    with acting_as(request.actor):
        _find(request, organisation_id)
    tried = attempt(form, act)
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, organisation_id, {name: tried.form}, tried.status)
    messages.info(request, told)
    return redirect("signals:standing", organisation_id)


@require_POST
@signed_in
def suspend(request: PageRequest, organisation_id: int) -> HttpResponse:
    form = forms.Suspend(request.POST)

    def act() -> object:
        what = Suspension(form.cleaned_data["what"])
        reason = form.cleaned_data["reason"]
        return services.suspend(
            organisation_id=organisation_id, what=what, reason=reason, actor=request.actor, now=request.now
        )

    return _step(request, organisation_id, "suspend", form, act, _("The member is suspended. Its machines are told."))


@require_POST
@signed_in
def lift(request: PageRequest, organisation_id: int) -> HttpResponse:
    form = forms.Lift(request.POST)

    def act() -> object:
        return services.lift(organisation_id=organisation_id, actor=request.actor, now=request.now, **form.cleaned_data)

    return _step(request, organisation_id, "lift", form, act, _("The suspension has ended. Its machines are told."))


@require_POST
@signed_in
def give_notice(request: PageRequest, organisation_id: int) -> HttpResponse:
    form = forms.GiveNotice(request.POST)

    def act() -> object:
        return services.give_notice(
            organisation_id=organisation_id,
            rule=SignalsRule(form.cleaned_data["rule"]),
            leaves_on=form.cleaned_data["leaves_on"],
            actor=request.actor,
            now=request.now,
        )

    return _step(request, organisation_id, "notice", form, act, _("Notice is given. The member receives nothing more."))


@require_POST
@signed_in
def part(request: PageRequest, organisation_id: int) -> HttpResponse:
    with acting_as(request.actor):
        _find(request, organisation_id)
    services.part(organisation_id=organisation_id, actor=request.actor, now=request.now)
    messages.info(request, _("The member has left. Its keys are told corrections only."))
    return redirect("signals:standing", organisation_id)


@require_POST
@signed_in
def certify(request: PageRequest, organisation_id: int) -> HttpResponse:
    form = forms.Certify(request.POST)

    def act() -> object:
        return services.certify(
            organisation_id=organisation_id, actor=request.actor, now=request.now, **form.cleaned_data
        )

    return _step(request, organisation_id, "certify", form, act, _("The certificate is recorded. Its keys have ended."))
