"""Sharing a signal: kind first, then its form; drafts of it; the answer to a return."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden, Refusal
from lantern_site.members.models import Community
from lantern_site.members.policies import organisation_of, permits
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import forms, intake, kinds, outlook, policies
from signals.guards import mask
from signals.kinds import Kind
from signals.models import Draft, Signal
from signals.services import drafts, sharing

SHARED_AS = (
    (gettext_lazy("Identifiers"), (Kind.EMAIL, Kind.USERNAME, Kind.ACCOUNT_ID, Kind.PAYMENT, Kind.PHONE)),
    (
        gettext_lazy("Content"),
        (
            *(Kind.URL, Kind.KEYWORD, Kind.PDQ, Kind.PHASH, Kind.SHA256, Kind.SHA1, Kind.MD5),
            *(Kind.VIDEO_MD5, Kind.VPDQ),
        ),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share(request: PageRequest) -> HttpResponse:
    """GET chooses a kind, or opens a draft, and shows its form; POST shares.

    While some rows cannot be shared nothing is, unless the person says to leave them out (`leave_out`).
    """
    if request.method != "POST":
        return page(request, _empty_form(request))
    form = form_of(request, request.POST, request.FILES)
    forms.notice_oversize(form, request.META.get("CONTENT_LENGTH"), "hash_file")
    if not form.is_valid():
        return _refused(request, form, 422)
    statement = form.statement()
    with acting_as(request.actor):
        outlooks = outlook.of_lines(form.lines(), statement, request.actor, request.now)
    items = form.items(outlooks)
    if len(items) < len(outlooks) and not (items and "leave_out" in request.POST):
        form.say_of_rows(outlooks)
        return _refused(request, form, 422, shareable=len(items))
    try:
        signals = drafts.submit(
            draft_id=form.cleaned_data["draft"],
            items=items,
            statement=statement,
            community_id=int(form.cleaned_data["community"]),
            replaces=form.cleaned_data["replaces"],
            actor=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _refused(request, form, status_of(refusal))
    messages.info(request, _told(signals))
    return redirect("reviews:signal", signals[0].public_id)


def _told(signals: list[Signal]) -> str:
    return ngettext(
        "%(reference)s waits for its first review by somebody else of your organisation.",
        "%(count)d signals of one incident wait for their first review by somebody else of your organisation.",
        len(signals),
    ) % {"reference": signals[0].reference, "count": len(signals)}


def _empty_form(request: PageRequest) -> forms.Share | None:
    """A new form, what a draft had kept, or what a retracted signal said whose wrong value is to be replaced."""
    if asked := request.GET.get("draft", ""):
        draft = _own_draft(request, asked)
        form = form_of(request)
        typed = {"kind": draft.kind, "draft": public_ids.shown(draft.public_id)}
        form.initial = form.initial_of(draft.opened()) | typed
        return form
    if replaced := _replaced(request, request.GET.get("replaces", "")):
        form = form_of(request)
        form.initial = said_by(replaced) | _place_of(replaced)
        return form
    kind = request.GET.get("kind", "")
    if kind not in kinds.OFFERED:
        return None
    form = form_of(request)
    form.initial = {"kind": kind}
    return form


def _own_draft(request: PageRequest, asked: str) -> Draft:
    try:
        return Draft.objects.of(request.actor).get(public_id=public_ids.parse(asked))
    except (ValueError, Draft.DoesNotExist):
        raise Hidden(_("There is no such draft.")) from None


def _replaced(request: PageRequest, reference: str) -> Signal | None:
    """The retracted signal whose wrong value is to be replaced."""
    try:
        return own_signal(request, public_ids.parse(reference)) if reference else None
    except ValueError:
        raise policies.unknown_signal() from None


def _place_of(replaced: Signal) -> dict[str, object]:
    service = (intake.value_of(replaced.indicator) or "").partition(":")[0]
    return {
        "kind": replaced.indicator.kind,
        "service": service if replaced.indicator.kind in kinds.SERVICE_BOUND else "",
        "community": str(replaced.community.public_id),
        "replaces": replaced.reference,
    }


def form_of(request: PageRequest, *data: object) -> forms.Share:
    """The form with the communities of the actor's organisation."""
    with acting_as(request.actor):
        mine = Community.objects.with_member(request.actor.organisation_id).order_by("-is_everyone", "name")
        return forms.Share(*data, communities=list(mine))


def _refused(request: PageRequest, form: forms.Share, status: int, *, shareable: int = 0) -> HttpResponse:
    with acting_as(request.actor):
        return page(request, form, status, shareable=shareable)


def page(request: PageRequest, form: forms.Share | None, status: int = 200, **more: Any) -> HttpResponse:
    """The whole page, inside `acting_as` only. `more` is what else its templates show."""
    organisation = organisation_of(request.actor)
    chosen = str(form["kind"].value() or "") if form is not None else ""
    context = {
        "form": form,
        "kind": Kind(chosen) if chosen in kinds.OFFERED else None,
        "groups": [
            (title, [_choice(kind, chosen) for kind in group if kind in kinds.OFFERED]) for title, group in SHARED_AS
        ],
        "service_bound": chosen in kinds.SERVICE_BOUND,
        "is_hash": chosen in kinds.HASHES,
        "is_keyword": chosen == Kind.KEYWORD,
        "harms": harms(),
        "drafts": [] if form is not None else _drafts(request),
        "days": drafts.KEPT.days,
        "permission": permits(policies.may_share, request.actor, danger=True),
        "kind_permission": permits(policies.may_share_kind, organisation, chosen, request.now.date()),
        **more,
    }
    return render(request, "signals/share.html", context, status=status)


def harms() -> list[tuple[object, object, int]]:
    return [(term.label, harm.definition, harm.severity.value) for term, harm in kinds.HARMS.items()]


def _choice(kind: Kind, chosen: str) -> dict[str, object]:
    return {
        "kind": kind.value,
        "label": kind.label,
        "url": f"{reverse('signals:share')}?kind={kind.value}",
        "current": kind.value == chosen,
    }


def _drafts(request: PageRequest) -> list[dict[str, object]]:
    """The person's drafts, newest first, with the mask of their first value."""
    mine = Draft.objects.of(request.actor).order_by("-saved_at", "-pk")
    return [_draft(request, draft) for draft in mine]


def _draft(request: PageRequest, draft: Draft) -> dict[str, object]:
    values = "".join(draft.opened().get("values", [])).splitlines()
    return {
        "url": f"{reverse('signals:share')}?draft={public_ids.shown(draft.public_id)}",
        "discard_url": reverse("signals:discard_draft", args=[draft.public_id]),
        "kind": draft.kind,
        "label": Kind(draft.kind).label,
        "masked": mask(Kind(draft.kind), values[0]) if values else "",
        "more": max(0, len(values) - 1),
        "saved_at": draft.saved_at,
    }


@require_POST
@signed_in
def save_draft(request: PageRequest) -> HttpResponse:
    """Keep what was typed. htmx asks while somebody types and gets a line that says so; a button leads to the list."""
    form = form_of(request, request.POST, request.FILES)
    form.full_clean()
    try:
        draft = drafts.save(
            draft_id=form.cleaned_data["draft"],
            kind=request.POST.get("kind", ""),
            content=form.typed(),
            actor=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        if request.htmx:
            context = {"sentence": str(refusal), "draft": form["draft"].value()}
            return render(request, "signals/_draft.html", context, status=status_of(refusal))
        form.refuse(refusal)
        return _refused(request, form, status_of(refusal))
    if request.htmx:
        context = {"draft": public_ids.shown(draft.public_id), "saved_at": draft.saved_at}
        return render(request, "signals/_draft.html", context)
    messages.info(request, _("The draft is kept for %(days)d days.") % {"days": drafts.KEPT.days})
    return redirect("signals:share")


@require_POST
@signed_in
def discard_draft(request: PageRequest, draft_id: int) -> HttpResponse:
    drafts.discard(draft_id=draft_id, actor=request.actor, now=request.now)
    messages.info(request, _("The draft is discarded."))
    return redirect("signals:share")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def resubmit(request: PageRequest, signal_id: int) -> HttpResponse:
    """Answer a return: the same value with a corrected statement."""
    if request.method != "POST":
        signal = own_signal(request, signal_id)
        context = {"form": forms.Says(initial=said_by(signal)), "signal": signal, "harms": harms()}
        return render(request, "signals/resubmit.html", context)
    form = forms.Says(request.POST)
    status = 422
    if form.is_valid():
        try:
            sharing.resubmit(signal_id=signal_id, statement=form.statement(), actor=request.actor, now=request.now)
            messages.info(request, _("The signal waits for review again."))
            return redirect("reviews:signal", signal_id)
        except Refusal as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    with acting_as(request.actor):
        context = {"form": form, "signal": own_signal(request, signal_id), "harms": harms()}
        return render(request, "signals/resubmit.html", context, status=status)


def said_by(signal: Signal) -> dict[str, object]:
    """What the fields of a statement hold when it says again what the signal says."""
    said: dict[str, object] = {name: getattr(signal.version, name, None) for name in forms.Says.base_fields}
    return said | {"danger": signal.danger, "expires_on": None, "authority_informed": ""}


def own_signal(request: PageRequest, signal_id: int) -> Signal:
    """A signal of the actor's own organisation; any other is unknown here."""
    found = Signal.objects.visible_to(request.actor).with_context().filter(public_id=signal_id).first()
    if found is None or found.organisation_id != request.actor.organisation_id:
        raise policies.unknown_signal()
    return found
