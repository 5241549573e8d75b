"""The rail of every page: places with counts, the person, and the person's own pace.

A context processor. Everything is read when a template asks for it, so fragments and public pages cost nothing.
"""

import functools
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members import roles
from lantern_site.members.permissions import Permission, roles_for
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, Role
from reviews import desk

Words = str | Promise
EVERYBODY = frozenset(Role)
JUDGING = roles_for({Permission.REVIEW, Permission.FIND}) | {Role.AUDITOR}
PROGRAMME = gettext_lazy("Programme")


@dataclass(frozen=True)
class Place:
    """Something in the rail: for whom, where, and which lists of the desk it counts."""

    name: str
    label: Words
    icon: str
    needs: frozenset[Role] = EVERYBODY
    counts: tuple[str, ...] = ()
    group: Words = ""
    short: Words = ""
    is_own: bool = False
    """The address names the organisation of whoever goes there."""


PLACES = (
    Place("reviews:home", gettext_lazy("Home"), "house"),
    Place(
        "reviews:queue",
        gettext_lazy("Review queue"),
        "inbox",
        roles_for({Permission.REVIEW}),
        ("queue",),
        short=gettext_lazy("Queue"),
    ),
    Place(
        "signals:list",
        gettext_lazy("All signals"),
        "list-checks",
        roles_for({Permission.SEE_SIGNALS}),
        short=gettext_lazy("Signals"),
    ),
    Place(
        "reviews:disputes",
        gettext_lazy("Disputes"),
        "scale",
        JUDGING | roles_for({Permission.DECIDE, Permission.DECIDE_APPEAL}),
        ("answer", "confirm", "decide"),
    ),
    Place(
        "reviews:recalls",
        gettext_lazy("Recalls"),
        "megaphone",
        JUDGING,
        ("recalls",),
    ),
    Place(
        "signals:share",
        gettext_lazy("Share a signal"),
        "send",
        roles_for({Permission.SHARE_IN_DANGER}),
        short=gettext_lazy("Share"),
    ),
    Place(
        "signals:jobs", gettext_lazy("Match jobs"), "radar", roles_for({Permission.MATCH}), short=gettext_lazy("Jobs")
    ),
    Place("reviews:leads", gettext_lazy("Leads"), "crosshair", roles_for({Permission.FIND}), ("leads",)),
    Place("reviews:inbox", gettext_lazy("Inbox"), "bell", counts=("notices",)),
    Place(
        "members:keys",
        gettext_lazy("Keys"),
        "key-round",
        roles_for({Permission.SEE_KEYS}) & MEMBER_ROLES,
        is_own=True,
    ),
    Place(
        "members:directory",
        gettext_lazy("Members"),
        "building-2",
        PROGRAMME_ROLES | {Role.MEMBER_ADMIN},
        group=PROGRAMME,
    ),
    Place(
        "members:applications",
        gettext_lazy("Applications"),
        "user-plus",
        roles_for({Permission.MANAGE_MEMBERS, Permission.READ_REGISTERS}),
        ("applications",),
        group=PROGRAMME,
    ),
    Place("signals:communities", gettext_lazy("Communities"), "users", group=PROGRAMME),
    Place(
        "members:registers",
        gettext_lazy("Registers"),
        "notebook-tabs",
        roles_for({Permission.KEEP_REGISTERS, Permission.READ_REGISTERS}),
        ("late_attestations", "late_answers", "late_notifications"),
        group=PROGRAMME,
    ),
    Place(
        "members:attestations",
        gettext_lazy("Attestations"),
        "calendar-check",
        roles_for({Permission.ATTEST}),
        ("attestations",),
        group=PROGRAMME,
    ),
    Place(
        "transparency:own_editions",
        gettext_lazy("Our numbers"),
        "file-chart-column",
        roles_for({Permission.ATTEST}),
        group=PROGRAMME,
    ),
    Place(
        "members:notes",
        gettext_lazy("Advisory notes"),
        "book-open",
        roles_for({Permission.ATTEST}),
        ("notes",),
        group=PROGRAMME,
        short=gettext_lazy("Notes"),
    ),
    Place(
        "transparency:studio",
        gettext_lazy("Report studio"),
        "file-chart-column",
        roles_for({Permission.ENTER_STUDIO}),
        group=PROGRAMME,
    ),
    Place(
        "transparency:ledger",
        gettext_lazy("Ledger"),
        "book-lock",
        roles_for({Permission.READ_LEDGER}),
        group=PROGRAMME,
    ),
    Place(
        "transparency:editions",
        gettext_lazy("Transparency"),
        "chart-column",
        group=PROGRAMME,
        short=gettext_lazy("Report"),
    ),
    Place("api-docs", gettext_lazy("API"), "braces", group=PROGRAMME),
)
ON_THE_PHONE = 5


def rail(request: HttpRequest, here: str = "") -> dict[str, Any]:
    """`nav`, `person` and `pace` for `base.html`. A view whose address does not say where it belongs names `here`."""
    counts = functools.cache(lambda: _counts(request))
    return {
        "nav": functools.cache(lambda: _nav(request, counts(), here)),
        "person": functools.cache(lambda: _person(request)),
        "pace": functools.cache(lambda: _pace(request, counts())),
    }


def _actor(request: HttpRequest) -> Actor | None:
    if not request.user.is_authenticated:
        return None
    known: Actor | None = getattr(request, "actor", None)
    return known or request.user.actor(clock.now())


def _counts(request: HttpRequest) -> dict[str, int]:
    """All numbers of the rail in one query."""
    actor = _actor(request)
    if actor is None:
        return {}
    now = clock.now()
    behind_the_door = request.method in ("GET", "HEAD") and hasattr(request, "actor")
    with nullcontext() if behind_the_door else acting_as(actor):
        return desk.lengths(actor, {**desk.lists(actor, now), **desk.own_work(actor, now)})


def _nav(request: HttpRequest, counts: dict[str, int], here: str) -> list[dict[str, object]]:
    actor = _actor(request)
    if actor is None:
        return []
    offered = [(place, url) for place in PLACES if (url := _address(place, actor)) and roles.has(actor, *place.needs)]
    path = reverse(here) if here else request.path
    current = max((url for _place, url in offered if _leads_to(url, path)), key=len, default="")
    return [
        {
            "url": url,
            "icon": place.icon,
            "label": place.label,
            "short": place.short,
            "group": place.group,
            "count": sum(counts[name] for name in place.counts) or None,
            "current": url == current,
            "phone": number < ON_THE_PHONE,
        }
        for number, (place, url) in enumerate(offered)
    ]


def _address(place: Place, actor: Actor | None = None) -> str:
    try:
        return reverse(place.name, args=[actor.organisation] if place.is_own and actor else [])
    except NoReverseMatch:
        return ""


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def _person(request: HttpRequest) -> dict[str, str] | None:
    if not request.user.is_authenticated:
        return None
    person = request.user
    return {
        "name": person.name,
        "initials": person.initials,
        "organisation": person.organisation.name,
        "wellbeing_url": reverse("reviews:wellbeing"),
        "quality_url": "" if person.organisation.is_programme else reverse("reviews:quality"),
        "settings_url": _address(Place("members:settings", "", "")),
    }


def _pace(request: HttpRequest, counts: dict[str, int]) -> dict[str, object] | None:
    """The break that the person chose, counted from sign-in. It comes round again; nobody keeps score."""
    if not request.user.is_authenticated:
        return None
    person, now = request.user, clock.now()
    if not person.break_minutes:
        return None
    every = timedelta(minutes=person.break_minutes)
    began: datetime = person.last_login or now
    break_at = now + every - (now - began) % every
    return {
        "break_at": break_at,
        "left": int((break_at - now).total_seconds() // 60),
        "every": person.break_minutes,
        "reviewed": counts["reviewed"],
        "revealed": counts["revealed"],
        "url": reverse("reviews:wellbeing"),
    }
