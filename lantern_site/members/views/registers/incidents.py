"""The register of security incidents, with the clock of 72 hours."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members import registers
from lantern_site.members.forms.registers import incidents as forms
from lantern_site.members.models import SecurityIncident
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.members.registers import AffectedData, IncidentMove, Register
from lantern_site.members.services.registers import incidents as services
from lantern_site.members.views.registers import frames, history
from lantern_site.pages import PageRequest, signed_in

HEAD = (
    gettext_lazy("Incident"),
    gettext_lazy("Detected"),
    gettext_lazy("State"),
    gettext_lazy("Authority"),
    gettext_lazy("Members"),
)
TONES = {"open": "failed", "contained": "due", "closed": "done"}


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    visible = SecurityIncident.objects.visible_to(request.actor).prefetch_related("touches")
    found, older_url, newer_url = frames.page_of(request, visible, reverse("members:incidents"))
    shown = frames.Listing(
        register=Register.INCIDENTS,
        lead=_("The supervisory authority is notified within 72 hours, or it is said why not."),
        head=HEAD,
        rows=[_row(one) for one in found],
        empty=_("No incident has been reported."),
        older_url=older_url,
        newer_url=newer_url,
    )
    new_url = reverse("members:incident_new") if frames.may(request) else ""
    return frames.listing(request, shown, None, new_url=new_url, new_label=_("Report an incident"), new_icon="plus")


def _row(one: SecurityIncident) -> frames.Row:
    touched = list(one.touches.all())
    informed = sum(each.informed_at is not None for each in touched)
    return frames.Row(
        url=_address(one),
        name=one.get_kind_display(),
        under=f"{one.reference} · {one.get_severity_display()}",
        cells=(
            frames.Cell(frames.shown_at(one.detected_at)),
            frames.Cell(one.get_state_display(), status=TONES[one.state]),
            frames.Cell(_authority(one), due_at=one.notify_due_at if one.awaits_notification else None),
            frames.Cell(_("%(informed)d of %(all)d informed") % {"informed": informed, "all": len(touched)}),
        ),
    )


def _address(incident: SecurityIncident) -> str:
    return reverse("members:incident", args=[incident.public_id])


def _authority(one: SecurityIncident) -> str:
    if one.notified_at is not None:
        return _("notified")
    return _("need not be notified") if one.not_notified_because else _("not notified yet")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PageRequest) -> HttpResponse:
    """Report an incident: also the way here from a key that leaked."""
    if request.method != "POST":
        return _new(request, forms.Report(initial={"kind": request.GET.get("kind", "")}))
    return frames.make(
        request,
        forms.Report(request.POST),
        services.report,
        again=lambda form, status: _new(request, form, status),
        then=_address,
        told=_("The incident is entered. Its 72 hours run from the detection."),
    )


def _new(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    require(request.actor, Permission.KEEP_REGISTERS)
    context = {"form": form, "crumbs": [frames.crumb(), frames.crumb(Register.INCIDENTS)]}
    return render(request, "members/registers/incident_new.html", context, status=status)


@require_safe
@signed_in
def entry(request: PageRequest, incident_id: int) -> HttpResponse:
    return _page(request, incident_id)


def _page(
    request: PageRequest, incident_id: int, given: Mapping[str, Refusable] | None = None, status: int = 200
) -> HttpResponse:
    """The whole page, inside `acting_as` only, for those who read registers."""
    visible = SecurityIncident.objects.visible_to(request.actor).filter(public_id=incident_id)
    incident = visible.first() if request.actor.programme else None
    if incident is None:
        raise Hidden(_("There is no such incident."))
    touched = list(incident.touches.select_related("organisation").order_by("organisation__name", "pk"))
    sheet = frames.Sheet(
        title=incident.get_kind_display(),
        reference=incident.reference,
        register=Register.INCIDENTS,
        state=frames.Cell(incident.get_state_display(), status=TONES[incident.state]),
        facts=_facts(incident),
        sections=[
            (_("Description"), incident.description),
            (_("Measures"), incident.measures),
            (_("Why the authority was notified late"), incident.late_because),
            (_("Why the authority need not be notified"), incident.not_notified_because),
            (_("What the members were told"), incident.notice),
            (_("What was learned"), incident.lesson),
        ],
        history=history.of("security_incident", incident.public_id, request.actor),
    )
    ids = [one.organisation.public_id for one in touched]
    untold = any(one.informed_at is None for one in touched)
    offers = _offers(request, incident, given or {}, ids, untold=untold)
    due_at = incident.notify_due_at if incident.awaits_notification else None
    template = "members/registers/incident.html"
    return frames.entry(request, sheet, offers, template=template, status=status, touched=touched, due_at=due_at)


def _facts(incident: SecurityIncident) -> list[dict[str, object]]:
    data = ", ".join(str(AffectedData(one).label) for one in incident.affected_data)
    return [
        {"term": _("Severity"), "value": incident.get_severity_display(), "severity": incident.severity},
        {"term": _("Detected"), "value": frames.shown_at(incident.detected_at)},
        {"term": _("Kinds of data"), "value": data or _("none")},
        {"term": _("Contained"), "value": frames.shown_at(incident.contained_at, _("not yet"))},
        {"term": _("Supervisory authority"), "value": frames.shown_at(incident.notified_at, _authority(incident))},
        {"term": _("Notification due"), "value": frames.shown_at(incident.notify_due_at)},
    ]


def _offers(
    request: PageRequest,
    incident: SecurityIncident,
    given: Mapping[str, Refusable],
    touched: list[int],
    *,
    untold: bool,
) -> list[frames.Offer | None]:
    keep = frames.may(request)

    def offer(
        name: str, title: str, button: str, form: Callable[..., Refusable], *, when: bool = True, **more: Any
    ) -> frames.Offer | None:
        refused = given.get(name)
        if refused is None and not (when and incident.state in registers.INCIDENT_STEPS[IncidentMove(name)].sources):
            return None
        url = reverse(f"members:{name}_incident", args=[incident.public_id])
        initial = {
            "measures": incident.measures,
            "severity": incident.severity,
            "affected_data": incident.affected_data,
            "member_ids": touched,
        }
        shown = refused or form(auto_id=f"{name}_%s", initial=initial)
        return frames.Offer(title, url, button, shown, keep, **more)

    return [
        offer(
            "notify", _("Notify the authority"), _("Keep"), forms.Notify,
            when=incident.notified_at is None, icon="landmark",
        ),
        offer("inform", _("Inform the members"), _("Inform them"), forms.Inform, when=untold, icon="megaphone",
              note=_("They see the incident and this text from then on.")),
        offer("contain", _("Contained"), _("It is contained"), forms.Contain, icon="shield-check"),
        offer("close", _("Close"), _("Close the incident"), forms.Close, icon="check"),
        offer("describe", _("Describe further"), _("Keep"), forms.Describe),
    ]  # fmt: skip


def _step(
    request: PageRequest, incident_id: int, name: str, form: Refusable, service: Callable[..., Any], told: str
) -> HttpResponse:
    return frames.make(
        request,
        form,
        service,
        again=lambda refused, status: _page(request, incident_id, {name: refused}, status),
        then=_address,
        told=told,
        incident_id=incident_id,
    )


@require_POST
@signed_in
def describe(request: PageRequest, incident_id: int) -> HttpResponse:
    form = forms.Describe(request.POST, auto_id="describe_%s")
    return _step(request, incident_id, "describe", form, services.describe, _("The description is kept."))


@require_POST
@signed_in
def contain(request: PageRequest, incident_id: int) -> HttpResponse:
    form = forms.Contain(request.POST, auto_id="contain_%s")
    return _step(request, incident_id, "contain", form, services.contain, _("The incident is contained."))


@require_POST
@signed_in
def notify(request: PageRequest, incident_id: int) -> HttpResponse:
    form = forms.Notify(request.POST, auto_id="notify_%s")
    return _step(request, incident_id, "notify", form, services.notify, _("The notification is settled."))


@require_POST
@signed_in
def inform(request: PageRequest, incident_id: int) -> HttpResponse:
    form = forms.Inform(request.POST, auto_id="inform_%s")
    return _step(request, incident_id, "inform", form, services.inform, _("The members see it now."))


@require_POST
@signed_in
def close(request: PageRequest, incident_id: int) -> HttpResponse:
    form = forms.Close(request.POST, auto_id="close_%s")
    return _step(request, incident_id, "close", form, services.close, _("The incident is closed."))
