"""Where an organisation stands: its way, its gates, its next step, what it was called, what it has done lately."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from lantern_site.audit import wording
from lantern_site.audit.models import Entry
from lantern_site.members import admission as questions
from lantern_site.members.forms import admission as forms
from lantern_site.members.forms import compliance as papers
from lantern_site.members.lifecycle import GONE, ON_THE_WAY, MemberKind, MemberState, Move
from lantern_site.members.models import Merger, Organisation, Staff
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, permits, require
from lantern_site.members.views import gates
from lantern_site.members.views.gates import Given
from lantern_site.members.views.tabs import tabs_of
from lantern_site.pages import PageRequest

ACTIVITY_DAYS = 90
WAY = (
    MemberState.APPLICANT,
    MemberState.APPROVED,
    MemberState.SIGNED,
    MemberState.ONBOARDING,
    MemberState.ACTIVE,
)
BY_BUTTON = (Move.ONBOARD, Move.ACTIVATE)
"""Moves that are one button; the others happen where something is written."""


def context(request: PageRequest, found: Organisation, given: Given) -> dict[str, object]:
    """What the page of an organisation shows to itself and to the programme, inside `acting_as` only."""
    if found.is_programme:
        return {"tabs": tabs_of(request, found)}
    now = request.now
    return {
        "tabs": tabs_of(request, found),
        "steps": steps(found),
        "due": _due(found, now),
        "names": found.former_names.order_by("-until_on", "-pk"),
        "merger": Merger.objects.select_related("continuing").filter(ending=found).first(),
        "activity": _activity(found, now),
        "support": found.supports.filter(ended_at__isnull=True).select_related("partner").first(),
        "today": now.date(),
        **_next(request, found),
        **gates.table(request, found, given),
        **_forms(request, found, given),
    }


def steps(found: Organisation) -> list[dict[str, object]]:
    """Context of components/lifecycle.html: the way in, or the way out, with the days as the ledger has them."""
    reached = _reached(found)
    way = [*WAY, MemberState.LEAVING, MemberState.LEFT] if found.state in GONE else list(WAY)
    here = way.index(MemberState(found.state)) if found.state in way else 0
    return [
        {
            "label": state.label,
            "at": reached.get(state),
            "state": "current" if place == here else "done" if place < here else "next",
        }
        for place, state in enumerate(way)
    ]


def _reached(found: Organisation) -> Mapping[str, datetime]:
    """When each state was last entered."""
    told = Entry.objects.about("member", found.public_id).filter(facts__has_key="state")
    reached, before = {}, ""
    for at, facts in told.values_list("at", "facts"):
        if facts["state"] != before:
            reached[facts["state"]], before = at, facts["state"]
    return reached


def _due(found: Organisation, now: datetime) -> list[questions.Due]:
    fetched = questions.with_papers(Organisation.objects.filter(pk=found.pk)).get()
    return questions.due(fetched, now.date())


def _activity(found: Organisation, now: datetime) -> list[tuple[str, int]]:
    """What happened in words, and how often; the most frequent first."""
    lately = Entry.objects.filter(organisation=found.public_id, at__gte=now - timedelta(days=ACTIVITY_DAYS))
    counted = lately.values("action").annotate(times=Count("pk")).order_by("-times", "action")
    return [(wording.sentence(action), times) for action, times in counted.values_list("action", "times")]


def _next(request: PageRequest, found: Organisation) -> dict[str, object]:
    """The next step on the way in, what it would change, and why it is not open yet."""
    move = questions.next_move(found)
    if move is None or not permits(questions.may_keep, request.actor):
        return {}
    answer: Answer = permits(questions.may_move, found, move, request.now.date())
    return {
        "next_move": move,
        "next_by_button": move in BY_BUTTON,
        "next_is_open": answer,
        "first_person_is_missing": move == Move.ACTIVATE and not found.staff.exists(),
        "next_consequences": questions.consequences(found, move, request.now),
    }


def _forms(request: PageRequest, found: Organisation, given: Given) -> dict[str, object]:
    if not permits(questions.may_keep, request.actor):
        return {"may_export": permits(questions.may_attest, request.actor, found)}
    return {
        "may_export": Answer(True),
        "may_end": permits(require, request.actor, Permission.SUSPEND) if found.state in ON_THE_WAY else None,
        "end_form": given.get("end") or forms.Reason(auto_id="end_%s"),
        "end_consequences": questions.consequences(found, Move.END, request.now),
        "rename_form": given.get("rename") or forms.Rename(auto_id="rename_%s"),
        "support_form": given.get("support") or papers.Support(partners=partners(), auto_id="support_%s"),
    }


def partners() -> list[Staff]:
    """Who may help a small member: people of the programme."""
    people = Staff.objects.filter(organisation__kind=MemberKind.PROGRAMME, is_active=True)
    return list(people.order_by("name", "pk"))


def title(found: Organisation) -> str:
    """The state as its page's pill says it."""
    return _("Suspended") if found.suspended else str(found.get_state_display())
