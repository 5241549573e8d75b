"""The way of an organisation into the programme: application, decision, appeal, onboarding, activation."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import admission, deadlines
from lantern_site.members.lifecycle import CRITERIA, MemberKind, MemberState, Move, Public, target
from lantern_site.members.models import Application, ComplianceReview, Organisation
from lantern_site.members.services import communities, organisations
from lantern_site.members.services.compliance import NEXT_REVIEW_DAYS
from lantern_site.work import outbox

DECISIONS = (Move.APPROVE, Move.DECLINE, Move.DEFER, Move.REOPEN)
_ACTIONS = {
    Move.APPROVE: "member.approved",
    Move.DECLINE: "member.declined",
    Move.DEFER: "member.deferred",
    Move.REOPEN: "member.reopened",
}


def apply(
    *,
    name: str,
    kind: MemberKind,
    region: str,
    services: Sequence[tuple[str, Public]],
    contact_name: str,
    contact_email: str,
    would_share: str,
    answers: Mapping[str, str],
    now: datetime,
) -> tuple[Application, str]:
    """An organisation asks to take part. Returns the application, and the secret of the link that leads back to it.

    Nobody is signed in: the ledger names the clock, and the fact `by` says that it was the applicant. Whether a name is
    taken is not looked at, so that nobody finds out by applying who has applied.
    Raises Invalid with the field `kind`, `services` or the code of a criterion.
    """
    secret = secrets.token_urlsafe(24)
    with recording(Actor.clock(), now) as record:
        _check(kind, services, answers)
        organisation = Organisation.objects.create(
            name=" ".join(name.split()), kind=kind, region=region, state=MemberState.APPLICANT
        )
        application = Application.objects.create(
            organisation=organisation,
            services=[[service.strip(), public.value] for service, public in services],
            contact_name=contact_name.strip(),
            contact_email=contact_email.strip(),
            would_share=would_share.strip(),
            answers={kind.value: answers[kind].strip() for kind in CRITERIA},
            applied_at=now,
            due_at=_due_at(now),
            link_hash=admission.hash_of(secret),
        )
        facts = {**organisations.standing(organisation), "by": "applicant", "application": application.public_id}
        organisations.note(record, organisation, "member.applied", facts)
        return application, secret


def _due_at(now: datetime) -> datetime:
    return clock.working_days(now, deadlines.APPLICATION_DAYS)


def _check(kind: MemberKind, services: Sequence[tuple[str, Public]], answers: Mapping[str, str]) -> None:
    if kind == MemberKind.PROGRAMME:
        raise Invalid(_("Choose what kind of organisation it is."), "kind")
    if not services:
        raise Invalid(_("Name at least one service."), "services")
    for criterion in CRITERIA:
        if not answers.get(criterion, "").strip():
            raise Invalid(_("Answer in a sentence or two."), criterion.value)


def decide(*, application_id: int, move: Move, reason: str, actor: Actor, now: datetime) -> Application:
    """Approve, decline, defer, or take up again. The applicant reads the reason.

    Raises Hidden, WrongState (also while gates are open), NotAllowed, or Invalid with the field `move` or `reason`.
    """
    with recording(actor, now) as record:
        application, organisation = _locked(application_id)
        if move not in DECISIONS:
            raise Invalid(_("Choose a decision."), "move")
        state = admission.may_move(organisation, move, now.date())
        admission.may_decide(actor, application)
        if move in (Move.DECLINE, Move.DEFER) and not reason.strip():
            raise Invalid(_("Give a reason. The applicant reads it."), "reason")
        if move == Move.APPROVE:
            organisations.name_is_free(name=organisation.name, but=organisation)
        organisation.state = state
        _save_state(organisation)
        application.decided_at, application.decided_by_id = now, actor.staff_id
        application.reason = reason.strip()
        application.due_at = _due_at(now) if state == MemberState.APPLICANT else None
        if move == Move.DECLINE and application.appealed_at is None:
            application.declined_by_id = actor.staff_id
        application.save(update_fields=["decided_at", "decided_by", "reason", "due_at", "declined_by"])
        facts = {**organisations.standing(organisation), "on_appeal": application.appealed_at is not None}
        organisations.note(record, organisation, _ACTIONS[move], facts, {"reason": application.reason})
        outbox.ask("members.tell_applicant", application.pk)
        return application


def _locked(application_id: int) -> tuple[Application, Organisation]:
    application = Application.objects.filter(public_id=application_id).select_related("organisation").first()
    if application is None:
        raise Hidden(_("There is no such application."))
    organisation = organisations.locked(organisation_id=application.organisation.public_id)
    application = Application.objects.select_for_update().get(pk=application.pk)
    application.organisation = organisation
    return application, organisation


def _save_state(organisation: Organisation) -> None:
    """The name may have been taken a moment ago by another transaction."""
    try:
        with transaction.atomic():
            organisation.save(update_fields=["state"])
    except IntegrityError:
        raise Invalid(_("An organisation has this name already."), "name") from None


def appeal(*, application_id: int, secret: str, reason: str, now: datetime) -> Application:
    """The applicant objects, once, by the link that only it has. Another steward decides."""
    admission.by_link(application_id=application_id, secret=secret)
    with recording(Actor.clock(), now) as record:
        application, organisation = _locked(application_id)
        organisation.state = target(organisation.state, Move.APPEAL)
        if application.appealed_at is not None:
            raise WrongState(_("The appeal against this decision was decided. There is no second one."))
        if not reason.strip():
            raise Invalid(_("Say what should be looked at again."), "reason")
        organisation.save(update_fields=["state"])
        application.appealed_at, application.appeal, application.due_at = now, reason.strip(), _due_at(now)
        application.save(update_fields=["appealed_at", "appeal", "due_at"])
        facts = {**organisations.standing(organisation), "by": "applicant"}
        organisations.note(record, organisation, "member.appealed", facts, {"appeal": application.appeal})
        return application


def start_onboarding(*, organisation_id: int, actor: Actor, now: datetime) -> Organisation:
    """Let the people in, and machines connect: nothing but a test signal reaches them."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        organisation.state = admission.may_move(organisation, Move.ONBOARD, now.date())
        admission.may_keep(actor)
        organisation.save(update_fields=["state"])
        organisations.note(record, organisation, "member.onboarding_begun", organisations.standing(organisation))
        return organisation


def activate(*, organisation_id: int, actor: Actor, now: datetime) -> Organisation:
    """Make it a member: every gate is passed. It joins everyone, on probation, and its first review is planned."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        organisation.state = admission.may_move(organisation, Move.ACTIVATE, now.date())
        admission.may_keep(actor)
        organisation.joined_on = now.date()
        organisation.probation_ends_on = now.date() + timedelta(days=admission.PROBATION_DAYS)
        organisation.save(update_fields=["state", "joined_on", "probation_ends_on"])
        communities.settle(record, organisation)
        if not organisation.compliance_reviews.planned().exists():
            due_on = now.date() + timedelta(days=NEXT_REVIEW_DAYS)
            ComplianceReview.objects.create(organisation=organisation, due_on=due_on)
        facts = {**organisations.standing(organisation), "probation_days": admission.PROBATION_DAYS}
        organisations.note(record, organisation, "member.activated", facts)
        return organisation
