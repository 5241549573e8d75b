"""The plot: who joins when, how often something is shared or compared, and who plans the rest."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

from lantern_site.demo import admission, cast, events, machines, people, quality, registers, report
from lantern_site.demo.world import World
from reviews.services import duties

DAYS = 730
SHARED_A_DAY = 1.25
DAYS_BETWEEN_JOBS = 21
RUSH = 26
"""How many signals arrive in the last hours, so that there is something in every queue."""


DUTIES = (
    duties.caution_missed_checks,
    duties.hold_missed_checks,
    duties.end_holds,
    duties.uphold_unanswered,
    duties.note_overdue_recalls,
    duties.expire,
)


def tell(ends: datetime) -> World:
    """Two years up to `ends`, through the services, with a moved clock."""
    ends = ends.replace(minute=0, second=0, microsecond=0)
    world = World(starts=ends - timedelta(days=DAYS), ends=ends)
    hashed = cast.hashed_password()
    for house in (cast.PROGRAMME, *cast.MEMBERS):
        world.plan(world.starts + timedelta(days=house.joins), partial(_enter, world, house, hashed))
    for day in range(1, DAYS):
        _plan_day(world, world.starts + timedelta(days=day), SHARED_A_DAY * (0.6 + 0.8 * day / DAYS))
    for day in range(60, DAYS, DAYS_BETWEEN_JOBS):
        world.plan(world.starts + timedelta(days=day, hours=9), partial(events.match, world))
    world.plan(ends - timedelta(hours=2), partial(events.match, world))
    for number in range(RUSH):
        world.plan(ends - timedelta(minutes=20 + 31 * number), partial(events.submit, world, slow=True))
    for hours in (17, 9, 4):
        world.plan(ends - timedelta(hours=hours), partial(events.alarm, world))
    for minutes in (290, 170, 80):
        world.plan(ends - timedelta(minutes=minutes), partial(events.send_back, world))
    for hours in (52, 30, 20, 7):
        world.plan(ends - timedelta(hours=hours), partial(events.object_to_recent, world))
    world.plan(ends - timedelta(minutes=95), partial(events.take_back, world))
    _plan_people(world)
    machines.plan(world)
    report.plan(world)
    admission.plan_applicants(world, hashed)
    registers.plan(world)
    quality.plan(world)
    world.tell()
    return world


def _enter(world: World, house: cast.House, hashed: str, now: datetime) -> None:
    world.enter(house, hashed)
    admission.keep_papers(world, house, now)


def _plan_day(world: World, morning: datetime, how_many: float) -> None:
    for duty in DUTIES if morning.weekday() == 0 else ():
        world.plan(morning + timedelta(hours=3), partial(_perform, duty))
    for _ in range(_drawn(world.dice, how_many)):
        at = morning + timedelta(minutes=world.dice.randrange(24 * 60))
        world.plan(at, partial(events.submit, world))


def _perform(duty: Callable[..., int], now: datetime) -> None:
    duty(now=now)


def _drawn(dice: Random, mean: float) -> int:
    """A whole number whose mean is `mean`."""
    return int(mean) + (dice.random() < mean % 1)


def _plan_people(world: World) -> None:
    """Those who administer look after training and access, twice."""
    for act, days in ((people.train, people.TRAINED), (people.confirm, people.CONFIRMED)):
        for again, before in enumerate(days):
            world.plan(world.ends - before, partial(_everywhere, world, partial(act, again=bool(again))))
    world.plan(world.ends - timedelta(days=1), partial(_invite, world))


def _everywhere(world: World, act: Callable[..., None], now: datetime) -> None:
    for organisation in world.organisations.values():
        act(organisation, now=now)


def _invite(world: World, now: datetime) -> None:
    people.invite(world.organisations[people.INVITING], now=now)
