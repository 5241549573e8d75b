"""Inviting people by e-mail, and what happens when somebody accepts."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import deadlines
from lantern_site.members.lifecycle import MemberState
from lantern_site.members.models import Invitation, Organisation, Staff
from lantern_site.members.policies import may_administer, may_see_people, roles_of, staff_of
from lantern_site.members.roles import Role
from lantern_site.members.services import joining, mail, training
from lantern_site.work import outbox


def invite(
    *,
    organisation_id: int,
    email: str,
    name: str,
    roles: Mapping[Role, date | None],
    trained_on: date | None,
    actor: Actor,
    now: datetime,
) -> Invitation:
    """Ask somebody by e-mail to join; `roles` says the last day of each, or None for no end.

    Whether the address belongs to somebody already is not said: the mail is another one then. `trained_on` is when
    the person took the yearly training, if they did. Raises Hidden, NotAllowed, WrongState when the address has an
    open invitation here, or Invalid with the field `email`, `name`, `roles` or `trained_on`.
    """
    with recording(actor, now) as record:
        organisation = joining.organisation_for(organisation_id=organisation_id)
        may_administer(actor, organisation, now)
        if organisation.state in {MemberState.DECLINED, MemberState.ENDED, MemberState.LEFT}:
            raise WrongState(_("This organisation does not take part any more."))
        address = _checked(organisation, email, name, roles, trained_on, now.date())
        if Invitation.objects.open_at(now).filter(organisation=organisation, email=address).exists():
            raise WrongState(_("There is an open invitation for this address. Send it again, or revoke it."))
        invitation = Invitation.objects.create(
            organisation=organisation,
            email=address,
            name=name.strip(),
            roles={role.value: day.isoformat() if day else None for role, day in roles.items()},
            trained_on=trained_on,
            invited_at=now,
            invited_by=staff_of(actor),
            expires_at=now + deadlines.INVITATION_LASTS,
        )
        _note(record, "staff.invited", invitation, {"roles": sorted(role.value for role in roles)})
        outbox.ask("members.mail_invitation", invitation.pk)
        return invitation


def _checked(
    organisation: Organisation,
    email: str,
    name: str,
    roles: Mapping[Role, date | None],
    trained_on: date | None,
    today: date,
) -> str:
    """The address in the form in which it is kept."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(_("This is not an e-mail address."), "email") from None
    longest = Staff._meta.get_field("name").max_length or 0
    if not name.strip():
        raise Invalid(_("Say who it is: colleagues see the name, others a pseudonym."), "name")
    if len(name.strip()) > longest:
        raise Invalid(_("Use %(longest)d characters at most.") % {"longest": longest}, "name")
    if set(roles) - roles_of(organisation):
        raise Invalid(_("These roles do not belong to this organisation."), "roles")
    if any(day is not None and day < today for day in roles.values()):
        raise Invalid(_("The last day must not lie in the past."), "roles")
    if trained_on is not None and not today - deadlines.TRAINING_LASTS < trained_on <= today:
        raise Invalid(_("Give a day of the last year, or leave it out."), "trained_on")
    return address


def resend(*, invitation_id: int, actor: Actor, now: datetime) -> Invitation:
    """Send the mail again, with a new link that is good for another week. The link sent before stops working."""
    with recording(actor, now) as record:
        invitation = _locked(invitation_id, actor)
        if invitation.accepted_at is not None or invitation.revoked_at is not None:
            raise WrongState(_("This invitation is not open any more."))
        may_administer(actor, invitation.organisation, now)
        invitation.token_hash, invitation.sent_at = None, None
        invitation.expires_at = now + deadlines.INVITATION_LASTS
        invitation.save(update_fields=["token_hash", "sent_at", "expires_at"])
        _note(record, "staff.invitation_sent_again", invitation)
        outbox.ask("members.mail_invitation", invitation.pk)
        return invitation


def revoke(*, invitation_id: int, actor: Actor, now: datetime) -> Invitation:
    """Let the link that was sent open nothing."""
    with recording(actor, now) as record:
        invitation = _locked(invitation_id, actor)
        if invitation.accepted_at is not None or invitation.revoked_at is not None:
            raise WrongState(_("This invitation is not open any more."))
        may_administer(actor, invitation.organisation, now)
        withdraw(invitation=invitation, record=record, now=now)
        return invitation


def withdraw(*, invitation: Invitation, record: Recorder, now: datetime) -> None:
    """Close an open invitation, with its entry."""
    invitation.revoked_at, invitation.token_hash = now, None
    invitation.save(update_fields=["revoked_at", "token_hash"])
    _note(record, "staff.invitation_revoked", invitation)


def _locked(invitation_id: int, actor: Actor) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    invitation = rows.filter(public_id=invitation_id).first()
    if invitation is None:
        raise Hidden(_("There is no such invitation."))
    may_see_people(actor, invitation.organisation)
    return invitation


def _note(record: Recorder, action: str, invitation: Invitation, facts: Mapping[str, list[str]] | None = None) -> None:
    organisation = invitation.organisation.public_id
    record(
        action,
        subject_kind="invitation",
        subject=invitation.public_id,
        organisation=organisation,
        audience=f"organisation:{organisation}",
        facts=facts,
    )


def deliver(*, invitation_id: int, now: datetime) -> None:
    """Send the mail of an invitation (primary key) unless it was sent; the token is made here and kept nowhere.

    An address that somebody has already gets a mail that says so, without a link that opens anything.
    """
    with transaction.atomic(), acting_as(Actor.clock()):
        rows = Invitation.objects.select_for_update()
        invitation = rows.open_at(now).filter(pk=invitation_id, sent_at__isnull=True).first()
        if invitation is None:
            return
        known = Staff.objects.filter(email__iexact=invitation.email).exists()
        token = secrets.token_urlsafe(32)
        if not known:
            invitation.token_hash = sha256(token.encode()).digest()
            invitation.save(update_fields=["token_hash"])
    if known:
        mail.send(to=invitation.email, template="invited_again", context={})
    else:
        mail.send(to=invitation.email, template="invitation", context={"path": f"/invitations/{token}/"})
    with acting_as(Actor.clock()):
        invitation.sent_at = now
        invitation.save(update_fields=["sent_at"])


def accept(*, token: str, password: str, now: datetime) -> Staff:
    """Whoever has the token becomes a person of the organisation that invited them, with this password.

    Raises Hidden when the token opens nothing (any more), or Invalid with the field `password`.
    """
    with recording(Actor.clock(), now):
        rows = Invitation.objects.for_token(token, now).select_for_update(of=("self",)).select_related("organisation")
        invitation = rows.select_related("invited_by").first()
        if invitation is None or Staff.objects.filter(email__iexact=invitation.email).exists():
            raise Hidden(_("This link no longer works."))
        _check_password(password, invitation)
        roles = invitation.roles_from(now)
        person = joining.create(
            organisation=invitation.organisation,
            email=invitation.email,
            name=invitation.name,
            roles=roles,
            granted_by=invitation.invited_by.public_id,
            password=make_password(password),
            now=now,
        )
        if invitation.trained_on is not None:
            ends = invitation.trained_on + deadlines.TRAINING_LASTS
            training.keep(
                person=person, held_on=invitation.trained_on, valid_until=ends, by=invitation.invited_by, now=now
            )
        invitation.accepted_at, invitation.token_hash = now, None
        invitation.save(update_fields=["accepted_at", "token_hash"])
        with recording(person.actor(now), now) as record:
            record(
                "staff.enrolled",
                subject_kind="staff",
                subject=person.public_id,
                audience=f"organisation:{invitation.organisation.public_id}",
                facts={"roles": sorted(role.value for role in roles), "invitation": invitation.public_id},
            )
        return person


def _check_password(password: str, invitation: Invitation) -> None:
    try:
        validate_password(password, Staff(email=invitation.email, name=invitation.name))
    except ValidationError as problem:
        raise Invalid(" ".join(problem.messages), "password") from None


def forget(*, now: datetime) -> int:
    """Delete invitations some time after they ended, with the addresses in them. Returns how many."""
    with transaction.atomic(), acting_as(Actor.clock()):
        return Invitation.objects.filter(expires_at__lte=now - deadlines.INVITATION_KEPT).delete()[0]
