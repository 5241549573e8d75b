"""Second looks for tests."""

from datetime import timedelta

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from reviews.models import SecondLook
from reviews.services import decisions, practice, quality, second_looks
from reviews.services.decisions import Judgement
from reviews.services.practice import Lesson
from reviews.workflow import Verdict
from signals.kinds import AccountHolder, Confidence, HarmTerm, Kind, Origin, ReviewMethod
from signals.models import Signal
from tests import builders
from tests.builders import NOW

SOON = NOW + timedelta(minutes=10)
LESSON = Lesson(
    kind=Kind.EMAIL,
    masked="li•••@e•••.org",
    harm=HarmTerm.GROOMING,
    clause="Child safety 3.2",
    review_method=ReviewMethod.CONVERSATION,
    origin=Origin.USER_REPORT,
    confidence=Confidence.LOW,
    account_holder=AccountHolder.UNKNOWN,
    described="An adult asks a child to move to another service; nothing more is known.",
    agreed=Verdict.RETURN,
    because="The clause asks for a second sign. Ask for it.",
)


def switch_on(of: Organisation, percent: int = 50) -> None:
    admin = builders.actor(of, Role.MEMBER_ADMIN)
    quality.keep(percent=percent, practice=True, actor=admin, now=NOW - timedelta(hours=1))


def rejected(of: Organisation, by: Staff) -> Signal:
    signal = builders.submitted(of)
    said = Judgement(Verdict.REJECT, outward="Not our policy.", inward="A matter of taste.")
    decisions.decide(signal_id=signal.public_id, judgement=said, version=1, actor=by.actor(NOW), now=NOW)
    return signal


def drawn(of: Organisation, by: Staff) -> SecondLook:
    """A decision of this person that was drawn, whatever its number."""
    signal = rejected(of, by)
    decision = signal.decisions.get()
    return SecondLook.objects.create(organisation=of, signal=signal, decision=decision, drawn_at=SOON)


def answered(look: SecondLook, by: Actor, verdict: Verdict) -> SecondLook:
    second_looks.take(actor=by, now=SOON)
    return second_looks.answer(look_id=look.public_id, verdict=verdict, reason="I read it so.", actor=by, now=SOON)


def laid_out(of: Organisation, looker: Actor, lead: Actor) -> dict[str, int]:
    """Public ids: a second look that the looker has begun, one answered otherwise, and a case to practise on."""
    switch_on(of)
    decider = builders.person(of, Role.REVIEWER)
    with acting_as(Actor.clock()):
        apart = answered(drawn(of, decider), looker, Verdict.APPROVE)
        begun = drawn(of, decider)
    second_looks.take(actor=looker, now=SOON)
    case = practice.add(lesson=LESSON, actor=lead, now=NOW)
    return {"look": begun.public_id, "look to settle": apart.public_id, "practice": case.public_id}
