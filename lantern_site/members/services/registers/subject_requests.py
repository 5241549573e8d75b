"""Requests of persons about their own data, from intake to the letter that answers them."""

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import legal_deadlines, registers
from lantern_site.members.models import SubjectRequest
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require, staff_of
from lantern_site.members.registers import Proof, RequestMove, RequestState, Right, Ruling
from lantern_site.work import outbox


def receive(
    *, received_on: date, right: Right, file_reference: str, proof: Proof | None, actor: Actor, now: datetime
) -> SubjectRequest:
    """Enter a request. `file_reference` says where the correspondence lies; no name and no value belongs here.

    Raises NotAllowed, or Invalid with the field `received_on` or `file_reference`.
    """
    with recording(actor, now) as record:
        require(actor, Permission.KEEP_REGISTERS)
        if received_on > now.date():
            raise Invalid(_("This day lies in the future."), "received_on")
        _check_reference(file_reference)
        person = staff_of(actor)
        case = SubjectRequest.objects.create(
            received_on=received_on,
            right=right,
            file_reference=file_reference.strip(),
            due_on=legal_deadlines.answer_due_on(received_on),
            recorded_at=now,
            recorded_by=person,
            proof=proof or "",
            proven_at=now if proof else None,
            proven_by=person if proof else None,
        )
        _note(record, case, "received", {"proof": proof.value if proof else "none"})
        return case


def _check_reference(file_reference: str) -> None:
    if not file_reference.strip():
        raise Invalid(_("Say under which number the correspondence is kept."), "file_reference")
    if "@" in file_reference:
        raise Invalid(
            _("A number of your own files, not an address: no name and no value is kept here."), "file_reference"
        )


def ask_identity(*, case_id: int, actor: Actor, now: datetime) -> SubjectRequest:
    """The person was asked to prove who they are. The legal clock runs on."""
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        state = registers.request_target(case.state, RequestMove.ASK_IDENTITY)
        require(actor, Permission.KEEP_REGISTERS)
        if case.is_proven:
            raise WrongState(_("The identity is proven already."))
        _move(case, state)
        _note(record, case, "identity_asked")
        return case


def prove_identity(*, case_id: int, proof: Proof, actor: Actor, now: datetime) -> SubjectRequest:
    """Write down how the person proved who they are; from then on values may be looked for."""
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        state = registers.request_target(case.state, RequestMove.PROVE_IDENTITY)
        require(actor, Permission.KEEP_REGISTERS)
        if case.is_proven:
            raise WrongState(_("The identity is proven already."))
        case.proof, case.proven_at, case.proven_by = proof, now, staff_of(actor)
        _move(case, state, "proof", "proven_at", "proven_by")
        _note(record, case, "identity_proven", {"proof": proof.value})
        return case


def note_search(*, case_id: int, kind: str, signals: Collection[int], actor: Actor, now: datetime) -> SubjectRequest:
    """A value of `kind` was looked for on behalf of the person, and these signals (public ids) were found.

    The value is not handed in: whoever looked has forgotten it.
    """
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        registers.request_target(case.state, RequestMove.SEARCH)
        require(actor, Permission.KEEP_REGISTERS)
        if not case.is_proven:
            raise WrongState(_("Write down first how the person proved who they are."))
        case.searches += 1
        case.signals = sorted({*case.signals, *signals})
        case.save(update_fields=["searches", "signals"])
        _note(record, case, "searched", {"kind": kind, "found": len(signals)})
        if case.state == RequestState.RESTRICTED:
            outbox.ask("reviews.settle_restrictions")
        return case


def restrict(*, case_id: int, actor: Actor, now: datetime) -> SubjectRequest:
    """Keep what was found out of use until the request is decided: the programme holds the signals.

    Raises Hidden, WrongState, NotAllowed or NotProven, because a hold asks for a second factor.
    """
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        state = registers.request_target(case.state, RequestMove.RESTRICT)
        require(actor, Permission.KEEP_REGISTERS)
        require(actor, Permission.HOLD)
        if not case.signals:
            raise WrongState(_("No signal was found that could be restricted."))
        _move(case, state)
        _note(record, case, "restricted", {"found": len(case.signals)})
        outbox.ask("reviews.settle_restrictions")
        return case


def extend(*, case_id: int, reason: str, actor: Actor, now: datetime) -> SubjectRequest:
    """Two more months, once, told to the person within the first month.

    Raises Hidden, WrongState, NotAllowed, or Invalid with the field `reason`.
    """
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        registers.request_target(case.state, RequestMove.EXTEND)
        if case.extended_at is not None:
            raise WrongState(_("The term was extended once, which is all that the law allows."))
        if case.due_on < now.date():
            raise WrongState(_("The first month is over: the term can no longer be extended."))
        require(actor, Permission.KEEP_REGISTERS)
        if not reason.strip():
            raise Invalid(_("Give the reason that the person is told."), "reason")
        case.extended_at, case.extended_by, case.extended_because = now, staff_of(actor), reason.strip()
        case.due_on = legal_deadlines.answer_due_on(case.received_on, extended=True)
        case.save(update_fields=["extended_at", "extended_by", "extended_because", "due_on"])
        _note(record, case, "extended", {}, {"reason": case.extended_because})
        return case


def decide(*, case_id: int, ruling: Ruling, reason: str, letter: str, actor: Actor, now: datetime) -> SubjectRequest:
    """Decide, with the letter that the person gets. Letter and reason are erasable; the ruling stays.

    A restriction ends with it. Raises Hidden, WrongState, NotAllowed, or Invalid with the field that is at fault.
    """
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        was_restricted = case.state == RequestState.RESTRICTED
        state = registers.request_target(case.state, RequestMove.DECIDE)
        require(actor, Permission.KEEP_REGISTERS)
        _check_ruling(case, ruling, reason, letter)
        case.ruling, case.decided_at, case.decided_by = ruling, now, staff_of(actor)
        _move(case, state, "ruling", "decided_at", "decided_by")
        facts: dict[str, Fact] = {
            "ruling": ruling.value,
            "days": (now.date() - case.received_on).days,
            "late": case.due_on < now.date(),
            "extended": case.extended_at is not None,
            "found": len(case.signals),
        }
        _note(record, case, "decided", facts, {"reason": reason.strip(), "letter": letter.strip()})
        if was_restricted:
            outbox.ask("reviews.settle_restrictions")
        return case


def _check_ruling(case: SubjectRequest, ruling: Ruling, reason: str, letter: str) -> None:
    if ruling == Ruling.NOT_PROVEN and case.is_proven:
        raise Invalid(_("The identity is proven. Decide about the request itself."), "ruling")
    if ruling != Ruling.NOT_PROVEN and not case.is_proven:
        raise Invalid(_("Without a proof of identity only this can be decided: identity not proven."), "ruling")
    if ruling == Ruling.NOTHING_HELD and (case.signals or not case.searches):
        raise Invalid(_("Nothing is held only where a search was made and found nothing."), "ruling")
    if not reason.strip():
        raise Invalid(_("Give the reason for the decision."), "reason")
    if not letter.strip():
        raise Invalid(_("Write the letter that the person gets."), "letter")


def close(*, case_id: int, actor: Actor, now: datetime) -> SubjectRequest:
    """The letter is on its way; nothing more is to be done."""
    with recording(actor, now) as record:
        case = _locked(actor, case_id)
        state = registers.request_target(case.state, RequestMove.CLOSE)
        require(actor, Permission.KEEP_REGISTERS)
        case.closed_at, case.closed_by = now, staff_of(actor)
        _move(case, state, "closed_at", "closed_by")
        _note(record, case, "closed", {"ruling": str(case.ruling)})
        return case


def note_overdue(*, now: datetime) -> int:
    """The clock records once that a request was not decided in time. Returns how many."""
    with recording(Actor.clock(), now) as record:
        late = SubjectRequest.objects.overdue_on(now.date()).filter(overdue_noted_at__isnull=True)
        found = list(late.select_for_update(of=("self",)).order_by("pk"))
        SubjectRequest.objects.filter(pk__in=[case.pk for case in found]).update(overdue_noted_at=now)
        for case in found:
            _note(record, case, "overdue")
        return len(found)


def _locked(actor: Actor, case_id: int) -> SubjectRequest:
    visible = SubjectRequest.objects.visible_to(actor).select_for_update(of=("self",))
    case = visible.filter(public_id=case_id).first()
    if case is None:
        raise Hidden(_("There is no such request."))
    return case


def _move(case: SubjectRequest, state: str, *fields: str) -> None:
    case.state = state
    case.save(update_fields=["state", *fields])


def _note(
    record: Recorder,
    case: SubjectRequest,
    what: str,
    facts: dict[str, Fact] | None = None,
    payload: dict[str, str] | None = None,
) -> None:
    """Facts only; which signals were found is not among them, so that no entry leads from a signal to a person."""
    record(
        f"subject_request.{what}",
        subject_kind="subject_request",
        subject=case.public_id,
        facts={"right": str(case.right), "state": str(case.state), **(facts or {})},
        payload=payload,
    )
