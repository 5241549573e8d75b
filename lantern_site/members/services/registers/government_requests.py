"""Requests of public authorities to the programme: entering one, and writing down what was answered."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.models import GovernmentRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from lantern_site.members.registers import HELPED, Answered, Asked, Authority, Told


def receive(
    *,
    received_on: date,
    authority: Authority,
    jurisdiction: str,
    legal_basis: str,
    asked: Asked,
    actor: Actor,
    now: datetime,
) -> GovernmentRequest:
    """Enter a request; `jurisdiction` is a country code of two letters.

    Raises NotAllowed, or Invalid with the field `received_on`, `jurisdiction` or `legal_basis`.
    """
    with recording(actor, now) as record:
        require(actor, Permission.KEEP_REGISTERS)
        if received_on > now.date():
            raise Invalid(_("This day lies in the future."), "received_on")
        if not (len(jurisdiction) == 2 and jurisdiction.isascii() and jurisdiction.isupper()):
            raise Invalid(_("Give the country as two letters, such as FR."), "jurisdiction")
        if not legal_basis.strip():
            raise Invalid(_("Say on which law the authority relies, or that it named none."), "legal_basis")
        entered = GovernmentRequest.objects.create(
            received_on=received_on,
            authority=authority,
            jurisdiction=jurisdiction,
            legal_basis=legal_basis.strip(),
            asked=asked,
            recorded_at=now,
            recorded_by=staff_of(actor),
        )
        _note(record, entered, "received", {}, {"legal_basis": entered.legal_basis})
        return entered


def answer(
    *,
    case_id: int,
    outcome: Answered,
    told: Told,
    reason: str,
    answered_on: date,
    actor: Actor,
    now: datetime,
) -> GovernmentRequest:
    """Write down what was answered, and whether the one whom it concerns was told.

    Raises Hidden, WrongState when it is answered, NotAllowed, or Invalid with the field that is at fault.
    """
    with recording(actor, now) as record:
        found = GovernmentRequest.objects.visible_to(actor).select_for_update(of=("self",))
        entered = found.filter(public_id=case_id).first()
        if entered is None:
            raise Hidden(_("There is no such request."))
        if entered.outcome != Answered.PENDING:
            raise WrongState(_("This request is answered already."))
        require(actor, Permission.KEEP_REGISTERS)
        _check_answer(entered, outcome, reason, answered_on, now)
        entered.outcome, entered.told, entered.reason = outcome, told, reason.strip()
        entered.answered_on, entered.answered_by = answered_on, staff_of(actor)
        entered.save(update_fields=["outcome", "told", "reason", "answered_on", "answered_by"])
        days = (answered_on - entered.received_on).days
        facts: dict[str, Fact] = {"outcome": outcome.value, "told": told.value, "days": days}
        _note(record, entered, "answered", facts, {"reason": entered.reason})
        return entered


def _check_answer(entered: GovernmentRequest, outcome: Answered, reason: str, answered_on: date, now: datetime) -> None:
    if outcome == Answered.PENDING:
        raise Invalid(_("Choose what was answered."), "outcome")
    if entered.asked == Asked.INSERTION and outcome in HELPED:
        raise Invalid(
            _("An authority inserts no value: a signal has no such origin. This can only be refused."), "outcome"
        )
    if not reason.strip():
        raise Invalid(_("Give the reason for this answer."), "reason")
    if not entered.received_on <= answered_on <= now.date():
        raise Invalid(_("The answer came after the request, and not later than today."), "answered_on")


def _note(
    record: Recorder, entered: GovernmentRequest, what: str, facts: dict[str, Fact], payload: dict[str, str]
) -> None:
    record(
        f"government_request.{what}",
        subject_kind="government_request",
        subject=entered.public_id,
        facts={
            "authority": str(entered.authority),
            "jurisdiction": entered.jurisdiction,
            "asked": str(entered.asked),
            **facts,
        },
        payload=payload,
    )
