"""The demo world while it is being told: who is there, what is planned, and the dice.

Everything that happens is an event at a time; an event may plan later ones. What would happen after the end is left
undone: that is the work that waits when somebody signs in.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from random import Random

from lantern_site import clock, public_ids
from lantern_site.audit.actors import Actor
from lantern_site.demo import cast, values
from lantern_site.demo.cast import House
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Community, Organisation
from lantern_site.members.roles import Role
from signals.intake import Item

Event = Callable[[datetime], object]


class World:
    """`ends` is the last moment of the story; the same `seed` tells the same story."""

    def __init__(self, *, starts: datetime, ends: datetime, seed: int = 2026) -> None:
        self.starts, self.ends = starts, ends
        self.dice, self._ids = Random(seed), Random(seed)
        self.houses: dict[str, House] = {}
        self.organisations: dict[str, Organisation] = {}
        self.people: dict[tuple[str, Role], list[Actor]] = {}
        self.shared: list[Item] = []
        self.everyone = 0
        self._planned: list[tuple[datetime, int, Event]] = []
        self._count = 0

    def plan(self, at: datetime, event: Event) -> None:
        """Let `event(at)` happen; what lies after the end never does."""
        if at < self.ends:
            self._count += 1
            heapq.heappush(self._planned, (at, self._count, event))

    def tell(self) -> None:
        """Let everything happen in its order."""
        while self._planned:
            at, _, event = heapq.heappop(self._planned)
            with clock.at(at), public_ids.drawn_by(self._ids.getrandbits):
                event(at)

    def fork(self) -> Random:
        """Dice for one thread of the story, so that its turns do not change those of others."""
        return Random(self.dice.getrandbits(32))

    def enter(self, house: House, hashed: str) -> None:
        """A house joins, with all its people; whoever acts in this story has shown a second factor lately."""
        organisation = cast.enter(house, self.starts, hashed)
        self.houses[house.name], self.organisations[house.name] = house, organisation
        for person in organisation.staff.select_related("organisation").order_by("pk"):
            actor = person.actor(clock.now(), is_proven=True)
            for role in actor.roles:
                self.people.setdefault((house.name, Role(role)), []).append(actor)
        self.everyone = Community.objects.filter(is_everyone=True).values_list("public_id", flat=True).first() or 0

    def somebody(self, house: str, role: Role, *, but: Actor | None = None) -> Actor:
        """A person of the house who holds the role, other than `but`. Nobody changes their role in this story."""
        others = (actor for actor in self.people[house, role] if but is None or actor.staff_id != but.staff_id)
        return self.dice.choice(list(others))

    def sharing_house(self) -> str:
        return values.chosen(self.dice, {name: house.weight for name, house in self.houses.items() if house.weight})

    def receiving_house(self, *, but: str = "", platforms_only: bool = False, identifiers_only: bool = False) -> str:
        """Any member other than `but`."""
        fits = [
            name
            for name, house in self.houses.items()
            if house.kind != MemberKind.PROGRAMME
            and name != but
            and (house.kind == MemberKind.PLATFORM or not platforms_only)
            and (house.identifiers or not identifiers_only)
        ]
        return self.dice.choice(fits)
