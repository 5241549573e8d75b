"""Objects for tests, made by the services, so that none can exist that the product could not make itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import MemberKind, Suspension
from lantern_site.members.models import Community, Grant, Membership, Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import standing
from reviews.approvals import Approvals
from reviews.policies import approvals_needed
from reviews.services import decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Attestation, Verdict
from signals.intake import Item, Statement
from signals.kinds import Confidence, HarmTerm, Kind, Origin, ReviewMethod
from signals.models import Receipt, Signal
from signals.services import sharing

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
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}})
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": clock.now().timestamp()}]
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
