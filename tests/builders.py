"""Objects for tests, made by the services, so that none can exist that the product could not make itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from lantern_site import clock
from lantern_site.audit import checkpoints
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Checkpoint
from lantern_site.members.lifecycle import (
    CRITERIA,
    MOVES,
    PASSED_BY_WHAT_HAPPENS,
    WAY_IN,
    DataRole,
    GateKind,
    MemberKind,
    MemberState,
    Move,
    Public,
    Region,
    ReviewResult,
    Suspension,
)
from lantern_site.members.models import (
    AgreementText,
    Application,
    Community,
    Grant,
    Invitation,
    LegalGate,
    Membership,
    Organisation,
    Staff,
)
from lantern_site.members.roles import Role
from lantern_site.members.services import admission, agreements, compliance, gates, invitations, standing, trials
from reviews.approvals import Approvals
from reviews.policies import approvals_needed
from reviews.services import decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Attestation, Verdict
from signals.intake import Item, Statement
from signals.kinds import Confidence, HarmTerm, Kind, Origin, ReviewMethod
from signals.models import Chunk, MatchJob, Receipt, Signal
from signals.services import jobs, sharing

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday morning."""
PASSWORD = "not secret, tests only"
_numbers = count(1)


def everyone() -> Community:
    community, _ = Community.objects.get_or_create(is_everyone=True, defaults={"name": "Everyone"})
    return community


def organisation(
    name: str, kind: MemberKind, joined_on: date = date(2024, 1, 8), probation_ends_on: date | None = None
) -> Organisation:
    """An organisation that has passed every gate; the same one for the same name.

    Made without the service: a test's ledger begins with what the test itself does.
    """
    made, created = Organisation.objects.get_or_create(
        name=name,
        defaults={
            "kind": kind,
            "joined_on": joined_on,
            "probation_ends_on": probation_ends_on,
            "identifiers_allowed_from": joined_on,
            "region": "europe",
        },
    )
    if created and kind != MemberKind.PROGRAMME:
        joined_at = datetime(joined_on.year, joined_on.month, joined_on.day, tzinfo=UTC)
        Membership.objects.create(community=everyone(), organisation=made, joined_at=joined_at, sees_older=True)
    return made


def member(name: str = "Pixelpond", *, probation_ends_on: date | None = None) -> Organisation:
    return organisation(name, MemberKind.PLATFORM, probation_ends_on=probation_ends_on)


def financial_member(name: str = "Tidewater Pay") -> Organisation:
    return organisation(name, MemberKind.FINANCIAL)


def suspend(of: Organisation, what: Suspension = Suspension.ALL) -> Organisation:
    """The organisation may not do this any more."""
    steward = actor(programme(), Role.STEWARD)
    return standing.suspend(organisation_id=of.public_id, what=what, reason="Audit.", actor=steward, now=NOW)


def programme() -> Organisation:
    return organisation("Lantern programme", MemberKind.PROGRAMME)


@cache
def _hashed(password: str) -> str:
    """Hashing is slow on purpose; once is enough."""
    return make_password(password)


def person(of: Organisation, *held: Role, name: str = "") -> Staff:
    """Somebody with these roles, trained, who signs in with PASSWORD."""
    number = next(_numbers)
    staff = Staff(
        organisation=of,
        email=f"person{number}@example.org",
        name=name or f"Person {number}",
        pseudonym=f"Reviewer {number}",
        trained_until=date(2030, 1, 1),
        access_confirmed_on=max(NOW, clock.now()).date(),
        joined_at=NOW - timedelta(days=400),
        password=_hashed(PASSWORD),
    )
    staff.save()
    for role in held:
        Grant.objects.create(staff=staff, role=role, granted_at=NOW - timedelta(days=400), granted_by=staff.public_id)
    return staff


def actor(of: Organisation, *held: Role, now: datetime = NOW) -> Actor:
    """A new person of the organisation, as an actor."""
    return person(of, *held).actor(now, is_proven=True)


def sign_in(client: Client, person: Staff) -> None:
    """The person signs in in this browser, with a second factor a moment ago."""
    if not Authenticator.objects.filter(user=person).exists():
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    client.force_login(person)
    session = client.session
    shown = {"method": "mfa", "at": clock.now().timestamp(), "reauthenticated": True}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def email(number: int) -> Item:
    """A synthetic address, always the same for a number."""
    return Item(Kind.EMAIL, f"account.{sha256(str(number).encode()).hexdigest()[:10]}@example.org")


def file_hash(number: int) -> Item:
    return Item(Kind.SHA256, sha256(f"synthetic file {number}".encode()).hexdigest())


def fresh_email() -> Item:
    return email(10_000 + next(_numbers))


STATEMENT = Statement(
    harm=HarmTerm.GROOMING,
    clause="Child safety 3.2 (2026-01)",
    evidence_seen_by="Child safety team",
    review_method=ReviewMethod.CONVERSATION,
    origin=Origin.USER_REPORT,
    confidence=Confidence.HIGH,
    no_authority_asked=True,
)


def statement(**changes: object) -> Statement:
    return replace(STATEMENT, **changes)  # type: ignore[arg-type]


def submitted(
    by: Organisation, item: Item | None = None, *, says: Statement = STATEMENT, now: datetime = NOW
) -> Signal:
    """A signal that waits for its first review."""
    return submit_all(by, [item or fresh_email()], says=says, now=now)[0]


def submit_all(
    by: Organisation, items: list[Item], *, says: Statement = STATEMENT, now: datetime = NOW
) -> list[Signal]:
    return sharing.submit(
        items=items,
        statement=says,
        community_id=everyone().public_id,
        actor=actor(by, Role.SUBMITTER, now=now),
        now=now,
    )


def active(by: Organisation, item: Item | None = None, *, says: Statement = STATEMENT, now: datetime = NOW) -> Signal:
    """A signal that has all its approvals and is shared with everyone."""
    return approved(submitted(by, item, says=says, now=now), now=now)


def approved(signal: Signal, *, now: datetime = NOW) -> Signal:
    """Give the signal every approval that it needs before it is shared."""
    plan = plan_of(signal, now)
    approve(signal, actor(signal.organisation, Role.REVIEWER, now=now), now=now)
    if Attestation.COMPLETENESS in plan.first:
        approve(signal, actor(programme(), Role.STEWARD, now=now), now=now)
    return fresh(signal)


def plan_of(signal: Signal, now: datetime = NOW) -> Approvals:
    with acting_as(Actor.clock()):
        return approvals_needed(signal, now)


def approve(signal: Signal, by: Actor, *, now: datetime = NOW) -> Signal:
    judgement = Judgement(Verdict.APPROVE, attested=True)
    return decisions.decide(signal_id=signal.public_id, judgement=judgement, version=1, actor=by, now=now)


def receipt(signal: Signal, organisation: Organisation, *, now: datetime = NOW) -> Receipt:
    """The other organisation has received the signal on a page."""
    return Receipt.objects.create(signal=signal, organisation=organisation, way=Receipt.Way.PAGE, at=now)


def fresh(signal: Signal) -> Signal:
    """The signal as the database has it now."""
    with acting_as(Actor.clock()):
        return Signal.objects.with_context().get(public_id=signal.public_id)


def steward() -> Actor:
    return actor(programme(), Role.STEWARD)


def application(name: str = "Saltmarsh Social", *, now: datetime = NOW) -> tuple[Application, str]:
    """An application that waits, and the secret of its link."""
    return admission.apply(
        name=name,
        kind=MemberKind.PLATFORM,
        region=Region.EUROPE,
        services=[("Saltmarsh", Public.UNDER_16), ("Saltmarsh Pro", Public.ADULT)],
        contact_name="Mina Aalto",
        contact_email="mina@example.org",
        would_share="Addresses of accounts that we closed.",
        answers={kind: f"Our answer about {kind}." for kind in CRITERIA},
        now=now,
    )


def agreement(version: str = "1.0", *, now: datetime = NOW) -> AgreementText:
    found = AgreementText.objects.filter(version=version).first()
    text = "Signals are leads, never proof."
    return found or agreements.publish(
        version=version, text=text, effective_on=now.date(), actor=Actor.clock(), now=now
    )


def pass_gate(of: Organisation, kind: GateKind, *, by: Actor | None = None, now: datetime = NOW) -> None:
    """Pass a gate as it is passed: most by a note, some by what happens."""
    by = by or steward()
    if kind not in PASSED_BY_WHAT_HAPPENS:
        gates.pass_gate(organisation_id=of.public_id, kind=kind, note="Seen.", actor=by, now=now)
    elif kind == GateKind.COMPLIANCE_REVIEW:
        compliance.hold_review(
            organisation_id=of.public_id, result=ReviewResult.PASSED, summary="In order.", actor=by, now=now
        )
    elif kind == GateKind.TEST_SIGNAL:
        sent = trials.send_test_signal(organisation_id=of.public_id, actor=by, now=now)
        of.refresh_from_db()
        trials.acknowledge_test_signal(test_id=sent.public_id, actor=actor(of, Role.ANALYST), now=now)


def move(of: Organisation, by: Actor, step: Move, *, now: datetime = NOW) -> None:
    """One of the moves on the way in, without its gates."""
    if step == Move.APPROVE:
        with acting_as(Actor.clock()):
            waiting = Application.objects.get(organisation=of)
        admission.decide(application_id=waiting.public_id, move=step, reason="", actor=by, now=now)
    elif step == Move.SIGN:
        agreements.sign(
            organisation_id=of.public_id,
            agreement_id=agreement(now=now).public_id,
            signed_by="Noor Haddad",
            function="Chief executive",
            signed_on=now.date(),
            actor=by,
            now=now,
        )
    elif step == Move.ONBOARD:
        admission.start_onboarding(organisation_id=of.public_id, actor=by, now=now)
    else:
        admission.activate(organisation_id=of.public_id, actor=by, now=now)
    of.refresh_from_db()


def on_the_way(state: MemberState, name: str = "Saltmarsh Social", *, now: datetime = NOW) -> Organisation:
    """An organisation that has come as far as `state`, through every gate on the way."""
    by = steward()
    waiting, _secret = application(name, now=now)
    of = waiting.organisation
    for step in WAY_IN[: [MOVES[each].end for each in WAY_IN].index(state) + 1]:
        for kind in sorted(MOVES[step].gates - {GateKind.AGREEMENT}):
            pass_gate(of, kind, by=by, now=now)
        move(of, by, step, now=now)
    return of


def legal_gate(of: Organisation, jurisdiction: Region = Region.EUROPE, *, now: datetime = NOW) -> LegalGate:
    return gates.pass_legal_gate(
        organisation_id=of.public_id,
        jurisdiction=jurisdiction,
        lawful_basis="Legitimate interest",
        offence_basis="National law, section 12",
        data_role=DataRole.CONTROLLER,
        transfers="Standard contractual clauses",
        assessed_on=now.date(),
        assessment="DPIA 7",
        counsel="Reed and Partners",
        actor=steward(),
        now=now,
    )


def invited(
    of: Organisation,
    *held: Role,
    email: str = "newcomer@example.org",
    name: str = "New Comer",
    by: Actor | None = None,
    trained_on: date | None = None,
    now: datetime = NOW,
) -> Invitation:
    """An open invitation whose mail has not gone out yet."""
    return invitations.invite(
        organisation_id=of.public_id,
        email=email,
        name=name,
        roles=dict.fromkeys(held),
        trained_on=trained_on,
        actor=by or actor(of, Role.STEWARD if of.is_programme else Role.MEMBER_ADMIN, now=now),
        now=now,
    )


def security_key(person: Staff, name: str = "Blue key") -> Authenticator:
    """A security key of the person, as registering it leaves it behind. Nobody holds its other half."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())  # type: ignore[no-untyped-call]
    number = name.encode()
    attested = AttestedCredentialData.create(Aaguid.NONE, number, public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    shown = AuthenticatorData.create(sha256(b"localhost").digest(), flags, 0, attested)
    said = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    response = {
        "clientDataJSON": websafe_encode(said),
        "attestationObject": websafe_encode(AttestationObject.create("none", shown, {})),
    }
    credential = {"id": websafe_encode(number), "rawId": websafe_encode(number), "type": "public-key"}
    data = {"name": name, "credential": credential | {"response": response}}
    made: Authenticator = Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)
    return made


def run_job(job: MatchJob, *, now: datetime = NOW) -> MatchJob:
    """Do what the workers would do, one chunk after the other."""
    with acting_as(Actor.clock()):
        chunks = list(Chunk.objects.filter(job=job).order_by("number").values_list("pk", flat=True))
    for pk in chunks:
        jobs.run_chunk(pk, holder="worker", now=now)
    with acting_as(Actor.clock()):
        return MatchJob.objects.select_related("organisation").get(pk=job.pk)


def checkpoint(now: datetime = NOW) -> Checkpoint:
    """A signed checkpoint at the head of the ledger, which must have grown since the last one."""
    with (
        TemporaryDirectory() as folder,
        override_settings(CHECKPOINT_KEY=bytes(range(32)), CHECKPOINT_FILE=Path(folder) / "checkpoint"),
    ):
        signed = checkpoints.sign(now=now)
    assert signed is not None
    return signed


def mailbox(address: str) -> Item:
    """An e-mail address of a provider whose rules are known."""
    return Item(Kind.EMAIL, address)
