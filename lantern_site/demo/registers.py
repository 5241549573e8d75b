"""The registers of the demo world: attestations with gaps, a few requests, one incident, assessments and advice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.demo.events import attempt
from lantern_site.demo.world import World
from lantern_site.members.models import Attestation
from lantern_site.members.registers import (
    AffectedData,
    Answered,
    Asked,
    AssessmentSubject,
    Authority,
    Followed,
    IncidentKind,
    Party,
    Proof,
    Right,
    Ruling,
    Severity,
    Told,
)
from lantern_site.members.roles import Role
from lantern_site.members.services.registers import (
    assessments,
    attestations,
    dialogue,
    government_requests,
    incidents,
    subject_requests,
)
from reviews.services import restrictions
from signals.services import subject_requests as searches

PROGRAMME = "Lantern programme"
SILENT = frozenset({"Cloudcrate", "Halden Bank"})
"""Members that forget to attest now and then."""
ATTESTED_FOR = timedelta(days=370)
"""Members attest in the last year of the story; what lies before stands as not attested."""


def plan(world: World) -> None:
    """Everything at its time; `world.ends` decides what is still open."""
    for month in _months(world.starts, world.ends):
        world.plan(month + timedelta(hours=4), partial(_new_period, world))
        world.plan(month + timedelta(days=12), _remind)
    _plan_authorities(world)
    _plan_persons(world)
    world.plan(world.ends - timedelta(days=150), partial(_incident, world))
    _plan_assessments(world)
    _plan_dialogue(world)


def _months(starts: datetime, ends: datetime) -> list[datetime]:
    months = []
    first = datetime(starts.year, starts.month, 1, tzinfo=UTC)
    while first < ends:
        if first > starts:
            months.append(first)
        first = datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)
    return months


def _holder(world: World, house: str, role: Role) -> Actor:
    """Always the same person, so that no die of the story is thrown here."""
    return world.people[house, role][0]


def _steward(world: World) -> Actor:
    return _holder(world, PROGRAMME, Role.STEWARD)


# Attestations


def _new_period(world: World, now: datetime) -> None:
    """The clock asks; in the days that follow, each answers by itself."""
    attestations.ask(now=now)
    with acting_as(Actor.clock()):
        fresh = Attestation.objects.open().filter(asked_at=now).select_related("organisation").order_by("pk")
        for number, one in enumerate(list(fresh)):
            if _answers(world, one, now):
                world.plan(now + timedelta(days=2 + number % 6, hours=3), partial(_attest, world, one))


def _answers(world: World, one: Attestation, now: datetime) -> bool:
    name = one.organisation.name
    if one.organisation.is_programme:
        return True
    forgetful = name in SILENT and one.starts_on.month in (1, 7)
    return now > world.ends - ATTESTED_FOR and not forgetful


def _attest(world: World, one: Attestation, now: datetime) -> None:
    programme = one.organisation.is_programme
    by = _holder(world, one.organisation.name, Role.STEWARD if programme else Role.MEMBER_ADMIN)
    count = 0 if programme or one.pk % 7 else 1
    attestations.attest(attestation_id=one.public_id, count=count, actor=by, now=now)


def _remind(now: datetime) -> None:
    attestations.remind(now=now)
    attestations.note_overdue(now=now)


# Requests of authorities and of persons


AUTHORITIES = (
    (410, Authority.POLICE, "FR", Asked.ABOUT_SIGNAL, Answered.REFUSED, Told.TOLD),
    (190, Authority.INTELLIGENCE, "GB", Asked.INSERTION, Answered.REFUSED, Told.NOBODY),
    (8, Authority.COURT, "DE", Asked.PRESERVATION, Answered.PENDING, Told.NOT_YET),
)
"""Days before the end, who, where, what, the answer, and whether the one concerned was told."""


def _plan_authorities(world: World) -> None:
    for days, authority, country, asked, outcome, told in AUTHORITIES:
        event = partial(_asked, world, authority=authority, country=country, asked=asked, outcome=outcome, told=told)
        world.plan(world.ends - timedelta(days=days), event)


def _asked(
    world: World, now: datetime, *, authority: Authority, country: str, asked: Asked, outcome: Answered, told: Told
) -> None:
    entered = government_requests.receive(
        received_on=now.date(),
        authority=authority,
        jurisdiction=country,
        legal_basis="A letter that names the law on criminal procedure",
        asked=asked,
        actor=_steward(world),
        now=now,
    )
    if outcome == Answered.PENDING:
        return

    def answer(later: datetime) -> None:
        government_requests.answer(
            case_id=entered.public_id,
            outcome=outcome,
            told=told,
            reason="The programme inserts and discloses nothing for an authority; the members hold the evidence.",
            answered_on=later.date(),
            actor=_steward(world),
            now=later,
        )

    world.plan(now + timedelta(days=9), answer)


def _plan_persons(world: World) -> None:
    world.plan(world.ends - timedelta(days=120), partial(_answered_person, world))
    world.plan(world.ends - timedelta(days=11), partial(_open_person, world))


def _receive(world: World, now: datetime, right: Right, number: str) -> tuple[int, int]:
    case = subject_requests.receive(
        received_on=now.date(), right=right, file_reference=number, proof=Proof.CODE, actor=_steward(world), now=now
    )
    return case.public_id, case.pk


def _answered_person(world: World, now: datetime) -> None:
    case_id, _pk = _receive(world, now, Right.ACCESS, "DP-0007")
    subject_requests.note_search(case_id=case_id, kind="email", signals=(), actor=_steward(world), now=now)
    world.plan(now + timedelta(days=14), partial(_nothing_held, world, case_id))


def _nothing_held(world: World, case_id: int, now: datetime) -> None:
    subject_requests.decide(
        case_id=case_id,
        ruling=Ruling.NOTHING_HELD,
        reason="One address was looked for, and nothing was found.",
        letter="We have checked what you asked about. The programme holds nothing about it.",
        actor=_steward(world),
        now=now,
    )
    subject_requests.close(case_id=case_id, actor=_steward(world), now=now)


def _open_person(world: World, now: datetime) -> None:
    """Somebody asks for an erasure; what was found is out of use until it is decided."""
    case_id, pk = _receive(world, now, Right.ERASURE, "DP-0011")
    steward = _steward(world)
    item = next(one for one in reversed(world.shared[-40:]) if one.kind == "email")
    case = searches.search(case_id=case_id, item=item, actor=steward, now=now)
    if case.signals and attempt(subject_requests.restrict, case_id=case_id, actor=steward, now=now):
        restrictions.settle(case_pk=pk, now=now)


# An incident, assessments


def _incident(world: World, now: datetime) -> None:
    steward, touched = _steward(world), world.organisations["Kestrel Games"]
    made = incidents.report(
        detected_at=now - timedelta(hours=3),
        kind=IncidentKind.KEY_LEAK,
        severity=Severity.MEDIUM,
        affected_data=[AffectedData.KEYS],
        member_ids=[touched.public_id],
        description="A key of a member stood in a public repository. It was not used from there.",
        actor=steward,
        now=now,
    )
    given: dict[str, object] = {"incident_id": made.public_id, "actor": steward}
    steps: tuple[tuple[float, Callable[..., object], dict[str, object]], ...] = (
        (1, incidents.contain, {"measures": "The key was revoked and the member has a new one."}),
        (
            2,
            incidents.inform,
            {"notice": "Your key was public for two hours. Nothing was read with it."},
        ),
        (20, incidents.notify, {"notified_at": now + timedelta(hours=19), "reason": ""}),
        (24 * 12, incidents.close, {"lesson": "Public repositories are searched for keys every hour."}),
    )
    for hours, service, more in steps:
        event = partial(_carry_on, service, {**given, **more})
        world.plan(now + timedelta(hours=hours), event)


def _carry_on(service: Callable[..., object], given: dict[str, object], now: datetime) -> None:
    service(**given, now=now)


@dataclass(frozen=True)
class Opinion:
    """What a body found, and what became of what it recommends."""

    days_before_end: int
    subject: AssessmentSubject
    body: str
    scope: str
    english: str
    french: str
    recommended: tuple[tuple[str, Followed, str], ...]


OPINIONS = (
    Opinion(
        330,
        AssessmentSubject.HUMAN_RIGHTS,
        "Tidemark Institute",
        "The path from a signal to a decision at a member, and back when it was wrong",
        "People act on signals, never machines alone. Those who were wrongly signalled should learn of a correction "
        "sooner.",
        "Ce sont des personnes qui décident, jamais des machines seules. Une personne signalée à tort devrait "
        "apprendre plus vite la rectification.",
        (
            ("Publish how long recalls take until every member has acknowledged.", Followed.DONE, "In each report."),
            ("Let an external adjudicator hear every appeal.", Followed.ACCEPTED, "From the next agreement on."),
            ("Name members in statistics about errors.", Followed.NOT_ACCEPTED, "It would single members out."),
        ),
    ),
    Opinion(
        140,
        AssessmentSubject.CHILD_RIGHTS,
        "Small Voices Foundation",
        "Accounts that may belong to a child",
        "A possible child is protected by design. Training for that case should be deeper.",
        "Un enfant possible est protégé dès la conception. La formation à ce cas devrait être approfondie.",
        (
            ("Train reviewers yearly on children who were made to act.", Followed.PARTLY, "A module exists."),
            ("Ask children's organisations before harm terms change.", Followed.ACCEPTED, "They are heard first."),
        ),
    ),
)


def _plan_assessments(world: World) -> None:
    for opinion in OPINIONS:
        world.plan(world.ends - timedelta(days=opinion.days_before_end), partial(_assess, world, opinion))


def _assess(world: World, opinion: Opinion, now: datetime) -> None:
    steward, today = _steward(world), now.date()
    made = assessments.commission(
        subject=opinion.subject,
        body=opinion.body,
        scope=opinion.scope,
        commissioned_on=today - timedelta(days=90),
        actor=steward,
        now=now,
    )
    number = made.public_id
    assessments.describe(
        assessment_id=number,
        scope=opinion.scope,
        held_on=today - timedelta(days=20),
        summary_en=opinion.english,
        summary_fr=opinion.french,
        document_sha256=sha256(opinion.english.encode()).hexdigest(),
        actor=steward,
        now=now,
    )
    for place, (text, status, answer) in enumerate(opinion.recommended, start=1):
        assessments.recommend(assessment_id=number, text=text, actor=steward, now=now)
        assessments.answer(
            assessment_id=number, number=place, status=status, text=answer, answered_on=today, actor=steward, now=now
        )
    assessments.publish(assessment_id=number, actor=steward, now=now)


# Dialogue and advice


MEETINGS = (
    (290, (Party.CIVIL_SOCIETY,), "How wrong signals are corrected", "Recall times were asked for, and agreed.", True),
    (60, (Party.MEMBERS, Party.AUTHORITIES), "What authorities may ask for", "No value is inserted for them.", False),
)
ADVICE = (
    (300, "Sharing keywords with care", "Prefer phrases to single words, and say what they mean in harmless texts."),
    (170, "When an account may be a child's", "Say so at once. Support comes first, and no penalty follows."),
    (45, "Recycled addresses", "Check when an address was last in other hands before you share or act on it."),
)


def _plan_dialogue(world: World) -> None:
    for days, parties, subject, note, is_public in MEETINGS:
        event = partial(_meet, world, parties=parties, subject=subject, note=note, is_public=is_public)
        world.plan(world.ends - timedelta(days=days), event)
    for days, title, text in ADVICE:
        world.plan(world.ends - timedelta(days=days), partial(_advise, world, title, text))


def _meet(world: World, now: datetime, *, parties: tuple[Party, ...], subject: str, note: str, is_public: bool) -> None:
    dialogue.note_meeting(
        held_on=now.date(),
        parties=parties,
        subject=subject,
        note=note,
        is_public=is_public,
        actor=_steward(world),
        now=now,
    )


def _advise(world: World, title: str, text: str, now: datetime) -> None:
    """Every second member reads it in the weeks after."""
    issued = dialogue.issue(title=title, text=text, actor=_steward(world), now=now)
    for number, name in enumerate(sorted(name for name, role in world.people if role == Role.MEMBER_ADMIN)):
        if number % 2 == 0:
            event = partial(_read, world, issued.advice.public_id, name)
            world.plan(now + timedelta(days=3 + number), event)


def _read(world: World, advice_id: int, name: str, now: datetime) -> None:
    dialogue.confirm(advice_id=advice_id, version=1, actor=_holder(world, name, Role.MEMBER_ADMIN), now=now)
