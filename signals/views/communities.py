"""Pages about communities: who belongs, by which rule, and who would gain or lose sight of what by a change."""

from dataclasses import dataclass

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
from lantern_site.members.forms import communities as forms
from lantern_site.members.models import Community, CommunityQuerySet, Membership, Organisation
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import concerns, permits, require
from lantern_site.members.services import communities as services
from lantern_site.members.services.communities import Outline
from lantern_site.pages import PageRequest, signed_in
from signals import consequences


@dataclass(frozen=True)
class Preview:
    """Who would gain sight of the community's signals by a rule, and who would lose it."""

    joining: list[str]
    leaving: list[str]
    signals: int


def _visible(request: PageRequest) -> CommunityQuerySet:
    """The programme sees all, a member those that it belongs to."""
    if request.actor.programme:
        return Community.objects.all()
    return Community.objects.with_member(request.actor.organisation_id)


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    return _index(request, forms.Found())


def _index(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    inside = Count("memberships", filter=Q(memberships__left_at__isnull=True), distinct=True)
    found = Community.objects.filter(pk__in=_visible(request).values("pk")).annotate(members=inside)
    offered = concerns(request.actor, Permission.MANAGE_COMMUNITIES)
    context = {
        "communities": found.order_by("-is_everyone", "closed_at", "name", "pk"),
        "form": form,
        "permission": permits(require, request.actor, Permission.MANAGE_COMMUNITIES),
        "offered": offered,
        "unsaid": [] if offered else [form],
    }
    return render(request, "members/communities.html", context, status=status)


@require_POST
@signed_in
def found(request: PageRequest) -> HttpResponse:
    form = forms.Found(request.POST)
    made: list[Community] = []

    def act() -> object:
        is_open = form.cleaned_data["open_to_later_members"]
        outline = form.outline()
        made.append(
            services.found(outline=outline, open_to_later_members=is_open, actor=request.actor, now=request.now)
        )
        return made

    tried = attempt(form, act)
    if not tried.done:
        with acting_as(request.actor):
            return _index(request, tried.form, tried.status)
    messages.info(request, _("The community “%(name)s” is there.") % {"name": made[0].name})
    return redirect("signals:community", made[0].public_id)


@require_safe
@signed_in
def community(request: PageRequest, community_id: int) -> HttpResponse:
    return _page(request, community_id, None)


def _page(request: PageRequest, community_id: int, form: forms.Describe | None, status: int = 200) -> HttpResponse:
    one = _visible(request).filter(public_id=community_id).first()
    if one is None:
        raise Hidden(_("There is no such community."))
    manages = concerns(request.actor, Permission.MANAGE_COMMUNITIES)
    current = Membership.objects.current().filter(community=one).select_related("organisation")
    inside = list(current.order_by("organisation__name", "pk"))
    losses = consequences.losses(one) if manages else {}
    context = {
        "community": one,
        "inside": [(membership, losses.get(membership.organisation_id, 0)) for membership in inside],
        "outside": _outside(inside) if manages and not one.by_rule and not one.closed_at else [],
        "signals": consequences.in_community(one).count(),
        "manages": manages,
        "permission": permits(require, request.actor, Permission.MANAGE_COMMUNITIES),
        "form": form or forms.Describe.of(one),
        "unsaid": [form] if form is not None and not manages else [],
        "preview": _preview(one, form, inside) if form is not None and form.is_valid() else None,
        "crumbs": [(reverse("signals:communities"), _("Communities"))],
    }
    return render(request, "members/community.html", context, status=status)


def _outside(inside: list[Membership]) -> list[Organisation]:
    pks = [membership.organisation_id for membership in inside]
    return list(Organisation.objects.taking_part().exclude(pk__in=pks).order_by("name", "pk"))


def _preview(one: Community, form: forms.Describe, inside: list[Membership]) -> Preview | None:
    outline: Outline = form.outline()
    if not outline.by_rule:
        return None
    fits = {member.pk: member.name for member in Organisation.objects.fitting(outline.kinds, outline.regions)}
    here = {membership.organisation_id: membership.organisation.name for membership in inside}
    return Preview(
        joining=sorted(name for pk, name in fits.items() if pk not in here),
        leaving=sorted(name for pk, name in here.items() if pk not in fits),
        signals=consequences.in_community(one).count(),
    )


@require_POST
@signed_in
def change(request: PageRequest, community_id: int) -> HttpResponse:
    """Change it, or only show (`preview`) whom the rule would take in and let go."""
    form = forms.Describe(request.POST)
    if "preview" in request.POST:
        with acting_as(request.actor):
            return _page(request, community_id, form, 200 if form.is_valid() else 422)

    def act() -> object:
        return services.change(community_id=community_id, outline=form.outline(), actor=request.actor, now=request.now)

    tried = attempt(form, act)
    if not tried.done:
        with acting_as(request.actor):
            return _page(request, community_id, form, tried.status)
    messages.info(request, _("The community is changed. Whoever gained or lost sight is told."))
    return redirect("signals:community", community_id)


@require_POST
@signed_in
def add(request: PageRequest, community_id: int) -> HttpResponse:
    services.add(
        community_id=community_id,
        organisation_id=_reference(request, "organisation"),
        actor=request.actor,
        now=request.now,
    )
    messages.info(request, _("The member belongs to it now."))
    return redirect("signals:community", community_id)


@require_POST
@signed_in
def remove(request: PageRequest, community_id: int) -> HttpResponse:
    services.remove(
        community_id=community_id,
        organisation_id=_reference(request, "organisation"),
        actor=request.actor,
        now=request.now,
    )
    messages.info(request, _("The member does not belong to it any more. Its machines are told."))
    return redirect("signals:community", community_id)


def _reference(request: PageRequest, name: str) -> int:
    """A public id out of a select or a hidden field; what is none names nothing."""
    given = request.POST.get(name, "")
    return int(given) if given.isdecimal() else 0


@require_POST
@signed_in
def open_to_later(request: PageRequest, community_id: int) -> HttpResponse:
    services.open_to_later(community_id=community_id, actor=request.actor, now=request.now)
    messages.info(request, _("Notice is given. In ten working days later members see older signals."))
    return redirect("signals:community", community_id)


@require_POST
@signed_in
def close_to_later(request: PageRequest, community_id: int) -> HttpResponse:
    services.close_to_later(community_id=community_id, actor=request.actor, now=request.now)
    messages.info(request, _("Later members see only what is shared after they joined."))
    return redirect("signals:community", community_id)


@require_POST
@signed_in
def close(request: PageRequest, community_id: int) -> HttpResponse:
    services.close(community_id=community_id, actor=request.actor, now=request.now)
    messages.info(request, _("The community is closed. The machines of its members are told."))
    return redirect("signals:community", community_id)
