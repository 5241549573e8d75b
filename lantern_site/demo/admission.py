"""Papers of the demo world's houses, and those who are still on their way in. No dice: the story stays the same."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.demo import cast
from lantern_site.demo.cast import House
from lantern_site.demo.world import World
from lantern_site.members.lifecycle import (
    CRITERIA,
    PASSED_BY_WHAT_HAPPENS,
    VALID_DAYS,
    DataRole,
    GateKind,
    MemberKind,
    Move,
    Public,
    Region,
    ReviewResult,
    Switch,
)
from lantern_site.members.models import AgreementText, Application, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import admission, agreements, compliance, gates, organisations, trials

EVIDENCE = {
    GateKind.CSEA_POLICY: "Public rules, section 4, read on the day",
    GateKind.COMPLAINTS: "Form in the app; answered within 7 days by a person",
    GateKind.GOVERNMENT_REQUESTS: "Own desk and a yearly report",
    GateKind.SECURITY: "Certificate of ISO 27001",
    GateKind.RETENTION: "Deletion run every night, log shown",
    GateKind.STAFF_CARE: "Supervision every two weeks, hours limited",
    GateKind.SERVICES: "Review by the trust and safety team, two shifts",
    GateKind.CONTACT: "Called at 3 in the morning, answered",
    GateKind.DATA_PROTECTION: "Officer named, confirmed by letter",
    GateKind.TRAINING: "Lists of attendance",
}
ANSWERS: Mapping[str, str] = {
    GateKind.CSEA_POLICY: "In our public rules, section 4. Moderators enforce them every day.",
    GateKind.COMPLAINTS: "By a form in the app. A person answers within seven days.",
    GateKind.GOVERNMENT_REQUESTS: "Our legal desk answers them and reports once a year.",
    GateKind.SECURITY: "ISO 27001, audited last spring.",
    GateKind.RETENTION: "A run every night deletes what has expired; we keep its log.",
    GateKind.STAFF_CARE: "Two days of training, breaks on the clock, supervision every two weeks.",
    GateKind.SERVICES: "Our own team of nine, in two shifts.",
}
TEXT = """Signals are leads, never proof. A person of the receiving member reviews under its own policy before it acts.

Nobody shares on behalf of a public authority. Nobody shares the material itself.

What is retracted is removed within 72 hours, and what was done because of it is undone.
"""
RENEWED_AFTER = timedelta(days=360)


def _steward(world: World, number: int = 0) -> Actor:
    return world.people[cast.PROGRAMME.name, Role.STEWARD][number]


def keep_papers(world: World, house: House, now: datetime) -> None:
    """What a house has passed and signed when it joins, and a year later again."""
    if house.kind == MemberKind.PROGRAMME:
        _rules(world, now)
        return
    organisation, steward = world.organisations[house.name], _steward(world)
    with recording(steward, now):
        gates.pass_several(organisation_id=organisation.public_id, evidence=EVIDENCE, actor=steward, now=now)
        _review(organisation, steward, now)
        _sign(organisation, f"{house.people[0].name}, by letter", steward, now)
        if house.identifiers:
            _legal_gate(organisation, Region(house.region), steward, now)
        sent = trials.send_test_signal(organisation_id=organisation.public_id, actor=steward, now=now)
        analyst = world.people[house.name, Role.ANALYST][0]
        trials.acknowledge_test_signal(test_id=sent.public_id, actor=analyst, now=now)
    world.plan(now + RENEWED_AFTER, partial(_renew, world, organisation))


def _rules(world: World, now: datetime) -> None:
    """The agreement, and what the law of Europe allows."""
    steward = _steward(world)
    agreements.publish(version="2024-1", text=TEXT, effective_on=now.date(), actor=steward, now=now)
    compliance.switch(
        jurisdiction=Region.EUROPE,
        what=Switch.PRIVATE_MESSAGES,
        allowed=True,
        from_on=now.date(),
        until_before=(world.ends + timedelta(days=120)).date(),
        basis="Temporary derogation, Regulation (EU) 2021/1232 as extended",
        actor=steward,
        now=now,
    )


def _renew(world: World, organisation: Organisation, now: datetime) -> None:
    """The yearly gates again, and the review: now and then with something to remedy."""
    steward = _steward(world, 1)
    yearly = {kind: EVIDENCE[kind] for kind in EVIDENCE if kind in VALID_DAYS}
    with recording(steward, now):
        gates.pass_several(organisation_id=organisation.public_id, evidence=yearly, actor=steward, now=now)
        _review(organisation, steward, now, observed=organisation.pk % 3 == 0)
    world.plan(now + RENEWED_AFTER, partial(_renew, world, organisation))


def _review(organisation: Organisation, steward: Actor, now: datetime, *, observed: bool = False) -> None:
    review = compliance.hold_review(
        organisation_id=organisation.public_id,
        result=ReviewResult.WITH_OBSERVATIONS if observed else ReviewResult.PASSED,
        summary="Two days with the team; samples of decisions, access lists, deletion logs.",
        actor=steward,
        now=now,
    )
    if observed:
        compliance.note_observation(
            review_id=review.public_id,
            text="Complaints from the youngest users wait longer than those of others.",
            remediation="A queue of their own, answered within three days.",
            due_on=(now + timedelta(days=90)).date(),
            actor=steward,
            now=now,
        )


def _sign(organisation: Organisation, signed_by: str, steward: Actor, now: datetime) -> None:
    agreements.sign(
        organisation_id=organisation.public_id,
        agreement_id=AgreementText.objects.values_list("public_id", flat=True).get(),
        signed_by=signed_by,
        function="Head of trust and safety",
        signed_on=now.date(),
        actor=steward,
        now=now,
    )


def _legal_gate(organisation: Organisation, region: Region, steward: Actor, now: datetime) -> None:
    gates.pass_legal_gate(
        organisation_id=organisation.public_id,
        jurisdiction=region,
        lawful_basis="Legitimate interest, balanced and written down",
        offence_basis="National law on the protection of children",
        data_role=DataRole.CONTROLLER,
        transfers="Standard contractual clauses",
        assessed_on=(now - timedelta(days=30)).date(),
        assessment=f"DPIA {organisation.pk:03d}",
        counsel="Reed and Partners",
        actor=steward,
        now=now,
    )


def plan_applicants(world: World, hashed: str) -> None:
    """Who has applied lately: one waits, one is deferred, one has appealed, one is in its onboarding."""
    waits = partial(_apply, "Tern Messenger", Region.NORTH_AMERICA)
    world.plan(world.ends - timedelta(days=3, hours=5), waits)
    for days, name, move, reason in (
        (26, "Larkspur Clips", Move.DEFER, "Your complaint process begins in spring. We come back to you then."),
        (19, "Bramble Meets", Move.DECLINE, "We found no review by a person before accounts are closed."),
    ):
        world.plan(world.ends - timedelta(days=days), partial(_refused, world, name, move, reason))
    for days, step in ((40, _newcomer_applies), (33, _newcomer_signs), (6, partial(_newcomer_connects, hashed))):
        world.plan(world.ends - timedelta(days=days), partial(step, world))


def _apply(name: str, region: Region, now: datetime) -> tuple[Application, str]:
    first = name.split()[0]
    return admission.apply(
        name=name,
        kind=MemberKind.PLATFORM,
        region=region,
        services=[(first, Public.UNDER_16), (f"{first} Studio", Public.ADULT)],
        contact_name=f"{first} trust and safety",
        contact_email=f"{first.lower()}@example.org",
        would_share="Addresses and profile names of accounts that we closed, some hundred a month.",
        answers=ANSWERS,
        now=now,
    )


def _refused(world: World, name: str, move: Move, reason: str, now: datetime) -> None:
    application, secret = _apply(name, Region.EUROPE, now)
    later = now + timedelta(days=4)
    world.plan(later, partial(_decide, world, application, move, reason))
    if move == Move.DECLINE:
        objection = "Nine people review in two shifts; our rota is attached to the answer about services."
        world.plan(later + timedelta(days=9), partial(_appeal, application, secret, objection))


def _decide(world: World, application: Application, move: Move, reason: str, now: datetime) -> None:
    admission.decide(application_id=application.public_id, move=move, reason=reason, actor=_steward(world), now=now)


def _appeal(application: Application, secret: str, reason: str, now: datetime) -> None:
    admission.appeal(application_id=application.public_id, secret=secret, reason=reason, now=now)


def _newcomer_applies(world: World, now: datetime) -> None:
    application, _secret = _apply(cast.NEWCOMER.name, Region.EUROPE, now)
    world.plan(now + timedelta(days=4), partial(_newcomer_is_approved, world, application))


def _newcomer_is_approved(world: World, application: Application, now: datetime) -> None:
    steward, organisation = _steward(world), application.organisation
    on_paper = {kind: EVIDENCE[kind] for kind in CRITERIA}
    gates.pass_several(organisation_id=organisation.public_id, evidence=on_paper, actor=steward, now=now)
    admission.decide(
        application_id=application.public_id,
        move=Move.APPROVE,
        reason="Welcome. The agreement comes next.",
        actor=steward,
        now=now,
    )


def _newcomer(world: World) -> Organisation:
    return Organisation.objects.get(name=cast.NEWCOMER.name)


def _newcomer_signs(world: World, now: datetime) -> None:
    organisation, steward = _newcomer(world), _steward(world)
    _review(organisation, steward, now)
    _sign(organisation, "Mina Aalto", steward, now)
    _legal_gate(organisation, Region.EUROPE, steward, now)


def _newcomer_connects(hashed: str, world: World, now: datetime) -> None:
    """People come in; a test signal is sent, and waits to be acknowledged."""
    organisation, steward = _newcomer(world), _steward(world)
    rest = frozenset(EVIDENCE) - frozenset(CRITERIA) - PASSED_BY_WHAT_HAPPENS
    evidence = {kind: EVIDENCE[kind] for kind in EVIDENCE if kind in rest}
    gates.pass_several(organisation_id=organisation.public_id, evidence=evidence, actor=steward, now=now)
    admission.start_onboarding(organisation_id=organisation.public_id, actor=steward, now=now)
    for character in cast.NEWCOMER.people:
        cast.enrol(character, organisation, now, hashed)
    organisations.support(
        organisation_id=organisation.public_id,
        partner_id=steward.id,
        office_hours="Monday to Thursday, 9 to 17",
        ask_before_sharing=True,
        actor=steward,
        now=now,
    )
    later = now + timedelta(days=5)
    world.plan(later, partial(_send_test, world, organisation))


def _send_test(world: World, organisation: Organisation, now: datetime) -> None:
    trials.send_test_signal(organisation_id=organisation.public_id, actor=_steward(world), now=now)
