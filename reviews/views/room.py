"""The room in which a dispute is argued and decided: one page, and a move for each thing that can be done in it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lantern_site.attempts import attempt
from lantern_site.audit.access import acting_as
from lantern_site.errors import Hidden
from lantern_site.forms import Refusable
from lantern_site.pages import PageRequest, signed_in
from reviews import cases, forms
from reviews.models import Dispute
from reviews.services import disputes, hearings

Move = Callable[..., HttpResponseBase]
FORMS: Mapping[str, type[forms.Said]] = {
    "answer": forms.Answer,
    "reply": forms.Reply,
    "stand": forms.Stand,
    "ask": forms.Question,
    "assign": forms.Assignment,
    "decide": forms.Ruling,
    "appeal": forms.Appeal,
    "decide_appeal": forms.Ruling,
}
"""The moves that need more than a button. Several stand on one page: each has ids of its own."""


@require_safe
@signed_in
def room(request: PageRequest, dispute_id: int) -> HttpResponse:
    return _page(request, dispute_id)


def _page(
    request: PageRequest,
    dispute_id: int,
    *,
    given: Mapping[str, Refusable] | None = None,
    sentence: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The room, inside `acting_as` only; `given` are forms that were refused, by the name of their move."""
    visible = Dispute.objects.visible_to(request.actor).select_related(
        "opener", "opened_by", "answered_by", "decided_by", "appealed_by", "appeal_decided_by", "assigned_to", "joined"
    )
    dispute = visible.filter(public_id=dispute_id).first()
    if dispute is None:
        raise Hidden(_("There is no such dispute."))
    empty = {name: form(auto_id=f"{name}_%s") for name, form in FORMS.items()}
    shown: dict[str, Refusable] = {**empty, **(given or {})}
    told = cases.Room(dispute, request.actor, request.now)
    if told.assigning:
        forms.offer_people(shown["assign"], told.candidates)
    context = {"dispute": dispute, "room": told, "forms": shown, "sentence": sentence}
    return render(request, "reviews/dispute.html", context, status=status)


def _move(name: str, act: Callable[..., object], said: str | Promise) -> Move:
    """The view of one move. A refusal is the room again, with its sentence and what was typed."""

    def view(request: PageRequest, dispute_id: int) -> HttpResponse:
        form = FORMS.get(name, forms.Said)(request.POST, auto_id=f"{name}_%s")
        tried = attempt(form, lambda: act(dispute_id=dispute_id, actor=request.actor, now=request.now, **form.typed()))
        if tried.done:
            messages.info(request, str(said))
            return redirect("reviews:dispute", dispute_id)
        given = {name: form} if name in FORMS else {}
        sentence = "" if name in FORMS else " ".join(str(one) for one in form.non_field_errors())
        with acting_as(request.actor):
            return _page(request, dispute_id, given=given, sentence=sentence, status=tried.status)

    return require_POST(signed_in(view))


answer = _move("answer", disputes.answer, gettext_lazy("Your answer is with the parties."))
accept = _move(
    "accept",
    disputes.accept,
    gettext_lazy("The dispute is accepted. The signal is retracted and everyone who received it is told."),
)
stand = _move("stand", hearings.stand, gettext_lazy("Your evidence waits for a second person of your organisation."))
confirm_stand = _move(
    "confirm_stand",
    hearings.confirm_stand,
    gettext_lazy("Confirmed: your signal does not fall with the decision."),
)
reply = _move("reply", hearings.reply, gettext_lazy("Your reply is with the parties."))
withdraw = _move("withdraw", disputes.withdraw, gettext_lazy("The dispute is withdrawn."))
assign = _move("assign", hearings.assign, gettext_lazy("The case is given to them."))
ask = _move("ask", hearings.ask, gettext_lazy("The question is asked. There are two working days for the reply."))
decide = _move("decide", disputes.decide, gettext_lazy("The dispute is decided. All parties are told."))
appeal = _move("appeal", disputes.appeal, gettext_lazy("The appeal goes to an external adjudicator."))
decide_appeal = _move(
    "decide_appeal", disputes.decide_appeal, gettext_lazy("The appeal is decided. All parties are told.")
)
confirm_hold = _move(
    "confirm_hold",
    disputes.confirm_hold,
    gettext_lazy("The signal is held: it is out of the feed, and those who received it are told."),
)
extend_hold = _move("extend_hold", disputes.extend_hold, gettext_lazy("The hold is five working days longer."))
end_hold = _move("end_hold", disputes.end_hold, gettext_lazy("The hold has ended. The dispute runs on."))
