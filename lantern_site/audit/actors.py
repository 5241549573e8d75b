"""Who acts: a member of staff, an API key with the person who issued it, or the clock."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

EXTERNAL = "external_adjudicator"
"""The role of somebody who belongs to the programme in name only."""


class ActorKind(StrEnum):
    STAFF = "staff"
    KEY = "key"
    CLOCK = "clock"


@dataclass(frozen=True)
class Actor:
    """Everything that a rule may ask about the one who acts. Ids are public ids unless they end in `_id`.

    `staff_id` is the person behind the act: of a key, the one who issued it. `capabilities` is what the standing of the
    organisation allows; `is_trained` and `is_proven` (by a second factor, lately) say how it was when the actor came.
    """

    kind: ActorKind
    id: int
    organisation_id: int | None = None
    organisation: int | None = None
    roles: frozenset[str] = frozenset()
    issuer: int | None = None
    programme: bool = False
    staff_id: int | None = None
    capabilities: frozenset[str] = frozenset()
    is_trained: bool = False
    is_proven: bool = False

    @classmethod
    def clock(cls) -> Self:
        """The actor of everything that time does."""
        return cls(ActorKind.CLOCK, 0)

    @property
    def people(self) -> frozenset[int]:
        """The persons behind the act; separation of duties counts a key as its issuer too."""
        return frozenset({self.id} | ({self.issuer} if self.issuer is not None else set()))

    @property
    def is_clock(self) -> bool:
        return self.kind == ActorKind.CLOCK

    @property
    def is_external(self) -> bool:
        """An external adjudicator, whatever else they are: sees the case that they were given, and nothing beside."""
        return self.programme and EXTERNAL in self.roles

    @property
    def oversees(self) -> bool:
        """Whether the actor sees what belongs to any organisation: the clock and the programme's own people."""
        return self.is_clock or (self.programme and not self.is_external)

    @property
    def scope(self) -> str:
        """The word that row-level security knows the actor by."""
        if self.is_clock:
            return "clock"
        if self.is_external:
            return "external"
        return "programme" if self.programme else "member"
