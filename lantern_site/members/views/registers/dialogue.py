"""Notes of meetings and advisory notes, as the programme keeps them and as members read them."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.members.forms.registers import dialogue as forms
from lantern_site.members.models import AdviceVersion, Confirmation, Meeting, Organisation, SecurityIncident
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, concerns, require
from lantern_site.members.registers import Register
from lantern_site.members.services.registers import dialogue as services
from lantern_site.members.views.registers import frames, history
from lantern_site.pages import PageRequest, signed_in

MEETING_HEAD = (gettext_lazy("Meeting"), gettext_lazy("With"), gettext_lazy("Who may read it"))
ADVICE_HEAD = (gettext_lazy("Note"), gettext_lazy("Version"), gettext_lazy("Confirmed by"))


# Meetings


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def meetings(request: PageRequest) -> HttpResponse:
    """All notes of meetings; a steward writes one here (POST)."""
    if request.method != "POST":
        return _meetings(request, forms.Note())
    return frames.make(
        request,
        forms.Note(request.POST),
        services.note_meeting,
        again=lambda form, status: _meetings(request, form, status),
        then=_meeting_address,
        told=_("The meeting is noted."),
    )


def _meeting_address(meeting: Meeting) -> str:
    return reverse("members:meeting", args=[meeting.public_id])


def _meetings(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    url = reverse("members:meetings")
    found, older_url, newer_url = frames.page_of(request, Meeting.objects.visible_to(request.actor), url)
    shown = frames.Listing(
        register=Register.MEETINGS,
        lead=_("Meetings with members, civil society and authorities. Nobody is named."),
        head=MEETING_HEAD,
        rows=[
            frames.Row(_meeting_address(one), one.subject, one.held_on, (frames.Cell(one.parties_shown), _reach(one)))
            for one in found
        ],
        empty=_("No meeting has been noted."),
        older_url=older_url,
        newer_url=newer_url,
    )
    offer = frames.Offer(_("Note a meeting"), url, _("Keep the note"), form, frames.may(request), icon="plus")
    return frames.listing(request, shown, offer, status)


def _reach(one: Meeting) -> frames.Cell:
    if one.is_public:
        return frames.Cell(_("Everybody"), status="published")
    return frames.Cell(_("The programme"), status="queued")


@require_safe
@signed_in
def meeting(request: PageRequest, meeting_id: int) -> HttpResponse:
    found = Meeting.objects.visible_to(request.actor).filter(public_id=meeting_id).first()
    if found is None or not frames.may(request, Permission.READ_REGISTERS):
        raise Hidden(_("There is no such note."))
    sheet = frames.Sheet(
        title=found.subject,
        reference=found.reference,
        register=Register.MEETINGS,
        state=_reach(found),
        facts=[
            {"term": pgettext("took place", "Held"), "value": found.held_on},
            {"term": _("With"), "value": found.parties_shown},
        ],
        sections=[(_("Note"), found.note)],
        history=history.of("meeting", found.public_id, request.actor),
    )
    return frames.entry(request, sheet, [])


# Advisory notes


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def advice_register(request: PageRequest) -> HttpResponse:
    """All advisory notes; a steward issues one here (POST)."""
    if request.method != "POST":
        return _advice_list(request, forms.Issue())
    return frames.make(
        request,
        forms.Issue(request.POST),
        services.issue,
        again=lambda form, status: _advice_list(request, form, status),
        then=_advice_address,
        told=_("The note is issued. Member admins see it now."),
    )


def _advice_address(version: AdviceVersion) -> str:
    return reverse("members:advice", args=[version.advice.public_id])


def _advice_list(request: PageRequest, form: Refusable, status: int = 200) -> HttpResponse:
    require(request.actor, Permission.READ_REGISTERS)
    url = reverse("members:advice_register")
    newest = AdviceVersion.objects.newest().select_related("advice").prefetch_related("confirmations")
    found, older_url, newer_url = frames.page_of(request, newest, url)
    members = Organisation.objects.taking_part().count()
    shown = frames.Listing(
        register=Register.ADVICE,
        lead=_("Guidance to all members, in versions. Member admins confirm that they have read the newest."),
        head=ADVICE_HEAD,
        rows=[_advice_row(one, members) for one in found],
        empty=_("No note has been issued."),
        older_url=older_url,
        newer_url=newer_url,
    )
    offer = frames.Offer(_("Issue a note"), url, _("Issue it"), form, frames.may(request), icon="plus")
    return frames.listing(request, shown, offer, status)


def _advice_row(one: AdviceVersion, members: int) -> frames.Row:
    issued_on = date_format(localtime(one.issued_at), _("j M Y"))
    confirmed = _("%(n)d of %(all)d members") % {"n": len(one.confirmations.all()), "all": members}
    return frames.Row(
        url=_advice_address(one),
        name=one.advice.title,
        under=one.advice.reference,
        cells=(frames.Cell(f"{one.number} · {issued_on}"), frames.Cell(confirmed)),
    )


@require_safe
@signed_in
def advice(request: PageRequest, advice_id: int) -> HttpResponse:
    return _advice_page(request, advice_id)


def _advice_page(
    request: PageRequest, advice_id: int, given: Mapping[str, Refusable] | None = None, status: int = 200
) -> HttpResponse:
    newest = _newest(advice_id) if frames.may(request, Permission.READ_REGISTERS) else None
    if newest is None:
        raise Hidden(_("There is no such note."))
    members = Organisation.objects.taking_part().order_by("name", "pk")
    known = {one.organisation_id: one.confirmed_at for one in newest.confirmations.all()}
    sheet = frames.Sheet(
        title=newest.advice.title,
        reference=newest.advice.reference,
        register=Register.ADVICE,
        state=frames.Cell(_("Version %(n)d") % {"n": newest.number}, status="published"),
        facts=[{"term": _("Issued"), "value": frames.shown_at(newest.issued_at)}],
        sections=[(_("Advice"), newest.text)],
        history=history.of("advice", newest.advice.public_id, request.actor),
    )
    form = (given or {}).get("revise") or forms.Revise(initial={"text": newest.text})
    url = reverse("members:revise_advice", args=[newest.advice.public_id])
    revising = frames.Offer(_("Revise it"), url, _("Issue the new version"), form, frames.may(request))
    return frames.entry(
        request,
        sheet,
        [revising],
        template="members/registers/advice.html",
        status=status,
        confirmed=[(one, known.get(one.pk)) for one in members],
    )


def _newest(advice_id: int) -> AdviceVersion | None:
    return AdviceVersion.objects.newest().select_related("advice").filter(advice__public_id=advice_id).first()


@require_POST
@signed_in
def revise(request: PageRequest, advice_id: int) -> HttpResponse:
    return frames.make(
        request,
        forms.Revise(request.POST),
        services.revise,
        again=lambda form, status: _advice_page(request, advice_id, {"revise": form}, status),
        then=_advice_address,
        told=_("The new version is issued. Every member confirms it anew."),
        advice_id=advice_id,
    )


# What members read


@require_safe
@signed_in
def notes(request: PageRequest) -> HttpResponse:
    """Advisory notes, and incidents that touch the own organisation and of which it was informed."""
    mine = Confirmation.objects.filter(organisation=request.actor.organisation_id)
    confirmed = dict(mine.values_list("version_id", "confirmed_at"))
    newest = AdviceVersion.objects.newest().select_related("advice")
    found, older_url, newer_url = frames.page_of(request, newest, reverse("members:notes"))
    incidents = SecurityIncident.objects.known_to(request.actor.organisation_id).order_by("-detected_at", "-pk")
    context = {
        "rows": [(one, confirmed.get(one.pk)) for one in found],
        "incidents": incidents[: frames.PAGE],
        "confirms": concerns(request.actor, Permission.ATTEST),
        "older_url": older_url,
        "newer_url": newer_url,
    }
    return render(request, "members/registers/notes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def note(request: PageRequest, advice_id: int) -> HttpResponse:
    """One advisory note; a member admin confirms it here (POST)."""
    if request.method != "POST":
        return _note(request, advice_id, None)
    return frames.make(
        request,
        forms.Confirm(request.POST),
        services.confirm,
        again=lambda form, status: _note(request, advice_id, form, status),
        then=lambda _made: reverse("members:notes"),
        told=_("Your organisation has read the note."),
        advice_id=advice_id,
    )


def _note(request: PageRequest, advice_id: int, given: Refusable | None, status: int = 200) -> HttpResponse:
    newest = _newest(advice_id)
    if newest is None:
        raise Hidden(_("There is no such note."))
    mine = newest.confirmations.filter(organisation=request.actor.organisation_id).first()
    context: dict[str, Any] = {
        "version": newest,
        "confirmed": mine,
        "earlier": newest.advice.versions.exclude(pk=newest.pk).order_by("-number"),
        "crumbs": [(reverse("members:notes"), _("Advisory notes"))],
        **frames.offered([_confirming(request, newest, given) if mine is None or given else None]),
    }
    return render(request, "members/registers/note.html", context, status=status)


def _confirming(request: PageRequest, newest: AdviceVersion, given: Refusable | None) -> frames.Offer:
    """What was refused is shown with its sentence, above the version that counts now."""
    form = forms.Confirm(initial={"version": newest.number})
    answer = frames.may(request, Permission.ATTEST) if not request.actor.programme else Answer(False)
    if given is not None:
        form = forms.Confirm({"version": newest.number})
        form.is_valid()
        for sentence in given.non_field_errors():
            form.add_error(None, sentence)
    return frames.Offer(
        _("Confirm"),
        reverse("members:note", args=[newest.advice.public_id]),
        _("We have read version %(n)d") % {"n": newest.number},
        form,
        answer,
        icon="check",
    )
