"""What the pages of all registers have in common: a list, an entry, and what may be done with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.forms import Refusable
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import Answer, permits, require
from lantern_site.members.registers import Register
from lantern_site.members.views.registers.history import Told
from lantern_site.pages import PageRequest

PAGE = 50
Words = str | Promise
Again = Callable[[Refusable, int], HttpResponse]


@dataclass(frozen=True)
class Offer:
    """One thing that may be done: a form in the card of actions, or one button when the form has no fields."""

    title: Words
    url: str
    button: Words
    form: Refusable
    answer: Answer
    note: Words = ""
    icon: str = "pencil"

    @property
    def is_shown(self) -> bool:
        """What was refused is shown with its sentence, whoever sent it."""
        return self.answer.allowed or self.form.is_bound


@dataclass(frozen=True)
class Cell:
    """Text, or a state on its tone, or what is left of a term."""

    text: object = ""
    status: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """One entry in a list: the first cell leads to it."""

    url: str
    name: object
    under: object = ""
    cells: Iterable[Cell] = ()


@dataclass(frozen=True)
class Listing:
    """One page of a register."""

    register: Register
    lead: Words
    head: tuple[Words, ...]
    rows: list[Row]
    empty: Words
    tabs: list[dict[str, object]] = field(default_factory=list)
    older_url: str = ""
    newer_url: str = ""


@dataclass(frozen=True)
class Sheet:
    """One entry of a register. `sections` are titles with text; what is empty is left out."""

    title: Words
    reference: str
    register: Register
    state: Cell
    facts: list[dict[str, object]]
    sections: list[tuple[Words, str]] = field(default_factory=list)
    history: list[Told] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[Words, str]]:
        return [(title, text) for title, text in self.sections if text]


def shown_at(moment: datetime | None, otherwise: str = "") -> str:
    """Day and time of day where the reader is, or the words for *not yet*."""
    return date_format(timezone.localtime(moment), "j F Y, H:i") if moment is not None else otherwise


def may(request: PageRequest, permission: Permission = Permission.KEEP_REGISTERS) -> Answer:
    return permits(require, request.actor, permission)


def listing(
    request: PageRequest, shown: Listing, offer: Offer | None, status: int = HTTPStatus.OK, **more: object
) -> HttpResponse:
    """A list with its form, inside `acting_as` only. The caller has asked whether the actor reads registers."""
    context = {
        "listing": shown,
        **offered([offer]),
        "export_url": reverse("members:export_register", args=[shown.register.value]),
        "crumbs": [crumb()],
        **more,
    }
    return render(request, "members/registers/list.html", context, status=status)


def crumb(register: Register | None = None) -> tuple[str, Words]:
    """The way back to all registers, or to one."""
    if register is None:
        return reverse("members:registers"), _("Registers")
    return reverse(f"members:{ADDRESSES[register]}"), register.label


ADDRESSES: Mapping[Register, str] = {
    Register.GOVERNMENT_REQUESTS: "government_requests",
    Register.ATTESTATIONS: "attestation_register",
    Register.SUBJECT_REQUESTS: "subject_requests",
    Register.INCIDENTS: "incidents",
    Register.ASSESSMENTS: "assessment_register",
    Register.MEETINGS: "meetings",
    Register.ADVICE: "advice_register",
}


def entry(
    request: PageRequest,
    sheet: Sheet,
    offers: Iterable[Offer | None],
    *,
    template: str = "members/registers/entry.html",
    status: int = HTTPStatus.OK,
    **more: object,
) -> HttpResponse:
    """A page about one entry, inside `acting_as` only."""
    context = {"sheet": sheet, "crumbs": [crumb(), crumb(sheet.register)], **offered(offers), **more}
    return render(request, template, context, status=status)


def offered(offers: Iterable[Offer | None]) -> dict[str, object]:
    """What the card of actions shows: the first offer open, the others behind their names."""
    found = [one for one in offers if one is not None]
    return {
        "offers": [one for one in found if one.is_shown],
        "needs_proof": any(one.answer.needs_proof for one in found),
    }


def page_of(request: PageRequest, found: QuerySet[Any], url: str) -> tuple[list[Any], str, str]:
    """The newest entries, from the one before `before` on; and the addresses of older and of the newest ones."""
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    page = list(found.order_by("-pk")[: PAGE + 1])
    joint = "&" if "?" in url else "?"
    older_url = f"{url}{joint}before={page[PAGE - 1].pk}" if len(page) > PAGE else ""
    return page[:PAGE], older_url, url if before else ""


def make(
    request: PageRequest,
    form: Refusable,
    service: Callable[..., Any],
    *,
    again: Again,
    then: Callable[[Any], str],
    told: Words,
    **given: Any,
) -> HttpResponse:
    """Call the service with what the form holds; a refusal is the page again, with everything that was typed."""
    done: list[Any] = []
    tried = attempt(
        form,
        lambda: done.append(service(**given, **form.cleaned_data, actor=request.actor, now=request.now)),
    )
    if not tried.done:
        with acting_as(request.actor):
            return again(tried.form, tried.status)
    messages.info(request, str(told))
    return redirect(then(done[0]))
