"""Examining leads: one, or several together, and taking back what was a slip of the hand."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.policies import organisation_of, permits
from lantern_site.pages import PageRequest, signed_in
from reviews import disputing, forms, piles
from reviews.models import Finding
from reviews.services import findings
from reviews.views.leads import one, parsed, tell
from signals import rows
from signals.kinds import HASHES
from signals.models import Lead


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lead(request: PageRequest, lead_id: int) -> HttpResponse:
    """One lead, with the form of its finding."""
    if request.method != "POST":
        return _page(request, lead_id, forms.Finding(financial=_is_financial(request)))
    form = forms.Finding(request.POST, financial=_is_financial(request))
    with acting_as(request.actor):
        same = [each.public_id for each in _same(request, one(request, lead_id))]
    lead_ids = [lead_id, *(same if request.POST.get("for_all") else [])]
    done: list[Finding] = []
    tried = attempt(
        form,
        lambda: done.append(
            findings.record(lead_ids=lead_ids, found=form.found(), actor=request.actor, now=request.now)
        ),
    )
    if tried.done:
        text = ngettext("The finding is recorded.", "The finding is recorded for %(n)d leads.", len(lead_ids))
        messages.info(request, text % {"n": len(lead_ids)}, extra_tags=_way_back(done))
        return redirect("reviews:leads")
    with acting_as(request.actor):
        return _page(request, lead_id, form, tried.status)


def _way_back(recorded: Sequence[Finding]) -> str:
    """Where these findings are taken back, as the tag of the message that tells of them."""
    named = urlencode({"finding": [finding.public_id for finding in recorded]}, doseq=True)
    return f"{reverse('reviews:withdraw_findings')}?{named}"


def _is_financial(request: PageRequest) -> bool:
    return organisation_of(request.actor).kind == MemberKind.FINANCIAL


def _same(request: PageRequest, lead: Lead) -> list[Lead]:
    """The other exact hits of the same hash that nobody has examined."""
    if lead.match != Lead.Match.EXACT or lead.indicator.kind not in HASHES:
        return []
    alike = piles.leads_of(request.actor).without_finding().filter(indicator=lead.indicator_id, match=Lead.Match.EXACT)
    with acting_as(Actor.clock()):
        return list(alike.exclude(pk=lead.pk).order_by("pk")[:500])


def _page(request: PageRequest, lead_id: int, form: forms.Finding, status: int = 200) -> HttpResponse:
    found = one(request, lead_id)
    [told] = tell([found], request)
    finding = getattr(found, "finding", None) or found.findings_beside.first()
    context = {
        "lead": told,
        "finding": finding,
        "may_withdraw": finding is not None and findings.may_be_withdrawn(finding=finding, now=request.now),
        "may_reinstate": finding is not None and permits(disputing.may_reinstate, request.actor, finding),
        "found_at": found.found_at,
        "same": len(_same(request, found)),
        "form": form,
        "crumbs": [(reverse("reviews:leads"), _("Leads"))],
        "signal": found.signal,
    }
    return render(request, "reviews/lead.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def together(request: PageRequest) -> HttpResponse:
    """The same finding on several leads (each a `lead` in the address): shown as it will be written, then recorded."""
    lead_ids = [parsed(reference) for reference in dict.fromkeys(request.GET.getlist("lead"))]
    if request.method != "POST":
        return _together(request, lead_ids, forms.Finding(financial=_is_financial(request)))
    form = forms.Finding(request.POST, financial=_is_financial(request))
    act = findings.record_each if request.POST.get("confirmed") else findings.rehearse
    done: list[Finding | list[Lead]] = []
    tried = attempt(
        form,
        lambda: done.extend(act(lead_ids=lead_ids, found=form.found(), actor=request.actor, now=request.now)),
    )
    if tried.done and request.POST.get("confirmed"):
        text = ngettext(
            "The finding on %(n)d lead is recorded.", "The findings on %(n)d leads are recorded.", len(lead_ids)
        )
        recorded = [one for one in done if isinstance(one, Finding)]
        messages.info(request, text % {"n": len(lead_ids)}, extra_tags=_way_back(recorded))
        return redirect("reviews:leads")
    is_rehearsed = tried.done and not request.POST.get("change")
    with acting_as(request.actor):
        return _together(request, lead_ids, form, 200 if tried.done else tried.status, is_rehearsed=is_rehearsed)


def _together(
    request: PageRequest, lead_ids: list[int], form: forms.Finding, status: int = 200, *, is_rehearsed: bool = False
) -> HttpResponse:
    wanted = piles.leads_of(request.actor).without_finding().filter(public_id__in=lead_ids[: findings.MOST_AT_ONCE])
    with acting_as(Actor.clock()):
        found = piles.page(wanted, "", findings.MOST_AT_ONCE)
    if not found:
        raise Hidden(_("There is no such lead."))
    context = {
        "leads": tell(found, request),
        "count": len(found),
        "flags": {flag for lead in found for flag in rows.flags(lead.signal)},
        "findings": len(findings.grouped(leads=found)),
        "will_be_written": _written(form) if is_rehearsed else [],
        "form": form,
        "crumbs": [(reverse("reviews:leads"), _("Leads"))],
    }
    return render(request, "reviews/leads_together.html", context, status=status)


def _written(form: forms.Finding) -> list[dict[str, object]]:
    """The answers of a form as facts, in the words of its choices."""
    facts: list[dict[str, object]] = []
    for field in form:
        given = form.cleaned_data[field.name]
        if given in ("", [], 0):
            continue
        words = dict(getattr(field.field, "choices", ()))
        chosen = given if isinstance(given, list) else [given]
        said = [_("yes") if one is True else _("no") if one is False else words.get(one, one) for one in chosen]
        facts.append({"term": field.label, "value": ", ".join(str(one) for one in said)})
    return facts


@require_POST
@signed_in
def withdraw(request: PageRequest, finding_id: int) -> HttpResponse:
    findings.withdraw(finding_id=finding_id, actor=request.actor, now=request.now)
    messages.info(request, _("The finding is taken back. Its leads wait to be examined again."))
    return redirect("reviews:leads")


@require_POST
@signed_in
def withdraw_several(request: PageRequest) -> HttpResponse:
    """Undo what was recorded together (each a `finding` in the address)."""
    named = [int(one) for one in request.GET.getlist("finding") if one.isdecimal() and len(one) < 18]
    count = findings.withdraw_each(finding_ids=named[: findings.MOST_AT_ONCE], actor=request.actor, now=request.now)
    if count:
        said = ngettext("%(n)d finding is taken back.", "%(n)d findings are taken back.", count)
        messages.info(request, said % {"n": count})
    else:
        messages.warning(request, _("Nothing is taken back: it is too late for that."))
    return redirect("reviews:leads")
