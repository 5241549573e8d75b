"""Sharing a signal: kind first, then its form with a live look at what would be shared."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid, Refusal
from lantern_site.members.models import Community
from lantern_site.members.policies import organisation_of, permits
from lantern_site.pages import PageRequest, signed_in, status_of
from signals import forms, guards, history, intake, kinds, policies, rows
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Signal
from signals.services import sharing

SHARED_AS = (
    (gettext_lazy("Identifiers"), (Kind.EMAIL, Kind.USERNAME, Kind.ACCOUNT_ID, Kind.PAYMENT, Kind.PHONE)),
    (
        gettext_lazy("Content"),
        (Kind.URL, Kind.KEYWORD, Kind.PDQ, Kind.PHASH, Kind.SHA256, Kind.SHA1, Kind.MD5, Kind.VIDEO_MD5),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share(request: PageRequest) -> HttpResponse:
    """GET chooses a kind and shows its form; POST shares."""
    if request.method != "POST":
        return _page(request, _empty_form(request))
    with acting_as(request.actor):
        form = _form(request, request.POST, request.FILES)
    forms.notice_oversize(form, request.META.get("CONTENT_LENGTH"), "hash_file")
    if not form.is_valid():
        return _answer(request, form, 422)
    try:
        signals = sharing.submit(
            items=form.items(),
            statement=form.statement(),
            community_id=int(form.cleaned_data["community"]),
            replaces=form.cleaned_data["replaces"],
            actor=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _answer(request, form, status_of(refusal))
    messages.info(request, _told(signals))
    return redirect("reviews:signal", signals[0].public_id)


def _told(signals: list[Signal]) -> str:
    return ngettext(
        "%(reference)s waits for its first review by somebody else of your organisation.",
        "%(count)d signals of one incident wait for their first review by somebody else of your organisation.",
        len(signals),
    ) % {"reference": signals[0].reference, "count": len(signals)}


def _empty_form(request: PageRequest) -> forms.Share | None:
    if replaced := _replaced(request, request.GET.get("replaces", "")):
        return _form(request, initial=said_by(replaced) | _place_of(replaced))
    kind = request.GET.get("kind", "")
    return _form(request, initial={"kind": kind}) if kind in kinds.OFFERED else None


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


def _form(request: PageRequest, *data: object, initial: dict[str, object] | None = None) -> forms.Share:
    communities = list(Community.objects.with_member(request.actor.organisation_id).order_by("-is_everyone", "name"))
    return forms.Share(*data, initial=initial, communities=communities)


def _answer(request: PageRequest, form: forms.Share, status: int) -> HttpResponse:
    with acting_as(request.actor):
        return _page(request, form, status)


def _page(request: PageRequest, form: forms.Share | None, status: int = 200) -> HttpResponse:
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
        "permission": permits(policies.may_share, request.actor, danger=True),
        "kind_permission": permits(policies.may_share_kind, organisation, chosen, request.now.date()),
    }
    return render(request, "signals/share.html", context, status=status)


def _choice(kind: Kind, chosen: str) -> dict[str, object]:
    return {
        "kind": kind.value,
        "label": kind.label,
        "url": f"{reverse('signals:share')}?kind={kind.value}",
        "current": kind.value == chosen,
    }


@require_POST
@signed_in
def look(request: PageRequest) -> HttpResponse:
    """The normal form of what stands in the form, and what would happen to it. Nothing is kept."""
    kind = request.POST.get("kind", "")
    service = request.POST.get("service") or None
    lines = [line.strip() for line in request.POST.get("values", "").splitlines() if line.strip()]
    with acting_as(request.actor):
        looks = [_look(request, Item(Kind(kind), line, service=service)) for line in lines[:20]] if kind in Kind else []
    lists = {"version": guards.LISTS_VERSION, "date": date.fromisoformat(guards.LISTS_DATE)}
    context = {"looks": looks, "more": max(0, len(lines) - 20), "lists": lists}
    return render(request, "signals/_look.html", context)


def _look(request: PageRequest, item: Item) -> dict[str, object]:
    try:
        taken = intake.take(item)
    except Invalid as refusal:
        return {"raw": item.raw, "refused": str(refusal)}
    indicator = intake.find_indicator(taken.normal)
    visible = Signal.objects.visible_to(request.actor).with_context().filter(indicator=indicator)
    seen = list(visible.order_by("-submitted_at", "-pk")[:5]) if indicator is not None else []
    known = history.known_to(request.actor, indicator) if indicator is not None else ()
    return {
        "shown": taken.normal.shown or taken.normal.value,
        "alias": taken.normal.alias,
        "warnings": guards.explained([*taken.warnings, *known]),
        "seen": [rows.row_of(signal, request.actor) for signal in seen],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def resubmit(request: PageRequest, signal_id: int) -> HttpResponse:
    """Answer a return: the same value with a corrected statement."""
    if request.method != "POST":
        signal = own_signal(request, signal_id)
        return render(request, "signals/resubmit.html", {"form": forms.Says(initial=said_by(signal)), "signal": signal})
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
        context = {"form": form, "signal": own_signal(request, signal_id)}
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
