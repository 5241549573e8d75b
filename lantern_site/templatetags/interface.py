"""Words, icons and small forms of numbers for templates: `{% load interface %}`.

`templates/base.html` expects from its context processor:

- `nav`: list of items with `url`, `icon` (a lucide name), `label`, `count` (int or None), `current` (bool),
  `group` (a heading, or "" for none; items of one group stand together), `phone` (bool: stands in the bottom bar
  of the phone, four or five do) and `short` (a shorter label for that bar, or "").
- `person`: `name`, `initials`, `organisation`, `settings_url` (or "").
- `pace`: None, or `break_at` (datetime), `left` and `every` (whole minutes), `reviewed` and `revealed` (counts that
  only the person sees).

Without `nav` and `person` the same template shows neither, so it also serves somebody who is not signed in.
"""

import functools
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from lucide.templatetags.lucide import lucide

from lantern_site import clock, public_ids

register = template.Library()

Words = str | Promise


@dataclass(frozen=True)
class Look:
    """How a state shows itself: its word, the tone of its pill and its icon. The word always stands beside the tone."""

    word: Words
    tone: str = ""
    icon: str = ""


STATES: Mapping[str, Look] = {
    # signals
    "submitted": Look(gettext_lazy("Submitted"), "", "clock"),
    "returned": Look(gettext_lazy("Returned"), "amber", "undo-2"),
    "cancelled": Look(gettext_lazy("Cancelled"), "", "x"),
    "rejected": Look(gettext_lazy("Rejected"), "", "ban"),
    "active": Look(gettext_lazy("Active"), "pine", "check"),
    "withdrawn": Look(gettext_lazy("Withdrawn"), "", "archive"),
    "held": Look(gettext_lazy("Held"), "plum", "circle-pause"),
    "retracted": Look(gettext_lazy("Retracted"), "rust", "rotate-ccw"),
    "expired": Look(gettext_lazy("Expired"), "", "calendar-x"),
    # flags
    "provisional": Look(gettext_lazy("Provisional"), "open", "circle-dashed"),
    "contested": Look(gettext_lazy("Contested"), "plum", "scale"),
    "mixed": Look(gettext_lazy("Mixed findings"), "plum", "split"),
    "danger": Look(gettext_lazy("Danger now"), "rust", "siren"),
    "caution": Look(gettext_lazy("Caution"), "amber", "triangle-alert"),
    "protect": Look(gettext_lazy("Protect"), "amber", "shield-alert"),
    # disputes
    "opened": Look(gettext_lazy("Opened"), "plum", "scale"),
    "answered": Look(gettext_lazy("Answered"), "plum", "message-square"),
    "accepted": Look(gettext_lazy("Accepted"), "pine", "check"),
    "decided": Look(gettext_lazy("Decided"), "pine", "gavel"),
    "upheld": Look(gettext_lazy("Upheld"), "pine", "gavel"),
    "amended": Look(gettext_lazy("Amended"), "pine", "pencil"),
    "not_upheld": Look(gettext_lazy("Not upheld"), "", "gavel"),
    "appealed": Look(gettext_lazy("Appealed"), "plum", "landmark"),
    # jobs
    "queued": Look(gettext_lazy("Queued"), "", "clock"),
    "running": Look(gettext_lazy("Running"), "amber", "radar"),
    "asking": Look(gettext_lazy("Waits for your answer"), "amber", "circle-pause"),
    "watching": Look(gettext_lazy("Watching"), "pine", "radar"),
    "paused": Look(gettext_lazy("Paused"), "amber", "circle-pause"),
    "done": Look(gettext_lazy("Done"), "pine", "check"),
    "failed": Look(gettext_lazy("Failed"), "rust", "octagon-alert"),
    # recalls, for each member
    "due": Look(gettext_lazy("Due"), "amber", "clock"),
    "delivered": Look(gettext_lazy("Delivered"), "", "inbox"),
    "acknowledged": Look(gettext_lazy("Acknowledged"), "pine", "check"),
    "overdue": Look(gettext_lazy("Overdue"), "rust", "alarm-clock"),
    # imports and their rows
    "checking": Look(gettext_lazy("Being checked"), "amber", "list-checks"),
    "checked": Look(gettext_lazy("Waits for you"), "amber", "clock"),
    "sharing": Look(gettext_lazy("Being submitted"), "amber", "send"),
    "forgotten": Look(gettext_lazy("Wiped"), "", "eraser"),
    "new": Look(gettext_lazy("New"), "pine", "plus"),
    "warned": Look(gettext_lazy("New, with a warning"), "amber", "triangle-alert"),
    "exists": Look(gettext_lazy("Shared already"), "", "copy"),
    "repeats": Look(gettext_lazy("Repeats a row"), "", "repeat"),
    "shared": Look(gettext_lazy("Submitted"), "pine", "send"),
    "not_chosen": Look(gettext_lazy("Not chosen"), "", "minus"),
    "refused": Look(gettext_lazy("Refused"), "rust", "ban"),
    # claims
    "mine": Look(pgettext_lazy("a claim", "Yours"), "amber", "lock"),
    # keys of machines
    "in_use": Look(gettext_lazy("In use"), "pine", "check"),
    "retiring": Look(gettext_lazy("Retiring"), "amber", "clock"),
    "revoked": Look(gettext_lazy("Revoked"), "rust", "ban"),
    # members and editions
    "suspended": Look(gettext_lazy("Suspended"), "rust", "circle-pause"),
    "frozen": Look(gettext_lazy("Frozen"), "", "lock"),
    "confirmed": Look(gettext_lazy("Confirmed"), "pine", "check"),
    "corrected": Look(gettext_lazy("Corrected"), "amber", "pencil"),
    "not_reported": Look(gettext_lazy("Not reported"), "", "minus"),
    "published": Look(gettext_lazy("Published"), "pine", "check"),
    "restated": Look(gettext_lazy("Restated"), "amber", "pencil"),
}

SEVERITIES: Mapping[str, tuple[int, Words]] = {
    "low": (1, gettext_lazy("Low")),
    "medium": (2, gettext_lazy("Medium")),
    "high": (3, gettext_lazy("High")),
    "critical": (4, gettext_lazy("Critical")),
}

KIND_ICONS: Mapping[str, str] = {
    "email": "mail",
    "username": "at-sign",
    "account_id": "id-card",
    "url": "link",
    "keyword": "type",
    "payment": "wallet",
    "phone": "phone",
    "pdq": "image",
    "phash": "image",
    "video_md5": "film",
    "vpdq": "film",
}

# The second word of a ledger action ("signal.approved") decides; what is not listed shows the turning clock.
ACTION_ICONS: Mapping[str, str] = {
    "submitted": "send",
    "resubmitted": "send",
    "returned": "undo-2",
    "cancelled": "x",
    "rejected": "ban",
    "approved": "check",
    "approval_taken_back": "undo-2",
    "reopened": "undo-2",
    "confirmed": "badge-check",
    "activated": "check",
    "withdrawn": "archive",
    "held": "circle-pause",
    "released": "play",
    "retracted": "rotate-ccw",
    "reinstated": "redo-2",
    "expired": "calendar-x",
    "renewed": "refresh-cw",
    "claimed": "lock",
    "handed_over": "shuffle",
    "opened": "scale",
    "answered": "message-square",
    "accepted": "check",
    "decided": "gavel",
    "appealed": "landmark",
    "matched": "radar",
    "found": "radar",
    "corroborated": "users",
    "recalled": "megaphone",
    "delivered": "inbox",
    "acknowledged": "circle-check",
    "revealed": "eye",
    "exported": "download",
    "noted": "message-square",
    "amended": "pencil",
    "corrected": "pencil",
    "correction_proposed": "pencil",
    "correction_approved": "check",
    "correction_refused": "ban",
    "correction_reopened": "undo-2",
    "correction_cancelled": "x",
    "replaced": "rotate-ccw",
    "found_broad": "triangle-alert",
    "published": "book-open",
}

ACTION_TONES: Mapping[str, str] = {
    "approved": "pine",
    "confirmed": "pine",
    "activated": "pine",
    "corroborated": "pine",
    "accepted": "pine",
    "acknowledged": "pine",
    "released": "pine",
    "reinstated": "pine",
    "claimed": "amber",
    "returned": "amber",
    "recalled": "amber",
    "held": "plum",
    "opened": "plum",
    "answered": "plum",
    "appealed": "plum",
    "retracted": "rust",
}


# Icons


@functools.cache
def _drawn(name: str, size: int) -> SafeString:
    return mark_safe(lucide(name, size=size, aria_hidden="true", focusable="false"))  # noqa: S308  (drawn by the library)


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """A lucide icon as inline SVG, hidden from assistive technology: words must stand beside it.

    Raises lucide.IconDoesNotExist for an unknown name, so that a typing error shows in the first test of the page.
    """
    return _drawn(name, int(size))


@register.filter
def kind_icon(kind: str) -> str:
    """The icon of a kind of indicator; every digest that is not listed is a fingerprint-like hash sign."""
    return KIND_ICONS.get(str(kind), "hash")


def _verb(action: str) -> str:
    return str(action).rpartition(".")[2]


@register.filter
def action_icon(action: str) -> str:
    return ACTION_ICONS.get(_verb(action), "history")


@register.filter
def action_tone(action: str) -> str:
    return ACTION_TONES.get(_verb(action), "")


@register.filter
def inline_svg(document: str) -> SafeString:
    """An SVG document made by a library on this machine (the QR code), without its XML prologue."""
    return mark_safe(document[document.index("<svg") :])  # noqa: S308


# States and severities


def _look(state: str) -> Look:
    code = str(state)
    return STATES.get(code) or Look(code.replace("_", " ").capitalize())


@register.filter
def status_word(state: str) -> Words:
    return _look(state).word


@register.filter
def status_tone(state: str) -> str:
    return _look(state).tone


@register.filter
def status_icon(state: str) -> str:
    return _look(state).icon


@register.filter
def severity_level(severity: str | int) -> int:
    """1 (low) to 4 (critical), from the code or from the number itself."""
    if isinstance(severity, int):
        return severity
    return SEVERITIES[str(severity)][0]


@register.filter
def severity_word(severity: str | int) -> Words:
    level = severity_level(severity)
    return next(word for number, word in SEVERITIES.values() if number == level)


# Times


@register.filter
def short_duration(span: timedelta) -> str:
    """The largest unit only, always positive: "54 min", "3 h", "2 days"."""
    minutes = int(abs(span.total_seconds()) // 60)
    hours, days = minutes // 60, minutes // 1440
    if minutes < 1:
        return _("under 1 min")
    if hours < 1:
        return ngettext("%(n)s min", "%(n)s min", minutes) % {"n": minutes}
    if hours < 24:
        return ngettext("%(n)s h", "%(n)s h", hours) % {"n": hours}
    if days < 60:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if days < 730:
        months = round(days / 30.44)
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    years = round(days / 365.25)
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


@register.filter
def ago(moment: datetime) -> str:
    """How long since, or until: "2 days ago", "in 3 h"."""
    span = clock.now() - moment
    if abs(span) < timedelta(minutes=1):
        return _("just now")
    if span < timedelta(0):
        return _("in %(span)s") % {"span": short_duration(span)}
    return _("%(span)s ago") % {"span": short_duration(span)}


@register.filter
def is_late(due_at: datetime) -> bool:
    return due_at < clock.now()


@register.filter
def time_left(due_at: datetime) -> str:
    """What remains until a target or what it was missed by: "14 min left", "54 min late"."""
    span = due_at - clock.now()
    if span < timedelta(0):
        return _("%(span)s late") % {"span": short_duration(span)}
    return _("%(span)s left") % {"span": short_duration(span)}


@register.filter
def elapsed_percent(opened_at: datetime, due_at: datetime) -> int:
    """How much of the time between two moments has passed, 3 to 100: a bar of nothing would look broken."""
    whole = (due_at - opened_at).total_seconds()
    if whole <= 0:
        return 100
    part = (clock.now() - opened_at).total_seconds()
    return round(100 * min(1, max(0.03, part / whole)))


@register.filter
def remaining_percent(until: datetime, since: datetime) -> int:
    """How much of the time between two moments is left, 0 to 100."""
    whole = (until - since).total_seconds()
    left = (until - clock.now()).total_seconds()
    return round(100 * min(1, max(0, left / whole))) if whole > 0 else 0


# Numbers, names and digests


@register.filter
def percent_of(part: float, whole: float) -> int:
    """`part` in hundredths of `whole`; of nothing it is 0."""
    return round(100 * part / whole) if whole else 0


MANY = 1_000
"""How far lists are counted. Nobody acts differently upon a larger number, and a page must not wait for it."""


@register.filter
def counted(number: int) -> str:
    """A number that was counted up to `MANY`, as people read it."""
    return f"{intcomma(MANY)}+" if number > MANY else intcomma(number)


@register.filter
def public_id(number: int) -> str:
    return public_ids.shown(number)


@register.filter
def initials(name: str) -> str:
    """At most two letters for a round picture that is only letters."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def hue(anything: object) -> int:
    """0 to 5, always the same for the same thing: one of six muted colours that tell neighbours apart."""
    return zlib.crc32(str(anything).encode()) % 6


@register.filter
def middle_cut(text: str, length: int = 26) -> str:
    """`text` with its middle left out when it is longer; the ends are what people compare."""
    if len(text) <= length:
        return text
    tail = length // 3
    return f"{text[: length - tail - 1]}…{text[-tail:]}"


@register.filter
def glyph_path(digest: str) -> str:
    """The path of a mirrored 5 × 5 glyph in a 35 × 35 box: people recognise *that one again* without any content."""
    bits = int(digest[:16].ljust(16, "0"), 16)
    cells = [(x, y) for y in range(5) for x in range(5) if bits >> (y * 3 + min(x, 4 - x)) & 1]
    return "".join(f"M{5 + 5 * x} {5 + 5 * y}h5v5h-5z" for x, y in cells)


@register.simple_tag
def script_words() -> dict[str, str]:
    """What static/js/lantern.js says by itself; base templates hand it over as JSON."""
    return {
        "copied": _("Copied"),
        "key": _("The key did not answer. Try again, or sign in another way."),
        "under": _("under 1 min"),
        "minutes": _("%(n)s min") % {"n": "%s"},
        "hours": _("%(n)s h") % {"n": "%s"},
        "day": ngettext("%(n)s day", "%(n)s days", 1) % {"n": "1"},
        "days": ngettext("%(n)s day", "%(n)s days", 2) % {"n": "%s"},
        "break": _("Time for a break, when it suits you."),
        "unreachable": _("Lantern did not answer. What you typed is still here; try again in a moment."),
        "failed": _("That did not work. What you typed is still here."),
        "remaining": _("%(n)s characters left") % {"n": "%s"},
        "shortcuts_off": _("Shortcuts are off"),
        "shortcuts_on": _("Shortcuts are on"),
    }


@register.simple_tag(takes_context=True)
def back(context: Mapping[str, Any]) -> str:
    """The page that the person looks at, quoted for a query: of a form that was refused, the page it stood on."""
    request: HttpRequest = context["request"]
    came_from = urlsplit(request.headers.get("Referer", ""))
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return quote(request.get_full_path())
    return quote(came_from.path or "/") if came_from.netloc == request.get_host() else "/"
