"""One member has switched second looks and practice on: some are answered, some wait, and two people have to talk."""

from datetime import datetime, timedelta
from functools import partial

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.demo.world import World
from lantern_site.errors import WrongState
from lantern_site.members.roles import Role
from reviews.models import SecondLook
from reviews.services import practice, quality, second_looks
from reviews.services.practice import Lesson
from reviews.workflow import Verdict
from signals.kinds import AccountHolder, Confidence, HarmTerm, Kind, Origin, ReviewMethod

HOUSE = "Harbourline"
PERCENT = 40
SINCE = timedelta(days=60)
LESSONS = (
    Lesson(
        kind=Kind.USERNAME,
        masked="li•••17",
        harm=HarmTerm.GROOMING,
        clause="Child safety 3.2 (2026-01)",
        review_method=ReviewMethod.CONVERSATION,
        origin=Origin.USER_REPORT,
        confidence=Confidence.MEDIUM,
        account_holder=AccountHolder.POSSIBLY_CHILD,
        described="A user reports an account that asks others of its age to play elsewhere. It names its own school.",
        agreed=Verdict.REJECT,
        because="Children ask each other to play elsewhere. Nothing here points to an adult: support looks after it.",
    ),
    Lesson(
        kind=Kind.URL,
        masked="https://•••.example.org/•••",
        harm=HarmTerm.CSAM_UNVERIFIED,
        clause="Child safety 1.1 (2026-01)",
        review_method=ReviewMethod.ACCOUNT,
        origin=Origin.OWN_DETECTION,
        confidence=Confidence.HIGH,
        account_holder=AccountHolder.UNKNOWN,
        described="A page was found by a word in its address. Nobody has looked at what it shows.",
        agreed=Verdict.RETURN,
        because="The clause asks for somebody who saw the evidence. Return it, and name who has to look.",
    ),
)


def plan(world: World) -> None:
    world.plan(world.ends - SINCE, partial(_switch_on, world))
    world.plan(world.ends - timedelta(minutes=12), partial(_look_again, world))


def _switch_on(world: World, now: datetime) -> None:
    lead = world.people[HOUSE, Role.MEMBER_ADMIN][0]
    quality.keep(percent=PERCENT, practice=True, actor=lead, now=now)
    for lesson in LESSONS:
        practice.add(lesson=lesson, actor=lead, now=now)


def _look_again(world: World, now: datetime) -> None:
    """Two of the reviewers take one each and see it otherwise; the first also takes one and sees it alike."""
    quality.draw(now=now)
    first, second = world.people[HOUSE, Role.REVIEWER][:2]
    for reviewer, alike in ((first, True), (first, False), (second, False)):
        try:
            look = second_looks.take(actor=reviewer, now=now)
        except WrongState:
            continue
        with acting_as(Actor.clock()):
            decided = SecondLook.objects.select_related("decision").get(pk=look.pk).decision.verdict
        verdict = Verdict(decided) if alike else Verdict.RETURN
        reason = "" if verdict == Verdict.APPROVE else "I would have asked for the days first."
        second_looks.answer(look_id=look.public_id, verdict=verdict, reason=reason, actor=reviewer, now=now)
