"""The yearly report of the demo world: members confirm their numbers but for one, one corrects, and a second edition
restates the first."""

from datetime import UTC, datetime, timedelta
from functools import partial

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.demo.world import World
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from transparency import services as transparency
from transparency.layouts import Place
from transparency.models import Attestation, Restatement
from transparency.statements import Section

PROGRAMME = "Lantern programme"
SILENT = "Cloudcrate"
CORRECTING = "Harbourline"
CORRECTED: Place = ("actions_taken", "account_actioned", "")
MISSED = 3
"""How many accounts it had actioned and not noted."""


def plan(world: World) -> None:
    """The report of the last whole year is frozen in January and published by somebody else in February. A second
    edition is frozen shortly before the end, and waits for its approval."""
    year = (world.ends - timedelta(days=60)).year - 1
    world.plan(datetime(year + 1, 1, 20, 9, tzinfo=UTC), partial(_freeze, world, year))
    world.plan(world.ends - timedelta(days=18), partial(_freeze_again, world, year))


def _freeze(world: World, year: int, now: datetime) -> None:
    editor = world.somebody(PROGRAMME, Role.EDITOR)
    edition_id, closes_at = _ask(year, editor, now)
    _plan_answers(world, edition_id, now)
    world.plan(now + timedelta(days=12), partial(_choose_publisher, world, edition_id, closes_at))
    world.plan(closes_at, partial(_compute, edition_id, editor))


def _ask(year: int, editor: Actor, now: datetime) -> tuple[int, datetime]:
    """The edition, and when what its members say is closed."""
    edition = transparency.freeze(year=year, actor=editor, now=now)
    asked = transparency.ask(edition_id=edition.public_id, actor=editor, now=now)
    assert asked.attest_before is not None
    return edition.public_id, asked.attest_before


def _plan_answers(world: World, edition_id: int, now: datetime) -> None:
    with acting_as(Actor.clock()):
        asked = Attestation.objects.filter(edition__public_id=edition_id).select_related("organisation").order_by("pk")
        members = [one.organisation for one in asked]
    for number, member in enumerate(members):
        if member.name != SILENT:
            world.plan(now + timedelta(days=1 + number % 7, hours=2), partial(_answer, world, edition_id, member))


def _answer(world: World, edition_id: int, member: Organisation, now: datetime) -> None:
    admin = world.people[member.name, Role.MEMBER_ADMIN][0]
    for section in Section:
        corrected = _correction(edition_id, member) if section is Section.ACTIONS and member.name == CORRECTING else {}
        transparency.state(
            edition_id=edition_id,
            section=section,
            corrected=corrected,
            reason="We actioned three more accounts with a tool of our own, and had not noted it here."
            if corrected
            else "",
            actor=admin,
            now=now,
        )


def _correction(edition_id: int, member: Organisation) -> dict[Place, int]:
    with acting_as(Actor.clock()):
        own = Attestation.objects.get(edition__public_id=edition_id, organisation=member)
    return {CORRECTED: own.recorded(Section.ACTIONS)[CORRECTED] + MISSED}


def _compute(edition_id: int, editor: Actor, now: datetime) -> None:
    transparency.close_due(now=now)
    transparency.compute(edition_id=edition_id, actor=editor, now=now)


def _choose_publisher(world: World, edition_id: int, closes_at: datetime, now: datetime) -> None:
    publisher = world.somebody(PROGRAMME, Role.PUBLISHER)
    world.plan(closes_at + timedelta(days=1, hours=10), partial(_publish, edition_id, publisher))


def _publish(edition_id: int, publisher: Actor, now: datetime) -> None:
    transparency.approve(edition_id=edition_id, actor=publisher, now=now)
    transparency.publish(edition_id=edition_id, actor=publisher, now=now)


def _freeze_again(world: World, year: int, now: datetime) -> None:
    """Months later some figures have changed, because signals of the year were found wrong since. What members said
    still stands; a publisher has yet to look at it."""
    editor = world.people[PROGRAMME, Role.EDITOR][0]  # no throw of the dice: the story stays as it is
    edition_id, closes_at = _ask(year, editor, now)
    world.plan(closes_at, partial(_compute, edition_id, editor))
    world.plan(closes_at + timedelta(hours=9), partial(_explain, edition_id, editor))


def _explain(edition_id: int, editor: Actor, now: datetime) -> None:
    for restatement in Restatement.objects.filter(edition__public_id=edition_id).order_by("pk"):
        transparency.explain(
            edition_id=edition_id,
            metric=restatement.metric,
            reason="Signals of the year were found wrong, or reinstated, after the first edition was frozen.",
            actor=editor,
            now=now,
        )
