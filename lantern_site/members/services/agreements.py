"""The agreement: its versions, and who signed them."""

from datetime import date, datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import admission
from lantern_site.members.lifecycle import GONE, NOT_ADMITTED, GateKind, MemberState, Move
from lantern_site.members.models import AgreementText, Signature
from lantern_site.members.services import gates, organisations


def publish(*, version: str, text: str, effective_on: date, actor: Actor, now: datetime) -> AgreementText:
    """A new version of the agreement, for good: the text is kept as it is, and its hash stands in the ledger."""
    with recording(actor, now) as record:
        admission.may_keep(actor)
        version, text = version.strip(), text.replace("\r\n", "\n").strip() + "\n"
        if not version or AgreementText.objects.filter(version=version).exists():
            raise Invalid(_("Give the version a number that none has had before."), "version")
        if len(text) < 2:
            raise Invalid(_("The text is empty."), "text")
        made = AgreementText.objects.create(
            version=version,
            text=text,
            sha256=sha256(text.encode()).hexdigest(),
            effective_on=effective_on,
            published_at=now,
            published_by_id=actor.staff_id,
        )
        facts: dict[str, Fact] = {"sha256": made.sha256, "in_days": (effective_on - now.date()).days}
        record("agreement.published", subject_kind="agreement", subject=made.public_id, facts=facts)
        return made


def sign(
    *,
    organisation_id: int,
    agreement_id: int,
    signed_by: str,
    function: str,
    signed_on: date,
    actor: Actor,
    now: datetime,
) -> Signature:
    """Write down that somebody signed a version for the organisation. The first signature is the move to *signed*.

    A steward does it, later ones the member's own admin too.
    Raises Hidden, WrongState, NotAllowed, or Invalid with the field `signed_by`, `function` or `signed_on`.
    """
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        first = organisation.state == MemberState.APPROVED
        if organisation.is_programme or organisation.state in GONE | NOT_ADMITTED:
            raise WrongState(
                _("There is nothing to sign in the state “%(state)s”.") % {"state": organisation.get_state_display()}
            )
        state = admission.may_move(organisation, Move.SIGN, now.date()) if first else MemberState(organisation.state)
        admission.may_attest(actor, organisation)
        agreement = AgreementText.objects.filter(public_id=agreement_id).first()
        if agreement is None:
            raise Hidden(_("There is no such agreement."))
        if organisation.signatures.filter(agreement=agreement).exists():
            raise WrongState(_("Version %(version)s is signed already.") % {"version": agreement.version})
        _check(signed_by, function, signed_on, now)
        signature = Signature.objects.create(
            organisation=organisation,
            agreement=agreement,
            signed_by=signed_by.strip(),
            function=function.strip(),
            signed_on=signed_on,
            recorded_at=now,
            recorded_by_id=actor.staff_id,
        )
        organisation.state = state
        organisation.save(update_fields=["state"])
        evidence = {GateKind.AGREEMENT: agreement.version}
        gates.mark_passed(record=record, organisation=organisation, evidence=evidence, now=now)
        facts = organisations.standing(organisation) | {"agreement": agreement.public_id, "sha256": agreement.sha256}
        who = {"signed_by": signature.signed_by, "function": signature.function}
        organisations.note(record, organisation, "member.signed", facts, who)
        return signature


def _check(signed_by: str, function: str, signed_on: date, now: datetime) -> None:
    if not signed_by.strip():
        raise Invalid(_("Say who signed."), "signed_by")
    if not function.strip():
        raise Invalid(_("Say in which function."), "function")
    if signed_on > now.date():
        raise Invalid(_("This day is still to come."), "signed_on")
